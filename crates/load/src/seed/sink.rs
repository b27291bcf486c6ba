//! What both databases are to the seed: a connection with an open transaction.

use crate::exit::Exit;

use super::rows::Batch;

/// A database that is being filled. Dropping it rolls everything back.
pub(super) trait Sink: Sized {
    /// The one number that a query gives.
    async fn number(&mut self, query: &'static str) -> Result<i64, sqlx::Error>;

    /// Draws ids for a batch and stores its rows.
    async fn write(&mut self, batch: Batch) -> Result<(), sqlx::Error>;

    /// Stores everything for good, then tells the database's planner what it holds now.
    async fn commit(self) -> Result<(), sqlx::Error>;
}

/// Another program is writing.
pub(super) fn taken() -> anyhow::Error {
    Exit::NoTarget.because(
        "another seed is filling this database, or a program holds its write lock: \
         wait until it is done; nothing was stored",
    )
}
