//! `gatefold account list`: list accounts in the order of their logins.

use std::process::ExitCode;

use clap::Args;
use gatefold_kernel::AccountKind;
use gatefold_kernel::account::comparison_key;
use gatefold_store::account::{AccountQuery, AccountSummary};
use serde_json::json;

use super::Kind;
use crate::commands::{output, refused, with_system};
use crate::config::SystemFlags;
use crate::system::System;

/// Accounts read at once.
const PAGE: u32 = 500;

const AFTER_HELP: &str = "\
Examples:
  gatefold account list
  gatefold account list --kind agent --prefix ad
  gatefold account list --json | jq -r .login";

/// Arguments of `gatefold account list`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// Only accounts of this kind.
    #[arg(long, value_enum)]
    pub kind: Option<Kind>,
    /// Only logins that begin with this.
    #[arg(long, value_name = "TEXT")]
    pub prefix: Option<String>,
    /// One JSON object on each line instead of a table.
    #[arg(long)]
    pub json: bool,
    /// Which system is meant.
    #[command(flatten)]
    pub settings: SystemFlags,
}

/// Lists the accounts, page by page.
///
/// # Errors
/// The database fails, or standard output cannot be written to.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let kinds = match arguments.kind {
        Some(kind) => vec![kind.into()],
        None => AccountKind::ALL.to_vec(),
    };
    let prefix = arguments.prefix.as_deref().map(comparison_key);
    let line = if arguments.json { as_json } else { as_row };
    with_system(arguments.settings.0, async move |system| {
        for kind in kinds {
            let query = AccountQuery {
                kind,
                prefix: prefix.clone(),
                after: None,
                before: None,
                limit: PAGE,
            };
            list(system, query, line).await?;
        }
        Ok(())
    })
}

async fn list(
    system: &System,
    mut query: AccountQuery,
    line: fn(&AccountSummary) -> String,
) -> anyhow::Result<()> {
    loop {
        let page = system
            .identity
            .accounts(&query)
            .await
            .map_err(refused::explain)?;
        output::print(&page.iter().map(line).collect::<String>())?;
        match page.last() {
            Some(last) => query.after = Some(last.cursor.clone()),
            None => return Ok(()),
        }
    }
}

fn as_row(summary: &AccountSummary) -> String {
    let account = &summary.account;
    let role = account.role.map_or("customer", |role| role.as_str());
    format!(
        "{:24} {:9} {:9} {:32} {}\n",
        account.login,
        role,
        account.status.as_str(),
        account.email.as_deref().unwrap_or("-"),
        account.display_name,
    )
}

fn as_json(summary: &AccountSummary) -> String {
    let account = &summary.account;
    let value = json!({
        "login": account.login,
        "kind": account.kind.as_str(),
        "role": account.role.map(|role| role.as_str()),
        "status": account.status.as_str(),
        "name": account.display_name,
        "email": account.email,
        "passkeys": summary.passkeys,
        "has_password": summary.has_password,
        "created_at_ms": account.created_at.get(),
        "last_sign_in_at_ms": summary.last_sign_in_at.map(|time| time.get()),
    });
    format!("{value}\n")
}
