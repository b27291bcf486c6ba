//! `passkey/begin` and `passkey/finish` of both portals.

use axum::extract::Query;

use super::{Landing, assertion, opened, options};
use crate::body::Sent;
use crate::denial::Answer;
use crate::visit::Visit;

pub(crate) async fn begin(visit: Visit) -> Answer {
    let identity = visit.app().identity();
    let begun = identity
        .begin_passkey_sign_in(visit.portal(), visit.browser(), visit.client())
        .await?;
    Ok(options(&begun))
}

pub(crate) async fn finish(visit: Visit, query: Query<Landing>, Sent(body): Sent) -> Answer {
    let response = assertion(&body)?;
    let identity = visit.app().identity();
    let signed_in = identity
        .finish_passkey_sign_in(visit.browser(), &response, &visit.arrival())
        .await?;
    Ok(opened(&visit, &signed_in, Landing::path(&query).as_ref()))
}
