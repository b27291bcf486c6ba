//! What can go wrong between us and the database.

/// A fault of the store. None of these is a refusal: what a caller must expect (a taken name, a
/// consumed row) is part of the return value instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database did not answer, or refused a statement that it should have accepted. Nothing
    /// of the unit of work is stored, except when the fault struck during its commit.
    #[error("the database does not answer")]
    Unavailable(#[source] sqlx::Error),
    /// A row holds a value that this version cannot read.
    #[error("{table}.{column} holds a value that cannot be read")]
    Corrupt {
        /// The table the row was read from.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// A write that must change one row found another number of them: what was counted on has moved.
    /// At the end of an attempt, somebody else was faster; in a unit of work, which locks what it
    /// counts on, a fault of ours. Nothing is stored.
    #[error("a row that was counted on has moved ({table})")]
    Missed {
        /// A table of the writes that were sent together.
        table: &'static str,
    },
    /// The address of the database is not one we understand. It is not repeated here, because it
    /// may hold a password.
    #[error("the database address is not usable: {0}")]
    Address(&'static str),
    /// The database file or its folder could not be created.
    #[error("the database file could not be created")]
    File(#[source] std::io::Error),
    /// A newer version of Gatefold has migrated this database.
    #[error(
        "the database is at version {found}, this program knows versions up to {known}: run the newer program"
    )]
    Newer {
        /// The version found.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// A migration that was applied differs from the one this program holds.
    #[error("migration {name} is not the one that was applied to this database")]
    Drift {
        /// Which one.
        name: String,
    },
    /// A migration failed; nothing of it is stored.
    #[error("migration {name} failed")]
    Migration {
        /// Which one.
        name: &'static str,
        /// Why.
        source: sqlx::Error,
    },
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Unavailable(error)
    }
}
