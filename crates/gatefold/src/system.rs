//! The composition root: the services of one instance, made from the configuration.

use std::sync::Arc;

use anyhow::Context as _;
use gatefold_identity::link::IssuedLink;
use gatefold_identity::{Identity, Settings};
use gatefold_kernel::Secret;
use gatefold_kernel::webauthn::{Origin, RelyingParty, RpId};
use gatefold_ports::SystemEntropy;
use gatefold_store::{ConnectOptions, Database};

use crate::config::{Config, PublicUrl, RelyingPartySettings};

/// The page that takes a one-time link. The token follows the `#`, so that no server or proxy logs it.
const LINK_PAGE: &str = "/enrol";

/// The services over an open database that is up to date.
pub struct System {
    /// What they were made from.
    pub config: Config,
    /// The services.
    pub identity: Identity,
    /// The database under them, to close at the end.
    pub database: Database,
    /// The migrations that opening applied, oldest first.
    pub applied: Vec<String>,
}

impl System {
    /// Opens the database, brings it up to date and composes the services.
    ///
    /// # Errors
    /// The database cannot be opened or migrated.
    pub async fn open(config: Config) -> anyhow::Result<Self> {
        let options = ConnectOptions {
            max_connections: config.database_connections.get(),
        };
        let address = config.database.address();
        let database = Database::connect(address.expose(), &options)
            .await
            .with_context(|| format!("database: cannot open {:?}", config.database))?;
        let report = database
            .migrate()
            .await
            .with_context(|| format!("database: cannot bring {:?} up to date", config.database))?;
        let settings = settings(&config)?;
        Ok(Self {
            identity: Identity::new(database.clone(), Arc::new(SystemEntropy), settings),
            database,
            applied: report.applied,
            config,
        })
    }

    /// The address that opens a one-time link. Whoever has it has the link.
    #[must_use]
    pub fn link(&self, issued: &IssuedLink) -> Secret<String> {
        link(&self.config.public_url, issued)
    }
}

/// The address that opens a one-time link at this public address.
#[must_use]
pub fn link(public_url: &PublicUrl, issued: &IssuedLink) -> Secret<String> {
    let token = issued.token.to_text();
    Secret::new(public_url.page(&format!("{LINK_PAGE}#{}", token.expose())))
}

fn settings(config: &Config) -> anyhow::Result<Settings> {
    let threads = usize::try_from(config.password_hash_threads.get());
    Ok(Settings {
        relying_party: relying_party(&config.webauthn)?,
        session_idle: config.session.idle,
        session_absolute: config.session.absolute,
        password_threads: threads.context("password_hash_threads is too large")?,
    })
}

/// The configuration has checked all of this; the parsers have the last word all the same.
fn relying_party(settings: &RelyingPartySettings) -> anyhow::Result<RelyingParty> {
    let id =
        RpId::parse(&settings.id).with_context(|| format!("webauthn.rp_id: {}", settings.id))?;
    let origins = settings
        .origins
        .iter()
        .map(|text| Origin::parse(text).with_context(|| format!("webauthn.origins: {text}")))
        .collect::<anyhow::Result<Vec<_>>>()?;
    RelyingParty::new(id, settings.name.clone(), origins)
        .context("webauthn.rp_id and webauthn.origins do not belong together")
}
