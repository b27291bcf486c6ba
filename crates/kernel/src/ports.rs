//! The outside world as the kernel sees it. Implementations live in `gatefold-ports` and, for
//! tests, in `gatefold-testkit`.

use std::pin::Pin;
use std::sync::Arc;

use crate::{Secret, UnixMillis};

/// The outside world of a step, which is a function of it, of its configuration and of its input.
#[derive(Clone)]
pub struct Ports {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Named secrets: environment variables.
    pub secrets: Arc<dyn Secrets>,
    /// Other servers.
    pub http: Arc<dyn HttpEgress>,
    /// Mail.
    pub mail: Arc<dyn Mail>,
}

/// Where the time comes from. Expiry of rows is judged by the database's clock, never by this one.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> UnixMillis;
}

/// Where randomness comes from.
pub trait Entropy: Send + Sync {
    /// Fills the whole buffer with bytes that nobody can predict. An implementation that cannot do
    /// so must not return.
    fn fill(&self, out: &mut [u8]);
}

/// Where named secrets come from: environment variables or files. Asked at each use, never cached,
/// so that a rotated secret counts at once.
pub trait Secrets: Send + Sync {
    /// The value under this name as it stands, or nothing if there is none.
    fn get(&self, name: &str) -> Option<Secret<String>>;
}

/// A future that a port returns.
pub type PortFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How this program asks other servers over HTTP. An implementation follows no redirects, limits
/// time and size, and guards against inner addresses.
pub trait HttpEgress: Send + Sync {
    /// Sends a request and reads the whole answer, at most [`MAX_RESPONSE_BYTES`] of it.
    ///
    /// # Errors
    /// When there is no answer, or none that can be read.
    fn send(&self, request: HttpRequest) -> PortFuture<'_, Result<HttpResponse, EgressError>>;
}

/// How much of an answer is read, in bytes (1 MiB).
pub const MAX_RESPONSE_BYTES: usize = 1 << 20;

/// A request to another server.
#[derive(Debug)]
pub struct HttpRequest {
    /// `GET` or `POST`.
    pub method: HttpMethod,
    /// The absolute address.
    pub url: String,
    /// Headers; the values may be secret.
    pub headers: Vec<(&'static str, Secret<String>)>,
    /// The body, which may hold secrets; empty for none.
    pub body: Secret<Vec<u8>>,
    /// Whether addresses of this machine and its network are allowed: for tests only.
    pub inner_addresses: InnerAddresses,
}

/// The methods that steps use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpMethod {
    /// GET
    Get,
    /// POST
    Post,
}

/// Whether a request may reach loopback, private and link-local addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InnerAddresses {
    /// They are refused, after the name was resolved.
    Refused,
    /// They are allowed, because the configuration says that this is a test.
    AllowedForTests,
}

/// What another server answered.
#[derive(Debug)]
pub struct HttpResponse {
    /// The status, 100 to 599.
    pub status: u16,
    /// The body, cut at [`MAX_RESPONSE_BYTES`].
    pub body: Vec<u8>,
}

/// Why there is no answer. The text never holds the address' query, a header or a body.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    /// The connection failed, was refused or took too long.
    #[error("request failed: {0}")]
    Request(String),
    /// The answer broke off.
    #[error("response read failed: {0}")]
    Read(String),
}

/// How this program sends mail.
pub trait Mail: Send + Sync {
    /// Hands one message to the mail server.
    ///
    /// # Errors
    /// When an address cannot be parsed or the server does not take the message.
    fn send<'a>(
        &'a self,
        server: &'a MailServer,
        message: &'a MailMessage,
    ) -> PortFuture<'a, Result<(), MailError>>;
}

/// A mail server and who we are there.
#[derive(Debug)]
pub struct MailServer {
    /// Its host name, against which its certificate is checked.
    pub host: String,
    /// Its port: 465 is TLS from the start, every other one must offer STARTTLS.
    pub port: u16,
    /// User and password, or nothing to send without signing in.
    pub credentials: Option<(String, Secret<String>)>,
}

/// One message with an HTML part and the same as plain text.
#[derive(Debug)]
pub struct MailMessage {
    /// The sender's address.
    pub from: String,
    /// The recipient's address.
    pub to: String,
    /// The subject, one line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML, already escaped where it holds foreign text.
    pub html: String,
}

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// An address is none. Holds the address and what is wrong with it.
    #[error("failed to parse mail address {address:?}: {detail}")]
    Address {
        /// The text that is no address.
        address: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The server was not reached or refused. Holds no password.
    #[error("{0}")]
    Transport(String),
}
