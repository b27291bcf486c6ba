//! `gatefold account ...`: create, list, disable, enable and rescue accounts.

pub mod create;
pub mod disable;
pub mod enable;
pub mod list;
pub mod reset_link;

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand, ValueEnum};
use gatefold_identity::account::Actor;
use gatefold_identity::{Client, Failure, Identity, Refusal};
use gatefold_kernel::{AccountKind, Subject};

use super::refused;

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create an account and print a one-time link with which its owner enrols.
    Create(create::Arguments),
    /// List accounts in the order of their logins.
    List(list::Arguments),
    /// Keep an account from signing in and end its sessions.
    Disable(disable::Arguments),
    /// Let a disabled account sign in again.
    Enable(enable::Arguments),
    /// Print a one-time link for someone who lost their credentials.
    ResetLink(reset_link::Arguments),
}

impl Command {
    /// Does it.
    ///
    /// # Errors
    /// The services refuse, or the database fails.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Create(arguments) => create::run(arguments),
            Self::List(arguments) => list::run(arguments),
            Self::Disable(arguments) => disable::run(arguments),
            Self::Enable(arguments) => enable::run(arguments),
            Self::ResetLink(arguments) => reset_link::run(arguments),
        }
    }
}

/// Kind of an account, as it is written on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Staff, who sign in at /login.
    Agent,
    /// Customers, who sign in at /customer/login.
    Customer,
}

impl From<Kind> for AccountKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Agent => Self::Agent,
            Kind::Customer => Self::Customer,
        }
    }
}

/// Which account is meant.
#[derive(Args, Debug)]
pub struct Target {
    /// Login of the account.
    #[arg(value_name = "LOGIN")]
    pub login: String,
    /// Kind of the account; needed if an agent and a customer share the login.
    #[arg(long, value_enum)]
    pub kind: Option<Kind>,
}

impl Target {
    /// Finds the account among both kinds, or the one that was given.
    async fn find(&self, identity: &Identity) -> anyhow::Result<Subject> {
        let kinds = match self.kind {
            Some(kind) => vec![kind.into()],
            None => AccountKind::ALL.to_vec(),
        };
        let mut found = Vec::new();
        for kind in kinds {
            match identity.account_by_name(kind, &self.login).await {
                Ok(account) => found.push(account.subject()),
                Err(Failure::Refused(Refusal::NotFound)) => {}
                Err(failure) => return Err(refused::explain(failure)),
            }
        }
        if found.len() > 1 {
            bail!(
                "an agent and a customer are both called {}; add --kind",
                self.login
            );
        }
        let none = || {
            format!(
                "there is no account with the login {}; `gatefold account list` shows them",
                self.login
            )
        };
        found.pop().with_context(none)
    }
}

/// Whoever may run this command on this machine is the operator.
fn operator(client: &Client) -> Actor<'_> {
    Actor {
        principal: None,
        client,
    }
}
