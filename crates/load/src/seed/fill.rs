//! Filling a database: checks first, then batch after batch, all or nothing.

use std::path::Path;

use anyhow::Context as _;
use gatefold_store::{Backend, ConnectOptions, Database};
use tokio::sync::mpsc;

use super::postgres::Postgres;
use super::rows::{Batch, Maker};
use super::sink::Sink;
use super::sqlite::Sqlite;
use super::{Existing, Plan};
use crate::exit::Exit;
use crate::progress::Progress;

/// Accounts of one batch.
const BATCH: u64 = 5_000;
/// Batches that are made ahead of what is stored.
const AHEAD: usize = 2;

/// Brings the tables up to date and stores the accounts of a plan, all of them or none. Gives up when `stop` comes
/// before it commits.
///
/// # Errors
/// When the database does not answer, holds accounts and may not, holds accounts of this seed, is being filled by
/// somebody else, or when it was stopped ([`Exit::Interrupted`]). Nothing is stored then.
pub(crate) async fn fill(
    url: &str,
    plan: &Plan,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let database = Database::connect(url, &ConnectOptions { max_connections: 1 })
        .await
        .context("opening the database")?;
    let migrated = database.migrate().await;
    let now = database.now().await;
    let backend = database.backend();
    database.close().await;
    migrated.context("bringing the tables up to date")?;
    let now = now.context("asking the database for the time")?.get();
    match backend {
        Backend::Postgres => pour(Postgres::open(url).await?, plan, now, stop).await,
        Backend::Sqlite => {
            let path = url.strip_prefix("sqlite:").unwrap_or(url);
            let path = Path::new(path.strip_prefix("//").unwrap_or(path));
            pour(Sqlite::open(path).await?, plan, now, stop).await
        }
    }
}

async fn pour(
    mut sink: impl Sink,
    plan: &Plan,
    now: i64,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    if plan.into_existing == Existing::Refuse {
        ensure_empty(&mut sink).await?;
    }
    let progress = Progress::counting(plan.accounts, "accounts");
    let stored = tokio::select! {
        stored = store(&mut sink, plan, now, &progress) => stored,
        () = stop => Err(Exit::Interrupted.because("interrupted; the database is as it was before")),
    };
    if stored.is_err() {
        progress.end();
        return stored;
    }
    progress.say("committing and analysing");
    let committed = sink.commit().await;
    progress.end();
    committed.context("committing")
}

async fn ensure_empty(sink: &mut impl Sink) -> anyhow::Result<()> {
    let found = sink
        .number("SELECT COUNT(*) FROM (SELECT 1 FROM gk_account LIMIT 1) one")
        .await?
        + sink
            .number("SELECT COUNT(*) FROM (SELECT 1 FROM gk_credential LIMIT 1) one")
            .await?;
    if found == 0 {
        return Ok(());
    }
    Err(Exit::NoTarget.because(
        "this database holds accounts already and was left as it is: \
         name an empty one, or say --add to add the seeded accounts to them",
    ))
}

async fn store(
    sink: &mut impl Sink,
    plan: &Plan,
    now: i64,
    progress: &Progress,
) -> anyhow::Result<()> {
    let mut batches = make(*plan, now);
    while let Some(batch) = batches.recv().await {
        let batch = batch?;
        let accounts = u64::try_from(batch.accounts)?;
        sink.write(batch)
            .await
            .map_err(|error| explain(error, plan.seed))?;
        progress.add(accounts);
    }
    anyhow::ensure!(
        progress.counted() == plan.accounts,
        "only {} of {} accounts were made",
        progress.counted(),
        plan.accounts
    );
    Ok(())
}

/// Makes the batches on a thread of their own, so that the database has the next one at once. The thread ends with
/// the receiver.
fn make(plan: Plan, now: i64) -> mpsc::Receiver<anyhow::Result<Batch>> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        let mut maker = match Maker::new(plan.seed, now) {
            Ok(maker) => maker,
            Err(error) => {
                // Nobody who could be told is left if this fails.
                let _ = sender.blocking_send(Err(error));
                return;
            }
        };
        let mut left = plan.accounts;
        while left > 0 {
            let accounts = left.min(BATCH);
            left -= accounts;
            let batch = maker.next_batch(usize::try_from(accounts).unwrap_or(usize::MAX));
            if sender.blocking_send(batch).is_err() {
                return;
            }
        }
    });
    receiver
}

fn explain(error: sqlx::Error, seed: u64) -> anyhow::Error {
    match &error {
        sqlx::Error::Database(database) if database.is_unique_violation() => Exit::NoTarget
            .because(format!(
                "accounts of seed {seed} are in this database already, in whole or in part: \
                 choose another with --seed; nothing was stored ({})",
                database.message()
            )),
        _ => anyhow::Error::new(error).context("storing accounts; nothing was stored"),
    }
}
