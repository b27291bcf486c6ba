//! One's own passkeys, password and sessions.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use gatefold_identity::Refusal;
use gatefold_identity::profile::PASSKEY_NAME_CHARS;
use gatefold_kernel::Secret;
use gatefold_kernel::credential::CredentialKey;
use gatefold_kernel::password::MIN_CHARS;
use gatefold_pages::Message;
use gatefold_pages::security::{Confirm, Security};
use serde::Deserialize;

use super::rows;
use crate::api::login::Nothing;
use crate::body::Posted;
use crate::denial::{Answer, Denied, Edge};
use crate::notice::Done;
use crate::present::message;
use crate::return_to::ReturnTo;
use crate::visit::{Format, Visit};

pub(crate) async fn page(visit: Visit, Query(done): Query<Done>) -> Answer {
    show(&visit, StatusCode::OK, None, &done).await
}

/// The page, with why the last change failed if it did.
async fn show(visit: &Visit, status: StatusCode, error: Option<Message>, done: &Done) -> Answer {
    let principal = visit.principal()?;
    let overview = visit.app().identity().overview(principal).await?;
    let page = Security {
        login: principal.account().login.clone(),
        passkeys: overview.passkeys.iter().map(rows::passkey).collect(),
        password_changed_at: overview.password_changed_at.map(|at| at.get()),
        sessions: overview
            .sessions
            .iter()
            .map(|each| rows::session(each, Some(principal.session_ref())))
            .collect(),
        step_up_methods: step_up_methods(visit).await?,
        min_length: MIN_CHARS,
        max_name: PASSKEY_NAME_CHARS,
        error,
    };
    Ok(visit.page_with(status, &page, done.notice()))
}

/// How the reader can give fresh proof, as pages name it.
pub(crate) async fn step_up_methods(visit: &Visit) -> Result<Vec<&'static str>, Denied> {
    let methods = visit
        .app()
        .identity()
        .proof_methods(visit.principal()?)
        .await?;
    Ok(methods.into_iter().map(|each| each.as_str()).collect())
}

/// Ends a change: on to the page with a word of what was done, or the page again with why not. A
/// script gets JSON; without scripts, a proof that is too old leads to the page that asks for one.
async fn end(visit: &Visit, outcome: Result<(), Denied>, done: &str) -> Answer {
    let page = format!("{}/profile/security", visit.base());
    match outcome {
        Ok(()) => visit.going(&format!("{page}?done={done}")),
        Err(denied) => match retry(visit, denied, &page)? {
            Retry::Confirm(response) => Ok(response),
            Retry::Show(denied) => {
                show(
                    visit,
                    denied.status(),
                    Some(message(&denied)),
                    &Done::default(),
                )
                .await
            }
        },
    }
}

/// What becomes of a form that was refused.
pub(crate) enum Retry {
    /// The proof is too old: to the page that asks for one, and back.
    Confirm(Response),
    /// The form is shown again, with why.
    Show(Denied),
}

/// A script gets the refusal as it is; for a person without scripts it becomes a page. A failure
/// stays a failure.
pub(crate) fn retry(visit: &Visit, denied: Denied, back: &str) -> Result<Retry, Denied> {
    match denied {
        denied if visit.format() == Format::Json => Err(denied),
        Denied::Refused(Refusal::FreshProofRequired { .. }) => {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("return_to", back)
                .finish();
            let to = format!("{}/profile/security/confirm?{query}", visit.base());
            Ok(Retry::Confirm(Redirect::to(&to).into_response()))
        }
        denied @ Denied::Refused(_) => Ok(Retry::Show(denied)),
        failed => Err(failed),
    }
}

#[derive(Deserialize)]
pub(crate) struct Rename {
    #[serde(default)]
    name: String,
}

