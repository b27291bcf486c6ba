//! The JSON addresses: what our scripts and other programs speak.

pub(crate) mod enrol;
pub(crate) mod login;
pub(crate) mod passkey;
pub(crate) mod profile;
pub(crate) mod second_step;
pub(crate) mod step_up;

use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use gatefold_identity::Refusal;
use gatefold_identity::session::SignedIn;
use gatefold_kernel::webauthn::{AuthenticationResponse, RegistrationResponse};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::denial::Denied;
use crate::return_to::{ReturnTo, landing};
use crate::visit::Visit;

/// Where a script wants to land.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Landing {
    #[serde(default)]
    return_to: Option<String>,
}

impl Landing {
    pub(crate) fn path(query: &Query<Self>) -> Option<ReturnTo> {
        ReturnTo::parse(query.0.return_to.as_deref()?)
    }
}

/// `{"success":true,"options":{"publicKey":…}}`.
pub(crate) fn options(options: &impl Serialize) -> Response {
    Visit::json(&json!({ "success": true, "options": { "publicKey": options } }))
}

/// Parses what the browser's authenticator gave.
pub(crate) fn assertion(body: &[u8]) -> Result<AuthenticationResponse, Denied> {
    AuthenticationResponse::from_json(body).map_err(|error| malformed(&error))
}

/// Parses a new credential.
pub(crate) fn attestation(body: &[u8]) -> Result<RegistrationResponse, Denied> {
    RegistrationResponse::from_json(body).map_err(|error| malformed(&error))
}

fn malformed(error: &dyn std::error::Error) -> Denied {
    tracing::info!(reason = %error, "a response that is no credential was refused");
    Refusal::MalformedResponse.into()
}

/// Opens the portal of whoever signed in and says where they land.
pub(crate) fn opened(visit: &Visit, signed_in: &SignedIn, asked: Option<&ReturnTo>) -> Response {
    let cookies = visit.app().cookies();
    let jar = cookies.set_session(visit.jar(), signed_in.portal, &signed_in.token);
    let jar = cookies.clear_pending(jar, visit.portal());
    let to = landing(signed_in.portal, signed_in.is_admin, asked);
    (jar, visit.go(&to)).into_response()
}
