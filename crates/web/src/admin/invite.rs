//! Inviting somebody.

use axum::extract::Path;
use axum::http::StatusCode;
use gatefold_identity::enrol::PersonFields;
use gatefold_kernel::{AccountKind, AgentRole};
use gatefold_pages::accounts::AccountInvite;
use serde::Deserialize;

use super::{actor, kind, plural, show_link};
use crate::body::Posted;
use crate::denial::{Answer, Denied};
use crate::portal::enrol::field;
use crate::portal::security::{Retry, retry, step_up_methods};
use crate::present::message;
use crate::visit::Visit;

pub(crate) async fn page(visit: Visit, Path(word): Path<String>) -> Answer {
    show(&visit, kind(&word)?, &Invite::default(), None).await
}

#[derive(Default, Deserialize)]
pub(crate) struct Invite {
    #[serde(flatten)]
    person: PersonFields,
    #[serde(default)]
    admin: Option<String>,
}

/// Creates the account and shows its link, or the form again with what was typed.
pub(crate) async fn post(
    visit: Visit,
    Path(word): Path<String>,
    Posted(form): Posted<Invite>,
) -> Answer {
    let kind = kind(&word)?;
    let role = form.admin.as_ref().map(|_| AgentRole::Admin);
    let outcome = match form.person.parse() {
        Ok(person) => visit
            .app()
            .identity()
            .invite(actor(&visit)?, kind, role, &person)
            .await
            .map_err(Denied::from),
        Err(refusal) => Err(refusal.into()),
    };
    match outcome {
        Ok((account, link)) => Ok(show_link(&visit, &account, &link)),
        Err(denied) => match retry(&visit, denied, visit.path())? {
            Retry::Confirm(response) => Ok(response),
            Retry::Show(denied) => show(&visit, kind, &form, Some(&denied)).await,
        },
    }
}

async fn show(visit: &Visit, kind: AccountKind, typed: &Invite, denied: Option<&Denied>) -> Answer {
    let page = AccountInvite {
        kind: plural(kind),
        login: typed.person.login.clone(),
        name: typed.person.name.clone(),
        email: typed.person.email.clone(),
        admin: typed.admin.is_some(),
        error: denied.map(message),
        error_field: denied.and_then(field),
        step_up_methods: step_up_methods(visit).await?,
        own_login: visit.principal()?.account().login.clone(),
    };
    Ok(visit.page(denied.map_or(StatusCode::OK, Denied::status), &page))
}
