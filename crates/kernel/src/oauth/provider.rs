//! Which identity provider is meant, and where it is.

use url::Url;

use crate::Document;
use crate::provider::normalized_id;

/// A provider that is ready to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Its id.
    pub id: String,
    /// Where people are sent.
    pub authorization_url: String,
    /// Where codes are exchanged.
    pub token_url: String,
    /// Where profiles are read.
    pub userinfo_url: String,
}

/// Why a provider cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// None is named.
    #[error("missing oauth provider")]
    Missing,
    /// Nobody knows it.
    #[error("unsupported oauth provider")]
    Unsupported,
    /// It is known and not supported.
    #[error("{0} oauth provider is disabled in this release")]
    Disabled(String),
    /// Its client id, client secret or redirect address is missing.
    #[error("{0} oauth is not fully configured")]
    NotConfigured(&'static str),
    /// One of its addresses leads elsewhere.
    #[error(
        "{0} must use https and the expected {1} hostname unless test endpoints are explicitly enabled"
    )]
    Endpoint(String, &'static str),
}

struct Known {
    id: &'static str,
    label: &'static str,
    endpoints: [(&'static str, &'static str); 3],
}

const KNOWN: &[Known] = &[
    Known {
        id: "google",
        label: "Google",
        endpoints: [
            (
                "authorization_url",
                "https://accounts.google.com/o/oauth2/v2/auth",
            ),
            ("token_url", "https://oauth2.googleapis.com/token"),
            (
                "userinfo_url",
                "https://openidconnect.googleapis.com/v1/userinfo",
            ),
        ],
    },
    Known {
        id: "facebook",
        label: "Facebook",
        endpoints: [
            (
                "authorization_url",
                "https://www.facebook.com/v18.0/dialog/oauth",
            ),
            (
                "token_url",
                "https://graph.facebook.com/v18.0/oauth/access_token",
            ),
            (
                "userinfo_url",
                "https://graph.facebook.com/me?fields=id,email,name",
            ),
        ],
    },
];

/// The provider of this name under these settings.
///
/// # Errors
/// Why it cannot be used.
pub fn resolve(provider: &str, settings: &Document) -> Result<Provider, ProviderError> {
    let id = normalized_id(provider);
    let Some(known) = KNOWN.iter().find(|known| known.id == id) else {
        return Err(match id.as_str() {
            "" => ProviderError::Missing,
            "instagram" | "x" | "bluesky" => ProviderError::Disabled(id),
            _ => ProviderError::Unsupported,
        });
    };
    for key in ["client_id", "client_secret", "redirect_url"] {
        if settings.trimmed(&format!("{id}_oauth_{key}")).is_empty() {
            return Err(ProviderError::NotConfigured(known.id));
        }
    }
    let [authorization_url, token_url, userinfo_url] = known
        .endpoints
        .map(|endpoint| address(known, endpoint, settings));
    Ok(Provider {
        authorization_url: authorization_url?,
        token_url: token_url?,
        userinfo_url: userinfo_url?,
        id,
    })
}

fn address(
    known: &Known,
    (name, built_in): (&str, &str),
    settings: &Document,
) -> Result<String, ProviderError> {
    let given = settings.trimmed(&format!("{}_oauth_{name}", known.id));
    if given.is_empty() {
        return Ok(built_in.to_owned());
    }
    let host = |text: &str| {
        let url = Url::parse(text).ok()?;
        Some((url.scheme().to_owned(), url.host_str()?.to_lowercase()))
    };
    let test = settings.strict_flag("allow_insecure_test_oauth_endpoints");
    let accepted = host(given).is_some_and(|found| test || Some(found) == host(built_in));
    accepted
        .then(|| given.to_owned())
        .ok_or_else(|| ProviderError::Endpoint(format!("{} {name}", known.id), known.label))
}
