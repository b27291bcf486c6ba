//! Counting tests in what `cargo test` prints, while it passes through.

use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};

/// What was counted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// How many closing lines were seen.
    pub(super) binaries: usize,
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) ignored: usize,
    /// The lines `SKIPPED: <test>: <why>`, which tests print past the harness.
    pub(super) skips: Vec<String>,
}

impl Tally {
    /// Copies a stream line by line and counts on the way.
    pub(super) fn of_stream(from: impl Read, mut to: impl Write) -> std::io::Result<Self> {
        let mut tally = Self::default();
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        while from.read_until(b'\n', &mut line)? > 0 {
            to.write_all(&line)?;
            to.flush()?;
            tally.count(String::from_utf8_lossy(&line).trim_end());
            line.clear();
        }
        Ok(tally)
    }

    pub(super) fn with(mut self, other: Self) -> Self {
        self.binaries += other.binaries;
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
        self.skips.extend(other.skips);
        self
    }

    fn count(&mut self, line: &str) {
        if line.starts_with("SKIPPED: ") {
            self.skips.push(line.to_owned());
        } else if let Some((_, counts)) = line.split_once("test result: ") {
            self.binaries += 1;
            self.passed += number_before(counts, " passed");
            self.failed += number_before(counts, " failed");
            self.ignored += number_before(counts, " ignored");
        }
    }
}

impl fmt::Display for Tally {
    /// A test that skips itself ends as passed; here it is only skipped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let skipped = self.ignored + self.skips.len();
        write!(
            f,
            "{} passed, {} failed, {skipped} skipped",
            self.passed.saturating_sub(self.skips.len()),
            self.failed
        )
    }
}

fn number_before(line: &str, word: &str) -> usize {
    let before = line.split_once(word).map_or("", |(before, _)| before);
    let digits = before
        .rsplit(|c: char| !c.is_ascii_digit())
        .next()
        .unwrap_or_default();
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_added_up_and_everything_is_passed_on() -> std::io::Result<()> {
        let printed = "running 3 tests\n\
            SKIPPED: a: no browser\n\
            test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 1.00s\n\
            test result: \u{1b}[31mFAILED\u{1b}(B\u{1b}[m. 3 passed; 2 failed; 0 ignored; 0 measured; 5 filtered out\n";
        let mut passed_on = Vec::new();
        let tally = Tally::of_stream(printed.as_bytes(), &mut passed_on)?;
        assert_eq!(passed_on, printed.as_bytes());
        assert_eq!(tally.binaries, 2);
        assert_eq!(tally.to_string(), "14 passed, 2 failed, 2 skipped");
        Ok(())
    }

    #[test]
    fn both_streams_are_one_tally() {
        let one = Tally {
            binaries: 1,
            passed: 2,
            ..Tally::default()
        };
        let other = Tally {
            skips: vec!["SKIPPED: b: why".to_owned()],
            ..Tally::default()
        };
        assert_eq!(one.with(other).to_string(), "1 passed, 0 failed, 1 skipped");
    }
}
