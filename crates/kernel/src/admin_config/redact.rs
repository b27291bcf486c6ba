//! Dropping secrets from documents that are shown (V8, B6, B30).

use serde_json::{Map, Value};

/// How deep a shown value may nest; what lies deeper is dropped.
const MAX_DEPTH: usize = 16;

/// What names of secrets contain.
const CONTAINED: &[&str] = &["secret", "token", "privatekey", "passphrase"];

/// What names of secrets end with.
const ENDINGS: &[&str] = &[
    "password",
    "passwordhash",
    "passwd",
    "pass",
    "pwd",
    "apikey",
    "accesskey",
    "signingkey",
    "encryptionkey",
    "authorization",
    "credential",
    "cookie",
    "jwt",
];

/// Names that sound like secrets and are addresses of providers.
const PUBLIC: &[&str] = &["tokenurl", "tokenendpoint"];

/// Whether a member of this name may hold a secret. Case and separators do not matter, so
/// `clientSecret`, `client-secret` and `CLIENT_SECRET` are one.
pub fn is_secret_name(name: &str) -> bool {
    let letters = name.chars().filter(|letter| letter.is_alphanumeric());
    let plain: String = letters.flat_map(char::to_lowercase).collect();
    !PUBLIC.contains(&plain.as_str())
        && (CONTAINED.iter().any(|part| plain.contains(part))
            || ENDINGS.iter().any(|end| plain.ends_with(end)))
}

/// The members without those that may hold secrets, at every depth, inside lists too.
pub fn redacted(members: &Map<String, Value>) -> Map<String, Value> {
    kept_members(members, MAX_DEPTH)
}

/// A value without the members in it that may hold secrets; nothing if it is one itself: a private
/// key, an address with a password in it, or nested too deep.
pub fn redacted_value(value: &Value) -> Option<Value> {
    kept(value, MAX_DEPTH)
}

fn kept_members(members: &Map<String, Value>, depth: usize) -> Map<String, Value> {
    let named = members.iter().filter(|(name, _)| !is_secret_name(name));
    named
        .filter_map(|(name, value)| Some((name.clone(), kept(value, depth)?)))
        .collect()
}

fn kept(value: &Value, depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    Some(match value {
        Value::Object(members) => Value::Object(kept_members(members, depth)),
        Value::Array(items) => {
            Value::Array(items.iter().filter_map(|item| kept(item, depth)).collect())
        }
        Value::String(text) if is_secret_text(text) => return None,
        other => other.clone(),
    })
}

/// Whether a text is a secret whatever its name: a private key (RFC 7468), or an address with a
/// password (RFC 3986, 3.2.1).
fn is_secret_text(text: &str) -> bool {
    let authority = text
        .split_once("://")
        .and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
    let user = authority.and_then(|authority| authority.rsplit_once('@'));
    text.contains("PRIVATE KEY-----") || user.is_some_and(|(user, _)| user.contains(':'))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{is_secret_name, redacted};

    #[test]
    fn secrets_are_known_by_their_names() {
        for name in [
            "client_secret",
            "clientSecret",
            "SECRETs",
            "a_token",
            "smtp_pass",
            "Password",
            "API-Key",
            "api_key",
            "private_key_pem",
            "jwt",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "client_id",
            "token_url",
            "credentials_path",
            "passkey_enabled",
            "password_path",
            "key",
            "bootstrap_path",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn secrets_are_dropped_at_every_depth() {
        let value = json!({
            "google": {"client_id": "ok", "client_secret": "LEAK", "more": [{"Token": "LEAK", "a": 1}]},
            "list": [["-----BEGIN PRIVATE KEY-----LEAK"], {"apiKey": "LEAK"}, "smtp://u:LEAK@h:25/"],
            "token": "LEAK",
            "url": "https://u@h/a:b@c",
        });
        let shown = redacted(value.as_object().unwrap());
        assert_eq!(
            Value::Object(shown),
            json!({"google": {"client_id": "ok", "more": [{"a": 1}]}, "list": [[], {}], "url": "https://u@h/a:b@c"})
        );
    }

    #[test]
    fn what_nests_too_deep_is_dropped() {
        let mut value = json!("LEAK");
        for _ in 0..100 {
            value = json!([value]);
        }
        let shown = redacted(json!({"a": value}).as_object().unwrap());
        assert!(!Value::Object(shown).to_string().contains("LEAK"));
    }
}
