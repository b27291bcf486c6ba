//! `login` and `logout` as JSON.

use axum::response::{IntoResponse as _, Response};
use gatefold_identity::sign_in::{PasswordAnswer, Typed};
use gatefold_kernel::Secret;
use serde::Deserialize;
use serde_json::json;

use super::opened;
use crate::body::{Json, Posted};
use crate::denial::{Answer, Denied};
use crate::return_to::{ReturnTo, base};
use crate::visit::{Format, Visit};

/// A name under one of the words the contract takes, and a password.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    #[serde(default, alias = "username", alias = "email")]
    login: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    return_to: Option<String>,
}

pub(crate) async fn login(visit: Visit, Json(sent): Json<Credentials>) -> Answer {
    let asked = sent.return_to.as_deref().and_then(ReturnTo::parse);
    let answer = check(
        &visit,
        &sent.login,
        Secret::new(sent.password),
        asked.as_ref(),
    )
    .await?;
    Ok(follow(&visit, &answer, asked.as_ref()))
}

/// Checks a name and a password on this portal.
pub(crate) async fn check(
    visit: &Visit,
    name: &str,
    password: Secret<String>,
    asked: Option<&ReturnTo>,
) -> Result<PasswordAnswer, Denied> {
    let typed = Typed {
        name,
        password,
        return_to: asked.map(|path| path.as_str().to_owned()),
    };
    Ok(visit
        .app()
        .identity()
        .password_sign_in(typed, &visit.arrival())
        .await?)
}

/// What follows from a right password: the portal, or the second step.
pub(crate) fn follow(visit: &Visit, answer: &PasswordAnswer, asked: Option<&ReturnTo>) -> Response {
    match answer {
        PasswordAnswer::SignedIn(signed_in) => opened(visit, signed_in, asked),
        PasswordAnswer::SecondStep(token) => {
            let jar = visit
                .app()
                .cookies()
                .set_pending(visit.jar(), visit.portal(), token);
            let to = format!("{}/login/2fa", base(visit.portal()));
            let body = match visit.format() {
                Format::Html => visit.go(&to),
                Format::Json => {
                    Visit::json(&json!({ "success": true, "requires_2fa": true, "redirect": to }))
                }
            };
            (jar, body).into_response()
        }
    }
}

/// A form without fields of its own.
#[derive(Deserialize)]
pub(crate) struct Nothing {}

/// Ends the session. A form, so that it works without scripts; never by GET.
pub(crate) async fn logout(visit: Visit, Posted(_): Posted<Nothing>) -> Answer {
    if let Some(principal) = visit.signed_in() {
        visit
            .app()
            .identity()
            .sign_out(principal, visit.client())
            .await?;
    }
    let jar = visit
        .app()
        .cookies()
        .clear_session(visit.jar(), visit.portal());
    let to = format!("{}/login?signed-out", base(visit.portal()));
    Ok((jar, [("clear-site-data", "\"cache\"")], visit.go(&to)).into_response())
}
