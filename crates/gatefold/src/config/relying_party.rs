//! The pinned relying party: which passkeys are ours, decided here and never by a request.
//!
//! Defaults exist for one case only, trying Gatefold out on this machine. Everywhere else the
//! three keys are said or the program does not start.

use url::{Host, Url};

use super::catalogue::{PUBLIC_URL, WEBAUTHN_ORIGINS, WEBAUTHN_RP_ID, WEBAUTHN_RP_NAME};
use super::parse;
use super::problem::Wrong;
use super::public_url::{PublicUrl, is_loopback_name};
use super::reader::{Reader, Reported};
use super::values::{Environment, RelyingPartySettings};

const DEFAULT_NAME: &str = "Gatefold";

/// Reads the three keys and holds them against each other and against `public_url`.
///
/// A `public_url` that is itself wrong leaves the keys checked as far as they go without it.
pub(super) fn read(
    reader: &mut Reader,
    environment: Result<Environment, Reported>,
    public_url: Option<&PublicUrl>,
) -> Result<RelyingPartySettings, Reported> {
    // V5, INV-PINNED-RP: derived for a trial on this machine; anywhere else it is said or we do not start.
    match (environment, public_url) {
        (Ok(Environment::Development), Some(url)) if url.is_loopback() => derive(reader, url),
        (Ok(Environment::Production), url) => demand(reader, url),
        (Ok(Environment::Development), Some(url)) => demand(reader, Some(url)),
        // What is wrong with these two is reported already, and would decide.
        (Err(_), _) | (_, None) => {}
    }
    let id = reader.optional(&WEBAUTHN_RP_ID, rp_id);
    let name = reader.optional(&WEBAUTHN_RP_NAME, parse::text);
    let origins = reader.optional(&WEBAUTHN_ORIGINS, origins);
    let (Some(id), Some(name), Some(origins)) = (id?, name?, origins?) else {
        return Err(Reported);
    };
    within(reader, &id, &origins)?;
    let origins: Vec<String> = origins.iter().map(serialized).collect();
    if let Some(url) = public_url
        && !origins.contains(&url.origin())
    {
        let wrong = Wrong::new(
            format!("does not hold {url}, the origin of {}", PUBLIC_URL.key),
            format!("add {url}, or correct {}", PUBLIC_URL.key),
        );
        return Err(reader.refuse(&WEBAUTHN_ORIGINS, wrong));
    }
    Ok(RelyingPartySettings { id, name, origins })
}

fn derive(reader: &mut Reader, url: &PublicUrl) {
    reader.derive(&WEBAUTHN_RP_ID, url.host(), "public_url");
    reader.derive(&WEBAUTHN_RP_NAME, DEFAULT_NAME, "development on localhost");
    reader.derive(&WEBAUTHN_ORIGINS, url.origin(), "public_url");
}

fn demand(reader: &mut Reader, url: Option<&PublicUrl>) {
    let host = url.map_or("auth.example.com", PublicUrl::host);
    let origin = url.map_or_else(|| format!("https://{host}"), PublicUrl::origin);
    let rows = [
        (
            &WEBAUTHN_RP_ID,
            format!("pin it to the host of public_url or a parent domain of it, such as {host}"),
        ),
        (
            &WEBAUTHN_RP_NAME,
            "write the name that browsers show with a passkey, such as Example Inc.".to_owned(),
        ),
        (
            &WEBAUTHN_ORIGINS,
            format!("list the origins that may use passkeys: at least {origin}"),
        ),
    ];
    for (setting, right) in rows {
        if !reader.is_set(setting) {
            reader.missing(setting, right);
        }
    }
}

/// A domain as browsers compare it: lower case, ASCII, no scheme, port or dot at the end.
fn rp_id(text: &str) -> Result<String, Wrong> {
    let right = "write a domain such as example.com, without scheme and port";
    let wrong = |why| Wrong::new(format!("\"{text}\" {why}"), right);
    match Host::parse(text) {
        _ if text.contains('*') => Err(wrong("holds a wildcard")),
        Ok(Host::Domain(domain)) if domain.ends_with('.') => Err(wrong("ends with a dot")),
        Ok(Host::Domain(domain)) if domain == text => Ok(domain),
        Ok(Host::Domain(domain)) => Err(Wrong::new(
            format!("\"{text}\" is not written as browsers compare it"),
            format!("write {domain}"),
        )),
        Ok(Host::Ipv4(_) | Host::Ipv6(_)) => {
            Err(wrong("is an IP address, which holds no passkeys"))
        }
        Err(_) => Err(wrong("is not a domain")),
    }
}

fn origins(text: &str) -> Result<Vec<Url>, Wrong> {
    let all: Vec<Url> = parse::items(text).map(origin).collect::<Result<_, _>>()?;
    match all.is_empty() {
        true => Err(Wrong::new(
            "is empty",
            "list at least the origin of public_url",
        )),
        false => Ok(all),
    }
}

fn origin(text: &str) -> Result<Url, Wrong> {
    let wrong = |why: &str| {
        Wrong::new(
            format!("\"{text}\" {why}"),
            "write origins such as https://auth.example.com; http is for localhost only",
        )
    };
    let url = Url::parse(text).map_err(|_| wrong("is not an origin"))?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let host = url.host_str().unwrap_or_default();
    match url.scheme() {
        _ if !bare || !url.username().is_empty() || url.password().is_some() => {
            Err(wrong("is more than scheme, host and port"))
        }
        _ if host.contains('*') => Err(wrong("holds a wildcard")),
        "https" => Ok(url),
        "http" if is_loopback_name(host) => Ok(url),
        "http" => Err(wrong("is plain http on a name other than localhost")),
        _ => Err(wrong("is neither https nor http")),
    }
}

fn serialized(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The RP id is the host of every origin or a parent domain of it (HTML, section 7.1.1: "is a
/// registrable domain suffix of or is equal to"). A single label is no parent: it is a public suffix.
fn within(reader: &mut Reader, id: &str, origins: &[Url]) -> Result<(), Reported> {
    let covers = |host: &str| {
        let parent = host
            .strip_suffix(id)
            .is_some_and(|rest| rest.ends_with('.'));
        host == id || (parent && id.contains('.'))
    };
    let outside = origins
        .iter()
        .find(|o| !covers(o.host_str().unwrap_or_default()));
    match outside {
        None => Ok(()),
        Some(origin) => {
            let wrong = Wrong::new(
                format!(
                    "\"{id}\" is neither the host of {} nor a parent domain of it",
                    serialized(origin)
                ),
                format!(
                    "pin the domain that all origins share, or take this one out of {}",
                    WEBAUTHN_ORIGINS.key
                ),
            );
            Err(reader.refuse(&WEBAUTHN_RP_ID, wrong))
        }
    }
}
