//! `2fa/webauthn/begin` and `2fa/webauthn/finish` of both portals.

use axum::response::IntoResponse as _;
use gatefold_identity::Refusal;
use gatefold_kernel::Token;
use gatefold_kernel::token::Pending;

use super::{assertion, opened, options};
use crate::body::Sent;
use crate::denial::{Answer, Denied};
use crate::return_to::ReturnTo;
use crate::visit::Visit;

pub(crate) async fn begin(visit: Visit) -> Answer {
    let token = pending(&visit)?;
    let identity = visit.app().identity();
    let begun = identity
        .begin_second_step(visit.portal(), &token, visit.browser(), visit.client())
        .await?;
    Ok(options(&begun))
}

pub(crate) async fn finish(visit: Visit, Sent(body): Sent) -> Answer {
    let token = pending(&visit)?;
    let response = assertion(&body)?;
    let identity = visit.app().identity();
    match identity
        .finish_second_step(&token, visit.browser(), &response, &visit.arrival())
        .await
        .map_err(Denied::from)
    {
        Ok((signed_in, asked)) => Ok(opened(
            &visit,
            &signed_in,
            asked.as_deref().and_then(ReturnTo::parse).as_ref(),
        )),
        Err(denied @ Denied::Refused(Refusal::NoPendingLogin | Refusal::TooManyAttempts)) => {
            let jar = visit
                .app()
                .cookies()
                .clear_pending(visit.jar(), visit.portal());
            let mut answer = denied.into_response();
            crate::present::keep_cookies(&mut answer, jar);
            Ok(answer)
        }
        Err(denied) => Err(denied),
    }
}

/// The login that waits in this browser.
pub(crate) fn pending(visit: &Visit) -> Result<Token<Pending>, Denied> {
    let token = visit.app().cookies().pending(&visit.jar(), visit.portal());
    token.ok_or(Denied::Refused(Refusal::NoPendingLogin))
}
