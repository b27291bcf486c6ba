//! The audit: what must not be in production.

use super::{PASSWORD_SWITCHES, Settings};

/// What violates the policy for production; nothing outside production. A request for passwords
/// counts, and so do hashes of passwords, whichever side says so: an input cannot hide what the
/// operator's settings show.
pub fn audit(settings: &Settings) -> Vec<&'static str> {
    if !settings.is_production() {
        return Vec::new();
    }
    let mut violations = Vec::new();
    if settings.is_requested(PASSWORD_SWITCHES) {
        violations.push("password auth cannot be enabled in production");
    }
    if settings.largest("password_hash_count") > 0 {
        violations.push("production contains password hashes");
    }
    violations
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::audit;
    use crate::Document;
    use crate::policy::Settings;

    #[test]
    fn an_input_hides_nothing() {
        for (base, input, expected) in [
            (
                json!({"environment": "prod", "password_hash_count": 2}),
                json!({"password_hash_count": 0}),
                1,
            ),
            (
                json!({"environment": "prod", "password_enabled": true}),
                json!({"password_enabled": false}),
                1,
            ),
            (
                json!({"environment": "prod"}),
                json!({"environment": "dev", "password_enabled": "true", "password_hash_count": "1"}),
                2,
            ),
            (
                json!({"environment": "dev", "password_enabled": true}),
                json!({}),
                0,
            ),
        ] {
            let [left, right]: [Document; 2] = [&base, &input]
                .map(|value: &Value| Document::new(value.as_object().cloned().unwrap()));
            assert_eq!(
                audit(&Settings::tightened(left, right)).len(),
                expected,
                "{base} {input}"
            );
        }
    }
}
