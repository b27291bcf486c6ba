//! Signing in and out.

use serde::Serialize;

use crate::{Message, Page};

/// `{base}/login`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SignIn {
    /// What was typed before; the password never comes back.
    pub entered_login: String,
    /// Where to go afterwards.
    pub return_to: Option<String>,
    /// Why it failed.
    pub error: Option<Message>,
    /// Whether the person just signed out.
    pub signed_out: bool,
}

impl Page for SignIn {
    const TEMPLATE: &'static str = "pages/sign-in.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let wrong = Some(Message::new("refusal-invalid-credentials"));
        let throttled = Some(Message::new("refusal-throttled").number("retry_after_sec", 64.0));
        let long =
            "amira.von-und-zu-donaudampfschifffahrtsgesellschaft@kundendienst.northwind.example";
        vec![
            ("empty", Self::default()),
            (
                "wrong",
                Self {
                    entered_login: "amira.h".into(),
                    error: wrong,
                    ..Self::default()
                },
            ),
            (
                "throttled",
                Self {
                    entered_login: long.into(),
                    error: throttled,
                    ..Self::default()
                },
            ),
            (
                "signed-out",
                Self {
                    signed_out: true,
                    return_to: Some("/admin/accounts".into()),
                    ..Self::default()
                },
            ),
        ]
    }
}

/// `{base}/login/2fa`: the second step, with a passkey.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SecondStep {
    /// Why the last try failed.
    pub error: Option<Message>,
    /// How many tries are left; said when three or fewer are.
    pub attempts_left: u32,
}

impl Page for SecondStep {
    const TEMPLATE: &'static str = "pages/second-step.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let failed = |attempts_left: u32| {
            Some(
                Message::new("refusal-second-step-failed")
                    .number("attempts_remaining", attempts_left.into()),
            )
        };
        vec![
            (
                "first",
                Self {
                    error: None,
                    attempts_left: 5,
                },
            ),
            (
                "failed-once",
                Self {
                    error: failed(4),
                    attempts_left: 4,
                },
            ),
            (
                "nearly-out",
                Self {
                    error: failed(1),
                    attempts_left: 1,
                },
            ),
            (
                "three-left",
                Self {
                    error: None,
                    attempts_left: 3,
                },
            ),
        ]
    }
}

/// `{base}/logout`: asks, because leaving by a link could be forged.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SignOut {
    /// Whether somebody is signed in at all.
    pub signed_in: bool,
}

impl Page for SignOut {
    const TEMPLATE: &'static str = "pages/sign-out.html";

    fn samples() -> Vec<(&'static str, Self)> {
        vec![
            ("signed-in", Self { signed_in: true }),
            ("nobody", Self { signed_in: false }),
        ]
    }
}
