//! From values to places on an axis, with marks at round numbers.

/// How values become places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scale {
    /// Equal steps for equal differences.
    Linear {
        /// The value at the beginning.
        low: f64,
        /// The value at the end.
        high: f64,
    },
    /// Equal steps for equal ratios. Both ends are above zero.
    Log {
        /// The value at the beginning.
        low: f64,
        /// The value at the end.
        high: f64,
    },
}

/// About this many steps between the marks of a linear axis.
const STEPS: f64 = 5.0;

/// The round numbers of a decade.
const ROUND: [f64; 3] = [1.0, 2.0, 5.0];

/// A logarithmic axis that had more marks than this at round numbers is marked at powers of ten only.
const MOST_ROUND: usize = 8;

/// More powers of ten than this are thinned out.
const MOST_DECADES: usize = 6;

impl Scale {
    /// A linear scale from zero to a round number that covers the greatest value.
    pub(super) fn from_zero(greatest: f64) -> Self {
        let greatest = if greatest.is_finite() && greatest > 0.0 {
            greatest
        } else {
            1.0
        };
        let step = round_step(greatest);
        Self::Linear {
            low: 0.0,
            high: (greatest / step - 1e-9).ceil().max(1.0) * step,
        }
    }

    /// A linear scale from zero to exactly this value, or to one if it is not above zero.
    pub(super) fn exactly(end: f64) -> Self {
        Self::Linear {
            low: 0.0,
            high: if end.is_finite() && end > 0.0 {
                end
            } else {
                1.0
            },
        }
    }

    /// A logarithmic scale between round numbers that cover both values.
    pub(super) fn log(least: f64, greatest: f64) -> Self {
        let least = if least.is_finite() {
            least.max(1e-3)
        } else {
            1.0
        };
        let greatest = if greatest.is_finite() {
            greatest.max(least)
        } else {
            least
        };
        let low = round_log(least).0;
        let high = round_log(greatest).1;
        Self::Log {
            low,
            high: if high > low { high } else { low * 10.0 },
        }
    }

    /// Where a value lies, from 0 at the beginning to 1 at the end; what lies outside is moved to the edge.
    pub(super) fn place(self, value: f64) -> f64 {
        let place = match self {
            Self::Linear { low, high } => (value - low) / (high - low),
            Self::Log { low, high } => (value.max(low) / low).ln() / (high / low).ln(),
        };
        place.clamp(0.0, 1.0)
    }

    /// Round values to mark, in rising order.
    pub(super) fn marks(self) -> Vec<f64> {
        match self {
            Self::Linear { low, high } => linear_marks(low, high),
            Self::Log { low, high } => log_marks(low, high),
        }
    }
}

/// The round step for an axis of this length: 1, 2 or 5 times a power of ten.
fn round_step(length: f64) -> f64 {
    let rough = length / STEPS;
    let decade = 10_f64.powf(rough.log10().floor());
    let factor = match rough / decade {
        part if part <= 1.0 + 1e-9 => 1.0,
        part if part <= 2.0 + 1e-9 => 2.0,
        part if part <= 5.0 + 1e-9 => 5.0,
        _ => 10.0,
    };
    factor * decade
}

/// Marks at multiples of a round step.
fn linear_marks(low: f64, high: f64) -> Vec<f64> {
    let step = round_step(high - low);
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).map(|index| index as f64 * step).collect()
}

/// Marks at round numbers of each decade, at powers of ten where that would be too many, or at equal differences
/// where it would be too few.
fn log_marks(low: f64, high: f64) -> Vec<f64> {
    let round = decade_marks((low, high), &ROUND, 1);
    if round.len() < 3 {
        return linear_marks(low, high);
    }
    if round.len() <= MOST_ROUND {
        return round;
    }
    let decades = (high / low).log10() as usize;
    decade_marks((low, high), &ROUND[..1], decades / MOST_DECADES + 1)
}

/// These factors of every so many powers of ten, as far as they lie between two values.
fn decade_marks((low, high): (f64, f64), factors: &[f64], stride: usize) -> Vec<f64> {
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    (first..=last)
        .step_by(stride)
        .flat_map(|power| {
            factors
                .iter()
                .map(move |factor| factor * power_of_ten(power))
        })
        .filter(|mark| *mark >= low * (1.0 - 1e-9) && *mark <= high * (1.0 + 1e-9))
        .collect()
}

/// The round numbers of the decade at or below and at or above a value.
fn round_log(value: f64) -> (f64, f64) {
    let power = value.log10().floor() as i32;
    let round = || {
        (power - 1..=power + 1).flat_map(|power| ROUND.map(|factor| factor * power_of_ten(power)))
    };
    let below = round()
        .filter(|mark| *mark <= value * (1.0 + 1e-9))
        .fold(f64::MIN_POSITIVE, f64::max);
    let above = round()
        .filter(|mark| *mark >= value * (1.0 - 1e-9))
        .fold(f64::MAX, f64::min);
    (below, above)
}

/// Ten to a power; negative powers by division, so that a tenth is `0.1`.
fn power_of_ten(power: i32) -> f64 {
    if power < 0 {
        1.0 / 10_f64.powi(-power)
    } else {
        10_f64.powi(power)
    }
}

#[cfg(test)]
mod tests {
    use super::Scale;

    #[test]
    fn linear_marks_are_round_and_cover_the_greatest_value() {
        let cases: [(f64, &[f64]); 5] = [
            (1_834.0, &[0.0, 500.0, 1_000.0, 1_500.0, 2_000.0]),
            (1.0, &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
            (20.0, &[0.0, 5.0, 10.0, 15.0, 20.0]),
            (0.0, &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
            (f64::NAN, &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        ];
        for (greatest, expected) in cases {
            let marks = Scale::from_zero(greatest).marks();
            assert_eq!(marks.len(), expected.len(), "{greatest}: {marks:?}");
            for (mark, expected) in marks.iter().zip(expected) {
                assert!((mark - expected).abs() < 1e-9, "{greatest}: {marks:?}");
            }
        }
    }

    #[test]
    fn log_marks_are_round_numbers_within_the_axis() {
        let scale = Scale::log(3.1, 87.0);
        assert_eq!(
            scale,
            Scale::Log {
                low: 2.0,
                high: 100.0
            }
        );
        assert_eq!(scale.marks(), [2.0, 5.0, 10.0, 20.0, 50.0, 100.0]);
        assert_eq!(
            Scale::log(2.1, 480.0).marks(),
            [2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0]
        );
        let wide = Scale::log(0.1, 9_000.0);
        assert_eq!(wide.marks(), [0.1, 1.0, 10.0, 100.0, 1_000.0, 10_000.0]);
    }

    #[test]
    fn any_range_has_marks_in_rising_order_and_places_inside() {
        let values = [0.0, 1e-9, 0.4, 1.0, 7.0, 7.0001, 1e4, 1e12, f64::INFINITY];
        for least in values {
            for greatest in values {
                let scale = Scale::log(least, greatest);
                let marks = scale.marks();
                assert!((2..=12).contains(&marks.len()), "{scale:?}: {marks:?}");
                assert!(marks.is_sorted(), "{marks:?}");
                for value in values {
                    assert!((0.0..=1.0).contains(&scale.place(value)), "{scale:?}");
                }
            }
        }
    }

    #[test]
    fn a_power_of_ten_lies_in_the_middle_of_two_decades() {
        assert!((Scale::log(1.0, 100.0).place(10.0) - 0.5).abs() < 1e-9);
        assert!((Scale::from_zero(20.0).place(5.0) - 0.25).abs() < 1e-9);
    }
}
