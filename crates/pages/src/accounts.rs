//! Administering accounts.

use serde::Serialize;

use crate::enrol::LinkKind;
use crate::error_page::SAMPLE_TIME;
use crate::security::{PasskeyRow, SessionRow};
use crate::{Message, Millis, Page};

/// An account in the list.
#[derive(Clone, Debug, Serialize)]
pub struct AccountRow {
    /// Its number.
    pub id: i64,
    /// What they sign in with.
    pub login: String,
    /// How they are called.
    pub display_name: String,
    /// Their address; may be empty.
    pub email: String,
    /// Whether they administer.
    pub is_admin: bool,
    /// `invited`, `active` or `disabled`.
    pub status: &'static str,
    /// How many passkeys.
    pub passkeys: i64,
    /// Whether there is a password.
    pub has_password: bool,
    /// When they signed in last.
    pub last_sign_in_at: Option<Millis>,
}

/// `/admin/accounts/{kind}`.
#[derive(Clone, Debug, Serialize)]
pub struct AccountList {
    /// `agents` or `customers`.
    pub kind: &'static str,
    /// What was searched for.
    pub query: String,
    /// The page of accounts.
    pub rows: Vec<AccountRow>,
    /// The address of the page before, if there is one.
    pub previous: Option<String>,
    /// The address of the next page, if there is one.
    pub next: Option<String>,
}

impl Page for AccountList {
    const TEMPLATE: &'static str = "pages/admin/accounts.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let row = |id: i64| AccountRow {
            id,
            login: format!("person-{id:03}"),
            display_name: [
                "Amira Haddad",
                "Björn Þórsson",
                "李小龙",
                "Wolfeschlegelsteinhausenbergerdorff",
            ][usize::try_from(id % 4).unwrap_or(0)]
            .into(),
            email: if id % 3 == 0 {
                String::new()
            } else {
                format!("person-{id:03}@northwind.example")
            },
            is_admin: id == 1,
            status: ["active", "active", "invited", "disabled"]
                [usize::try_from(id % 4).unwrap_or(0)],
            passkeys: id % 3,
            has_password: id % 2 == 0,
            last_sign_in_at: (id % 4 != 2).then_some(SAMPLE_TIME - id * 3_600_000),
        };
        let list = |kind, query: &str, rows| Self {
            kind,
            query: query.into(),
            rows,
            previous: None,
            next: None,
        };
        let paged = Self {
            previous: Some("/admin/accounts/agents?before=x".into()),
            next: Some("/admin/accounts/agents?after=y".into()),
            ..list("agents", "", (1..=50).map(row).collect())
        };
        vec![
            ("few", list("agents", "", (1..=4).map(row).collect())),
            ("many", paged),
            ("none", list("customers", "", vec![])),
            ("no-match", list("customers", "zzz", vec![])),
        ]
    }
}

/// An event in an account's audit.
#[derive(Clone, Debug, Serialize)]
pub struct EventRow {
    /// When.
    pub at: Millis,
    /// Its kind's code, for example `sign_in`; the template words it.
    pub kind: String,
    /// `done` or `refused`.
    pub outcome: String,
    /// From which network.
    pub network: String,
    /// What it was about, for example a passkey's name or a reason; may be empty.
    pub note: String,
}

/// `/admin/accounts/{kind}/{id}`.
#[derive(Clone, Debug, Serialize)]
pub struct AccountDetail {
    /// `agents` or `customers`.
    pub kind: &'static str,
    /// The account.
    pub account: AccountRow,
    /// When it was created.
    pub created_at: Millis,
    /// Its passkeys.
    pub passkeys: Vec<PasskeyRow>,
    /// Its sessions.
    pub sessions: Vec<SessionRow>,
    /// What happened last.
    pub events: Vec<EventRow>,
    /// Whether it is the reader's own account.
    pub own: bool,
    /// How the reader can give fresh proof.
    pub step_up_methods: Vec<&'static str>,
    /// The reader's login, for password managers.
    pub own_login: String,
    /// Why the last change failed.
    pub error: Option<Message>,
}

