//! Points in time.

use std::time::Duration;

use jiff::civil::DateTime;

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
    /// This moment as RFC 3339 in UTC with whole seconds: `2026-11-22T10:00:00Z`. Before the year 0
    /// or after 9999, which that format cannot write, the nearest end of the range.
    #[must_use]
    pub fn rfc3339(self) -> String {
        const FIRST: i64 = -62_167_219_200;
        const LAST: i64 = 253_402_300_799;
        let second = self.seconds().clamp(FIRST, LAST);
        let moment = EPOCH.checked_add(jiff::SignedDuration::from_secs(second));
        moment.map_or_else(|_| String::new(), |moment| format!("{moment}Z"))
    }

    /// Reads RFC 3339 strictly: upper-case `T` and `Z`, or a numeric offset with a colon, and an
    /// optional fraction. A blank instead of `T`, `+00`, or a sixtieth second is refused.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let shape: Vec<u8> = text
            .bytes()
            .map(|byte| if byte.is_ascii_digit() { b'0' } else { byte })
            .collect();
        let rest = shape.strip_prefix(b"0000-00-00T00:00:00")?;
        let fraction = match rest.strip_prefix(b".") {
            Some(digits) => 1 + digits.iter().take_while(|byte| **byte == b'0').count(),
            None => 0,
        };
        let (clock, offset) = text.split_at(19 + fraction);
        if fraction == 1 || &clock[17..19] == "60" {
            return None;
        }
        // Nanoseconds are as fine as a clock gets; what is finer is cut.
        let moment: DateTime = clock[..clock.len().min(29)].parse().ok()?;
        let since = moment.duration_since(EPOCH) - offset_of(offset)?;
        Some(Self(i64::try_from(since.as_millis()).ok()?))
    }
}

const EPOCH: DateTime = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0);

/// `Z`, or `+hh:mm` with at most 23:59.
fn offset_of(text: &str) -> Option<jiff::SignedDuration> {
    if text == "Z" {
        return Some(jiff::SignedDuration::ZERO);
    }
    let sign = match text.as_bytes() {
        [b'+', _, _, b':', _, _] => 1,
        [b'-', _, _, b':', _, _] => -1,
        _ => return None,
    };
    let (hours, minutes) = (
        text.get(1..3)?.parse::<i64>(),
        text.get(4..6)?.parse::<i64>(),
    );
    let (hours, minutes) = (hours.ok()?, minutes.ok()?);
    let is_time = (0..24).contains(&hours) && (0..60).contains(&minutes);
    is_time.then(|| jiff::SignedDuration::from_secs(sign * (hours * 60 + minutes) * 60))
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
            ("9999-12-31T23:59:59Z", Some(253_402_300_799_000)),
            (
                "2020-01-01T00:00:00.1234567891234Z",
                Some(1_577_836_800_123),
            ),
            ("2020-01-01T00:00:00.Z", None),
            ("2020-01-01T00:00:60Z", None),
            ("2020-01-01T00:00:00+24:00", None),
            ("2020-01-01T00:00:00+0é:0", None),
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
        assert_eq!(UnixMillis::new(i64::MAX).rfc3339(), "9999-12-31T23:59:59Z");
    }
}
