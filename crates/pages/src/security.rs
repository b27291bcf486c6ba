//! A person's own credentials and sessions.

use serde::Serialize;

use crate::error_page::SAMPLE_TIME;
use crate::{Message, Millis, Page};

/// A passkey in a list.
#[derive(Clone, Debug, Serialize)]
pub struct PasskeyRow {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The authenticator, where it is a well-known one.
    pub authenticator: Option<String>,
    /// Synced by its manager, or bound to one device.
    pub synced: bool,
    /// When it was added.
    pub created_at: Millis,
    /// When it was used last.
    pub last_used_at: Option<Millis>,
    /// Whether it may have been copied.
    pub suspicious: bool,
}

/// A session in a list.
#[derive(Clone, Debug, Serialize)]
pub struct SessionRow {
    /// Its public name.
    pub id: String,
    /// The browser, for example `Firefox`; empty when unknown.
    pub browser: String,
    /// The system, for example `Android`; empty when unknown.
    pub system: String,
    /// The network it was opened from.
    pub network: String,
    /// When it was opened.
    pub created_at: Millis,
    /// When it was last used.
    pub last_seen_at: Millis,
    /// Whether it is this one.
    pub current: bool,
}

/// `{base}/profile/security`.
#[derive(Clone, Debug, Serialize)]
pub struct Security {
    /// The login, for password managers.
    pub login: String,
    /// The passkeys.
    pub passkeys: Vec<PasskeyRow>,
    /// When the password was set, if there is one.
    pub password_changed_at: Option<Millis>,
    /// The sessions.
    pub sessions: Vec<SessionRow>,
    /// How fresh proof can be given: `passkey`, `password`.
    pub step_up_methods: Vec<&'static str>,
    /// Fewest characters of a password.
    pub min_length: usize,
    /// Longest name of a passkey.
    pub max_name: usize,
    /// Why the last change failed.
    pub error: Option<Message>,
}

impl Page for Security {
    const TEMPLATE: &'static str = "pages/security.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let day = 86_400_000;
        let passkey = |id, name: &str, authenticator: Option<&str>, synced| PasskeyRow {
            id,
            name: name.into(),
            authenticator: authenticator.map(str::to_owned),
            synced,
            created_at: SAMPLE_TIME - 30 * day,
            last_used_at: (id != 3).then_some(SAMPLE_TIME - id * day),
            suspicious: id == 2,
        };
        let session = |id: &str, browser: &str, system: &str, current| SessionRow {
            id: id.into(),
            browser: browser.into(),
            system: system.into(),
            network: "192.0.2.0/24".into(),
            created_at: SAMPLE_TIME - day,
            last_seen_at: SAMPLE_TIME,
            current,
        };
        let base = Self {
            login: "amira.h".into(),
            passkeys: vec![],
            password_changed_at: None,
            sessions: vec![session("aaaaaaaaaaaaaaaa", "Firefox", "Linux", true)],
            step_up_methods: vec!["passkey"],
            min_length: 15,
            max_name: 64,
            error: None,
        };
        let full = Self {
            passkeys: vec![
                passkey(1, "MacBook Air", Some("iCloud Keychain"), true),
                passkey(2, "Blue key", Some("YubiKey 5 NFC"), false),
                passkey(
                    3,
                    "Donaudampfschifffahrtsgesellschaftskapitänsschlüsselbund (Büro)",
                    None,
                    true,
                ),
            ],
            password_changed_at: Some(SAMPLE_TIME - 40 * day),
            sessions: vec![
                session("aaaaaaaaaaaaaaaa", "Chrome", "macOS", true),
                session("bbbbbbbbbbbbbbbb", "Safari", "iOS", false),
                session("cccccccccccccccc", "", "", false),
            ],
            ..base.clone()
        };
        let password_only = Self {
            password_changed_at: Some(SAMPLE_TIME),
            step_up_methods: vec!["password"],
            ..base.clone()
        };
        let one = Self {
            passkeys: vec![passkey(1, "Passkey", None, true)],
            ..base
        };
        let refused = Self {
            error: Some(Message::new("refusal-last-credential")),
            ..one.clone()
        };
        vec![
            ("full", full),
            ("password-only", password_only),
            ("one-passkey", one),
            ("last-credential", refused),
        ]
    }
}

/// `{base}/profile/security/confirm`: fresh proof without scripts.
#[derive(Clone, Debug, Serialize)]
pub struct Confirm {
    /// The login, for password managers.
    pub login: String,
    /// How proof can be given.
    pub step_up_methods: Vec<&'static str>,
    /// Where to go on.
    pub return_to: String,
    /// Why the last try failed.
    pub error: Option<Message>,
}

impl Page for Confirm {
    const TEMPLATE: &'static str = "pages/confirm.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |methods: &[&'static str], error| Self {
            login: "amira.h".into(),
            step_up_methods: methods.to_vec(),
            return_to: "/profile/security".into(),
            error,
        };
        vec![
            ("password", page(&["password"], None)),
            ("passkey", page(&["passkey"], None)),
            (
                "wrong",
                page(
                    &["password"],
                    Some(Message::new("refusal-invalid-credentials")),
                ),
            ),
            ("none", page(&[], None)),
        ]
    }
}
