//! Identity providers: which ones there are, and what a configuration makes of them.
//!
//! The built-in providers are configured with keys like `google_oauth_client_id`. Their endpoints
//! may be overridden, but only on the provider's own host and over https: the token endpoint is
//! given the client secret, and who answers the profile request decides who signs in.

use std::fmt;

use url::Url;

use crate::ports::InnerAddresses;
use crate::{Document, Secret};

/// A provider that can be used: everything it needs is configured and accepted.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Its name in lower case: `google`.
    pub id: String,
    /// How it differs from the others.
    pub kind: ProviderKind,
    /// The identifier that it gave us.
    pub client_id: String,
    /// The secret that it gave us.
    pub client_secret: Secret<String>,
    /// Where it sends people back to.
    pub redirect_url: String,
    /// Where people are sent to.
    pub authorization_url: String,
    /// Where codes become tokens.
    pub token_url: String,
    /// Where profiles are.
    pub userinfo_url: String,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// Whether its endpoints may be on inner addresses: only when the configuration says that they
    /// are test endpoints.
    pub inner_addresses: InnerAddresses,
}

/// How a provider differs from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderKind {
    /// Google: OpenID Connect, with `access_type` and `prompt` of its own.
    Google,
    /// Facebook: no OpenID Connect; the subject is called `id` and e-mail addresses are never
    /// called verified.
    Facebook,
    /// Any other OpenID Connect provider, described by the module's settings.
    OpenId,
}

/// Why a provider cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// None is named.
    #[error("missing oauth provider")]
    Missing,
    /// There is none of this name.
    #[error("unsupported oauth provider")]
    Unsupported,
    /// It is known but not offered.
    #[error("{0} oauth provider is disabled in this release")]
    Disabled(String),
    /// A client id, a secret or an address is missing.
    #[error("{0} oauth is not fully configured")]
    Incomplete(String),
    /// An endpoint is not where that provider lives.
    #[error(
        "{provider} {endpoint} must use https{} unless test endpoints are explicitly enabled",
        Expected(.vendor)
    )]
    Endpoint {
        /// The provider.
        provider: String,
        /// Which endpoint.
        endpoint: &'static str,
        /// Whose host it must be, if the provider has one of its own.
        vendor: Option<&'static str>,
    },
    /// The scopes of an OpenID Connect provider lack `openid` (OpenID Connect Core 3.1.2.1).
    #[error("{0} scopes must contain openid")]
    Scopes(String),
}

/// The end of a sentence that names the expected host.
struct Expected<'a>(&'a Option<&'static str>);

impl fmt::Display for Expected<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(vendor) => write!(f, " and the expected {vendor} hostname"),
            None => Ok(()),
        }
    }
}

/// A name of a provider as it is compared: without blanks, in lower case, `twitter` as `x`.
pub fn canonical(name: &str) -> String {
    match name.trim().to_lowercase().as_str() {
        "twitter" => "x".to_owned(),
        name => name.to_owned(),
    }
}

/// What the settings make of a built-in provider. Keys are `<provider>_oauth_client_id` and so on,
/// and `allow_insecure_test_oauth_endpoints`, which must be a real boolean.
///
/// # Errors
/// Why it cannot be used.
pub fn resolve(provider: &str, settings: &Document) -> Result<Provider, ProviderError> {
    let id = canonical(provider);
    match id.as_str() {
        "" => Err(ProviderError::Missing),
        "google" => built_in(&GOOGLE, settings),
        "facebook" => built_in(&FACEBOOK, settings),
        "instagram" | "x" | "bluesky" => Err(ProviderError::Disabled(id)),
        _ => Err(ProviderError::Unsupported),
    }
}

