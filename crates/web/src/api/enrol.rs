//! Enrolling a passkey through a one-time link.

use axum::response::{IntoResponse as _, Response};
use gatefold_identity::enrol::PersonFields;
use gatefold_identity::session::SignedIn;

use super::{attestation, options};
use crate::body::{Json, Sent};
use crate::denial::Answer;
use crate::return_to::landing;
use crate::visit::Visit;

pub(crate) async fn begin(visit: Visit, Json(fields): Json<PersonFields>) -> Answer {
    let link = visit.link()?;
    let identity = visit.app().identity();
    let begun = identity
        .begin_enrolment(&link, &fields, visit.browser(), &visit.arrival())
        .await?;
    Ok(options(&begun))
}

pub(crate) async fn finish(visit: Visit, Sent(body): Sent) -> Answer {
    let link = visit.link()?;
    let response = attestation(&body)?;
    let identity = visit.app().identity();
    let signed_in = identity
        .finish_enrolment(&link, visit.browser(), &response, &visit.arrival())
        .await?;
    Ok(enrolled(&visit, &signed_in))
}

/// Opens the portal and forgets the link. Whoever set up is shown what to do next.
pub(crate) fn enrolled(visit: &Visit, signed_in: &SignedIn) -> Response {
    let cookies = visit.app().cookies();
    let jar =
        cookies.clear_link(cookies.set_session(visit.jar(), signed_in.portal, &signed_in.token));
    let to = if signed_in.is_admin {
        String::from("/welcome")
    } else {
        landing(signed_in.portal, false, None)
    };
    (jar, visit.go(&to)).into_response()
}
