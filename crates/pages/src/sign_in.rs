//! The door: sign-in and its second step.

use serde::Serialize;

use crate::engine::Page;
use crate::message::Message;
use crate::samples::LONG_MAIL;

/// Sign-in, at `{p}/login`.
///
/// The form posts `login`, `password`, `return_to` and `_csrf` to the same path.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SignIn {
    /// What the person had typed as login; survives an error, the password does not.
    pub entered_login: String,
    /// Where to go afterwards; a path on this origin, already checked.
    pub return_to: Option<String>,
    /// Why the last attempt was refused.
    pub error: Option<Message>,
    /// When set, how long until another attempt is looked at.
    pub retry_after_seconds: Option<u32>,
}

impl Page for SignIn {
    const TEMPLATE: &'static str = "pages/sign-in.html";

    fn samples() -> Vec<(&'static str, Self)> {
        vec![
            ("empty", Self::default()),
            (
                "refused",
                Self {
                    entered_login: "amira.h".to_owned(),
                    return_to: Some("/admin/accounts/agents".to_owned()),
                    error: Some(Message::new("sign-in-error-invalid")),
                    ..Self::default()
                },
            ),
            (
                "long",
                Self {
                    entered_login: LONG_MAIL.to_owned(),
                    error: Some(Message::new("sign-in-error-passkey-required")),
                    ..Self::default()
                },
            ),
            (
                "throttled",
                Self {
                    entered_login: "amira.h".to_owned(),
                    error: Some(Message::new("sign-in-error-throttled")),
                    retry_after_seconds: Some(95),
                    ..Self::default()
                },
            ),
        ]
    }
}

/// The second step, at `{p}/login/2fa`: the password was right, the account also has
/// a passkey.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SecondStep {
    /// Why the last attempt was refused.
    pub error: Option<Message>,
    /// Attempts left before the sign-in starts over; said from 3 downwards.
    pub attempts_remaining: Option<u32>,
    /// Where to go afterwards; a path on this origin, already checked.
    pub return_to: Option<String>,
}

impl Page for SecondStep {
    const TEMPLATE: &'static str = "pages/second-step.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let refused = |attempts| Self {
            error: Some(Message::new("second-step-error-refused")),
            attempts_remaining: Some(attempts),
            return_to: None,
        };
        vec![
            ("first", Self::default()),
            ("refused", refused(4)),
            ("few-left", refused(3)),
            ("last", refused(1)),
        ]
    }
}
