//! Makes the application out of the services and the configuration.

use std::sync::Arc;

use axum::Router;
use gatefold_pages::{Brand, Pages};
use gatefold_ports::SystemEntropy;
use gatefold_web::{App, CookiePolicy, Parts, RenderMetrics, SameSite, WebSettings};
use metrics_exporter_prometheus::PrometheusHandle;

use crate::config::{Config, Environment, PortalBrand, SameSite as ConfiguredSameSite};
use crate::system::System;

/// The router of this instance. `/metrics` is on it unless it has an address of its own.
///
/// # Errors
/// A template or a locale that is built in cannot be read.
pub fn router(system: &System, metrics: PrometheusHandle) -> anyhow::Result<Router> {
    let render: RenderMetrics = Arc::new(move || metrics.render());
    let app = App::new(Parts {
        identity: system.identity.clone(),
        pages: Pages::new()?,
        entropy: Arc::new(SystemEntropy),
        metrics: system.config.metrics_listen.is_none().then_some(render),
        settings: web_settings(&system.config),
    });
    Ok(gatefold_web::router(app))
}

fn web_settings(config: &Config) -> WebSettings {
    WebSettings {
        public_url: config.public_url.as_url().clone(),
        trusted_proxies: config.trusted_proxies.clone(),
        cookies: CookiePolicy {
            secure: config.public_url.is_https(),
            same_site: match config.same_site {
                ConfiguredSameSite::Lax => SameSite::Lax,
                ConfiguredSameSite::Strict => SameSite::Strict,
                ConfiguredSameSite::None => SameSite::None,
            },
        },
        development: config.environment == Environment::Development,
        agent_brand: brand(&config.brand.agent),
        customer_brand: brand(&config.brand.customer),
    }
}

fn brand(configured: &PortalBrand) -> Brand {
    Brand {
        name: configured.name.clone(),
        sentence: configured.sentence.clone(),
    }
}