/// What the settings make of a provider, with what a module says about it (`auth_providers.<name>`)
/// where the settings say nothing. A name that is not built in is an OpenID Connect provider whose
/// description is all in the module.
///
/// # Errors
/// Why it cannot be used.
pub fn resolve_with_module(
    provider: &str,
    settings: &Document,
    module: &Document,
) -> Result<Provider, ProviderError> {
    let id = canonical(provider);
    match resolve(&id, settings) {
        Err(ProviderError::Unsupported) if is_name(&id) => open_id(id, module),
        Err(
            error @ (ProviderError::Missing
            | ProviderError::Unsupported
            | ProviderError::Disabled(_)),
        ) => Err(error),
        _ => resolve(&id, &filled(&id, settings, module)),
    }
}

/// Whether the settings alone say who we are for a built-in provider, so that no module need be
/// asked.
pub fn is_complete(provider: &str, settings: &Document) -> bool {
    let id = canonical(provider);
    let given = |member: &str| !settings.trimmed(&key(&id, member)).is_empty();
    let is_built_in = id == GOOGLE.id || id == FACEBOOK.id;
    is_built_in && given("client_id") && given("client_secret") && given("redirect_url")
}

/// What is built in about a provider.
struct Known {
    id: &'static str,
    vendor: &'static str,
    kind: ProviderKind,
    authorization_url: &'static str,
    token_url: &'static str,
    userinfo_url: &'static str,
    scopes: &'static [&'static str],
}

static GOOGLE: Known = Known {
    id: "google",
    vendor: "Google",
    kind: ProviderKind::Google,
    authorization_url: "https://accounts.google.com/o/oauth2/v2/auth",
    token_url: "https://oauth2.googleapis.com/token",
    userinfo_url: "https://openidconnect.googleapis.com/v1/userinfo",
    scopes: &OPEN_ID_SCOPES,
};

static FACEBOOK: Known = Known {
    id: "facebook",
    vendor: "Facebook",
    kind: ProviderKind::Facebook,
    authorization_url: "https://www.facebook.com/v18.0/dialog/oauth",
    token_url: "https://graph.facebook.com/v18.0/oauth/access_token",
    userinfo_url: "https://graph.facebook.com/me?fields=id,email,name",
    scopes: &["email", "public_profile"],
};

/// What is asked of an OpenID Connect provider.
const OPEN_ID_SCOPES: [&str; 3] = ["openid", "email", "profile"];

/// The setting that says that endpoints are test endpoints.
const TEST_ENDPOINTS: &str = "allow_insecure_test_oauth_endpoints";

fn built_in(known: &Known, settings: &Document) -> Result<Provider, ProviderError> {
    let setting = |member: &str| settings.trimmed(&key(known.id, member)).to_owned();
    let [client_id, client_secret, redirect_url] =
        ["client_id", "client_secret", "redirect_url"].map(setting);
    if client_id.is_empty() || client_secret.is_empty() || redirect_url.is_empty() {
        return Err(ProviderError::Incomplete(known.id.to_owned()));
    }
    let is_test = settings.strict_flag(TEST_ENDPOINTS);
    let endpoint = |member: &'static str, built_in: &'static str| {
        let text = setting(member);
        if text.is_empty() {
            return Ok(built_in.to_owned());
        }
        let host = Url::parse(built_in)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned));
        if is_accepted(&text, host.as_deref(), is_test) {
            return Ok(text);
        }
        Err(ProviderError::Endpoint {
            provider: known.id.to_owned(),
            endpoint: member,
            vendor: Some(known.vendor),
        })
    };
    Ok(Provider {
        id: known.id.to_owned(),
        kind: known.kind,
        client_id,
        client_secret: Secret::new(client_secret),
        redirect_url,
        authorization_url: endpoint("authorization_url", known.authorization_url)?,
        token_url: endpoint("token_url", known.token_url)?,
        userinfo_url: endpoint("userinfo_url", known.userinfo_url)?,
        scopes: scopes(known, settings),
        inner_addresses: reach(is_test),
    })
}

