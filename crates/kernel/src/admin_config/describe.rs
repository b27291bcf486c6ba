//! What the settings page shows.

use super::controls::{Group, groups};
use super::settings::Secrets;
use super::{Diagnostic, shown};
use crate::Document;
use crate::policy::{Methods, Settings};
use crate::provider::Descriptor;

/// What the settings page shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// The controls.
    pub groups: Vec<Group>,
    /// The settings that are no secrets.
    pub effective_config: Document,
    /// Which ways of signing in they allow.
    pub methods: Methods,
    /// What may surprise.
    pub warnings: Vec<Diagnostic>,
    /// The names of the secrets that have a value.
    pub secret_fields: Vec<String>,
}

/// Describes settings, with the providers of these descriptors.
pub fn describe(settings: &Settings, descriptors: &[Descriptor]) -> Description {
    let methods = Methods::evaluate(settings, descriptors);
    Description {
        groups: groups(settings, descriptors),
        effective_config: shown(settings.document(), descriptors),
        warnings: warnings(settings, &methods),
        secret_fields: Secrets::of(descriptors).present(settings.document()),
        methods,
    }
}

/// What may surprise about settings and the ways of signing in that they allow.
pub(super) fn warnings(settings: &Settings, methods: &Methods) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    if settings.is_production() && methods.primary_count() == 0 {
        warnings.push(Diagnostic::warning(
            "primary_methods",
            "production has no enabled primary authentication methods",
        ));
    }
    if settings.is_requested(&["password_auth_enabled"]) && !methods.password {
        warnings.push(Diagnostic::warning(
            "password_auth_enabled",
            "password login was requested but is not available in this environment",
        ));
    }
    warnings
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Description, describe};
    use crate::Document;
    use crate::policy::Settings;
    use crate::provider::catalog;

    fn described(value: Value) -> Description {
        let source = Document::new(value.as_object().cloned().unwrap());
        let providers = catalog(&[&source]).providers;
        describe(&Settings::of(source), &providers)
    }

    #[test]
    fn no_secret_is_in_a_description() {
        let shown = described(json!({
            "jwt_secret": "LEAK", "twilio_auth_token": "LEAK", "okta_oauth_client_secret": "LEAK",
            "okta_oauth_client_id": "LEAK", "oauth_providers": [{"google": {"client_secret": "LEAK"}}],
            "providers": [{"id": "okta", "capabilities": [{"key": "login", "category": "oauth2_oidc",
                "config_fields": [{"key": "okta_oauth_client_id", "secret": true}]}]}],
        }));
        let text = serde_json::to_string(&shown.groups).unwrap()
            + &serde_json::to_string(shown.effective_config.members()).unwrap()
            + &serde_json::to_string(&shown.warnings).unwrap();
        assert!(!text.contains("LEAK"), "{text}");
        assert_eq!(
            shown.secret_fields,
            [
                "jwt_secret",
                "okta_oauth_client_id",
                "okta_oauth_client_secret",
                "twilio_auth_token"
            ]
        );
    }

    #[test]
    fn descriptors_take_the_place_of_known_providers() {
        // V11
        let shown = described(
            json!({"providers": [{"id": "okta", "description": "p", "capabilities": [
            {"key": "a", "category": "oauth2_oidc", "supported": true, "config_fields": [{"key": "okta_id"}]},
            {"key": "b", "category": "oauth2_oidc", "config_fields": [{"key": "okta_b", "description": "d"}]},
            {"key": "s", "category": "directory", "config_fields": [{"key": "okta_s"}]}]}]}),
        );
        let oauth = &shown.groups[3].controls;
        let seen: Vec<_> = oauth
            .iter()
            .map(|one| {
                (
                    one.key.as_str(),
                    one.description.as_str(),
                    one.disabled_reason.as_str(),
                )
            })
            .collect();
        assert_eq!(
            seen[1..],
            [
                ("okta_id", "p", ""),
                ("okta_b", "d", "provider is not enabled")
            ]
        );
        assert_eq!(seen[0].0, "auth_routes_enabled");
    }

    #[test]
    fn controls_know_the_names_that_steps_use() {
        // V10
        let shown = described(json!({"from_address": "a@b.c", "signing_secret": "s"}));
        let configured: Vec<_> = shown
            .groups
            .iter()
            .flat_map(|group| &group.controls)
            .filter(|control| control.configured)
            .map(|control| control.key.as_str())
            .collect();
        assert_eq!(configured, ["smtp_from", "jwt_secret"]);
    }
}
