//! Telephone numbers in one form: E.164.

/// Why a text is no telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneRefusal {
    /// There is none.
    #[error("missing phone")]
    Missing,
    /// It has other characters than digits, blanks, dots, dashes and parentheses.
    #[error("invalid phone")]
    Characters,
    /// It has too few or too many digits.
    #[error("invalid phone length")]
    Length,
}

/// A telephone number in E.164 form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// Reads a number as people write it. A leading plus begins an international number of 8 to 15
    /// digits; without one, ten digits, or eleven that begin with 1, are a North American number.
    ///
    /// # Errors
    /// [`PhoneRefusal`] when it is neither.
    pub fn parse(text: &str) -> Result<Self, PhoneRefusal> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PhoneRefusal::Missing);
        }
        let bare: String = text
            .chars()
            .filter(|each| !matches!(each, ' ' | '(' | ')' | '-' | '.'))
            .collect();
        let digits = bare.strip_prefix('+').unwrap_or(&bare);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(PhoneRefusal::Characters);
        }
        let is_international = digits.len() < bare.len();
        match digits.len() {
            8..=15 if is_international => Ok(Self(bare)),
            10 => Ok(Self(format!("+1{digits}"))),
            11 if digits.starts_with('1') => Ok(Self(format!("+{digits}"))),
            _ => Err(PhoneRefusal::Length),
        }
    }

    /// The number: a plus and digits.
    #[must_use]
    pub fn e164(&self) -> &str {
        &self.0
    }

    /// `US` for the North American plan, else empty. The plan has more countries than that one; this
    /// is the word that pipelines know for it.
    #[must_use]
    pub fn country(&self) -> &'static str {
        if self.0.starts_with("+1") { "US" } else { "" }
    }
}

#[cfg(test)]
mod tests {
    use super::{Phone, PhoneRefusal};

    #[test]
    fn numbers_have_one_form() {
        for (text, expected) in [
            ("+15551234567", Ok(("+15551234567", "US"))),
            ("(555) 123-4567", Ok(("+15551234567", "US"))),
            ("1.555.123.4567", Ok(("+15551234567", "US"))),
            (" +44 20 7946 0958\n", Ok(("+442079460958", ""))),
            ("+12345678", Ok(("+12345678", "US"))),
            ("+1234567", Err(PhoneRefusal::Length)),
            ("25551234567", Err(PhoneRefusal::Length)),
            ("+1234567890123456", Err(PhoneRefusal::Length)),
            ("++15551234567", Err(PhoneRefusal::Characters)),
            ("+", Err(PhoneRefusal::Characters)),
            ("555/1234567", Err(PhoneRefusal::Characters)),
            ("555\u{a0}1234567", Err(PhoneRefusal::Characters)),
            ("+١٢٣٤٥٦٧٨٩٠", Err(PhoneRefusal::Characters)),
            (" ", Err(PhoneRefusal::Missing)),
        ] {
            let phone = Phone::parse(text);
            let seen = phone.as_ref().map(|phone| (phone.e164(), phone.country()));
            assert_eq!(seen.map_err(|refusal| *refusal), expected, "{text}");
        }
    }
}
