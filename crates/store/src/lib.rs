//! Gatefold's memory: tables, migrations, repositories and the unit of work, on SQLite and
//! PostgreSQL.
//!
//! *What it is:* one file for each table family, with free functions. Writes take a
//! [`Unit, UnitOfWork`], reads take either that or a [`Reader`]; a few single statements that need no
//! company take the [`Database`] itself and commit on their own. Each statement is one text for
//! both databases; only the table definitions in `migrations/` differ.
//!
//! *What it is not:* it holds no policy. It promises what only a database can: a name belongs to
//! one account, a row is consumed once ([`Consumed`]), the last credential stays, and time is the
//! database's (`gk_clock`), never ours.
//!
//! *Where to start:* [`Database`], then [`ceremony`] for consume-once and [`session`] for a hot
//! read.
//!
//! Faults are [`StoreError`] throughout. Unless a function says otherwise, it fails with
//! [`StoreError::Unavailable`] when the database does not answer, and with
//! [`StoreError::Corrupt`] when a row holds what this version cannot read.

pub mod account;
pub mod ceremony;
mod consumed;
pub mod credential;
mod database;
mod error;
pub mod event;
pub mod invite;
pub mod passkey;
pub mod password;
pub mod pending;
pub mod session;
pub mod setting;
mod sweep;
#[doc(hidden)]
pub mod testing;
pub mod throttle;

pub use consumed::{Consumable, Consumed};
pub use database::{
    Attempt, Backend, ConnectOptions, Database, MigrationReport, Reader, Reads, Unit, UnitOfWork,
};
pub use error::StoreError;
pub use sweep::{Swept, sweep};
