//! What a code is good for.

use aws_lc_rs::hmac;
use data_encoding::HEXLOWER;

/// What a code is bound to. The form is that of every plugin that checks such codes, so that a code
/// sent before an upgrade is good after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    channel: String,
    destination: String,
    tenant_id: String,
    purpose: String,
}

impl Binding {
    /// A binding of these, in this order: channel, destination, tenant and purpose. Blanks around
    /// them do not count, nor does the case of an e-mail address. Nothing if one of them is blank.
    #[must_use]
    pub fn new([channel, destination, tenant_id, purpose]: [&str; 4]) -> Option<Self> {
        let parts = [channel, destination, tenant_id, purpose].map(str::trim);
        if parts.iter().any(|part| part.is_empty()) {
            return None;
        }
        let [channel, destination, tenant_id, purpose] = parts.map(str::to_owned);
        let destination = if destination.contains('@') {
            lowercase(&destination)
        } else {
            destination
        };
        Some(Self {
            channel,
            destination,
            tenant_id,
            purpose,
        })
    }

    /// The channel: `email`, `sms`.
    #[must_use]
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// The address, in its normal form.
    #[must_use]
    pub fn destination(&self) -> &str {
        &self.destination
    }

    /// The hash of a code under this binding: HMAC-SHA-256 in lower-case hexadecimal.
    #[must_use]
    pub fn hash(&self, secret: &str, code: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let mut mac = hmac::Context::with_key(&key);
        for part in [
            &self.channel,
            &self.destination,
            &self.tenant_id,
            &self.purpose,
        ] {
            mac.update(part.as_bytes());
            mac.update(&[0]);
        }
        mac.update(code.as_bytes());
        HEXLOWER.encode(mac.sign().as_ref())
    }
}

/// Lower case letter by letter (Unicode's simple mapping), so that an address has one form in every
/// program that stores its hash: no final sigma, and U+0130 becomes a plain `i`.
#[must_use]
pub fn lowercase(text: &str) -> String {
    text.chars()
        .filter_map(|letter| letter.to_lowercase().next())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Binding, lowercase};

    #[test]
    fn the_hash_is_the_one_that_other_programs_compute() {
        let expected = "2c866c8678acc22c859503716c0db312b91503ef03acf3260d8ff253c11a52a2";
        for parts in [
            ["email", "user@example.com", "tenant-123", "login"],
            [" email ", "\tUSER@example.com", " tenant-123", "login\n"],
        ] {
            let binding = Binding::new(parts).unwrap();
            assert_eq!(binding.hash("test-secret", "123456"), expected, "{parts:?}");
        }
    }

    #[test]
    fn parts_cannot_be_shifted_into_each_other() {
        let hash = |parts| Binding::new(parts).unwrap().hash("s", "1");
        assert_ne!(hash(["ab", "c", "d", "e"]), hash(["a", "bc", "d", "e"]));
    }

    #[test]
    fn blank_parts_are_refused() {
        for blank in 0..4 {
            let mut parts = ["email", "a@b", "t", "p"];
            parts[blank] = " ";
            assert_eq!(Binding::new(parts), None, "{blank}");
        }
    }

    #[test]
    fn letters_are_lowered_one_by_one() {
        for (text, expected) in [
            ("User@Example.COM", "user@example.com"),
            ("İ@x", "i@x"),
            ("ΟΔΟΣ@x", "οδοσ@x"),
        ] {
            assert_eq!(lowercase(text), expected);
        }
    }
}
