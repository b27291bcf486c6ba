//! Administration of accounts.

pub(crate) mod detail;
pub(crate) mod invite;
pub(crate) mod list;

use serde::Serialize;

/// Which accounts a page is about; serializes as its part of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum AccountKind {
    /// `/admin/accounts/agents`
    #[serde(rename = "agents")]
    Agent,
    /// `/admin/accounts/customers`
    #[serde(rename = "customers")]
    Customer,
}

/// What an agent may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountRole {
    /// Works with customers.
    Agent,
    /// Also administers.
    Admin,
    /// A customer: has no role inside.
    Customer,
}

/// Whether an account can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// Invited, no way in yet.
    Invited,
    /// In use.
    Active,
    /// Closed by an administrator.
    Disabled,
}
