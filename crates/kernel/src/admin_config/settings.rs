//! Which settings there are, which of them are secrets, and what of them is shown.

use std::collections::BTreeSet;

use serde_json::Value;

use super::redact::redacted_value;
use crate::Document;
use crate::document::setting;
use crate::provider::Descriptor;

/// The settings that a page knows by name.
const LISTED: &[&str] = &[
    "environment",
    "passkey_auth_enabled",
    "passkey_enabled",
    "password_auth_enabled",
    "password_enabled",
    "totp_auth_enabled",
    "totp_enabled",
    "webauthn_rp_id",
    "webauthn_origin",
    "smtp_host",
    "smtp_from",
    "auth_routes_enabled",
    "routes_enabled",
    "oauth_routes_enabled",
    "oauth_provider",
    "oauth_providers",
    "sms_enabled",
    "sms_auth_enabled",
    "twilio_verify_service_sid",
    "twilio_account_sid",
    "twilio_auth_token",
    "twilio_api_key_sid",
    "twilio_api_key_secret",
    "jwt_secret",
    "allow_insecure_test_oauth_endpoints",
];

/// What the settings of any identity provider end with.
const LISTED_ENDINGS: &[&str] = &[
    "_oauth_client_id",
    "_oauth_client_secret",
    "_oauth_redirect_url",
];

/// Secrets whose names do not contain the word.
const NAMED_SECRETS: &[&str] = &["twilio_auth_token", "smtp_pass", "jwt_secret"];

/// Whether a page knows this setting.
pub fn is_listed(key: &str) -> bool {
    let key = plain(key);
    LISTED.contains(&key.as_str()) || LISTED_ENDINGS.iter().any(|end| key.ends_with(end))
}

/// Which settings are secrets: by their names, or because a provider's descriptor says so. No
/// descriptor can make a secret public.
#[derive(Debug, Default)]
pub(super) struct Secrets(BTreeSet<String>);

impl Secrets {
    /// With the fields that descriptors flag.
    pub(super) fn of(descriptors: &[Descriptor]) -> Self {
        let fields = descriptors
            .iter()
            .flat_map(|descriptor| &descriptor.capabilities)
            .flat_map(|capability| &capability.config_fields);
        Self(
            fields
                .filter(|field| field.secret)
                .map(|field| plain(&field.key))
                .collect(),
        )
    }

    /// Whether a setting is a secret.
    pub(super) fn hold(&self, key: &str) -> bool {
        let key = plain(key);
        key.contains("secret") || NAMED_SECRETS.contains(&key.as_str()) || self.0.contains(&key)
    }

    /// The names of the secrets that have a value, in order.
    pub(super) fn present(&self, settings: &Document) -> Vec<String> {
        let mut present: Vec<String> = settings
            .members()
            .iter()
            .filter(|(key, value)| self.hold(key) && setting(value).is_some())
            .map(|(key, _)| key.clone())
            .collect();
        present.sort();
        present
    }
}

/// What of settings may be shown: listed ones that are no secrets, as they stand. A value of
/// another type than its setting has is dropped, since nobody knows what is in it (B6); what is
/// nested in `oauth_providers` is redacted.
pub fn shown(settings: &Document, descriptors: &[Descriptor]) -> Document {
    let secrets = Secrets::of(descriptors);
    let members = settings.members().iter();
    let public = members.filter(|(key, _)| is_listed(key) && !secrets.hold(key));
    Document::new(
        public
            .filter_map(|(key, value)| Some((key.clone(), shown_value(key, value)?)))
            .collect(),
    )
}

fn shown_value(key: &str, value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Array(_) | Value::Object(_) if plain(key) != "oauth_providers" => None,
        value => redacted_value(value),
    }
}

fn plain(key: &str) -> String {
    key.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Secrets, shown};
    use crate::Document;
    use crate::provider::catalog;

    fn document(value: Value) -> Document {
        Document::new(value.as_object().cloned().unwrap())
    }

    #[test]
    fn only_listed_values_of_the_right_type_are_shown() {
        let settings = document(json!({
            "environment": "dev", "webauthn_rp_id": {"client_secret": "LEAK"}, "smtp_host": ["LEAK"],
            "password_enabled": false, "okta_oauth_client_id": "id", "okta_oauth_client_secret": "LEAK",
            "JWT_Secret": "LEAK", "random": "LEAK", "twilio_auth_token": "LEAK", "smtp_from": null,
            "oauth_providers": {"google": [{"client_secret": "LEAK", "enabled": true}]},
            "odd_oauth_client_id": "LEAK",
        }));
        let descriptors = catalog(&[&document(
            json!({"providers": [{"id": "odd", "capabilities": [
            {"key": "c", "config_fields": [{"key": "odd_oauth_client_id", "secret": true}]}]}]}),
        )]);
        assert_eq!(
            Value::Object(shown(&settings, &descriptors.providers).into_members()),
            json!({"environment": "dev", "password_enabled": false, "okta_oauth_client_id": "id",
                "oauth_providers": {"google": [{"enabled": true}]}})
        );
        assert_eq!(
            Secrets::of(&descriptors.providers).present(&settings),
            [
                "JWT_Secret",
                "odd_oauth_client_id",
                "okta_oauth_client_secret",
                "twilio_auth_token"
            ]
        );
    }

    #[test]
    fn a_descriptor_makes_no_secret_public() {
        let open = catalog(&[&document(
            json!({"providers": [{"id": "a", "capabilities": [
            {"key": "c", "config_fields": [{"key": "jwt_secret", "secret": false}]}]}]}),
        )]);
        assert!(Secrets::of(&open.providers).hold("jwt_secret"));
    }
}
