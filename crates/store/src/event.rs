//! The audit: `gk_auth_event`. It only grows: the database itself refuses to change or delete a
//! row.

use gatefold_kernel::{AccountId, AccountKind, Subject, UnixMillis};

use crate::database::Wants;
use crate::database::sql::{Row, Value, statements, values};
use crate::{Database, Reads, StoreError, Unit};

statements! {
    "gk_auth_event":
    APPEND = "INSERT INTO gk_auth_event (at, kind, outcome, account_id, account_kind, actor_id, surface, network, \
        user_agent, detail) SELECT c.now_ms, $1, $2, $3, $4, $5, $6, $7, $8, $9 FROM gk_clock c";
    RECENT = "SELECT id, at, kind, outcome, account_id, account_kind, actor_id, surface, network, user_agent, detail \
        FROM gk_auth_event WHERE account_id = $1 ORDER BY id DESC LIMIT $2";
}

/// Something that happened now. It must hold no secret.
#[derive(Clone, Debug)]
pub struct NewEvent<'a> {
    /// What happened, as a word of the caller's.
    pub kind: &'a str,
    /// How it ended.
    pub outcome: &'a str,
    /// Whose account it concerns.
    pub account: Option<Subject>,
    /// Who did it, where that is somebody else.
    pub actor: Option<AccountId>,
    /// The portal it happened on.
    pub surface: Option<AccountKind>,
    /// The client's network.
    pub network: &'a str,
    /// What the browser called itself.
    pub user_agent: &'a str,
    /// Whatever else there is to say.
    pub detail: serde_json::Value,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are those of NewEvent, with a number and a moment"
)]
pub struct Event {
    pub id: i64,
    pub at: UnixMillis,
    pub kind: String,
    pub outcome: String,
    pub account: Option<Subject>,
    pub actor: Option<AccountId>,
    pub surface: Option<AccountKind>,
    pub network: String,
    pub user_agent: String,
    pub detail: serde_json::Value,
}

/// Appends an event, stored together with what it tells about. Postponed.
///
/// # Errors
/// [`StoreError`], at the latest at the commit.
pub async fn append(unit: &mut impl Unit, new: &NewEvent<'_>) -> Result<(), StoreError> {
    let detail = new.detail.to_string();
    let row = row(new, &detail);
    unit.link().note(new.kind, new.outcome);
    unit.link().later(&APPEND, &row, Wants::One).await
}

/// Appends an event that stands alone, such as a refusal.
///
/// # Errors
/// [`StoreError`].
pub async fn append_now(db: &Database, new: &NewEvent<'_>) -> Result<(), StoreError> {
    let detail = new.detail.to_string();
    db.execute(&APPEND, &row(new, &detail)).await.map(drop)
}

/// The last events of an account, newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn recent(
    reads: &mut impl Reads,
    id: AccountId,
    limit: u32,
) -> Result<Vec<Event>, StoreError> {
    reads
        .link()
        .rows(&RECENT, values![id, limit])
        .await?
        .iter()
        .map(from_row)
        .collect()
}

fn row<'a>(new: &NewEvent<'a>, detail: &'a str) -> [Value<'a>; 9] {
    [
        new.kind.into(),
        new.outcome.into(),
        new.account.map(|account| account.id).into(),
        new.account.map(|account| account.kind).into(),
        new.actor.into(),
        new.surface.into(),
        new.network.into(),
        new.user_agent.into(),
        detail.into(),
    ]
}

fn from_row(row: &Row) -> Result<Event, StoreError> {
    let account = match row.opt_int("account_id")? {
        Some(_) => Some(row.subject()?),
        None => None,
    };
    Ok(Event {
        id: row.int("id")?,
        at: row.time("at")?,
        kind: row.text("kind")?,
        outcome: row.text("outcome")?,
        account,
        actor: row.opt_int("actor_id")?.map(AccountId::new),
        surface: row.opt_word("surface", AccountKind::parse)?,
        network: row.text("network")?,
        user_agent: row.text("user_agent")?,
        detail: serde_json::from_str(&row.text("detail")?).map_err(|_| row.corrupt("detail"))?,
    })
}
