//! Filling a database: checks first, then batch after batch, all or nothing.

use std::path::Path;

use anyhow::Context as _;
use gatefold_store::{Backend, ConnectOptions, Database};
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use tokio::signal::ctrl_c;
use tokio::sync::mpsc;

use super::postgres::Postgres;
use super::rows::{Batch, Maker};
use super::sink::Sink;
use super::sqlite::Sqlite;
use super::{Existing, Plan};
use crate::exit::Exit;

/// Accounts of one batch.
const BATCH: u64 = 5_000;
/// Batches that are made ahead of what is stored.
const AHEAD: usize = 2;

/// Brings the tables up to date and stores the accounts of a plan, all of them or none. Listens to Ctrl-C until it
/// commits.
///
/// # Errors
/// When the database does not answer, holds accounts and may not, holds accounts of this seed, is being filled by
/// somebody else, or when Ctrl-C was pressed ([`Exit::Interrupted`]). Nothing is stored then.
pub(crate) async fn fill(url: &str, plan: &Plan) -> anyhow::Result<()> {
    fill_until(url, plan, ctrl_c()).await
}

/// The same with another reason to stop than Ctrl-C.
///
/// # Errors
/// As [`fill`].
pub(super) async fn fill_until(
    url: &str,
    plan: &Plan,
    stop: impl Future<Output = std::io::Result<()>>,
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
    stop: impl Future<Output = std::io::Result<()>>,
) -> anyhow::Result<()> {
    if plan.into_existing == Existing::Refuse {
        ensure_empty(&mut sink).await?;
    }
    let bar = progress(plan.accounts);
    let stored = tokio::select! {
        stored = store(&mut sink, plan, now, &bar) => stored,
        pressed = stop => Err(match pressed {
            Ok(()) => Exit::Interrupted.because("interrupted; the database is as it was before"),
            Err(error) => error.into(),
        }),
    };
    if stored.is_err() {
        bar.abandon();
        return stored;
    }
    bar.set_message("committing and analysing");
    let committed = sink.commit().await;
    bar.finish_and_clear();
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
    bar: &ProgressBar,
) -> anyhow::Result<()> {
    let mut batches = make(*plan, now);
    while let Some(batch) = batches.recv().await {
        let batch = batch?;
        let accounts = u64::try_from(batch.accounts)?;
        sink.write(batch)
            .await
            .map_err(|error| explain(error, plan.seed))?;
        bar.inc(accounts);
    }
    anyhow::ensure!(
        bar.position() == plan.accounts,
        "only {} of {} accounts were made",
        bar.position(),
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

fn progress(accounts: u64) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{wide_bar} {human_pos} of {human_len} accounts, {rate}, {eta} left {msg}",
    );
    let bar = ProgressBar::new(accounts);
    match style {
        Ok(style) => bar.with_style(style.with_key("rate", write_rate)),
        Err(_) => bar,
    }
}

/// Accounts in a second, without a fraction.
fn write_rate(state: &ProgressState, out: &mut dyn std::fmt::Write) {
    // The bar shows nothing where this cannot be written.
    let _ = write!(out, "{:.0}/s", state.per_sec());
}
