//! Writes that wait for each other, so that PostgreSQL is asked once for all of them.
//!
//! PostgreSQL runs the parts of one statement on the same snapshot and in no order that could be
//! relied on, so only writes that do not know of each other may wait together. SQLite lives in our
//! process, where asking costs nothing: there they run one after the other.

use std::fmt::Write as _;

use super::sql::{Sql, Value};
use crate::StoreError;

/// How many rows a postponed write must change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wants {
    /// Exactly one: the row was locked, or is new.
    One,
    /// Whatever there is.
    Any,
}

/// A write that waits.
#[derive(Debug)]
pub(super) struct Postponed {
    pub(super) sql: Sql,
    values: Vec<Kept>,
    wants: Wants,
}

/// A value that outlives the call that gave it.
enum Kept {
    Int(Option<i64>),
    Text(Option<Box<str>>),
    Bytes(Option<Box<[u8]>>),
}

/// Says nothing of what is kept: it may be the hash of a password or of a token.
impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // V8
        f.write_str(match self {
            Self::Int(_) => "Int",
            Self::Text(_) => "Text",
            Self::Bytes(_) => "Bytes",
        })
    }
}

/// The writes that wait on one connection.
#[derive(Debug, Default)]
pub(super) struct Batch {
    waiting: Vec<Postponed>,
}

impl Batch {
    pub(super) fn of(waiting: Vec<Postponed>) -> Self {
        Self { waiting }
    }

    /// Whether this write may wait with the others: none of them writes to its table, or this one
    /// inserts a row and they inserted or deleted others.
    pub(super) fn admits(&self, sql: &Sql) -> bool {
        let inserts = sql.text.starts_with("INSERT");
        let mut others = self.waiting.iter().map(|each| each.sql);
        others.all(|other| {
            let updates = other.text.starts_with("UPDATE");
            other.table != sql.table || (inserts && !updates)
        })
    }

    pub(super) fn add(&mut self, postponed: Postponed) {
        self.waiting.push(postponed);
    }

    /// All of them; nothing waits afterwards.
    pub(super) fn take(&mut self) -> Vec<Postponed> {
        std::mem::take(&mut self.waiting)
    }

    /// One statement that does them all and returns the number of rows each changed, in order.
    /// The same writes give the same text, which PostgreSQL prepares once for each connection.
    pub(super) fn together(waiting: &[Postponed]) -> String {
        let mut text = parts(waiting);
        for number in 0..waiting.len() {
            let separator = if number == 0 { " SELECT" } else { "," };
            // Writing to a String cannot fail.
            let _ = write!(text, "{separator} (SELECT COUNT(*) FROM w{number})");
        }
        text
    }

    /// One statement that does them all, or fails and stores nothing when one that counts on its row
    /// misses it. A ceremony goes first and an account second, because that is the order in which
    /// everybody locks rows, and PostgreSQL does what is counted in the order in which it is counted.
    pub(super) fn at_once(waiting: &[Postponed]) -> String {
        let mut text = parts(waiting);
        let counted = waiting.iter().enumerate();
        let mut counted: Vec<_> = counted
            .filter(|(_, each)| each.wants == Wants::One)
            .collect();
        counted.sort_by_key(|(_, each)| match each.sql.table {
            "gk_webauthn_ceremony" => 0,
            "gk_account" => 1,
            _ => 2,
        });
        text.push_str(" SELECT 1 / CASE WHEN 1 = 1");
        for (number, _) in counted {
            let _ = write!(text, " AND (SELECT COUNT(*) FROM w{number}) = 1");
        }
        text.push_str(" THEN 1 ELSE 0 END");
        text
    }
}

impl Postponed {
    pub(super) fn new(sql: &Sql, values: &[Value<'_>], wants: Wants) -> Self {
        let values = values.iter().map(|value| match *value {
            Value::Int(value) => Kept::Int(value),
            Value::Text(value) => Kept::Text(value.map(Box::from)),
            Value::Bytes(value) => Kept::Bytes(value.map(Box::from)),
        });
        Self {
            sql: *sql,
            values: values.collect(),
            wants,
        }
    }

    /// Its values, in the order of their parameters.
    pub(super) fn values(&self) -> impl Iterator<Item = Value<'_>> {
        self.values.iter().map(|value| match value {
            Kept::Int(value) => Value::Int(*value),
            Kept::Text(value) => Value::Text(value.as_deref()),
            Kept::Bytes(value) => Value::Bytes(value.as_deref()),
        })
    }

