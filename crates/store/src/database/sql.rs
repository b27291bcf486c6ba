//! Statements, the values bound to them, and the rows they return: one form for both databases.

use gatefold_kernel::{AccountId, AccountKind, Subject, TokenHash, UnixMillis};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row as _, SqlSafeStr as _, SqlStr};

use crate::StoreError;

/// One statement of the crate, with `$n` parameters that both databases understand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sql {
    /// The table it writes to or reads from, which a fault of it is reported for.
    pub(crate) table: &'static str,
    /// The text.
    pub(crate) text: &'static str,
    /// The tables whose rows it locks until the transaction ends, in this order. SQLite has nothing
    /// to lock: its unit of work is the only writer.
    pub(crate) locks: &'static str,
}

impl Sql {
    /// The same, with its locks or without them: outside a transaction they would not last.
    pub(crate) fn locking(self, locking: bool) -> Self {
        Self {
            locks: if locking { self.locks } else { "" },
            ..self
        }
    }

    /// The text as PostgreSQL gets it.
    pub(crate) fn for_postgres(&self) -> SqlStr {
        if self.locks.is_empty() {
            return self.text.into_sql_str();
        }
        // NO KEY: whoever only refers to the row, as a new session does to its account, need not wait.
        let text = format!("{} FOR NO KEY UPDATE OF {}", self.text, self.locks);
        AssertSqlSafe(text).into_sql_str()
    }
}

