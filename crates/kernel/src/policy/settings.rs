//! Settings of an operator, tightened by a pipeline's input.

use serde_json::Value;

use super::is_production;
use crate::Document;

/// Settings that a policy is judged by.
///
/// The input of a step is filled from everything that a pipeline has seen, the request included, so
/// it may only tighten what the operator's base says (hazard "current injection", B9):
///
/// - production, said by either side, is production;
/// - a switch that the base turns off stays off, under whichever of its names; one that it turns on
///   may be turned off;
/// - a text that the base sets is not replaced by another one; it may be blanked, except where its
///   absence would allow more;
/// - where the base says nothing, the input counts.
#[derive(Debug, Clone)]
pub struct Settings {
    base: Document,
    input: Document,
    merged: Document,
    production: bool,
}

/// Texts whose absence allows more than their presence: the one provider that is allowed, and the
/// token that stands before the pair of API keys.
const NARROWING: &[&str] = &["oauth_provider", "twilio_auth_token"];

impl Settings {
    /// Settings that come from one side only.
    pub fn of(settings: Document) -> Self {
        Self {
            production: is_production(&settings),
            base: Document::default(),
            input: Document::default(),
            merged: settings,
        }
    }

    /// An operator's settings, tightened by an input.
    pub fn tightened(base: Document, input: Document) -> Self {
        let mut merged = base.clone();
        for (key, value) in input.members() {
            if may_replace(&base, key, &input) {
                merged.set(key, value.clone());
            }
        }
        Self {
            production: is_production(&base) || is_production(&input),
            base,
            input,
            merged,
        }
    }

    /// These settings, in production if any of these documents says so.
    #[must_use]
    pub fn in_environment_of(mut self, documents: &[&Document]) -> Self {
        self.production |= documents.iter().any(|document| is_production(document));
        self
    }

    /// The settings as one document.
    pub fn document(&self) -> &Document {
        &self.merged
    }

    /// Whether this is production.
    pub fn is_production(&self) -> bool {
        self.production
    }

    /// Whether a switch with these names is on: one of them is, and the base does not turn it off.
    pub fn is_on(&self, names: &[&str]) -> bool {
        let base_on = names.iter().any(|name| self.base.is_on(name));
        let base_off = names.iter().any(|name| self.base.is_off(name));
        let denied = base_off && !base_on;
        !denied && names.iter().any(|name| self.merged.is_on(name))
    }

    /// Whether a switch with these names is turned off under one of them.
    pub fn is_off(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.merged.is_off(name))
    }

    /// Whether either side asks for a switch, allowed or not.
    pub fn is_requested(&self, names: &[&str]) -> bool {
        let sides = [&self.base, &self.input, &self.merged];
        sides
            .iter()
            .any(|side| names.iter().any(|name| side.is_on(name)))
    }

    /// Whether these settings all have a value.
    pub fn are_present(&self, keys: &[&str]) -> bool {
        keys.iter().all(|key| self.merged.is_present(key))
    }

    /// The largest number that any side gives.
    pub fn largest(&self, key: &str) -> i64 {
        let sides = [&self.base, &self.input, &self.merged];
        sides.iter().map(|side| side.number(key)).max().unwrap_or(0)
    }
}

fn may_replace(base: &Document, key: &str, input: &Document) -> bool {
    match base.value(key) {
        None => true,
        Some(Value::Array(_) | Value::Object(_)) => false,
        Some(_) if is_switch(key) => !base.is_off(key),
        Some(_) if !base.is_present(key) => true,
        Some(_) => !input.is_present(key) && !NARROWING.contains(&key),
    }
}

fn is_switch(key: &str) -> bool {
    key.ends_with("_enabled") || key == "allow_insecure_test_oauth_endpoints"
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Settings;
    use crate::Document;

    fn settings(base: Value, input: Value) -> Settings {
        let [base, input] =
            [base, input].map(|value| Document::new(value.as_object().cloned().unwrap()));
        Settings::tightened(base, input)
    }

    #[test]
    fn an_input_tightens_switches_and_never_loosens_them() {
        const NAMES: &[&str] = &["password_auth_enabled", "password_enabled"];
        for (base, input, expected) in [
            (
                json!({"password_enabled": false}),
                json!({"password_enabled": true}),
                false,
            ),
            (
                json!({"password_enabled": "false"}),
                json!({"password_enabled": "true"}),
                false,
            ),
            (
                json!({"password_auth_enabled": false}),
                json!({"password_enabled": true}),
                false,
            ),
            (
                json!({"password_enabled": true}),
                json!({"password_enabled": false}),
                false,
            ),
            (
                json!({"password_enabled": true}),
                json!({"password_enabled": null}),
                false,
            ),
            (json!({"password_enabled": true}), json!({}), true),
            (
                json!({"password_enabled": null}),
                json!({"password_enabled": true}),
                true,
            ),
            (json!({}), json!({"password_enabled": true}), true),
            (
                json!({"password_enabled": true, "password_auth_enabled": false}),
                json!({}),
                true,
            ),
        ] {
            let settings = settings(base.clone(), input.clone());
            assert_eq!(settings.is_on(NAMES), expected, "{base} {input}");
        }
        let off = settings(
            json!({"passkey_enabled": false}),
            json!({"passkey_enabled": null}),
        );
        assert!(off.is_off(&["passkey_enabled"]), "null does not turn it on");
    }

    #[test]
    fn an_input_cannot_change_a_text_of_the_operator() {
        for (base, input, expected) in [
            ("a", json!("b"), Some("a")),
            ("a", json!(5), Some("a")),
            ("a", json!(""), None),
            ("a", json!("{{ x }}"), None),
            ("", json!("b"), Some("b")),
            ("{{ x }}", json!("b"), Some("b")),
        ] {
            let settings = settings(json!({"smtp_host": base}), json!({"smtp_host": input}));
            assert_eq!(
                settings.document().setting("smtp_host").as_deref(),
                expected
            );
        }
        let narrow = settings(
            json!({"oauth_provider": "okta"}),
            json!({"oauth_provider": ""}),
        );
        assert!(narrow.are_present(&["oauth_provider"]));
        let listed = settings(
            json!({"providers": [{"id": "a"}]}),
            json!({"providers": []}),
        );
        assert_eq!(listed.document().objects("providers").len(), 1);
    }

    #[test]
    fn production_is_what_either_side_says() {
        for (base, input, expected) in [
            ("production", "development", true),
            ("development", "production", true),
            ("production", "", true),
            ("{{ x }}", "development", true),
            ("development", "staging", false),
        ] {
            let settings = settings(json!({"environment": base}), json!({"environment": input}));
            assert_eq!(settings.is_production(), expected, "{base} {input}");
        }
    }
}
