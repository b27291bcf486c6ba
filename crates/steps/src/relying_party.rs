//! The relying party of a module instance, from its configuration (V5).

use gatefold_kernel::Document;
use gatefold_kernel::webauthn::{Origin, RelyingParty, RpId};

use crate::modules::{CredentialModule, MODULE_TYPE, UserVerification};
use crate::reply::StepError;

const DEFAULT_NAME: &str = "Workflow App";

/// Reads the configuration of the instance with this name. Nothing if it is optional and has no
/// relying party id or origin.
///
/// # Errors
/// What is missing or does not fit, with the instance's name.
pub(crate) fn configured(
    name: &str,
    config: &Document,
) -> Result<Option<CredentialModule>, StepError> {
    let refused = |what: String| StepError::new(format!("{MODULE_TYPE} module {name:?}{what}"));
    let display = config
        .first_text(&["rpDisplayName", "rp_display_name"])
        .unwrap_or(DEFAULT_NAME);
    let origin = config.text("origin");
    let id = match config.first_text(&["rpID", "rpId", "rp_id"]) {
        Some(id) => id.to_owned(),
        None => host(origin).unwrap_or_default(),
    };
    if (id.is_empty() || origin.is_empty()) && config.flag("optional") {
        return Ok(None);
    }
    if id.is_empty() {
        return Err(refused(": rpID or origin required".into()));
    }
    if origin.is_empty() {
        return Err(refused(": origin required".into()));
    }
    let relying_party =
        relying_party(&id, display, origin).map_err(|what| refused(format!(" init: {what}")))?;
    let user_verification = match config.trimmed("user_verification") {
        "" => UserVerification::Unset,
        "preferred" => UserVerification::Preferred,
        "required" => UserVerification::Required,
        "discouraged" => UserVerification::Discouraged,
        other => {
            let what =
                format!(": user_verification is required, preferred or discouraged, not {other:?}");
            return Err(refused(what));
        }
    };
    Ok(Some(CredentialModule {
        relying_party,
        user_verification,
    }))
}

fn relying_party(id: &str, display: &str, origin: &str) -> Result<RelyingParty, String> {
    if let Some(detail) = malformed(id) {
        return Err(format!(
            "error occurred validating the configuration: field 'RPID' is not a valid domain string: {detail}"
        ));
    }
    let id = RpId::parse_domain_or_address(id)
        .map_err(|error| format!("rp_id {id:?} is refused: {error}"))?;
    let origin = Origin::parse(without_path(origin)).map_err(|error| {
        format!("origin {origin:?} is refused: {error}; use https, or http on localhost")
    })?;
    RelyingParty::new(id.clone(), display.to_owned(), vec![origin]).map_err(|error| {
        format!(
            "{error}: rp_id {:?} must be the origin's host or a parent of it",
            id.as_str()
        )
    })
}

/// What a relying party id must not contain, in the words that operators know from go-webauthn.
fn malformed(id: &str) -> Option<&'static str> {
    let end = id.find(['/', '?', '#']).unwrap_or(id.len());
    let (host, rest) = id.split_at(end);
    let part = match rest.chars().next() {
        _ if id.contains("://") => "scheme",
        _ if host.contains(':') && host.parse::<std::net::Ipv6Addr>().is_err() => "port",
        Some('/') => "path",
        Some('?') => "query",
        Some(_) => "fragment",
        None if !host.contains(['.', ':']) && host != "localhost" => {
            return Some("the domain component must actually be a domain");
        }
        None => return None,
    };
    Some(match part {
        "scheme" => "the scheme component must be empty",
        "query" => "the query component must be empty",
        "fragment" => "the fragment component must be empty",
        "path" => "the path component must be empty",
        _ => "the port component must be empty",
    })
}

/// Scheme, host and port of an address; browsers put no more into an origin.
fn without_path(address: &str) -> &str {
    let Some(after_scheme) = address.find("://").map(|at| at + 3) else {
        return address;
    };
    let end = address[after_scheme..]
        .find(['/', '?', '#'])
        .map_or(address.len(), |at| after_scheme + at);
    &address[..end]
}

/// The host of an address without its port, whatever its scheme: what is wrong with the rest is said
/// when the origin is read.
fn host(address: &str) -> Option<String> {
    let (_, authority) = without_path(address).split_once("://")?;
    let host = match authority.strip_prefix('[') {
        Some(address) => address.split_once(']')?.0,
        None => authority.split(':').next()?,
    };
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use gatefold_kernel::Document;
    use serde_json::{Value, json};

    use super::configured;

    fn outcome(config: Value) -> Result<Option<(String, String)>, String> {
        let config = Document::new(config.as_object().cloned().unwrap());
        let module = configured("m", &config).map_err(|error| error.to_string())?;
        Ok(module.map(|module| {
            let party = module.relying_party;
            (
                party.id().as_str().to_owned(),
                party.origins()[0].to_string(),
            )
        }))
    }

    #[test]
    fn id_and_origin_belong_together() {
        // V5
        let ok = |id: &str, origin: &str| Ok(Some((id.to_owned(), origin.to_owned())));
        for (config, expected) in [
            (
                json!({"origin": "https://app.example.com/"}),
                ok("app.example.com", "https://app.example.com"),
            ),
            (
                json!({"origin": "https://app.example.com:8443/x", "rp_id": "example.com"}),
                ok("example.com", "https://app.example.com:8443"),
            ),
            (
                json!({"origin": "http://localhost:18080", "rp_id": "localhost"}),
                ok("localhost", "http://localhost:18080"),
            ),
            (
                json!({"origin": "http://127.0.0.1:8080"}),
                ok("127.0.0.1", "http://127.0.0.1:8080"),
            ),
            (
                json!({"origin": "https://[2001:db8::1]:8443", "rp_id": "2001:db8::1"}),
                ok("[2001:db8::1]", "https://[2001:db8::1]:8443"),
            ),
            (
                json!({"optional": "true", "rp_id": "example.com"}),
                Ok(None),
            ),
        ] {
            assert_eq!(outcome(config.clone()), expected, "{config}");
        }
        for config in [
            json!({"origin": "http://example.com"}),
            json!({"origin": "https://example.com", "rp_id": "other.org"}),
            json!({"origin": "https://badexample.com", "rp_id": "example.com"}),
            json!({"origin": "https://example.com", "rp_id": "foo"}),
            json!({"origin": "https://example.com", "rp_id": "example.com:443"}),
            json!({"origin": "https://example.com", "user_verification": "requierd"}),
            json!({"origin": "not an address", "rp_id": "example.com"}),
        ] {
            assert!(outcome(config.clone()).is_err(), "{config}");
        }
    }
}
