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
#[derive(Debug)]
enum Kept {
    Int(Option<i64>),
    Text(Option<Box<str>>),
    Bytes(Option<Box<[u8]>>),
}

/// The writes that wait on one connection.
#[derive(Debug, Default)]
pub(super) struct Batch {
    waiting: Vec<Postponed>,
}

impl Batch {
    /// Whether one of them writes to this table.
    pub(super) fn writes(&self, table: &str) -> bool {
        self.waiting.iter().any(|each| each.sql.table == table)
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
        let mut text = String::with_capacity(2048);
        let mut counts = String::new();
        let mut before = 0;
        for (number, postponed) in waiting.iter().enumerate() {
            let (begin, end) = if number == 0 {
                ("WITH", "SELECT ")
            } else {
                (",", ", ")
            };
            let shifted = shift(postponed.sql.text, before);
            // Writing to a String cannot fail.
            let _ = write!(text, "{begin} w{number} AS ({shifted} RETURNING 1)");
            let _ = write!(counts, "{end}(SELECT COUNT(*) FROM w{number})");
            before += postponed.values.len();
        }
        text.push(' ');
        text.push_str(&counts);
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
        assert!(waiting[1].check(1).is_ok());
        assert!(waiting[1].check(0).is_err());
        assert!(waiting[0].check(0).is_ok());
    }
}
