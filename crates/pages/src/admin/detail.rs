//! One account, at `/admin/accounts/{agents|customers}/{id}`.

use serde::Serialize;

use super::{AccountKind, AccountRole, AccountStatus};
use crate::engine::Page;
use crate::message::Message;
use crate::moment::Moment;
use crate::samples::{BOTH, LONG_MAIL, LONG_NAME, LONG_WORD, moment, passkey, session};
use crate::security::{PasskeyRow, PasswordCard, SessionRow, StepUpMethods};

/// Who the account belongs to and how it stands.
#[derive(Clone, Debug, Serialize)]
pub struct AccountSummary {
    /// Part of its path.
    pub id: i64,
    /// As its owner is called.
    pub display_name: String,
    /// What it signs in with.
    pub login: String,
    /// Its address, if it has one.
    pub email: Option<String>,
    /// What it may do.
    pub role: AccountRole,
    /// Whether it can be used.
    pub status: AccountStatus,
    /// When it was made.
    pub created_at: Moment,
    /// When it last signed in.
    pub last_sign_in_at: Option<Moment>,
    /// Until when its invitation works, if one is open.
    pub invite_expires_at: Option<Moment>,
    /// Why it was disabled, in the words of who did it.
    pub disabled_reason: Option<String>,
}

/// How something went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EventOutcome {
    /// It was done.
    Done,
    /// It was refused.
    Refused,
    /// It broke.
    Failed,
}

/// One line of the audit.
#[derive(Clone, Debug, Serialize)]
pub struct EventRow {
    /// When.
    pub at: Moment,
    /// What, for example `audit-event-sign-in-passkey`.
    pub event: Message,
    /// From where, if it came over a network.
    pub network: Option<String>,
    /// How it went.
    pub outcome: EventOutcome,
}

/// One account. Its forms post to `.../reset-link`, `.../invite-link`,
/// `.../disable` (field `reason`), `.../enable` and `.../sessions/end-all`.
#[derive(Clone, Debug, Serialize)]
pub struct AccountDetail {
    /// Which accounts it belongs to.
    pub kind: AccountKind,
    /// Who and how.
    pub account: AccountSummary,
    /// Newest first.
    pub passkeys: Vec<PasskeyRow>,
    /// What is known of its password.
    pub password: PasswordCard,
    /// Latest first.
    pub sessions: Vec<SessionRow>,
    /// Latest first.
    pub events: Vec<EventRow>,
    /// Whether it is the administrator's own account: it cannot disable itself.
    pub is_self: bool,
    /// What the step-up dialog offers the administrator.
    pub step_up_methods: StepUpMethods,
    /// Why the last change was refused.
    pub error: Option<Message>,
}

impl Page for AccountDetail {
    const TEMPLATE: &'static str = "pages/admin/account-detail.html";

    fn samples() -> Vec<(&'static str, Self)> {
        vec![
            ("active", active()),
            ("invited", invited()),
            ("disabled", disabled()),
            ("long-refused", long()),
            ("self", own()),
            ("many", many()),
        ]
    }
}

fn event(minutes: i64, key: &str, outcome: EventOutcome) -> EventRow {
    EventRow {
        at: moment(minutes),
        event: Message::new(key),
        network: Some("198.51.100.0/24".to_owned()),
        outcome,
    }
}

fn active() -> AccountDetail {
    AccountDetail {
        kind: AccountKind::Agent,
        account: AccountSummary {
            id: 4,
            display_name: "Jun Watanabe".to_owned(),
            login: "jun.w".to_owned(),
            email: Some("jun.w@northwind.example".to_owned()),
            role: AccountRole::Agent,
            status: AccountStatus::Active,
            created_at: moment(0),
            last_sign_in_at: Some(moment(90_000)),
            invite_expires_at: None,
            disabled_reason: None,
        },
        passkeys: vec![passkey("pk_1", "Pixel 10", Some("Google Password Manager"), true)],
        password: PasswordCard {
            has_password: true,
            changed_at: Some(moment(20)),
            min_length: 15,
        },
        sessions: vec![
            session("s_1", "Chrome 150", "Android", false),
            session("s_2", "Firefox 141", "Linux", false),
            session("s_3", "Safari 19", "macOS", false),
        ],
        events: vec![
            event(90_000, "audit-event-sign-in-passkey", EventOutcome::Done),
            event(89_990, "audit-event-sign-in-password", EventOutcome::Refused),
            event(20, "audit-event-password-set", EventOutcome::Done),
            event(10, "audit-event-passkey-added", EventOutcome::Done),
            event(0, "audit-event-account-invited", EventOutcome::Done),
        ],
        is_self: false,
        step_up_methods: BOTH,
        error: None,
    }
}

fn nothing_yet() -> AccountDetail {
    AccountDetail {
        passkeys: Vec::new(),
        password: PasswordCard {
            has_password: false,
            changed_at: None,
            min_length: 15,
        },
        sessions: Vec::new(),
        ..active()
    }
}

fn invited() -> AccountDetail {
    let mut page = nothing_yet();
    page.account.status = AccountStatus::Invited;
    page.account.last_sign_in_at = None;
    page.account.invite_expires_at = Some(moment(4_320));
    page.events.truncate(0);
    page
}

fn disabled() -> AccountDetail {
    let mut page = nothing_yet();
    page.account.status = AccountStatus::Disabled;
    page.account.disabled_reason = Some("Left the company on 30 April".to_owned());
    page
}

fn long() -> AccountDetail {
    let mut page = active();
    page.kind = AccountKind::Customer;
    page.account.role = AccountRole::Customer;
    page.account.display_name = LONG_NAME.to_owned();
    page.account.login = LONG_MAIL.to_owned();
    page.account.email = Some(LONG_MAIL.to_owned());
    page.passkeys = vec![passkey("pk_1", LONG_WORD, Some(LONG_WORD), false)];
    page.error = Some(Message::new("account-error-reason-missing"));
    page
}

fn own() -> AccountDetail {
    let mut page = active();
    page.is_self = true;
    page.account.role = AccountRole::Admin;
    page
}

fn many() -> AccountDetail {
    let mut page = active();
    let browser = |n: u32| session(&format!("s_{n}"), "Chrome 150", "Windows", false);
    page.sessions = (0..20).map(browser).collect();
    let sign_in = |n| event(n, "audit-event-sign-in-passkey", EventOutcome::Done);
    page.events = (0..50).rev().map(sign_in).collect();
    page
}
