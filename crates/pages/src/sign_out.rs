//! Leaving.

use serde::Serialize;

use crate::engine::Page;

/// Asks before signing out, at `{p}/logout`; the button posts `_csrf` to
/// `/api/auth/logout` or `/api/auth/customer/logout`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SignOut {
    /// How many other sessions stay signed in.
    pub other_sessions: u32,
}

impl Page for SignOut {
    const TEMPLATE: &'static str = "pages/sign-out.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let others = |other_sessions| Self { other_sessions };
        vec![
            ("only", others(0)),
            ("one-other", others(1)),
            ("three-others", others(3)),
            ("many-others", others(1_204)),
        ]
    }
}

/// Says that it is done, and where the door is.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SignedOut {
    /// Whether there was a session to end at all.
    pub was_signed_in: bool,
}

impl Page for SignedOut {
    const TEMPLATE: &'static str = "pages/signed-out.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let was = |was_signed_in| Self { was_signed_in };
        vec![("done", was(true)), ("already", was(false))]
    }
}
