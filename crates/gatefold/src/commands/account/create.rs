//! `gatefold account create`: create an account and print its one-time invite link.

use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use gatefold_identity::Client;
use gatefold_identity::enrol::PersonFields;
use gatefold_kernel::AgentRole;

use super::{Kind, operator};
use crate::commands::{output, refused, with_system};
use crate::config::SystemFlags;

const AFTER_HELP: &str = "\
The link is printed on standard output and valid once. Send it to the owner over a channel you trust.

Examples:
  gatefold account create ada --kind agent --name 'Ada Lovelace' --email ada@example.com --admin
  gatefold account create grace --kind customer --name 'Grace Hopper' --email grace@example.net";

/// Arguments of `gatefold account create`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// Login, unique among accounts of its kind.
    #[arg(value_name = "LOGIN")]
    pub login: String,
    /// Kind of the account.
    #[arg(long, value_enum)]
    pub kind: Kind,
    /// Name of the person.
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// E-mail address, unique among accounts of its kind.
    #[arg(long, value_name = "EMAIL", default_value = "")]
    pub email: String,
    /// Make an administrator of this agent.
    #[arg(long)]
    pub admin: bool,
    /// Which system is meant.
    #[command(flatten)]
    pub settings: SystemFlags,
}

/// Creates the account and prints its link.
///
/// # Errors
/// A field is wrong or taken, or the database fails.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let role = match (arguments.kind, arguments.admin) {
        (Kind::Customer, true) => bail!("a customer cannot be an administrator; leave out --admin"),
        (Kind::Customer, false) => None,
        (Kind::Agent, true) => Some(AgentRole::Admin),
        (Kind::Agent, false) => Some(AgentRole::Agent),
    };
    let fields = PersonFields {
        login: arguments.login,
        name: arguments.name,
        email: arguments.email,
    };
    let person = fields
        .parse()
        .map_err(|refusal| refused::explain(refusal.into()))?;
    with_system(arguments.settings.0, async move |system| {
        let client = Client::operator();
        let kind = arguments.kind.into();
        let invited = system
            .identity
            .invite(operator(&client), kind, role, &person)
            .await;
        let (_, issued) = invited.map_err(refused::explain)?;
        output::print(&format!("{}\n", system.link(&issued).expose()))?;
        Ok(())
    })
}
