//! Signing in, the second step, signing out.

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use gatefold_identity::Refusal;
use gatefold_kernel::Secret;
use gatefold_pages::sign_in::{SecondStep, SignIn, SignOut};
use serde::Deserialize;

use crate::api::login::{check, follow};
use crate::api::second_step::pending;
use crate::body::Posted;
use crate::denial::{Answer, Denied};
use crate::present::message;
use crate::return_to::{ReturnTo, base, landing};
use crate::visit::Visit;

#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    return_to: Option<String>,
    #[serde(default, rename = "signed-out")]
    signed_out: Option<String>,
}

impl Asked {
    fn path(&self) -> Option<ReturnTo> {
        ReturnTo::parse(self.return_to.as_deref()?)
    }
}

/// The door. Somebody who is signed in is led on.
pub(crate) async fn page(visit: Visit, Query(asked): Query<Asked>) -> Answer {
    let path = asked.path();
    if let Some(principal) = visit.signed_in() {
        let to = landing(
            visit.portal(),
            principal.account().is_admin(),
            path.as_ref(),
        );
        return Ok(Redirect::to(&to).into_response());
    }
    let page = SignIn {
        entered_login: String::new(),
        return_to: path.map(|path| path.as_str().to_owned()),
        error: None,
        signed_out: asked.signed_out.is_some(),
    };
    Ok(visit.page(StatusCode::OK, &page))
}

#[derive(Deserialize)]
pub(crate) struct Credentials {
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    return_to: Option<String>,
}

/// Name and password, without scripts. What was typed stays, the password does not.
pub(crate) async fn post(visit: Visit, Posted(form): Posted<Credentials>) -> Answer {
    let asked = form.return_to.as_deref().and_then(ReturnTo::parse);
    match check(
        &visit,
        &form.login,
        Secret::new(form.password),
        asked.as_ref(),
    )
    .await
    {
        Ok(answer) => Ok(follow(&visit, &answer, asked.as_ref())),
        Err(denied @ Denied::Refused(Refusal::InvalidCredentials | Refusal::Throttled { .. })) => {
            Ok(again(&visit, form.login, asked.as_ref(), &denied))
        }
        Err(denied) => Err(denied),
    }
}

fn again(
    visit: &Visit,
    entered_login: String,
    asked: Option<&ReturnTo>,
    denied: &Denied,
) -> Response {
    let page = SignIn {
        entered_login,
        return_to: asked.map(|path| path.as_str().to_owned()),
        error: Some(message(denied)),
        signed_out: false,
    };
    let mut response = visit.page(denied.status(), &page);
    if let Some(seconds) = denied.retry_after() {
        response
            .headers_mut()
            .insert(axum::http::header::RETRY_AFTER, seconds.into());
    }
    response
}

/// The second step, or the door when no login waits here.
pub(crate) async fn second_step(visit: Visit) -> Answer {
    let Ok(token) = pending(&visit) else {
        return Ok(to_door(&visit));
    };
    match visit
        .app()
        .identity()
        .waiting_login(visit.portal(), &token)
        .await
        .map_err(Denied::from)
    {
        Ok(login) => Ok(visit.page(
            StatusCode::OK,
            &SecondStep {
                error: None,
                attempts_left: login.attempts_left,
            },
        )),
        Err(Denied::Refused(_)) => Ok(to_door(&visit)),
        Err(failed) => Err(failed),
    }
}

fn to_door(visit: &Visit) -> Response {
    let jar = visit
        .app()
        .cookies()
        .clear_pending(visit.jar(), visit.portal());
    (
        jar,
        Redirect::to(&format!("{}/login", base(visit.portal()))),
    )
        .into_response()
}

/// Asks before signing out: a link could be forged, a form cannot.
pub(crate) async fn leaving(visit: Visit) -> Answer {
    Ok(visit.page(
        StatusCode::OK,
        &SignOut {
            signed_in: visit.signed_in().is_some(),
        },
    ))
}
