//! What every handler shares.

use std::sync::Arc;

use gatefold_identity::Identity;
use gatefold_kernel::{AccountKind, Entropy};
use gatefold_pages::{Brand, Frame, FrameAccount, Pages, Portal};
use ipnet::IpNet;
use url::Url;

use crate::cookies::CookiePolicy;
use crate::return_to::base;
use crate::visit::Visit;

/// How the edge behaves. All of it is decided at start-up; nothing comes from a request.
#[derive(Clone, Debug)]
pub struct WebSettings {
    /// The address people type: scheme, host and port.
    pub public_url: Url,
    /// Proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpNet>,
    /// Cookies.
    pub cookies: CookiePolicy,
    /// Whether development aids (component page, pseudo-locales) are on.
    pub development: bool,
    /// How the agents' portal is called.
    pub agent_brand: Brand,
    /// How the customers' portal is called.
    pub customer_brand: Brand,
}

/// The metrics in Prometheus' text format.
pub type RenderMetrics = Arc<dyn Fn() -> String + Send + Sync>;

/// The parts the application is composed of.
pub struct Parts {
    /// The services.
    pub identity: Identity,
    /// The pages.
    pub pages: Pages,
    /// Randomness for browser tokens and incident ids.
    pub entropy: Arc<dyn Entropy>,
    /// The metrics, unless they are served at an address of their own.
    pub metrics: Option<RenderMetrics>,
    /// The settings.
    pub settings: WebSettings,
}

/// The application. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Parts,
    origin: String,
}

impl App {
    /// Composes the application.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let origin = parts.settings.public_url.origin().ascii_serialization();
        Self {
            inner: Arc::new(Inner { parts, origin }),
        }
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.inner.parts.identity
    }

    pub(crate) fn pages(&self) -> &Pages {
        &self.inner.parts.pages
    }

    pub(crate) fn entropy(&self) -> &dyn Entropy {
        self.inner.parts.entropy.as_ref()
    }

    pub(crate) fn metrics(&self) -> Option<String> {
        self.inner.parts.metrics.as_ref().map(|render| render())
    }

    pub(crate) fn cookies(&self) -> CookiePolicy {
        self.settings().cookies
    }

    pub(crate) fn development(&self) -> bool {
        self.settings().development
    }

    pub(crate) fn trusted_proxies(&self) -> &[IpNet] {
        &self.settings().trusted_proxies
    }

    pub(crate) fn public_url(&self) -> &Url {
        &self.settings().public_url
    }

    /// The public origin as browsers send it.
    pub(crate) fn origin(&self) -> &str {
        &self.inner.origin
    }

    /// A path at the public address.
    pub(crate) fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.inner.origin)
    }

    /// The sign-in page of a portal at the public address.
    pub(crate) fn door(&self, portal: AccountKind) -> String {
        self.absolute(&format!("{}/login", base(portal)))
    }

    fn settings(&self) -> &WebSettings {
        &self.inner.parts.settings
    }

    pub(crate) fn frame(&self, visit: &Visit, account: Option<FrameAccount>) -> Frame {
        let (portal, brand, other) = match visit.portal() {
            AccountKind::Agent => (
                Portal::Agent,
                &self.settings().agent_brand,
                AccountKind::Customer,
            ),
            AccountKind::Customer => (
                Portal::Customer,
                &self.settings().customer_brand,
                AccountKind::Agent,
            ),
        };
        Frame {
            portal,
            brand: brand.clone(),
            locale: visit.locale().clone(),
            csrf: visit.browser().form_token().as_str().to_owned(),
            path: visit.path().to_owned(),
            account,
            notice: None,
            development: self.development(),
            other_portal_url: format!("{}/login", base(other)),
        }
    }
}
