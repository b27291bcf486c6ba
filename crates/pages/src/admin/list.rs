//! The list of accounts, at `/admin/accounts/{agents|customers}`.

use serde::Serialize;

use super::{AccountKind, AccountRole, AccountStatus};
use crate::engine::Page;
use crate::moment::Moment;
use crate::samples::{ARABIC_NAME, LONG_MAIL, LONG_NAME, moment};

/// One account in the list.
#[derive(Clone, Debug, Serialize)]
pub struct AccountRow {
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
    /// How many passkeys it has.
    pub passkeys: u32,
    /// Whether it has a password.
    pub has_password: bool,
    /// When it last signed in.
    pub last_sign_in_at: Option<Moment>,
}

/// One page of accounts. Filters and cursors live in the URL: `?q=`, `?after=`,
/// `?before=`.
#[derive(Clone, Debug, Serialize)]
pub struct AccountList {
    /// Which accounts.
    pub kind: AccountKind,
    /// The start of a name, login or address that was searched for; empty for all.
    pub query: String,
    /// This page's accounts, in order.
    pub rows: Vec<AccountRow>,
    /// Cursor for `?after=`, if there are more.
    pub next: Option<String>,
    /// Cursor for `?before=`, if there are earlier ones.
    pub prev: Option<String>,
}

impl Page for AccountList {
    const TEMPLATE: &'static str = "pages/admin/account-list.html";

    fn samples() -> Vec<(&'static str, Self)> {
        vec![
            ("agents", page(AccountKind::Agent, "", few())),
            ("customers-empty", page(AccountKind::Customer, "", Vec::new())),
            ("nothing-found", page(AccountKind::Agent, "zz", Vec::new())),
            ("long", page(AccountKind::Customer, "ann", vec![long()])),
            ("many", many()),
        ]
    }
}

fn page(kind: AccountKind, query: &str, rows: Vec<AccountRow>) -> AccountList {
    AccountList {
        kind,
        query: query.to_owned(),
        rows,
        next: None,
        prev: None,
    }
}

fn row(id: i64, display_name: &str, login: &str) -> AccountRow {
    AccountRow {
        id,
        display_name: display_name.to_owned(),
        login: login.to_owned(),
        email: Some(format!("{login}@northwind.example")),
        role: AccountRole::Agent,
        status: AccountStatus::Active,
        passkeys: 2,
        has_password: false,
        last_sign_in_at: Some(moment(id * 700)),
    }
}

fn few() -> Vec<AccountRow> {
    let mut amira = row(1, "Amira Haddad", "amira.h");
    amira.role = AccountRole::Admin;
    let mut salma = row(2, ARABIC_NAME, "salma");
    salma.status = AccountStatus::Invited;
    salma.passkeys = 0;
    salma.last_sign_in_at = None;
    let mut tom = row(3, "Tom Okafor", "tom");
    tom.status = AccountStatus::Disabled;
    tom.has_password = true;
    tom.passkeys = 0;
    let mut jun = row(4, "Jun Watanabe", "jun.w");
    jun.has_password = true;
    jun.passkeys = 1;
    vec![amira, salma, tom, jun]
}

fn long() -> AccountRow {
    AccountRow {
        email: Some(LONG_MAIL.to_owned()),
        role: AccountRole::Customer,
        ..row(5, LONG_NAME, LONG_MAIL)
    }
}

fn many() -> AccountList {
    let rows = (1..=50).map(|n| row(n, &format!("Person {n}"), &format!("person-{n}")));
    AccountList {
        rows: rows.collect(),
        next: Some("cGVyc29uLTUw".to_owned()),
        prev: Some("cGVyc29uLTE".to_owned()),
        ..page(AccountKind::Agent, "p", Vec::new())
    }
}
