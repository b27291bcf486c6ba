//! A person's own passkeys, password and sessions, and proving again who they are.

use serde::Serialize;

use crate::engine::Page;
use crate::frame::Portal;
use crate::message::Message;
use crate::moment::Moment;
use crate::samples::{BOTH, LONG_MAIL, LONG_WORD, moment, passkey, session};

/// A passkey in a list.
#[derive(Clone, Debug, Serialize)]
pub struct PasskeyRow {
    /// Opaque reference, part of the paths of its forms.
    pub id: String,
    /// The name its owner gave it, 1 to 64 characters.
    pub name: String,
    /// What it is kept in, for example `iCloud Keychain`, if known.
    pub authenticator: Option<String>,
    /// Whether it is backed up to other devices of its owner.
    pub synced: bool,
    /// When it was added.
    pub created_at: Moment,
    /// When it last signed in.
    pub last_used_at: Option<Moment>,
    /// Whether the session that looks at it was opened with it.
    pub is_current_device: bool,
}

/// What is known of a password: never the password.
#[derive(Clone, Debug, Serialize)]
pub struct PasswordCard {
    /// Whether there is one.
    pub has_password: bool,
    /// When it was last set.
    pub changed_at: Option<Moment>,
    /// Fewest characters a new one may have.
    pub min_length: u32,
}

/// A signed-in browser.
#[derive(Clone, Debug, Serialize)]
pub struct SessionRow {
    /// Opaque public reference, never the session's secret.
    pub id: String,
    /// Browser, for example `Firefox 141`, if known.
    pub browser: Option<String>,
    /// Operating system, for example `macOS`, if known.
    pub system: Option<String>,
    /// The door it came through.
    pub portal: Portal,
    /// The network it was opened from, as text.
    pub network: String,
    /// When it was opened.
    pub created_at: Moment,
    /// When it was last used, to the minute.
    pub last_seen_at: Moment,
    /// Whether it is the session that looks at the list.
    pub current: bool,
}

/// Ways in which this account can prove again who it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StepUpMethods {
    /// It has a passkey.
    pub passkey: bool,
    /// It has a password.
    pub password: bool,
}

/// The security page, at `{p}/profile/security`.
#[derive(Clone, Debug, Serialize)]
pub struct Security {
    /// Whose page it is; password managers need it beside a new password.
    pub login: String,
    /// Newest first.
    pub passkeys: Vec<PasskeyRow>,
    /// Set or change.
    pub password: PasswordCard,
    /// The current one first.
    pub sessions: Vec<SessionRow>,
    /// What the step-up dialog offers.
    pub step_up_methods: StepUpMethods,
    /// Why the last change was refused.
    pub error: Option<Message>,
}

impl Page for Security {
    const TEMPLATE: &'static str = "pages/security.html";

    fn samples() -> Vec<(&'static str, Self)> {
        vec![
            ("usual", usual()),
            ("empty", empty()),
            ("one-key-refused", one_key()),
            ("password-only", password_only()),
            ("many", many()),
        ]
    }
}

fn usual() -> Security {
    let mut air = passkey("pk_1", "MacBook Air", Some("iCloud Keychain"), true);
    air.is_current_device = true;
    let mut phone = session("s_2", "Safari 19", "iOS", false);
    phone.network = "2001:db8:4a::/48".to_owned();
    Security {
        login: "amira.h".to_owned(),
        passkeys: vec![
            air,
            passkey("pk_2", "Blue key", Some("YubiKey 5 NFC"), false),
        ],
        password: PasswordCard {
            has_password: true,
            changed_at: Some(moment(10)),
            min_length: 15,
        },
        sessions: vec![session("s_1", "Firefox 141", "macOS", true), phone],
        step_up_methods: BOTH,
        error: None,
    }
}

fn empty() -> Security {
    Security {
        passkeys: Vec::new(),
        password: PasswordCard {
            has_password: false,
            changed_at: None,
            min_length: 15,
        },
        sessions: vec![session("s_1", "Chrome 150", "Windows", true)],
        step_up_methods: StepUpMethods::default(),
        ..usual()
    }
}

fn one_key() -> Security {
    let mut key = passkey("pk_1", LONG_WORD, None, false);
    key.last_used_at = None;
    let mut unknown = session("s_9", "", "", false);
    unknown.browser = None;
    unknown.system = None;
    Security {
        login: LONG_MAIL.to_owned(),
        passkeys: vec![key],
        password: PasswordCard {
            has_password: false,
            changed_at: None,
            min_length: 15,
        },
        sessions: vec![session("s_1", "Edge 150", "Windows", true), unknown],
        step_up_methods: StepUpMethods {
            passkey: true,
            password: false,
        },
        error: Some(Message::new("security-error-last-way-in")),
    }
}

fn password_only() -> Security {
    Security {
        passkeys: Vec::new(),
        step_up_methods: StepUpMethods {
            passkey: false,
            password: true,
        },
        error: Some(Message::new("password-error-too-short").with("min", 15_u32)),
        ..usual()
    }
}

fn many() -> Security {
    let key = |n: u32| passkey(&format!("pk_{n}"), &format!("Key {n}"), Some("YubiKey 5C"), n.is_multiple_of(2));
    let browser = |n: u32| session(&format!("s_{n}"), "Chrome 150", "Android", n == 0);
    Security {
        passkeys: (0..12).map(key).collect(),
        sessions: (0..14).map(browser).collect(),
        ..usual()
    }
}

/// Proving again who one is, as a page, at `{p}/profile/security/confirm`. The form
/// posts `password`, `return_to` and `_csrf` to the same path.
#[derive(Clone, Debug, Serialize)]
pub struct Confirm {
    /// Whose password is asked for.
    pub login: String,
    /// Where to go afterwards; a path on this origin, already checked.
    pub return_to: String,
    /// Why the last attempt was refused.
    pub error: Option<Message>,
    /// What this account can prove with.
    pub step_up_methods: StepUpMethods,
}

impl Page for Confirm {
    const TEMPLATE: &'static str = "pages/confirm.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let plain = Self {
            login: "amira.h".to_owned(),
            return_to: "/profile/security".to_owned(),
            error: None,
            step_up_methods: BOTH,
        };
        let mut refused = plain.clone();
        refused.error = Some(Message::new("step-up-error-refused"));
        let mut long = plain.clone();
        long.login = LONG_MAIL.to_owned();
        long.step_up_methods.passkey = false;
        let mut key_only = plain.clone();
        key_only.step_up_methods.password = false;
        vec![
            ("both", plain),
            ("refused", refused),
            ("password-only", long),
            ("passkey-only", key_only),
        ]
    }
}
