//! Turning a code into tokens (RFC 6749 sections 4.1.3 and 5).

use serde_json::{Map, Value};
use url::form_urlencoded;

use super::answer::{self, Endpoint, EndpointError};
use super::provider::Provider;
use super::start::Pkce;
use crate::Secret;
use crate::ports::{HttpEgress, HttpMethod, HttpRequest};

/// What is to be exchanged.
#[derive(Debug)]
pub struct TokenRequest<'a> {
    /// With whom.
    pub provider: &'a Provider,
    /// The code that the person brought back.
    pub code: Secret<String>,
    /// The verifier that was kept when the authorization began; empty for none.
    pub verifier: Secret<String>,
    /// Whether an exchange without a verifier is refused.
    pub pkce: Pkce,
}

/// What the provider gave: its answer as it is, empty for the JSON `null`. It holds secrets.
pub struct Tokens(pub Map<String, Value>);

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens(..)")
    }
}

/// Why there are no tokens.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// No code came back.
    #[error("missing code")]
    MissingCode,
    /// The configuration demands PKCE, and no verifier was kept.
    #[error("missing code_verifier")]
    MissingVerifier,
    /// The endpoint gave nothing that can be used.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The provider refused, with a status of success (B27).
    #[error("{}", .0.code)]
    Refused(Refusal),
}

/// A refusal as RFC 6749 section 5.2 describes it.
#[derive(Debug)]
pub struct Refusal {
    /// The error code, or words of ours if it is none.
    pub code: String,
    /// The members of the answer that tell about the error, and no others.
    pub details: Map<String, Value>,
}

/// Exchanges a code for tokens.
///
/// # Errors
/// When something is missing, or the provider does not give tokens.
pub async fn exchange(
    http: &dyn HttpEgress,
    request: &TokenRequest<'_>,
) -> Result<Tokens, ExchangeError> {
    let (code, verifier) = (request.code.expose(), request.verifier.expose());
    if code.is_empty() {
        return Err(ExchangeError::MissingCode);
    }
    if request.pkce == Pkce::Required && verifier.is_empty() {
        return Err(ExchangeError::MissingVerifier);
    }
    let secret = request.provider.client_secret.expose();
    let sent = [secret.as_str(), code, verifier];
    let answer = answer::ask(http, Endpoint::Token, form(request), &sent).await?;
    let tokens = answer.unwrap_or_default();
    match refusal(&tokens) {
        Some(refusal) => Err(ExchangeError::Refused(refusal)),
        None => Ok(Tokens(tokens)),
    }
}

/// The token request (RFC 6749 section 4.1.3), with the client's secret in the body (section
/// 2.3.1), as the built-in providers document it.
fn form(request: &TokenRequest<'_>) -> HttpRequest {
    let provider = request.provider;
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("client_id", &provider.client_id)
        .append_pair("client_secret", provider.client_secret.expose())
        .append_pair("code", request.code.expose());
    if !request.verifier.expose().is_empty() {
        form.append_pair("code_verifier", request.verifier.expose());
    }
    form.append_pair("grant_type", "authorization_code")
        .append_pair("redirect_uri", &provider.redirect_url);
    HttpRequest {
        method: HttpMethod::Post,
        url: provider.token_url.clone(),
        headers: vec![
            (
                "Content-Type",
                Secret::new("application/x-www-form-urlencoded".to_owned()),
            ),
            ("Accept", Secret::new("application/json".to_owned())),
        ],
        body: Secret::new(form.finish().into_bytes()),
        inner_addresses: provider.inner_addresses,
    }
}

/// The refusal in an answer, if there is one.
fn refusal(answer: &Map<String, Value>) -> Option<Refusal> {
    let error = answer.get("error")?;
    let code = match error {
        Value::Null => return None,
        Value::String(code) if code.is_empty() => return None,
        Value::String(code) if is_code(code) => code.clone(),
        _ => "token endpoint refused the code".to_owned(),
    };
    let details = ["error", "error_description", "error_uri"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), answer.get(name)?.clone())))
        .collect();
    Some(Refusal { code, details })
}

/// Whether a text is an error code: printable ASCII without quotes (RFC 6749 section 5.2), and
/// short.
fn is_code(text: &str) -> bool {
    let allowed = |byte: u8| (0x20..=0x7e).contains(&byte) && !b"\"\\".contains(&byte);
    text.len() <= 64 && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests;