/// Declares the statements of a table family and collects them, so that the test that prepares
/// every statement cannot miss one. `locking "a, b"` locks the rows it finds in these tables.
macro_rules! statements {
    ($table:literal: $($(#[$doc:meta])* $name:ident = $text:expr $(, locking $locks:literal)?;)*) => {
        $(
            $(#[$doc])*
            const $name: $crate::database::sql::Sql = $crate::database::sql::Sql {
                table: $table,
                text: $text,
                locks: concat!($($locks)?),
            };
        )*
        /// Every statement of this file, by name.
        pub(crate) const STATEMENTS: &[(&str, &$crate::database::sql::Sql)] =
            &[$((concat!($table, " ", stringify!($name)), &$name)),*];
    };
}
pub(crate) use statements;

/// Binds values in the order of their parameters.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::database::sql::Value::from($value)),*] };
}
pub(crate) use values;

/// A bound value. Absent ones keep their type, which PostgreSQL wants to know.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    /// BIGINT: numbers, moments in milliseconds, and flags as 0 or 1.
    Int(Option<i64>),
    /// TEXT.
    Text(Option<&'a str>),
    /// BYTEA or BLOB.
    Bytes(Option<&'a [u8]>),
}

/// Conversions into [`Value`], with and without `Option`.
macro_rules! value_from {
    ($($from:ty => |$x:ident| $variant:ident($convert:expr);)*) => {$(
        impl<'a> From<$from> for Value<'a> {
            fn from($x: $from) -> Self {
                Self::$variant(Some($convert))
            }
        }
        impl<'a> From<Option<$from>> for Value<'a> {
            fn from(value: Option<$from>) -> Self {
                Self::$variant(value.map(|$x| $convert))
            }
        }
    )*};
}

value_from! {
    i64 => |x| Int(x);
    u32 => |x| Int(i64::from(x));
    bool => |x| Int(i64::from(x));
    UnixMillis => |x| Int(x.get());
    AccountId => |x| Int(x.get());
    std::time::Duration => |x| Int(i64::try_from(x.as_millis()).unwrap_or(i64::MAX));
    &'a str => |x| Text(x);
    AccountKind => |x| Text(x.as_str());
    &'a [u8] => |x| Bytes(x);
    &'a [u8; 32] => |x| Bytes(x.as_slice());
}

impl<'a, P: gatefold_kernel::token::Purpose> From<&'a TokenHash<P>> for Value<'a> {
    fn from(hash: &'a TokenHash<P>) -> Self {
        Self::Bytes(Some(hash.as_bytes()))
    }
}

/// A row of either database. Every getter names its column and fails with
/// [`StoreError::Corrupt`] when the value is of another type or shape.
#[derive(Debug)]
pub(crate) struct Row {
    pub(super) table: &'static str,
    pub(super) inner: Inner,
}

/// The row itself.
#[derive(Debug)]
pub(super) enum Inner {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// Declares a pair of getters for one type.
macro_rules! getters {
    ($($(#[$doc:meta])* $get:ident / $opt:ident -> $t:ty;)*) => {$(
        $(#[$doc])*
        pub(crate) fn $get(&self, column: &'static str) -> Result<$t, StoreError> {
            match &self.inner {
                Inner::Sqlite(row) => row.try_get(column),
                Inner::Postgres(row) => row.try_get(column),
            }
            .map_err(|_| self.corrupt(column))
        }
        $(#[$doc])*
        pub(crate) fn $opt(&self, column: &'static str) -> Result<Option<$t>, StoreError> {
            match &self.inner {
                Inner::Sqlite(row) => row.try_get(column),
                Inner::Postgres(row) => row.try_get(column),
            }
            .map_err(|_| self.corrupt(column))
        }
    )*};
}

impl Row {
    getters! {
        /// A BIGINT column.
        int / opt_int -> i64;
        /// A TEXT column.
        text / opt_text -> String;
        /// A BYTEA or BLOB column.
        bytes / opt_bytes -> Vec<u8>;
    }

    /// A fault that names this row's table.
    pub(crate) fn corrupt(&self, column: &'static str) -> StoreError {
        StoreError::Corrupt {
            table: self.table,
            column,
        }
    }

    /// A count in the column of this number.
    pub(crate) fn count(&self, column: usize) -> Result<u64, StoreError> {
        let count: Result<i64, _> = match &self.inner {
            Inner::Sqlite(row) => row.try_get(column),
            Inner::Postgres(row) => row.try_get(column),
        };
        let count = count.map_err(|_| self.corrupt("a count"))?;
        u64::try_from(count).map_err(|_| self.corrupt("a count"))
    }

    /// A moment.
    pub(crate) fn time(&self, column: &'static str) -> Result<UnixMillis, StoreError> {
        self.int(column).map(UnixMillis::new)
    }

    /// A moment or none.
    pub(crate) fn opt_time(&self, column: &'static str) -> Result<Option<UnixMillis>, StoreError> {
        Ok(self.opt_int(column)?.map(UnixMillis::new))
    }

    /// A flag stored as 0 or 1.
    pub(crate) fn flag(&self, column: &'static str) -> Result<bool, StoreError> {
        self.opt_flag(column)?.ok_or_else(|| self.corrupt(column))
    }

    /// A flag or "not known".
    pub(crate) fn opt_flag(&self, column: &'static str) -> Result<Option<bool>, StoreError> {
        match self.opt_int(column)? {
            None => Ok(None),
            Some(0) => Ok(Some(false)),
            Some(1) => Ok(Some(true)),
            Some(_) => Err(self.corrupt(column)),
        }
    }

    /// Bytes of a fixed length.
    pub(crate) fn array<const N: usize>(
        &self,
        column: &'static str,
    ) -> Result<[u8; N], StoreError> {
        self.bytes(column)?
            .try_into()
            .map_err(|_| self.corrupt(column))
    }

    /// Bytes of a fixed length, or none.
    pub(crate) fn opt_array<const N: usize>(
        &self,
        column: &'static str,
    ) -> Result<Option<[u8; N]>, StoreError> {
        let bytes = self.opt_bytes(column)?;
        bytes
            .map(|bytes| bytes.try_into().map_err(|_| self.corrupt(column)))
            .transpose()
    }

    /// A stored word, read by `parse`.
    pub(crate) fn word<T>(
        &self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        parse(&self.text(column)?).ok_or_else(|| self.corrupt(column))
    }

    /// A stored word or none, read by `parse`.
    pub(crate) fn opt_word<T>(
        &self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let word = self.opt_text(column)?;
        word.map(|word| parse(&word).ok_or_else(|| self.corrupt(column)))
            .transpose()
    }

    /// An account number.
    pub(crate) fn account_id(&self, column: &'static str) -> Result<AccountId, StoreError> {
        self.int(column).map(AccountId::new)
    }

    /// The pair of columns `account_id` and `account_kind`.
    pub(crate) fn subject(&self) -> Result<Subject, StoreError> {
        let kind = self.word("account_kind", AccountKind::parse)?;
        Ok(Subject {
            kind,
            id: self.account_id("account_id")?,
        })
    }
}
