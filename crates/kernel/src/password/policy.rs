//! Which passwords are accepted: NIST SP 800-63B-4 section 3.1.1.
//!
//! At least 15 characters, because a password may stand alone here; no composition rules; nothing
//! that is easy to guess, with the person's own names on the blocklist.

use unicode_normalization::UnicodeNormalization as _;

use crate::Secret;

/// Fewest characters of a new password.
pub const MIN_CHARS: usize = 15;

/// Most bytes we read of a password, new or presented. 63B-4 asks for at least 64 characters.
pub const MAX_BYTES: usize = 1024;

/// Passwords that would be guessed in fewer than 10^GUESSES tries are on the blocklist.
const GUESSES_LOG10: f64 = 10.0;

/// The estimator reads only this much: its time grows with the square of the length, and what is
/// hard to guess at 100 characters stays so.
const ESTIMATED_CHARS: usize = 100;

/// A password that the policy accepted, in its normalised form.
#[derive(Debug)]
pub struct NewPassword(Secret<String>);

impl NewPassword {
    pub(super) fn text(&self) -> &str {
        self.0.expose()
    }
}

/// Why a new password was refused. The remedy differs, so the reasons do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordRefusal {
    /// Fewer than [`MIN_CHARS`] characters.
    TooShort,
    /// More than [`MAX_BYTES`] bytes.
    TooLong,
    /// Easy to guess: common words, repetitions, or the person's own names.
    Guessable,
}

/// Accepts or refuses a new password. `about` are words that belong to the person or to us: login,
/// name, e-mail, the name of the site.
///
/// # Errors
/// [`PasswordRefusal`] says what to change.
pub fn accept(candidate: &Secret<String>, about: &[&str]) -> Result<NewPassword, PasswordRefusal> {
    let text = candidate.expose();
    if text.len() > MAX_BYTES {
        return Err(PasswordRefusal::TooLong);
    }
    let normal = normalise(text);
    if normal.expose().chars().count() < MIN_CHARS {
        return Err(PasswordRefusal::TooShort);
    }
    let start: String = normal.expose().chars().take(ESTIMATED_CHARS).collect();
    let estimate = zxcvbn::zxcvbn(
        &start,
        &words(about).iter().map(String::as_str).collect::<Vec<_>>(),
    );
    if estimate.guesses_log10() < GUESSES_LOG10 {
        return Err(PasswordRefusal::Guessable);
    }
    Ok(NewPassword(normal))
}

/// NFKC, so that one password typed on two keyboards is the same bytes (63B-4 section 3.1.1.2).
pub(super) fn normalise(text: &str) -> Secret<String> {
    Secret::new(text.nfkc().collect())
}

/// The person's names and the words within them.
fn words(about: &[&str]) -> Vec<String> {
    let separators = |c: char| !c.is_alphanumeric();
    about
        .iter()
        .flat_map(|each| std::iter::once(*each).chain(each.split(separators)))
        .filter(|word| word.chars().count() > 2)
        .map(str::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(candidate: &str, about: &[&str]) -> Option<PasswordRefusal> {
        accept(&Secret::new(candidate.to_owned()), about).err()
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        assert_eq!(
            check("blau-Xq7-pferd", &[]),
            Some(PasswordRefusal::TooShort)
        );
        assert_eq!(check("żółw-ßämig-ñandú-9", &[]), None);
        assert_eq!(
            check(&"q7 ".repeat(342), &[]),
            Some(PasswordRefusal::TooLong)
        );
    }

    #[test]
    fn no_composition_rules() {
        assert_eq!(check("vellum quartz heron tundra", &[]), None);
        assert_eq!(check("83920471650283947561", &[]), None);
    }

    #[test]
    fn what_is_easy_to_guess_is_refused() {
        for easy in [
            "passwordpassword",
            "aaaaaaaaaaaaaaaaaaaa",
            "123456789012345678",
            "qwertyuiopasdfghjkl",
        ] {
            assert_eq!(check(easy, &[]), Some(PasswordRefusal::Guessable), "{easy}");
        }
        let own = [
            "amira.haddad",
            "Amira Haddad",
            "amira@northwind.example",
            "Northwind",
        ];
        assert_eq!(
            check("amirahaddadnorthwind", &own),
            Some(PasswordRefusal::Guessable)
        );
    }

    #[test]
    fn a_very_long_password_is_judged_quickly_and_accepted() {
        let long: String = (0..200u32)
            .map(|i| char::from(b'a' + u8::try_from((i * i * 7 + i) % 26).unwrap()))
            .collect();
        assert_eq!(check(&long, &[]), None);
    }
}
