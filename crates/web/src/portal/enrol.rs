//! Following a one-time link.
//!
//! The link's code travels behind the `#` of its address, so it reaches neither our log nor anybody
//! else's; the page's script posts it, or a person pastes it.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use gatefold_identity::Refusal;
use gatefold_identity::enrol::{OpenLink, PersonFields};
use gatefold_identity::views::LinkPurpose;
use gatefold_kernel::password::MIN_CHARS;
use gatefold_kernel::{AccountKind, Secret, Token};
use gatefold_pages::Message;
use gatefold_pages::enrol::{Choose, Enrol, LinkKind, Welcome};
use serde::Deserialize;

use crate::api::enrol::enrolled;
use crate::body::Posted;
use crate::denial::{Answer, Denied};
use crate::present::message;
use crate::visit::Visit;

/// The page: asks for the code, or shows the open link.
pub(crate) async fn page(visit: Visit) -> Answer {
    let Ok(token) = visit.link() else {
        return Ok(visit.page(StatusCode::OK, &Enrol::Open { error: None }));
    };
    match visit
        .app()
        .identity()
        .open_link(&token)
        .await
        .map_err(Denied::from)
    {
        Ok(link) => Ok(choose(
            &visit,
            StatusCode::OK,
            &link,
            &PersonFields::default(),
            None,
        )),
        Err(denied @ Denied::Refused(_)) => Ok(dead(&visit, &denied)),
        Err(failed) => Err(failed),
    }
}

#[derive(Deserialize)]
pub(crate) struct Code {
    #[serde(default)]
    token: String,
}

/// Opens a link: remembers it in a cookie of this browser. Opening does not use it up.
pub(crate) async fn open(visit: Visit, Posted(form): Posted<Code>) -> Answer {
    let code = form.token.trim();
    let code = code.rsplit_once('#').map_or(code, |(_, code)| code);
    let token = Token::parse(code).ok_or(Refusal::LinkDead);
    let opened = match &token {
        Ok(token) => visit
            .app()
            .identity()
            .open_link(token)
            .await
            .map_err(Denied::from),
        Err(refusal) => Err(Denied::Refused(refusal.clone())),
    };
    match (opened, token) {
        (Ok(_), Ok(token)) => {
            let jar = visit.app().cookies().set_link(visit.jar(), &token);
            Ok((jar, visit.go("/enrol")).into_response())
        }
        (Err(denied @ Denied::Failed(_)), _) => Err(denied),
        (Err(denied), _) => Ok(dead(&visit, &denied)),
        (Ok(_), Err(refusal)) => Err(refusal.into()),
    }
}

#[derive(Deserialize)]
pub(crate) struct WithPassword {
    #[serde(flatten)]
    person: PersonFields,
    #[serde(default)]
    password: String,
}

/// Enrols a password through the open link.
pub(crate) async fn password(visit: Visit, Posted(form): Posted<WithPassword>) -> Answer {
    let token = visit.link()?;
    let identity = visit.app().identity();
    let password = Secret::new(form.password);
    match identity
        .enrol_password(&token, &form.person, password, &visit.arrival())
        .await
        .map_err(Denied::from)
    {
        Ok(signed_in) => Ok(enrolled(&visit, &signed_in)),
        Err(denied @ Denied::Refused(Refusal::LinkDead | Refusal::SetupClosed)) => {
            Ok(dead(&visit, &denied))
        }
        Err(denied @ Denied::Refused(_)) => {
            let link = identity.open_link(&token).await?;
            Ok(choose(
                &visit,
                denied.status(),
                &link,
                &form.person,
                Some(&denied),
            ))
        }
        Err(failed) => Err(failed),
    }
}

/// The end of setting up: the two addresses to hand out.
pub(crate) async fn welcome(visit: Visit) -> Answer {
    let page = Welcome {
        agent_url: visit.app().door(AccountKind::Agent),
        customer_url: visit.app().door(AccountKind::Customer),
    };
    Ok(visit.page(StatusCode::OK, &page))
}

fn choose(
    visit: &Visit,
    status: StatusCode,
    link: &OpenLink,
    typed: &PersonFields,
    denied: Option<&Denied>,
) -> Response {
    let known = link.account.as_ref();
    let page = Choose {
        kind: kind(link.purpose),
        login: known.map_or_else(|| typed.login.clone(), |account| account.login.clone()),
        name: known.map_or_else(
            || typed.name.clone(),
            |account| account.display_name.clone(),
        ),
        email: known.map_or_else(
            || typed.email.clone(),
            |account| account.email.clone().unwrap_or_default(),
        ),
        expires_at: link.expires_at.get(),
        min_length: MIN_CHARS,
        error: denied.map(message),
        error_field: denied.and_then(field),
    };
    visit
        .of_portal(link.portal())
        .page(status, &Enrol::Choose(Box::new(page)))
}

/// The form field a denial is about.
pub(crate) fn field(denied: &Denied) -> Option<String> {
    denied
        .details()
        .get("field")
        .and_then(|value| value.as_str())
        .map(str::to_owned)
}

fn dead(visit: &Visit, denied: &Denied) -> Response {
    let jar = visit.app().cookies().clear_link(visit.jar());
    let message: Message = message(denied);
    (jar, visit.page(denied.status(), &Enrol::Dead { message })).into_response()
}

/// What a link is for, as pages name it.
pub(crate) fn kind(purpose: LinkPurpose) -> LinkKind {
    match purpose {
        LinkPurpose::Setup => LinkKind::Setup,
        LinkPurpose::Invite => LinkKind::Invite,
        LinkPurpose::Reset => LinkKind::Reset,
    }
}
