//! A point in time that a page shows.

use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// A point in time, UTC. Rendered as `<time>`: absolute by the server, relative in
/// the reader's own zone by a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(Timestamp);

impl Moment {
    /// From milliseconds since the Unix epoch; beyond what a calendar can say, the
    /// nearest end of it.
    pub fn from_millis(millis: i64) -> Self {
        let edge = if millis < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        };
        Self(Timestamp::from_millisecond(millis).unwrap_or(edge))
    }

    /// Milliseconds since the Unix epoch.
    pub fn as_millis(self) -> i64 {
        self.0.as_millisecond()
    }
}

impl From<Timestamp> for Moment {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.as_millis())
    }
}
