//! Placeholders in cases: `${save.key}`, `${stub:NAME}` and `${totp:SECRET:offset}`.

use std::collections::HashMap;

use aws_lc_rs::hmac;
use gatefold_kernel::UnixMillis;
use serde_json::{Map, Value};

/// What placeholders stand for.
#[derive(Debug, Default)]
pub struct Placeholders {
    /// Outputs of steps run before, by the name they were kept under.
    pub saved: HashMap<String, Map<String, Value>>,
    /// Base addresses of the other servers.
    pub stubs: HashMap<String, String>,
    /// The present.
    pub now: i64,
}

impl Placeholders {
    /// A value with its placeholders filled in. A text that is one placeholder takes the type of
    /// what it stands for.
    pub fn fill(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => items.iter().map(|item| self.fill(item)).collect(),
            Value::Object(members) => Value::Object(self.members(members)),
            other => other.clone(),
        }
    }

    /// An object with its placeholders filled in.
    pub fn members(&self, members: &Map<String, Value>) -> Map<String, Value> {
        members
            .iter()
            .map(|(key, value)| (key.clone(), self.fill(value)))
            .collect()
    }

    fn text(&self, text: &str) -> Value {
        if let Some(whole) = text
            .strip_prefix("${")
            .and_then(|rest| rest.strip_suffix('}'))
            && !whole.contains("${")
            && let Some(value) = self.meaning(whole)
        {
            return value;
        }
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                out.push_str("${");
                rest = after;
                continue;
            };
            match self.meaning(name) {
                Some(Value::String(value)) => out.push_str(&value),
                Some(value) => out.push_str(&value.to_string()),
                None => {
                    out.push_str("${");
                    out.push_str(name);
                    out.push('}');
                }
            }
            rest = tail;
        }
        out.push_str(rest);
        Value::String(out)
    }

    fn meaning(&self, name: &str) -> Option<Value> {
        if let Some(stub) = name.strip_prefix("stub:") {
            return self.stubs.get(stub).cloned().map(Value::String);
        }
        if let Some(code) = name.strip_prefix("totp:") {
            let (secret, offset) = code.rsplit_once(':').unwrap_or((code, "0"));
            return totp(
                secret,
                self.now,
                offset.trim_start_matches('+').parse().ok()?,
            )
            .map(Value::String);
        }
        let (save, key) = name.split_once('.')?;
        self.saved.get(save)?.get(key).cloned()
    }
}

/// The six digits of RFC 6238 with SHA-1 and 30 seconds, some steps from the present. By hand, so
/// that the steps are not judged by their own code.
fn totp(secret: &str, now_millis: i64, offset: i64) -> Option<String> {
    let key = data_encoding::BASE32_NOPAD
        .decode(secret.trim_end_matches('=').as_bytes())
        .ok()?;
    let counter =
        u64::try_from(UnixMillis::new(now_millis).seconds().div_euclid(30) + offset).ok()?;
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key);
    let tag = hmac::sign(&key, &counter.to_be_bytes());
    let tag = tag.as_ref();
    let at = usize::from(tag[19] & 0x0f);
    let word = u32::from_be_bytes(tag[at..at + 4].try_into().ok()?) & 0x7fff_ffff;
    Some(format!("{:06}", word % 1_000_000))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Placeholders, totp};

    #[test]
    fn the_code_is_that_of_rfc_6238_appendix_b() {
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        assert_eq!(totp(secret, 59_000, 0).as_deref(), Some("287082"));
        assert_eq!(
            totp(secret, 1_111_111_109_000, 0).as_deref(),
            Some("081804")
        );
    }

    #[test]
    fn a_lone_placeholder_keeps_its_type() {
        let mut placeholders = Placeholders::default();
        placeholders.saved.insert(
            "g".into(),
            json!({"n": 5, "t": "x"}).as_object().cloned().unwrap(),
        );
        placeholders
            .stubs
            .insert("UI".into(), "http://127.0.0.1:1".into());
        let filled = placeholders.fill(
            &json!({"a": "${g.n}", "b": "[${g.t}]", "c": "${stub:UI}/me", "d": "${g.none} $"}),
        );
        assert_eq!(
            filled,
            json!({"a": 5, "b": "[x]", "c": "http://127.0.0.1:1/me", "d": "${g.none} $"})
        );
    }
}
