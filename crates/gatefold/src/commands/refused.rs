//! What the services answer, in words for whoever typed the command.

use anyhow::anyhow;
use gatefold_identity::{Failure, Refusal};

/// A failure of a service as the error the command ends with.
pub(super) fn explain(failure: Failure) -> anyhow::Error {
    match failure {
        Failure::Fault(fault) => fault.into(),
        Failure::Refused(refusal) => anyhow!(sentence(&refusal)),
    }
}

fn sentence(refusal: &Refusal) -> String {
    match refusal {
        Refusal::InvalidField { field, problem } => format!("the {field} {problem}"),
        Refusal::LoginTaken => "another account of this kind has this login; choose another".to_owned(),
        Refusal::EmailTaken => "another account of this kind has this e-mail address; use another, or rescue that account \
             with `gatefold account reset-link`"
            .to_owned(),
        Refusal::NotFound => "there is no such account".to_owned(),
        Refusal::LastAdministrator => {
            "this is the last administrator who can sign in; make another one first".to_owned()
        }
        Refusal::AccountDisabled => {
            "the account is disabled; enable it first with `gatefold account enable`".to_owned()
        }
        Refusal::SetupClosed => "somebody can already sign in, so setting up is closed; an \
             administrator invites, and `gatefold account reset-link LOGIN` rescues"
            .to_owned(),
        other => format!("refused: {}", other.code()),
    }
}
