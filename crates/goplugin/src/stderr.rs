//! Log lines on stderr, as go-plugin's host reads them.

use std::io::{self, Write};
use std::time::SystemTime;

use jiff::Timestamp;
use serde_json::json;

/// The host splits lines of more than 64 KiB, and an escaped character takes up to six bytes.
const LONGEST_MESSAGE: usize = 8 * 1024;

/// How serious a line is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Level {
    /// Every step.
    Trace,
    /// For whoever looks for a fault.
    Debug,
    /// What happens in ordinary work.
    Info,
    /// Something that somebody should look at.
    Warn,
    /// Something failed.
    Error,
}

impl Level {
    /// The host's word for it.
    fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Writes one line to stderr in the JSON form of hclog, which the host puts into its own log. Messages longer
/// than 8 KiB are cut. Like every write to a pipe it waits while the host reads nothing and the pipe is full.
///
/// # Errors
///
/// The host is gone and with it the reader of stderr. Callers that only log ignore it; nothing here panics.
pub fn stderr_line(level: Level, message: &str) -> io::Result<()> {
    io::stderr()
        .lock()
        .write_all(line(now(), level, message).as_bytes())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the stamp of a log line decides nothing"
)]
fn now() -> Timestamp {
    Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The line. All three values are strings: the host's reader falls over anything else.
fn line(now: Timestamp, level: Level, message: &str) -> String {
    let end = message.floor_char_boundary(LONGEST_MESSAGE);
    let object = json!({
        "@level": level.as_str(),
        "@message": &message[..end],
        "@timestamp": now.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
    });
    format!("{object}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_what_the_host_reads() {
        let now: Timestamp = "2026-01-02T03:04:05.000006789Z".parse().unwrap();
        assert_eq!(
            line(now, Level::Warn, "a \"quoted\"\nline"),
            "{\"@level\":\"warn\",\"@message\":\"a \\\"quoted\\\"\\nline\",\
             \"@timestamp\":\"2026-01-02T03:04:05.000006Z\"}\n"
        );
        let whole: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        assert!(line(whole, Level::Info, "").contains("05.000000Z"));
    }

    #[test]
    fn the_longest_line_is_not_split() {
        for message in ["\u{1}".repeat(100_000), "ä".repeat(100_000)] {
            let line = line(Timestamp::UNIX_EPOCH, Level::Error, &message);
            assert!(line.len() < 64 * 1024, "{}", line.len());
            assert_eq!(line.matches('\n').count(), 1);
        }
    }
}