/// The configured scopes. For Google a list without `openid` is no list: nobody could sign in with
/// it, because the profile would have no subject, and pipelines exist whose list never counted.
fn scopes(known: &Known, settings: &Document) -> Vec<String> {
    let configured = settings.list(&key(known.id, "scopes")).unwrap_or_default();
    let is_useful = match known.kind {
        ProviderKind::Facebook => !configured.is_empty(),
        ProviderKind::Google | ProviderKind::OpenId => has_open_id(&configured),
    };
    if is_useful {
        return configured;
    }
    known.scopes.iter().map(|&scope| scope.to_owned()).collect()
}

fn open_id(id: String, module: &Document) -> Result<Provider, ProviderError> {
    let is_test = module.strict_flag("allow_insecure_test_endpoints");
    let given = |member: &str| match module.trimmed(member) {
        "" => Err(ProviderError::Incomplete(id.clone())),
        text => Ok(text.to_owned()),
    };
    let endpoint = |member: &'static str| {
        let text = given(member)?;
        if is_accepted(&text, None, is_test) {
            return Ok(text);
        }
        Err(ProviderError::Endpoint {
            provider: id.clone(),
            endpoint: member,
            vendor: None,
        })
    };
    let mut scopes = module.list("scopes").unwrap_or_default();
    if scopes.is_empty() {
        scopes = OPEN_ID_SCOPES.map(str::to_owned).to_vec();
    } else if !has_open_id(&scopes) {
        return Err(ProviderError::Scopes(id));
    }
    Ok(Provider {
        kind: ProviderKind::OpenId,
        client_id: given("client_id")?,
        client_secret: Secret::new(given("client_secret")?),
        redirect_url: given("redirect_url")?,
        authorization_url: endpoint("authorization_url")?,
        token_url: endpoint("token_url")?,
        userinfo_url: endpoint("userinfo_url")?,
        scopes,
        inner_addresses: reach(is_test),
        id,
    })
}

/// The settings, with the module's members where they are silent.
fn filled(id: &str, settings: &Document, module: &Document) -> Document {
    const TEXTS: [&str; 6] = [
        "client_id",
        "client_secret",
        "redirect_url",
        "authorization_url",
        "token_url",
        "userinfo_url",
    ];
    let mut filled = settings.clone();
    for member in TEXTS {
        let key = key(id, member);
        if settings.trimmed(&key).is_empty() {
            filled.set(&key, module.trimmed(member));
        }
    }
    let scopes = key(id, "scopes");
    if settings.list(&scopes).is_none_or(|list| list.is_empty())
        && let Some(list) = module.list("scopes")
    {
        filled.set(&scopes, list);
    }
    if settings.value(TEST_ENDPOINTS).is_none() {
        filled.set(
            TEST_ENDPOINTS,
            module.strict_flag("allow_insecure_test_endpoints"),
        );
    }
    filled
}

fn key(id: &str, member: &str) -> String {
    format!("{id}_oauth_{member}")
}

fn has_open_id(scopes: &[String]) -> bool {
    scopes.iter().any(|scope| scope == "openid")
}

fn reach(is_test: bool) -> InnerAddresses {
    if is_test {
        InnerAddresses::AllowedForTests
    } else {
        InnerAddresses::Refused
    }
}

/// Whether a name can be that of a provider of a module.
fn is_name(id: &str) -> bool {
    let plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
    (1..=64).contains(&id.len()) && id.bytes().all(plain)
}

/// Whether an endpoint is an absolute address: any for tests, else with https and on the expected
/// host. Only what every reader of addresses understands alike is accepted.
fn is_accepted(text: &str, host: Option<&str>, is_test: bool) -> bool {
    let is_odd = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
    let (Ok(url), Some((scheme, _))) = (Url::parse(text), text.split_once("://")) else {
        return false;
    };
    let Some(found) = url.host_str().filter(|found| !found.is_empty()) else {
        return false;
    };
    if text.contains(is_odd) || !scheme.eq_ignore_ascii_case(url.scheme()) {
        return false;
    }
    is_test || (url.scheme() == "https" && host.is_none_or(|host| found.eq_ignore_ascii_case(host)))
}

#[cfg(test)]
mod tests;
