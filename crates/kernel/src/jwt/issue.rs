//! Issuing a token.

use std::time::Duration;

use data_encoding::HEXLOWER;
use serde_json::{Map, Value};

use super::SigningKey;
use crate::{Clock, Document, Entropy, Secret, UnixMillis};

/// How long a token lives when nobody says, in seconds.
const DEFAULT_LIFETIME_SECONDS: u64 = 3600;

/// How long a token may live at most, in seconds: 30 days. It cannot be called back.
pub const MAX_LIFETIME_SECONDS: u64 = 30 * 24 * 3600;

/// What a token says.
pub struct TokenRequest<'a> {
    /// Who issues it.
    pub issuer: &'a str,
    /// Whom it is about, as it is.
    pub subject: &'a str,
    /// For whom it is; nothing leaves that to the claims.
    pub audience: Option<&'a str>,
    /// Further claims. They cannot replace the standard ones (V-B8).
    pub claims: Document,
    /// How long it lives.
    pub lifetime: Duration,
}

/// A token.
#[derive(Debug)]
pub struct IssuedToken {
    /// The compact form (RFC 7515 section 7.1).
    pub token: Secret<String>,
    /// When it ends, to the second.
    pub expires_at: UnixMillis,
}

/// The library could not sign: the key does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token could not be signed")]
pub struct SigningFault;

/// How long a token lives: so many seconds, an hour if none are given, 30 days at most.
#[must_use]
pub fn lifetime(seconds: Option<u64>) -> Duration {
    let seconds = seconds
        .filter(|seconds| *seconds > 0)
        .unwrap_or(DEFAULT_LIFETIME_SECONDS);
    Duration::from_secs(seconds.min(MAX_LIFETIME_SECONDS))
}

/// Signs a token. `sub`, `iat`, `exp`, `iss` and a random `jti` are always ours.
///
/// # Errors
/// [`SigningFault`].
pub fn issue(
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    key: &SigningKey,
    request: TokenRequest<'_>,
) -> Result<IssuedToken, SigningFault> {
    let issued = UnixMillis::new(clock.now().seconds().saturating_mul(1000));
    let expires_at = issued.plus(request.lifetime);
    let mut claims: Map<String, Value> = request
        .claims
        .into_members()
        .into_iter()
        .map(|(name, value)| (name, whole(value)))
        .collect();
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    // V-B8
    set("sub", request.subject.into());
    set("iat", issued.seconds().into());
    set("exp", expires_at.seconds().into());
    set("iss", request.issuer.into());
    set("jti", token_id(entropy).into());
    if let Some(audience) = request.audience {
        set("aud", audience.into());
    }
    let token = jsonwebtoken::encode(&key.header, &claims, &key.key).map_err(|_| SigningFault)?;
    Ok(IssuedToken {
        token: Secret::new(token),
        expires_at,
    })
}

/// A random id: UUID version 4 (RFC 9562 section 5.4).
fn token_id(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = HEXLOWER.encode(&bytes);
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    parts.join("-")
}

/// Whole numbers are written as integers, also where a program handed them over as doubles.
#[expect(
    clippy::cast_possible_truncation,
    reason = "only doubles below 2^63 without a fraction are cast"
)]
fn whole(value: Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(double) if number.is_f64() && double.fract() == 0.0 && double.abs() < 9.2e18 => {
                Value::from(double as i64)
            }
            _ => Value::Number(number),
        },
        Value::Array(items) => items.into_iter().map(whole).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (name, whole(value)))
            .collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests;
