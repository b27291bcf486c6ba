//! Inviting an account, and the one-time link that comes of it.

use serde::Serialize;

use super::{AccountKind, AccountRole};
use crate::engine::Page;
use crate::message::Message;
use crate::moment::Moment;
use crate::samples::{BOTH, LONG_MAIL, LONG_NAME, moment};
use crate::security::StepUpMethods;

/// Refusals by field.
#[derive(Clone, Debug, Default, Serialize)]
pub struct InviteErrors {
    /// About `login`.
    pub login: Option<Message>,
    /// About `display_name`.
    pub display_name: Option<Message>,
    /// About `email`.
    pub email: Option<Message>,
    /// About `role`.
    pub role: Option<Message>,
}

/// The form, at `/admin/accounts/{agents|customers}/invite`. Posts `login`,
/// `display_name`, `email`, `role` (agents only) and `_csrf` to the same path.
#[derive(Clone, Debug, Serialize)]
pub struct AccountInvite {
    /// Which accounts.
    pub kind: AccountKind,
    /// As entered.
    pub login: String,
    /// As entered.
    pub display_name: String,
    /// As entered.
    pub email: String,
    /// As entered; agents only.
    pub role: AccountRole,
    /// Refusals by field.
    pub errors: InviteErrors,
    /// A refusal that belongs to no field, or the summary of those that do.
    pub error: Option<Message>,
    /// What the step-up dialog offers the administrator.
    pub step_up_methods: StepUpMethods,
}

impl AccountInvite {
    /// The form with nothing entered.
    pub fn empty(kind: AccountKind, step_up_methods: StepUpMethods) -> Self {
        Self {
            kind,
            login: String::new(),
            display_name: String::new(),
            email: String::new(),
            role: match kind {
                AccountKind::Agent => AccountRole::Agent,
                AccountKind::Customer => AccountRole::Customer,
            },
            errors: InviteErrors::default(),
            error: None,
            step_up_methods,
        }
    }
}

impl Page for AccountInvite {
    const TEMPLATE: &'static str = "pages/admin/account-invite.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let agents = Self::empty(AccountKind::Agent, BOTH);
        let refused = Self {
            login: "amira.h".to_owned(),
            display_name: "Amira Haddad".to_owned(),
            email: "amira".to_owned(),
            role: AccountRole::Admin,
            errors: InviteErrors {
                login: Some(Message::new("account-error-login-taken")),
                email: Some(Message::new("account-error-email-invalid")),
                ..InviteErrors::default()
            },
            error: Some(Message::new("form-error-summary")),
            ..agents.clone()
        };
        let long = Self {
            login: LONG_MAIL.to_owned(),
            display_name: LONG_NAME.to_owned(),
            email: LONG_MAIL.to_owned(),
            ..agents.clone()
        };
        vec![
            ("agents", agents),
            ("customers", Self::empty(AccountKind::Customer, BOTH)),
            ("refused", refused),
            ("long", long),
        ]
    }
}

/// What an issued link does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkPurpose {
    /// Lets an invited account choose how it signs in.
    Invite,
    /// Replaces an account's ways in.
    Reset,
}

/// A one-time link, shown once: it is not stored and cannot be shown again.
#[derive(Clone, Serialize)]
pub struct LinkIssued {
    /// Which accounts.
    pub kind: AccountKind,
    /// Whose link it is.
    pub account_id: i64,
    /// Whose link it is, as they are called.
    pub display_name: String,
    /// What it does.
    pub purpose: LinkPurpose,
    /// The full address with its secret.
    pub link: String,
    /// When it stops working.
    pub expires_at: Moment,
}

impl std::fmt::Debug for LinkIssued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The link opens an account: it never reaches a log.
        f.debug_struct("LinkIssued")
            .field("account_id", &self.account_id)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

impl Page for LinkIssued {
    const TEMPLATE: &'static str = "pages/admin/link-issued.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let link = |purpose, kind, name: &str| Self {
            kind,
            account_id: 4,
            display_name: name.to_owned(),
            purpose,
            link: "https://desk.northwind.example/enrol#q3Vw0cT8nYk2bX7sJ5mRzA1dGfHuLpEoI9t4K6yWvQe"
                .to_owned(),
            expires_at: moment(4_320),
        };
        vec![
            ("invite", link(LinkPurpose::Invite, AccountKind::Agent, "Jun Watanabe")),
            ("reset", link(LinkPurpose::Reset, AccountKind::Agent, "Amira Haddad")),
            ("customer", link(LinkPurpose::Invite, AccountKind::Customer, "Jun Watanabe")),
            ("long", link(LinkPurpose::Reset, AccountKind::Customer, LONG_NAME)),
        ]
    }
}
