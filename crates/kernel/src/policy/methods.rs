//! The policy: which ways of signing in the settings allow.

use super::Settings;
use crate::Document;
use crate::oauth::{canonical, resolve};
use crate::provider::Descriptor;

/// Ways of signing in, each allowed or not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Methods {
    /// Passkeys.
    pub passkey: bool,
    /// Codes and links by mail.
    pub email_code: bool,
    /// Codes by SMS.
    pub sms_code: bool,
    /// Passwords.
    pub password: bool,
    /// Passwords, under the name of the setting.
    pub password_auth: bool,
    /// Codes of an authenticator app, as a second factor.
    pub totp: bool,
    /// The ids of identity providers.
    pub oauth_providers: Vec<String>,
}

/// The names of the switch for routes that OAuth needs.
pub const OAUTH_ROUTES: &[&str] = &[
    "auth_routes_enabled",
    "routes_enabled",
    "oauth_routes_enabled",
];

/// The names of the switch for passwords.
pub const PASSWORD_SWITCHES: &[&str] = &["password_auth_enabled", "password_enabled"];

const PASSKEY_SWITCHES: &[&str] = &["passkey_auth_enabled", "passkey_enabled"];
const TOTP_SWITCHES: &[&str] = &["totp_auth_enabled", "totp_enabled"];
const SMS_SWITCHES: &[&str] = &["sms_auth_enabled", "sms_enabled"];
const ROUTES: &[&str] = &["auth_routes_enabled", "routes_enabled"];
const GOOGLE: &[&str] = &[
    "google_oauth_client_id",
    "google_oauth_client_secret",
    "google_oauth_redirect_url",
];

impl Methods {
    /// What settings allow. Identity providers are those of the descriptors that are about signing
    /// in; without such a descriptor it is Google alone, if it is configured and its endpoints are
    /// Google's.
    pub fn evaluate(settings: &Settings, descriptors: &[Descriptor]) -> Self {
        let password = settings.is_on(PASSWORD_SWITCHES) && !settings.is_production();
        let passkey = settings.are_present(&["webauthn_rp_id", "webauthn_origin"]);
        Self {
            passkey: passkey && !settings.is_off(PASSKEY_SWITCHES),
            email_code: settings.are_present(&["smtp_host", "smtp_from"]),
            sms_code: sends_sms(settings),
            password,
            password_auth: password,
            totp: settings.is_on(TOTP_SWITCHES),
            oauth_providers: providers(settings, descriptors),
        }
    }

    /// Reads what an earlier policy said. Switches that are missing are off.
    pub fn read(policy: &Document) -> Self {
        Self {
            passkey: policy.flag("passkey_enabled"),
            email_code: policy.flag("email_code_enabled"),
            sms_code: policy.flag("sms_code_enabled"),
            password: policy.flag("password_enabled"),
            password_auth: policy.flag("password_auth_enabled"),
            totp: policy.flag("totp_enabled"),
            oauth_providers: policy.list("oauth_providers").unwrap_or_default(),
        }
    }

    /// What both allow. The order of providers is that of the first.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        let others: Vec<_> = other.oauth_providers.iter().map(|id| plain(id)).collect();
        let mut oauth_providers = self.oauth_providers;
        oauth_providers.retain(|id| others.contains(&plain(id)));
        Self {
            passkey: self.passkey && other.passkey,
            email_code: self.email_code && other.email_code,
            sms_code: self.sms_code && other.sms_code,
            password: self.password && other.password,
            password_auth: self.password_auth && other.password_auth,
            totp: self.totp && other.totp,
            oauth_providers,
        }
    }

    /// The same without passwords (V6).
    #[must_use]
    pub fn without_passwords(self) -> Self {
        Self {
            password: false,
            password_auth: false,
            ..self
        }
    }

    /// The same with providers that are configured elsewhere, if the settings have routes for them
    /// and do not name another one as the only provider.
    #[must_use]
    pub fn with_providers(mut self, ready: Vec<String>, settings: &Settings) -> Self {
        if settings.is_on(OAUTH_ROUTES) {
            let allowed = ready.into_iter().filter(|id| is_selected(settings, id));
            self.oauth_providers.extend(allowed);
            self.oauth_providers.sort();
            self.oauth_providers.dedup();
        }
        self
    }

    /// How many ways there are to sign in. A second factor is none.
    pub fn primary_count(&self) -> usize {
        let switches = [self.passkey, self.email_code, self.sms_code, self.password];
        switches.iter().filter(|on| **on).count() + self.oauth_providers.len()
    }

    /// The names of the ways to sign in, in the order in which pages show them.
    pub fn names(&self) -> Vec<String> {
        let switches = [
            (self.passkey, "passkey"),
            (self.email_code, "email_code"),
            (self.sms_code, "sms_code"),
            (self.password, "password"),
        ];
        let switched = switches.iter().filter(|(on, _)| *on);
        let providers = self.oauth_providers.iter().map(|id| format!("oauth_{id}"));
        switched
            .map(|(_, name)| (*name).to_owned())
            .chain(providers)
            .collect()
    }
}