pub(crate) async fn rename(
    visit: Visit,
    Path(id): Path<String>,
    Posted(form): Posted<Rename>,
) -> Answer {
    let (identity, principal) = (visit.app().identity(), visit.principal()?);
    let key = number(&id)?;
    let renamed = identity
        .rename_passkey(principal, key, &form.name, visit.client())
        .await;
    end(&visit, renamed.map_err(Denied::from), "passkey-renamed").await
}

pub(crate) async fn remove(
    visit: Visit,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Answer {
    let (identity, principal) = (visit.app().identity(), visit.principal()?);
    let removed = identity
        .remove_passkey(principal, number(&id)?, visit.client())
        .await;
    end(&visit, removed.map_err(Denied::from), "passkey-removed").await
}

#[derive(Deserialize)]
pub(crate) struct NewPassword {
    #[serde(default)]
    new_password: String,
}

pub(crate) async fn set_password(visit: Visit, Posted(form): Posted<NewPassword>) -> Answer {
    let (identity, principal) = (visit.app().identity(), visit.principal()?);
    let set = identity
        .set_password(principal, Secret::new(form.new_password), visit.client())
        .await;
    end(&visit, set.map_err(Denied::from), "password-changed").await
}

pub(crate) async fn end_session(
    visit: Visit,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Answer {
    let (identity, principal) = (visit.app().identity(), visit.principal()?);
    // PostgreSQL takes no NUL, and no session is called so.
    if id.contains(char::is_control) {
        return Err(Edge::NoSuchPage.into());
    }
    let ended = identity.end_session(principal, &id, visit.client()).await;
    end(&visit, ended.map_err(Denied::from), "session-ended").await
}

pub(crate) async fn end_others(visit: Visit, Posted(_): Posted<Nothing>) -> Answer {
    let (identity, principal) = (visit.app().identity(), visit.principal()?);
    let ended = identity.end_other_sessions(principal, visit.client()).await;
    end(
        &visit,
        ended.map(drop).map_err(Denied::from),
        "sessions-ended",
    )
    .await
}

/// Asks for fresh proof on a page of its own, for people without scripts.
pub(crate) async fn confirm(visit: Visit, Query(asked): Query<Proof>) -> Answer {
    ask(&visit, StatusCode::OK, asked.return_to.as_deref(), None).await
}

#[derive(Default, Deserialize)]
pub(crate) struct Proof {
    #[serde(default)]
    password: String,
    #[serde(default)]
    return_to: Option<String>,
}

pub(crate) async fn confirmed(visit: Visit, Posted(form): Posted<Proof>) -> Answer {
    let (identity, principal) = (visit.app().identity(), visit.principal()?);
    let proved = identity
        .step_up_with_password(principal, Secret::new(form.password), visit.client())
        .await;
    match proved.map_err(Denied::from) {
        Ok(token) => {
            let jar = visit
                .app()
                .cookies()
                .set_session(visit.jar(), visit.portal(), &token);
            Ok((jar, visit.go(&back(&visit, form.return_to.as_deref()))).into_response())
        }
        Err(denied @ Denied::Refused(_)) => {
            ask(
                &visit,
                denied.status(),
                form.return_to.as_deref(),
                Some(message(&denied)),
            )
            .await
        }
        Err(failed) => Err(failed),
    }
}

async fn ask(
    visit: &Visit,
    status: StatusCode,
    return_to: Option<&str>,
    error: Option<Message>,
) -> Answer {
    let page = Confirm {
        login: visit.principal()?.account().login.clone(),
        step_up_methods: step_up_methods(visit).await?,
        return_to: back(visit, return_to),
        error,
    };
    Ok(visit.page(status, &page))
}

fn back(visit: &Visit, asked: Option<&str>) -> String {
    let asked = asked.and_then(ReturnTo::parse);
    asked.map_or_else(
        || format!("{}/profile/security", visit.base()),
        |path| path.as_str().to_owned(),
    )
}

/// A number in a path. What is no number names nothing.
fn number(text: &str) -> Result<CredentialKey, Denied> {
    text.parse()
        .map(CredentialKey::new)
        .map_err(|_| Edge::NoSuchPage.into())
}
