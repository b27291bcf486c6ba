//! One-time codes: HOTP (RFC 4226), which RFC 6238 counts by time.

use aws_lc_rs::hmac;

/// How long a step lasts, in seconds (RFC 6238 section 4.1).
pub(super) const STEP_SECONDS: i64 = 30;

/// How many digits a code has.
pub(super) const DIGITS: u32 = 6;

/// The code of one counter: HMAC-SHA-1, truncated dynamically (RFC 4226 section 5.3), as text with
/// leading zeros. At most nine digits.
pub(super) fn code(key: &[u8], counter: u64, digits: u32) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    let mac = hmac::sign(&key, &counter.to_be_bytes());
    let mac = mac.as_ref();
    let offset = usize::from(mac[mac.len() - 1] & 0x0f);
    let word = [
        mac[offset] & 0x7f,
        mac[offset + 1],
        mac[offset + 2],
        mac[offset + 3],
    ];
    let number = u32::from_be_bytes(word) % 10u32.pow(digits);
    format!("{number:0width$}", width = digits as usize)
}

#[cfg(test)]
mod tests {
    use super::{STEP_SECONDS, code};

    const SEED: &[u8] = b"12345678901234567890";

    #[test]
    fn counters_give_the_codes_of_rfc_4226_appendix_d() {
        let expected = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
            "399871", "520489",
        ];
        for (counter, expected) in (0u64..).zip(expected) {
            assert_eq!(code(SEED, counter, 6), expected, "{counter}");
        }
    }

    #[test]
    fn times_give_the_codes_of_rfc_6238_appendix_b() {
        for (second, expected) in [
            (59u64, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            let counter = second / STEP_SECONDS.unsigned_abs();
            assert_eq!(code(SEED, counter, 8), expected, "{second}");
            assert_eq!(code(SEED, counter, 6), expected[2..], "{second}");
        }
    }
}
