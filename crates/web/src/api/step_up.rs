//! Fresh proof for a change, asked for by the dialog.

use axum::response::{IntoResponse as _, Response};
use gatefold_identity::session::SessionToken;
use gatefold_kernel::Secret;
use serde::Deserialize;
use serde_json::json;

use super::{assertion, options};
use crate::body::{Json, Sent};
use crate::denial::Answer;
use crate::visit::Visit;

pub(crate) async fn passkey_begin(visit: Visit) -> Answer {
    let principal = visit.principal()?;
    let begun = visit
        .app()
        .identity()
        .begin_step_up(principal, visit.browser(), visit.client())
        .await?;
    Ok(options(&begun))
}

pub(crate) async fn passkey_finish(visit: Visit, Sent(body): Sent) -> Answer {
    let principal = visit.principal()?;
    let response = assertion(&body)?;
    let identity = visit.app().identity();
    let token = identity
        .finish_step_up(principal, visit.browser(), &response, visit.client())
        .await?;
    Ok(proved(&visit, &token))
}

/// Whether the proof is fresh; if not, the refusal says how one can be given. Asked before a form
/// whose answer must be a page, such as a link that is shown once.
pub(crate) async fn check(visit: Visit) -> Answer {
    visit
        .app()
        .identity()
        .require_fresh(visit.principal()?)
        .await?;
    Ok(Visit::json(&json!({ "success": true })))
}

#[derive(Deserialize)]
pub(crate) struct Password {
    #[serde(default)]
    password: String,
}

pub(crate) async fn password(visit: Visit, Json(sent): Json<Password>) -> Answer {
    let principal = visit.principal()?;
    let secret = Secret::new(sent.password);
    let token = visit
        .app()
        .identity()
        .step_up_with_password(principal, secret, visit.client())
        .await?;
    Ok(proved(&visit, &token))
}

/// The session goes on under a new token.
fn proved(visit: &Visit, token: &SessionToken) -> Response {
    let jar = visit
        .app()
        .cookies()
        .set_session(visit.jar(), visit.portal(), token);
    (jar, Visit::json(&json!({ "success": true }))).into_response()
}
