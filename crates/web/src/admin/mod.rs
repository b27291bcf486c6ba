//! Pages of the administration.

pub(crate) mod accounts;
pub(crate) mod detail;
pub(crate) mod invite;

use axum::response::{IntoResponse as _, Redirect, Response};
use gatefold_identity::account::Actor;
use gatefold_identity::link::IssuedLink;
use gatefold_identity::views::Account;
use gatefold_kernel::AccountKind;
use gatefold_pages::accounts::LinkIssued;

use crate::denial::{Answer, Denied, Edge};
use crate::portal::enrol;
use crate::visit::Visit;

/// The administration begins at the accounts of agents.
pub(crate) async fn home(_: Visit) -> Answer {
    Ok(Redirect::to("/admin/accounts/agents").into_response())
}

/// The kind of account a path names: `agents` or `customers`.
fn kind(word: &str) -> Result<AccountKind, Denied> {
    AccountKind::ALL
        .into_iter()
        .find(|kind| plural(*kind) == word)
        .ok_or_else(|| Edge::NoSuchPage.into())
}

fn plural(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Agent => "agents",
        AccountKind::Customer => "customers",
    }
}

/// Whoever administers in this request.
fn actor(visit: &Visit) -> Result<Actor<'_>, Denied> {
    Ok(Actor {
        principal: Some(visit.principal()?),
        client: visit.client(),
    })
}

/// Shows a one-time link, once.
fn show_link(visit: &Visit, account: &Account, link: &IssuedLink) -> Response {
    let page = LinkIssued {
        kind: plural(account.kind),
        id: account.id.get(),
        display_name: account.display_name.clone(),
        link_kind: enrol::kind(link.purpose),
        url: visit
            .app()
            .absolute(&format!("/enrol#{}", link.token.to_text().expose())),
        expires_at: link.expires_at.get(),
    };
    visit.page(axum::http::StatusCode::OK, &page)
}