/// The id of a provider as lists of policies compare it: trimmed and in lower case.
pub(super) fn plain(id: &str) -> String {
    id.trim().to_lowercase()
}

fn sends_sms(settings: &Settings) -> bool {
    let credentials: &[&str] = if settings.are_present(&["twilio_auth_token"]) {
        &["twilio_account_sid"]
    } else {
        &["twilio_api_key_sid", "twilio_api_key_secret"]
    };
    settings.is_on(ROUTES)
        && settings.is_on(SMS_SWITCHES)
        && settings.are_present(&["twilio_verify_service_sid"])
        && settings.are_present(credentials)
}

fn providers(settings: &Settings, descriptors: &[Descriptor]) -> Vec<String> {
    if !settings.is_on(OAUTH_ROUTES) {
        return Vec::new();
    }
    let mut kept = descriptors.iter().filter(|one| one.is_oauth()).peekable();
    if kept.peek().is_none() {
        return google(settings).into_iter().collect();
    }
    let mut ready: Vec<String> = kept
        .filter(|one| is_selected(settings, &one.id) && one.is_ready(settings.document()))
        .map(|one| one.id.clone())
        .collect();
    ready.sort();
    ready
}

fn google(settings: &Settings) -> Option<String> {
    let ready = is_selected(settings, "google")
        && settings.are_present(GOOGLE)
        && resolve("google", settings.document()).is_ok();
    ready.then(|| "google".to_owned())
}

/// Whether the settings name this provider as the only one, or none at all.
fn is_selected(settings: &Settings, id: &str) -> bool {
    let only = settings.document().setting("oauth_provider");
    only.is_none_or(|only| canonical(&only) == id)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Methods;
    use crate::Document;
    use crate::policy::Settings;
    use crate::provider::catalog;

    fn document(value: Value) -> Document {
        Document::new(value.as_object().cloned().unwrap())
    }

    fn evaluated(value: Value) -> Methods {
        let settings = document(value);
        let providers = catalog(&[&settings]).providers;
        Methods::evaluate(&Settings::of(settings), &providers)
    }

    #[test]
    fn each_method_needs_all_that_it_needs() {
        for (settings, expected) in [
            (
                json!({"webauthn_rp_id": "a", "webauthn_origin": "https://a"}),
                "passkey",
            ),
            (json!({"webauthn_rp_id": "a"}), ""),
            (json!({"smtp_host": "h", "smtp_from": "f"}), "email_code"),
            (json!({"password_enabled": true}), "password"),
            (json!({"password_enabled": true, "environment": "live"}), ""),
            (json!({"totp_enabled": true}), ""),
            (
                json!({"routes_enabled": true, "sms_enabled": true,
                    "twilio_verify_service_sid": "v", "twilio_auth_token": "t",
                    "twilio_account_sid": "a"}),
                "sms_code",
            ),
            (
                json!({"sms_enabled": true, "twilio_verify_service_sid": "v",
                    "twilio_auth_token": "t", "twilio_account_sid": "a"}),
                "",
            ),
            (
                json!({"routes_enabled": true, "google_oauth_client_id": "i",
                    "google_oauth_client_secret": "s", "google_oauth_redirect_url": "r"}),
                "oauth_google",
            ),
            (
                json!({"google_oauth_client_id": "i", "google_oauth_client_secret": "s",
                    "google_oauth_redirect_url": "r"}),
                "",
            ),
        ] {
            let methods = evaluated(settings.clone());
            assert_eq!(methods.names().join(" "), expected, "{settings}");
            assert_eq!(methods.primary_count(), methods.names().len());
        }
    }

    #[test]
    fn two_policies_allow_what_both_allow() {
        let read = |value| Methods::read(&document(value));
        let all = read(json!({"passkey_enabled": true, "password_enabled": "true",
            "oauth_providers": ["b", "Google"]}));
        let some = read(json!({"passkey_enabled": true, "oauth_providers": ["google", "c"]}));
        assert_eq!(all.and(&some).names(), ["passkey", "oauth_Google"]);
    }
}
