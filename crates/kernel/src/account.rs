//! Accounts: who can sign in, and how they are named.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

/// The number of an account. Agents and customers draw from one sequence, so a number alone never
/// names two people; routes still check the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(i64);

impl AccountId {
    /// From a stored number.
    #[must_use]
    pub const fn new(id: i64) -> Self {
        Self(id)
    }

    /// The stored number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The two kinds of people. Each has its own portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountKind {
    /// Staff.
    Agent,
    /// Customers.
    Customer,
}

impl AccountKind {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::Agent, Self::Customer];

    /// The stored word: `agent` or `customer`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Customer => "customer",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl fmt::Display for AccountKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An account with its kind: the only way to name somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// Which kind of person.
    pub kind: AccountKind,
    /// Which of them.
    pub id: AccountId,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.id)
    }
}

/// What an agent may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AgentRole {
    /// Works at the desk.
    Agent,
    /// Also administers accounts.
    Admin,
}

impl AgentRole {
    /// The stored word: `agent` or `admin`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Admin => "admin",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Agent, Self::Admin]
            .into_iter()
            .find(|role| role.as_str() == word)
    }
}

/// Whether an account may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Waits for its invite to be followed.
    Invited,
    /// May sign in.
    Active,
    /// May not sign in; an administrator can enable it again.
    Disabled,
}

impl Status {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Invited, Self::Active, Self::Disabled]
            .into_iter()
            .find(|status| status.as_str() == word)
    }
}

/// Why a name was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing but white space.
    #[error("is empty")]
    Empty,
    /// Longer than the limit, in characters.
    #[error("is longer than {0} characters")]
    TooLong(usize),
    /// Holds a control character, a line break or an invisible direction mark.
    #[error("holds a character that cannot be shown")]
    Control,
    /// Not of the form `name@domain`.
    #[error("is not an e-mail address")]
    NotAnAddress,
}

/// What a person types to say who they are: 1 to 255 characters. Compared without regard to case
/// and to Unicode compatibility forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    shown: String,
    key: String,
}

impl Login {
    /// Longest login, in characters.
    pub const MAX_CHARS: usize = 255;

    /// Parses what was typed; surrounding white space is dropped.
    ///
    /// # Errors
    /// [`NameError`] when it is empty, too long or holds characters that cannot be shown.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let shown = printable(text, Self::MAX_CHARS)?;
        let key = bounded_key(&shown, Self::MAX_CHARS)?;
        Ok(Self { shown, key })
    }

    /// As it was typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// The form to compare by: NFKC, lower case.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// An e-mail address, at most 254 characters (RFC 5321 section 4.5.3.1.3). Only the shape is
/// checked: whether it exists is for a mail to prove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress {
    shown: String,
    key: String,
}

impl EmailAddress {
    /// Longest address, in characters.
    pub const MAX_CHARS: usize = 254;

    /// Parses an address.
    ///
    /// # Errors
    /// [`NameError`] as for [`Login::parse`], and when it is not `name@domain`.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let shown = printable(text, Self::MAX_CHARS)?;
        let (name, domain) = shown.rsplit_once('@').ok_or(NameError::NotAnAddress)?;
        let odd = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | '"');
        if name.is_empty() || domain.is_empty() || domain.contains('@') || shown.contains(odd) {
            return Err(NameError::NotAnAddress);
        }
        let key = bounded_key(&shown, Self::MAX_CHARS)?;
        Ok(Self { shown, key })
    }

    /// As it was typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// The form to compare by: NFKC, lower case.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// How a person is called on pages and in their passkey manager: 1 to 120 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayName(String);

impl DisplayName {
    /// Longest name, in characters.
    pub const MAX_CHARS: usize = 120;

    /// Parses a name.
    ///
    /// # Errors
    /// [`NameError`] when it is empty, too long or holds characters that cannot be shown.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        printable(text, Self::MAX_CHARS).map(Self)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Most bytes of a stored comparison key: PostgreSQL indexes rows up to 2,704 bytes.
const MAX_KEY_BYTES: usize = 2_048;

/// The form two names are compared by.
#[must_use]
pub fn comparison_key(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

/// The comparison key of a name that is stored. Some characters grow when they are compared, one to
/// eighteen letters, and databases index only so much.
fn bounded_key(shown: &str, max_chars: usize) -> Result<String, NameError> {
    let key = comparison_key(shown);
    if key.len() > MAX_KEY_BYTES {
        return Err(NameError::TooLong(max_chars));
    }
    Ok(key)
}

/// Trimmed and composed text that can be shown on one line.
///
/// # Errors
/// [`NameError`] when nothing is left, when it is too long or cannot be shown.
pub fn printable(text: &str, max_chars: usize) -> Result<String, NameError> {
    // Bounded before normalising: composition never needs more than this much input.
    if text.len() > max_chars.saturating_mul(16) {
        return Err(NameError::TooLong(max_chars));
    }
    let shown: String = text.trim().nfc().collect();
    if shown.is_empty() {
        return Err(NameError::Empty);
    }
    if shown.chars().count() > max_chars {
        return Err(NameError::TooLong(max_chars));
    }
    if shown.chars().any(cannot_be_shown) {
        return Err(NameError::Control);
    }
    Ok(shown)
}

/// Control characters and the invisible marks that could make one name look like another.
fn cannot_be_shown(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_compare_without_case_and_form() {
        let same = [
            ("Ámira", "ámira"),
            ("ＡＭＩＲＡ", "amira"),
            (" amira ", "Amira"),
            ("A\u{301}mira", "ámira"),
        ];
        for (left, right) in same {
            assert_eq!(
                Login::parse(left).unwrap().key(),
                Login::parse(right).unwrap().key(),
                "{left} {right}"
            );
        }
    }

    #[test]
    fn refused_names_say_why() {
        let long = "x".repeat(256);
        let cases = [
            ("", NameError::Empty),
            (" \t ", NameError::Empty),
            (long.as_str(), NameError::TooLong(255)),
            ("a\nb", NameError::Control),
            ("a\u{202e}b", NameError::Control),
        ];
        for (text, error) in cases {
            assert_eq!(Login::parse(text), Err(error), "{text:?}");
        }
        assert!(Login::parse(&"ä".repeat(255)).is_ok());
        assert!(Login::parse(&"🗝".repeat(255)).is_ok());
        let grows = "\u{fdfa}".repeat(255);
        assert_eq!(Login::parse(&grows), Err(NameError::TooLong(255)));
    }

    #[test]
    fn addresses_have_a_name_and_a_domain() {
        for good in ["a@b", "amira.h@example.org", "Ünal@bücher.example"] {
            assert!(EmailAddress::parse(good).is_ok(), "{good}");
        }
        for bad in ["a", "@b", "a@", "a b@c", "a@b@", "<a@b>", "a@b,c@d"] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad}");
        }
    }
}
