//! Adding a passkey to one's own account.

use serde_json::json;

use super::{attestation, options};
use crate::body::Sent;
use crate::denial::Answer;
use crate::visit::Visit;

pub(crate) async fn passkey_begin(visit: Visit) -> Answer {
    let principal = visit.principal()?;
    let identity = visit.app().identity();
    let begun = identity
        .begin_adding_passkey(principal, visit.browser(), visit.client())
        .await?;
    Ok(options(&begun))
}

pub(crate) async fn passkey_finish(visit: Visit, Sent(body): Sent) -> Answer {
    let principal = visit.principal()?;
    let response = attestation(&body)?;
    let identity = visit.app().identity();
    let added = identity
        .finish_adding_passkey(principal, visit.browser(), &response, visit.client())
        .await?;
    Ok(Visit::json(
        &json!({ "success": true, "credential": { "id": added.key.get(), "name": added.name } }),
    ))
}