impl Page for AccountDetail {
    const TEMPLATE: &'static str = "pages/admin/account.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let AccountList { rows, .. } = AccountList::samples().remove(0).1;
        let security = crate::security::Security::samples().remove(0).1;
        let event = |kind: &str, outcome: &str, note: &str| EventRow {
            at: SAMPLE_TIME,
            kind: kind.into(),
            outcome: outcome.into(),
            network: "192.0.2.0/24".into(),
            note: note.into(),
        };
        let page = |index: usize, own| Self {
            kind: "agents",
            account: rows[index].clone(),
            created_at: SAMPLE_TIME,
            passkeys: security.passkeys.clone(),
            sessions: security.sessions.clone(),
            events: vec![
                event("sign_in", "done", ""),
                event("sign_in", "refused", ""),
                event("passkey_added", "done", "Blue key"),
            ],
            own,
            step_up_methods: vec!["passkey"],
            own_login: "amira.h".into(),
            error: None,
        };
        let bare = Self {
            passkeys: vec![],
            sessions: vec![],
            events: vec![],
            ..page(1, false)
        };
        let refused = Self {
            error: Some(Message::new("refusal-last-administrator")),
            ..page(0, false)
        };
        vec![
            ("active", page(3, false)),
            ("own", page(0, true)),
            ("invited", bare),
            ("disabled", page(2, false)),
            ("refused", refused),
        ]
    }
}

/// `/admin/accounts/{kind}/invite`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AccountInvite {
    /// `agents` or `customers`.
    pub kind: &'static str,
    /// What was typed.
    pub login: String,
    /// What was typed.
    pub name: String,
    /// What was typed.
    pub email: String,
    /// Whether an administrator is invited; agents only.
    pub admin: bool,
    /// Why it failed.
    pub error: Option<Message>,
    /// The field it is about: `login`, `name` or `email`.
    pub error_field: Option<String>,
    /// How the reader can give fresh proof.
    pub step_up_methods: Vec<&'static str>,
    /// The reader's login, for password managers.
    pub own_login: String,
}

impl Page for AccountInvite {
    const TEMPLATE: &'static str = "pages/admin/invite.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let empty = Self {
            kind: "agents",
            step_up_methods: vec!["passkey"],
            own_login: "amira".into(),
            ..Self::default()
        };
        let taken = Self {
            login: "amira".into(),
            name: "Amira Haddad".into(),
            error: Some(Message::new("refusal-login-taken").text("field", "login")),
            error_field: Some("login".into()),
            ..empty.clone()
        };
        let customer = Self {
            kind: "customers",
            step_up_methods: vec!["password"],
            ..empty.clone()
        };
        let admin = Self {
            admin: true,
            email: "not an address".into(),
            ..empty.clone()
        };
        vec![
            ("empty", empty),
            ("taken", taken),
            ("customer", customer),
            ("admin", admin),
        ]
    }
}

/// A one-time link, shown once.
#[derive(Clone, Debug, Serialize)]
pub struct LinkIssued {
    /// `agents` or `customers`.
    pub kind: &'static str,
    /// Whose it is.
    pub id: i64,
    /// How they are called.
    pub display_name: String,
    /// What it is for.
    pub link_kind: LinkKind,
    /// The link.
    pub url: String,
    /// Until when it works.
    pub expires_at: Millis,
}

impl Page for LinkIssued {
    const TEMPLATE: &'static str = "pages/admin/link.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |link_kind| Self {
            kind: "customers",
            id: 7,
            display_name: "Björn Þórsson".into(),
            link_kind,
            url: format!("https://id.northwind.example/enrol#{}", "A".repeat(43)),
            expires_at: SAMPLE_TIME,
        };
        vec![
            ("invite", page(LinkKind::Invite)),
            ("reset", page(LinkKind::Reset)),
        ]
    }
}
