//! Pages of both portals.

pub(crate) mod enrol;
pub(crate) mod rows;
pub(crate) mod security;
pub(crate) mod sign_in;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect};
use gatefold_pages::components::Components;
use gatefold_pages::{Locale, assets};
use serde::Deserialize;

use crate::body::Posted;
use crate::denial::{Answer, Edge};
use crate::return_to::{ReturnTo, base, landing};
use crate::visit::Visit;

/// A portal's front page: on to where the person belongs.
pub(crate) async fn home(visit: Visit) -> Answer {
    let to = match visit.signed_in() {
        Some(principal) => landing(visit.portal(), principal.account().is_admin(), None),
        None => format!("{}/login", base(visit.portal())),
    };
    Ok(Redirect::to(&to).into_response())
}

/// Every component in every state.
pub(crate) async fn components(visit: Visit) -> Answer {
    Ok(visit.page(StatusCode::OK, &Components::default()))
}

/// Browsers ask for it whatever the page says.
pub(crate) async fn favicon(_: Visit) -> Answer {
    let icon = assets::asset("img/favicon.svg").ok_or(Edge::NoSuchPage)?;
    let meta = [
        (header::CONTENT_TYPE, icon.content_type),
        (header::CACHE_CONTROL, "public, max-age=86400"),
    ];
    Ok((meta, icon.bytes).into_response())
}

#[derive(Deserialize)]
pub(crate) struct Language {
    tag: String,
    #[serde(default)]
    return_to: String,
}

/// Remembers a choice of language and goes back to the page.
pub(crate) async fn language(visit: Visit, Posted(form): Posted<Language>) -> Answer {
    let back = ReturnTo::parse(&form.return_to);
    let back = back.as_ref().map_or("/", ReturnTo::as_str);
    let jar = match Locale::by_tag(&form.tag, visit.app().development()) {
        Some(locale) => visit
            .app()
            .cookies()
            .set_language(visit.jar(), locale.tag()),
        None => visit.jar(),
    };
    Ok((jar, Redirect::to(back)).into_response())
}