    /// Compares how many rows it changed with how many it must.
    ///
    /// # Errors
    /// [`StoreError::Missed`].
    pub(super) fn check(&self, changed: u64) -> Result<(), StoreError> {
        if self.wants == Wants::One && changed != 1 {
            let table = self.sql.table;
            return Err(StoreError::Missed { table });
        }
        Ok(())
    }
}

/// Whether this is how a statement of [`Batch::at_once`] fails that missed a row: by dividing by zero
/// (SQLSTATE 22012), which no other statement of this crate does.
pub(super) fn is_missed(error: &sqlx::Error) -> bool {
    let error = error.as_database_error();
    error.is_some_and(|error| error.code().as_deref() == Some("22012"))
}

/// `WITH`, and each write as a part of it that returns a row for each row it changed.
fn parts(waiting: &[Postponed]) -> String {
    let mut text = String::with_capacity(2048);
    let mut before = 0;
    for (number, postponed) in waiting.iter().enumerate() {
        let begin = if number == 0 { "WITH" } else { "," };
        let shifted = shift(postponed.sql.text, before);
        // Writing to a String cannot fail.
        let _ = write!(text, "{begin} w{number} AS ({shifted} RETURNING 1)");
        before += postponed.values.len();
    }
    text
}

/// The text with every parameter `$n` as `$(n + by)`. Texts of this crate hold no other `$`.
fn shift(text: &str, by: usize) -> String {
    let mut pieces = text.split('$');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece
            .find(|letter: char| !letter.is_ascii_digit())
            .unwrap_or(piece.len());
        let number: usize = piece[..end].parse().unwrap_or(0);
        let _ = write!(out, "${}{}", number + by, &piece[end..]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::sql::values;

    #[test]
    fn parameters_are_numbered_on() {
        assert_eq!(shift("a = $1 AND b = $12", 3), "a = $4 AND b = $15");
        assert_eq!(shift("no parameter", 3), "no parameter");
        assert_eq!(shift("$1", 0), "$1");
    }

    #[test]
    fn an_insert_may_wait_with_other_rows() {
        let sql = |text| Sql {
            table: "a",
            text,
            locks: "",
        };
        let (delete, insert) = (sql("DELETE FROM a"), sql("INSERT INTO a"));
        let other = Sql {
            table: "b",
            ..delete
        };
        let batch = |sql: &Sql| Batch::of(vec![Postponed::new(sql, &[], Wants::Any)]);
        assert!(batch(&delete).admits(&insert));
        assert!(!batch(&insert).admits(&delete));
        assert!(batch(&insert).admits(&insert));
        assert!(!batch(&sql("UPDATE a")).admits(&insert));
        assert!(!batch(&delete).admits(&delete));
        assert!(batch(&insert).admits(&other));
    }

    #[test]
    fn writes_become_one_statement() {
        let one = Sql {
            table: "a",
            text: "DELETE FROM a WHERE x = $1",
            locks: "",
        };
        let two = Sql {
            table: "b",
            text: "UPDATE b SET y = $2 WHERE x = $1",
            locks: "",
        };
        let waiting = [
            Postponed::new(&one, values![1_i64], Wants::Any),
            Postponed::new(&two, values![2_i64, "text"], Wants::One),
        ];
        assert_eq!(
            Batch::together(&waiting),
            "WITH w0 AS (DELETE FROM a WHERE x = $1 RETURNING 1), \
             w1 AS (UPDATE b SET y = $3 WHERE x = $2 RETURNING 1) \
             SELECT (SELECT COUNT(*) FROM w0), (SELECT COUNT(*) FROM w1)"
        );
        assert!(Batch::at_once(&waiting).ends_with(
            " SELECT 1 / CASE WHEN 1 = 1 AND (SELECT COUNT(*) FROM w1) = 1 THEN 1 ELSE 0 END"
        ));
        assert!(waiting[1].check(1).is_ok());
        assert!(waiting[1].check(0).is_err());
        assert!(waiting[0].check(0).is_ok());
    }
}
