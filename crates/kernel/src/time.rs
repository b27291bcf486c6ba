//! Points in time.

use std::time::Duration;

/// Milliseconds since 1970-01-01T00:00:00Z, as the database counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixMillis(i64);

impl UnixMillis {
    /// From milliseconds since the epoch.
    #[must_use]
    pub const fn new(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This moment moved forward; saturates at the end of the range.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(millis))
    }

    /// How long ago `earlier` was; zero when it lies in the future.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl UnixMillis {
    /// This moment as RFC 3339 in UTC with whole seconds: `2026-11-22T10:00:00Z`. Before the
    /// year 0 or after the end of 9999, which that format cannot write, the nearest moment it can.
    #[must_use]
    pub fn rfc3339(self) -> String {
        const FIRST: i64 = -62_167_219_200;
        const LAST: i64 = 253_402_207_200;
        let second = self.seconds().clamp(FIRST, LAST);
        jiff::Timestamp::from_second(second)
            .map_or_else(|_| String::new(), |moment| moment.to_string())
    }

    /// Reads RFC 3339 strictly: upper-case `T` and `Z`, or a numeric offset with a colon, and an
    /// optional fraction. A blank instead of `T`, or `+00`, is refused.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let shape: Vec<u8> = text
            .bytes()
            .map(|byte| if byte.is_ascii_digit() { b'0' } else { byte })
            .collect();
        let rest = shape.strip_prefix(b"0000-00-00T00:00:00")?;
        let rest = match rest.strip_prefix(b".") {
            Some(fraction) => {
                let digits = fraction.iter().take_while(|byte| **byte == b'0').count();
                (1..=9).contains(&digits).then(|| &fraction[digits..])?
            }
            None => rest,
        };
        if !matches!(rest, b"Z" | b"+00:00" | b"-00:00") {
            return None;
        }
        let moment: jiff::Timestamp = text.parse().ok()?;
        Some(Self(moment.as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::UnixMillis;

    #[test]
    fn rfc_3339_is_read_strictly() {
        for (text, expected) in [
            ("2020-01-01T00:00:00Z", Some(1_577_836_800_000)),
            ("2020-01-01T02:00:00.25+02:00", Some(1_577_836_800_250)),
            ("2020-01-01 00:00:00Z", None),
            ("2020-01-01T00:00:00+00", None),
            ("2020-01-01t00:00:00z", None),
            ("2020-13-01T00:00:00Z", None),
            ("2020-01-01T00:00:00", None),
            ("", None),
        ] {
            assert_eq!(
                UnixMillis::parse_rfc3339(text).map(UnixMillis::get),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn moments_are_written_in_whole_seconds() {
        assert_eq!(
            UnixMillis::new(1_577_836_800_999).rfc3339(),
            "2020-01-01T00:00:00Z"
        );
        assert_eq!(UnixMillis::new(i64::MAX).rfc3339(), "9999-12-30T22:00:00Z");
    }
}
