//! `gatefold step ...`: look at the steps, try one, and check cases. Touches neither configuration,
//! database nor data folder.

pub mod conform;
mod given;
pub mod list;
pub mod run;
pub mod show;
mod wire;

use std::fmt;
use std::process::ExitCode;

use clap::Subcommand;
use gatefold_steps::describe::Subject;
use gatefold_steps::modules::MODULE_TYPE;
use gatefold_steps::{STEPS, Step, catalogue};

use super::output;
use crate::config::suggest::closest;

/// The exit code where what the command was given cannot be read, as clap's for a wrong command
/// line.
const WRONG: u8 = 2;

/// How many names are offered for one that there is not.
const OFFERED: usize = 4;

/// What to do with steps.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List every step with what it does.
    List(list::Arguments),
    /// Say all about a step, or about the module auth.credential.
    Show(show::Arguments),
    /// Run a step once and print its output as JSON.
    Run(run::Arguments),
    /// Run a file of cases and judge the answers.
    Conform(conform::Arguments),
}

impl Command {
    /// Does it.
    ///
    /// # Errors
    /// Standard output or error cannot be written to, or the runtime does not start.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::List(arguments) => list::run(&arguments),
            Self::Show(arguments) => show::run(&arguments),
            Self::Run(arguments) => run::run(&arguments),
            Self::Conform(arguments) => conform::run(&arguments),
        }
    }
}

/// A step, named on the command line.
#[derive(Clone, Copy)]
pub struct NamedStep(&'static Step);

impl fmt::Debug for NamedStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.short())
    }
}

/// A step or the module, named on the command line.
#[derive(Clone, Copy)]
pub struct NamedSubject(Subject);

impl fmt::Debug for NamedSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.name())
    }
}

/// The step of this name, for clap.
fn step(name: &str) -> Result<NamedStep, String> {
    catalogue::find(name)
        .map(NamedStep)
        .ok_or_else(|| unknown("step", name))
}

/// The step or module of this name, for clap.
fn subject(name: &str) -> Result<NamedSubject, String> {
    Subject::find(name)
        .map(NamedSubject)
        .ok_or_else(|| unknown("step or module", name))
}

/// That there is no such name, and which ones were perhaps meant.
fn unknown(what: &str, name: &str) -> String {
    let short = name.strip_prefix(catalogue::PREFIX).unwrap_or(name);
    let known = || {
        let steps = STEPS.iter().map(Step::short);
        steps.chain(std::iter::once(MODULE_TYPE).filter(|_| what != "step"))
    };
    let mut near = closest(short, known());
    let inside = known().filter(|name| !short.is_empty() && name.contains(short));
    for name in inside {
        if !near.contains(&name) {
            near.push(name);
        }
    }
    near.truncate(OFFERED);
    match near.as_slice() {
        [] => format!("there is no such {what}; `gatefold step list` shows all"),
        names => format!(
            "there is no such {what}; did you mean {}?",
            names.join(", ")
        ),
    }
}

/// Says what is wrong with what the command was given.
fn wrong(error: &anyhow::Error) -> anyhow::Result<ExitCode> {
    output::complain(&format!("gatefold: {error:#}\n"))?;
    Ok(ExitCode::from(WRONG))
}

#[cfg(test)]
mod tests {
    use super::{step, subject, unknown};

    #[test]
    fn a_mistyped_name_is_answered_with_the_nearest() {
        for (name, offered) in [
            ("totp_verfy", "did you mean totp_verify?"),
            ("step.auth_totp_verfy", "did you mean totp_verify?"),
            ("jwt", "did you mean jwt_issue?"),
            ("anthropic_exchange", "`gatefold step list` shows all"),
            ("", "`gatefold step list` shows all"),
        ] {
            let said = step(name).unwrap_err();
            assert!(said.ends_with(offered), "{name}: {said}");
        }
        assert_eq!(unknown("step", "verify").matches(", ").count(), 3);
    }

    #[test]
    fn only_show_knows_the_module() {
        assert!(subject("auth.credential").is_ok());
        assert!(step("auth.credential").is_err());
        let said = subject("auth.credentials").unwrap_err();
        assert!(said.ends_with("did you mean auth.credential?"), "{said}");
        assert!(step("step.auth_password_hash").is_ok());
    }
}
