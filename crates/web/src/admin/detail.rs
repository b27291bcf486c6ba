//! One account.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use gatefold_identity::views::Event;
use gatefold_kernel::{AccountId, Subject};
use gatefold_pages::accounts::{AccountDetail, AccountRow, EventRow};
use serde::Deserialize;

use super::{accounts, actor, kind, plural, show_link};
use crate::api::login::Nothing;
use crate::body::Posted;
use crate::denial::{Answer, Denied, Edge};
use crate::notice::Done;
use crate::portal::rows;
use crate::portal::security::{Retry, retry, step_up_methods};
use crate::present::message;
use crate::visit::Visit;

/// Which account a path names.
type Named = Path<(String, String)>;

pub(crate) async fn page(visit: Visit, Path(path): Named, Query(done): Query<Done>) -> Answer {
    show(&visit, subject(&path)?, None, &done).await
}

async fn show(visit: &Visit, subject: Subject, denied: Option<&Denied>, done: &Done) -> Answer {
    let detail = visit.app().identity().account_detail(subject).await?;
    let me = visit.principal()?;
    let own = detail.account.id == me.account().id;
    let page = AccountDetail {
        kind: plural(subject.kind),
        created_at: detail.account.created_at.get(),
        account: AccountRow {
            passkeys: i64::try_from(detail.passkeys.len()).unwrap_or(i64::MAX),
            has_password: detail.has_password,
            ..accounts::row(&detail.account)
        },
        passkeys: detail.passkeys.iter().map(rows::passkey).collect(),
        sessions: detail
            .sessions
            .iter()
            .map(|each| rows::session(each, own.then(|| me.session_ref())))
            .collect(),
        events: detail.events.iter().map(event).collect(),
        own,
        step_up_methods: step_up_methods(visit).await?,
        own_login: me.account().login.clone(),
        error: denied.map(message),
    };
    Ok(visit.page_with(
        denied.map_or(StatusCode::OK, Denied::status),
        &page,
        done.notice(),
    ))
}

#[derive(Deserialize)]
pub(crate) struct Reason {
    #[serde(default)]
    reason: String,
}

pub(crate) async fn disable(
    visit: Visit,
    Path(path): Named,
    Posted(form): Posted<Reason>,
) -> Answer {
    let subject = subject(&path)?;
    let outcome = visit
        .app()
        .identity()
        .disable(actor(&visit)?, subject, form.reason.trim())
        .await;
    end(
        &visit,
        subject,
        outcome.map(drop).map_err(Denied::from),
        "account-disabled",
    )
    .await
}

pub(crate) async fn enable(visit: Visit, Path(path): Named, Posted(_): Posted<Nothing>) -> Answer {
    let subject = subject(&path)?;
    let outcome = visit.app().identity().enable(actor(&visit)?, subject).await;
    end(
        &visit,
        subject,
        outcome.map_err(Denied::from),
        "account-enabled",
    )
    .await
}

pub(crate) async fn end_sessions(
    visit: Visit,
    Path(path): Named,
    Posted(_): Posted<Nothing>,
) -> Answer {
    let subject = subject(&path)?;
    let outcome = visit
        .app()
        .identity()
        .end_sessions_of(actor(&visit)?, subject)
        .await;
    end(
        &visit,
        subject,
        outcome.map(drop).map_err(Denied::from),
        "account-sessions-ended",
    )
    .await
}

/// Issues an invite or a link to enrol anew, whichever the account needs, and shows it once.
pub(crate) async fn issue_link(
    visit: Visit,
    Path(path): Named,
    Posted(_): Posted<Nothing>,
) -> Answer {
    let subject = subject(&path)?;
    let identity = visit.app().identity();
    // Read before the link exists: once it does, nothing may keep it from being shown.
    let account = identity.account_detail(subject).await?.account;
    let issued = identity.account_link(actor(&visit)?, subject).await;
    match issued.map_err(Denied::from) {
        Ok(link) => Ok(show_link(&visit, &account, &link)),
        Err(denied) => again(&visit, subject, denied).await,
    }
}

async fn end(visit: &Visit, subject: Subject, outcome: Result<(), Denied>, done: &str) -> Answer {
    match outcome {
        Ok(()) => visit.going(&format!("{}?done={done}", address(subject))),
        Err(denied) => again(visit, subject, denied).await,
    }
}

async fn again(visit: &Visit, subject: Subject, denied: Denied) -> Answer {
    if denied.status() == StatusCode::NOT_FOUND {
        return Err(denied);
    }
    match retry(visit, denied, &address(subject))? {
        Retry::Confirm(response) => Ok(response),
        Retry::Show(denied) => show(visit, subject, Some(&denied), &Done::default()).await,
    }
}

fn address(subject: Subject) -> String {
    format!("/admin/accounts/{}/{}", plural(subject.kind), subject.id)
}

/// The account a path names. A number of the other kind is found by nobody.
fn subject((word, id): &(String, String)) -> Result<Subject, Denied> {
    let id = id.parse().map_err(|_| Denied::Edge(Edge::NoSuchPage))?;
    Ok(Subject {
        kind: kind(word)?,
        id: AccountId::new(id),
    })
}

fn event(stored: &Event) -> EventRow {
    let text = |name: &str| stored.detail.get(name).and_then(|value| value.as_str());
    EventRow {
        at: stored.at.get(),
        kind: stored.kind.clone(),
        outcome: stored.outcome.clone(),
        network: stored.network.clone(),
        note: ["passkey", "reason", "purpose"]
            .into_iter()
            .find_map(text)
            .unwrap_or_default()
            .to_owned(),
    }
}
