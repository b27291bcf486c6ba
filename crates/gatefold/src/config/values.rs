//! The configuration as the rest of Gatefold sees it: parsed, checked and complete.

use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use gatefold_kernel::Secret;
use ipnet::IpNet;

use super::public_url::PublicUrl;

/// Everything Gatefold is told at start-up. Only [`load`](super::load) makes one.
#[derive(Clone, Debug)]
pub struct Config {
    /// Whether this system is for trying out or for people.
    pub environment: Environment,
    /// Address on which to answer.
    pub listen: SocketAddr,
    /// Second address for `/metrics` alone.
    pub metrics_listen: Option<SocketAddr>,
    /// Where people reach this system.
    pub public_url: PublicUrl,
    /// Folder for what is generated here.
    pub data_dir: PathBuf,
    /// Where everything is stored.
    pub database: Database,
    /// Most connections to the database at once.
    pub database_connections: NonZeroU32,
    /// Where the master keys are.
    pub master_key: MasterKeyFile,
    /// The pinned relying party.
    pub webauthn: RelyingPartySettings,
    /// Certificate and key, if https is served directly.
    pub tls: Option<TlsFiles>,
    /// SameSite attribute of the session cookies.
    pub same_site: SameSite,
    /// Networks whose forwarded headers count.
    pub trusted_proxies: Vec<IpNet>,
    /// How long sessions live.
    pub session: SessionLifetimes,
    /// Passwords hashed at once.
    pub password_hash_threads: NonZeroU32,
    /// How the two portals call themselves.
    pub brand: Brand,
    /// What is logged and how.
    pub log: LogSettings,
}

/// Whether this system is for trying out or for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// Defaults for localhost are allowed.
    Development,
    /// Everything that matters must be said.
    Production,
}

/// SameSite attribute of a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Sent when a link from elsewhere is followed.
    Lax,
    /// Never sent with a request that began elsewhere.
    Strict,
    /// Always sent; only over https.
    None,
}

/// Where everything is stored.
#[derive(Clone, Debug)]
pub enum Database {
    /// One file, for one instance. Relative paths were resolved against `data_dir`.
    Sqlite(PathBuf),
    /// A server, for any number of instances.
    Postgres(DatabaseUrl),
}

impl Database {
    /// The address in the form the store opens: `sqlite://PATH` or `postgres://...`.
    #[must_use]
    pub fn address(&self) -> Secret<String> {
        match self {
            Self::Sqlite(path) => Secret::new(format!("sqlite://{}", path.display())),
            Self::Postgres(url) => url.0.clone(),
        }
    }
}

/// A database address that may hold a password: never shown, wiped after use.
#[derive(Clone)]
pub struct DatabaseUrl(Secret<String>);

impl DatabaseUrl {
    pub(super) fn new(text: &str) -> Self {
        Self(Secret::new(text.to_owned()))
    }

    /// The address with its password, for the driver and nobody else.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&super::redact::address(self.expose()))
    }
}

/// Where the master keys are, and who is to make them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MasterKeyFile {
    /// Ours to generate at the first start: one instance, its own folder.
    Generated(PathBuf),
    /// Made by the operator; it existed when the configuration was read.
    Provided(PathBuf),
}

/// The pinned relying party (WebAuthn Level 3, section 4), already checked against its origins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingPartySettings {
    /// RP id: a domain in lower case and ASCII.
    pub id: String,
    /// Name that browsers show.
    pub name: String,
    /// Origins in their serialised form, without a trailing slash; at least one.
    pub origins: Vec<String>,
}

/// Files for serving https directly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// Certificate chain in PEM.
    pub cert: PathBuf,
    /// Private key in PEM.
    pub key: PathBuf,
}

/// How long sessions live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLifetimes {
    /// Without a request.
    pub idle: Duration,
    /// Used or not; never shorter than `idle`.
    pub absolute: Duration,
}

/// How the two portals call themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    /// On the pages of agents.
    pub agent: PortalBrand,
    /// On the pages of customers.
    pub customer: PortalBrand,
}

/// How one portal calls itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortalBrand {
    /// Name of the product.
    pub name: String,
    /// Sentence beside the sign-in; without one, the locale's own.
    pub sentence: Option<String>,
}

/// What is logged and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// Directives for `tracing_subscriber::EnvFilter`, known to parse.
    pub filter: String,
    /// Shape of a line.
    pub format: LogFormat,
}

/// Shape of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object for each line.
    Json,
}
