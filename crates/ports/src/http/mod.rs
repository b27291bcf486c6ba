//! Other servers over HTTP.

mod inner;

#[cfg(test)]
mod tests;

use std::error::Error as StdError;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use gatefold_kernel::ports::{
    EgressError, HttpEgress, HttpMethod, HttpRequest, HttpResponse, InnerAddresses,
    MAX_RESPONSE_BYTES, PortFuture,
};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::HeaderValue;
use reqwest::{Client, Method, redirect};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::{Host, Url};

/// How long a request may take, from resolving the name to the last byte of the answer.
const DEADLINE: Duration = Duration::from_secs(10);

/// How long a connection is kept for the next request.
const IDLE: Duration = Duration::from_secs(30);

/// An HTTP client that follows no redirects, uses no proxy and keeps no cookies. It connects to the
/// very addresses that it has checked, so a name that changes its mind between the check and the
/// connection reaches nothing else.
#[derive(Debug, Default)]
pub struct HttpClient {
    /// Trusted besides the system's certificates.
    trusted: Vec<CertificateDer<'static>>,
    /// For the public internet.
    guarded: OnceLock<Result<Client, String>>,
    /// For tests.
    open: OnceLock<Result<Client, String>>,
}

impl HttpEgress for HttpClient {
    fn send(&self, request: HttpRequest) -> PortFuture<'_, Result<HttpResponse, EgressError>> {
        Box::pin(self.exchange(request))
    }
}

impl HttpClient {
    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, EgressError> {
        let failed = |detail: &str| EgressError::Request(detail.to_owned());
        let url = Url::parse(&request.url).map_err(|_| failed("the address is not absolute"))?;
        let client = match request.inner_addresses {
            InnerAddresses::Refused => {
                // A resolver is asked for names only.
                if literal(&url).is_some_and(|address| !inner::is_public(address)) {
                    return Err(failed(INNER));
                }
                self.guarded.get_or_init(|| self.client(Reach::Public))
            }
            InnerAddresses::AllowedForTests => {
                self.open.get_or_init(|| self.client(Reach::Everywhere))
            }
        };
        let client = client.as_ref().map_err(|detail| failed(detail))?;
        let method = match request.method {
            HttpMethod::Get => Method::GET,
            HttpMethod::Post => Method::POST,
        };
        let mut asked = client.request(method, url);
        for (name, value) in &request.headers {
            let mut value = HeaderValue::from_str(value.expose())
                .map_err(|_| failed(&format!("the header {name} has a forbidden character")))?;
            value.set_sensitive(true);
            asked = asked.header(*name, value);
        }
        if !request.body.expose().is_empty() {
            asked = asked.body(request.body.expose().clone());
        }
        let response = asked
            .send()
            .await
            .map_err(|error| EgressError::Request(cause(&error)))?;
        read(response).await
    }

    fn client(&self, reach: Reach) -> Result<Client, String> {
        let mut roots = roots();
        roots.add_parsable_certificates(self.trusted.iter().cloned());
        if reach == Reach::Public && roots.is_empty() {
            return Err(
                "this system has no trusted certificates: install ca-certificates, or name a file of \
                 them with SSL_CERT_FILE"
                    .to_owned(),
            );
        }
        let builder = Client::builder()
            .tls_backend_preconfigured(tls(roots)?)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .user_agent("gatefold")
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(2)
            .timeout(DEADLINE);
        let builder = match reach {
            Reach::Public => builder.dns_resolver(Arc::new(PublicResolver)),
            Reach::Everywhere => builder,
        };
        builder.build().map_err(|error| cause(&error))
    }
}

/// Reads an answer, at most [`MAX_RESPONSE_BYTES`] of it.
async fn read(mut response: reqwest::Response) -> Result<HttpResponse, EgressError> {
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while body.len() < MAX_RESPONSE_BYTES {
        let chunk = response
            .chunk()
            .await
            .map_err(|error| EgressError::Read(cause(&error)))?;
        let Some(chunk) = chunk else {
            break;
        };
        let room = MAX_RESPONSE_BYTES - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    Ok(HttpResponse { status, body })
}

/// How far a client reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// The public internet.
    Public,
    /// This machine and its network too.
    Everywhere,
}

/// What is said when a request would reach an inner address.
const INNER: &str = "the host is at an inner address";

/// TLS with the one provider of cryptography, whatever the process has installed.
fn tls(roots: RootCertStore) -> Result<ClientConfig, String> {
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

fn roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

/// Resolves names, and knows only their public addresses.
struct PublicResolver;

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            let public = public(found);
            if public.is_empty() {
                return Err(INNER.into());
            }
            Ok::<Addrs, _>(Box::new(public.into_iter()))
        })
    }
}

fn public(found: impl Iterator<Item = SocketAddr>) -> Vec<SocketAddr> {
    found
        .filter(|address| inner::is_public(address.ip()))
        .collect()
}

/// The address in place of a host name.
fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain(_) => None,
    }
}

/// The innermost cause of an error, which names neither the address nor what was sent.
fn cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "timed out".to_owned();
    }
    let mut innermost: &(dyn StdError + 'static) = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    if innermost.is::<reqwest::Error>() {
        return "the request could not be sent".to_owned();
    }
    match innermost.downcast_ref::<io::Error>() {
        Some(error) if error.raw_os_error().is_some() => error.kind().to_string(),
        _ => innermost.to_string(),
    }
}
