//! The list of accounts.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use gatefold_identity::views::{Account, AccountQuery, AccountSummary};
use gatefold_kernel::AccountKind;
use gatefold_kernel::account::comparison_key;
use gatefold_pages::accounts::{AccountList, AccountRow};
use serde::Deserialize;

use super::{kind, plural};
use crate::denial::Answer;
use crate::visit::Visit;

/// Accounts on a page.
const PAGE: u32 = 50;

/// Longest search, in characters.
const MAX_QUERY: usize = 255;

#[derive(Default, Deserialize)]
pub(crate) struct Search {
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: Option<String>,
    #[serde(default)]
    before: Option<String>,
}

pub(crate) async fn page(
    visit: Visit,
    Path(word): Path<String>,
    Query(search): Query<Search>,
) -> Answer {
    let kind = kind(&word)?;
    // No name holds a control character, and PostgreSQL takes no NUL.
    let shown = search.q.trim().chars().filter(|c| !c.is_control());
    let typed: String = shown.take(MAX_QUERY).collect();
    let prefix = Some(comparison_key(&typed)).filter(|key| !key.is_empty());
    let (after, before) = (
        search.after.as_deref().and_then(cursor),
        search.before.as_deref().and_then(cursor),
    );
    let backwards = before.is_some();
    let at_start = after.is_none() && before.is_none();
    let query = AccountQuery {
        kind,
        prefix,
        after,
        before,
        limit: PAGE + 1,
    };
    let mut found = visit.app().identity().accounts(&query).await?;
    let more = found.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    if more {
        // The one too many says that there is more: at the far end of the direction we read in.
        let surplus = if backwards { 0 } else { found.len() - 1 };
        found.remove(surplus);
    }
    let link = |word: &str, summary: Option<&AccountSummary>| {
        summary.map(|each| address(kind, &typed, word, each))
    };
    let (previous, next) = match (backwards, more) {
        (false, more) => (!at_start, more),
        (true, more) => (more, true),
    };
    let list = AccountList {
        kind: plural(kind),
        previous: link("before", found.first().filter(|_| previous)),
        next: link("after", found.last().filter(|_| next)),
        rows: found.iter().map(summary).collect(),
        query: typed.clone(),
    };
    Ok(visit.page(StatusCode::OK, &list))
}

/// The address of the page before or after an account.
fn address(kind: AccountKind, typed: &str, word: &str, edge: &AccountSummary) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if !typed.is_empty() {
        query.append_pair("q", typed);
    }
    query.append_pair(word, &format!("{}.{}", edge.cursor.1, edge.cursor.0));
    format!("/admin/accounts/{}?{}", plural(kind), query.finish())
}

/// A position in the list: `id.name`, where the name is the one the account was listed under.
fn cursor(text: &str) -> Option<(String, i64)> {
    let (id, key) = text.split_once('.')?;
    let sound = !key.contains(char::is_control);
    sound.then_some((key.to_owned(), id.parse().ok()?))
}

fn summary(found: &AccountSummary) -> AccountRow {
    AccountRow {
        passkeys: found.passkeys,
        has_password: found.has_password,
        last_sign_in_at: found.last_sign_in_at.map(|at| at.get()),
        ..row(&found.account)
    }
}

/// An account without its credentials.
pub(crate) fn row(account: &Account) -> AccountRow {
    AccountRow {
        id: account.id.get(),
        login: account.login.clone(),
        display_name: account.display_name.clone(),
        email: account.email.clone().unwrap_or_default(),
        is_admin: account.is_admin(),
        status: account.status.as_str(),
        passkeys: 0,
        has_password: false,
        last_sign_in_at: None,
    }
}
