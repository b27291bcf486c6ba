//! Which language a page speaks, and in which direction it is written.

use fluent_langneg::{LanguageIdentifier as Asked, NegotiationStrategy, accepted_languages, negotiate_languages};
use unic_langid::LanguageIdentifier;

/// Which way lines run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Left to right.
    Ltr,
    /// Right to left.
    Rtl,
}

/// A language that pages can be rendered in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Locale(Tag);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Tag {
    En,
    EnXa,
    ArXb,
}

impl Locale {
    /// English, the source of all texts.
    pub const EN: Self = Self(Tag::En);
    /// Accented, longer, bracketed English: shows text that nobody translated and
    /// layouts that do not give.
    pub const PSEUDO_LONG: Self = Self(Tag::EnXa);
    /// English forced right-to-left: shows layouts that only work in one direction.
    pub const PSEUDO_RTL: Self = Self(Tag::ArXb);

    /// Languages with a folder in `locales/`.
    pub const SUPPORTED: &[Self] = &[Self::EN];
    /// Languages made from English, in development only.
    pub const PSEUDO: &[Self] = &[Self::PSEUDO_LONG, Self::PSEUDO_RTL];

    /// The language to answer in. An explicit choice (query or cookie) wins over what
    /// the browser asks for; what we do not have falls back to English.
    pub fn negotiate(
        cookie_or_query: Option<&str>,
        accept_language: Option<&str>,
        development: bool,
    ) -> Self {
        let available = Self::available(development);
        if let Some(chosen) = cookie_or_query.and_then(|tag| find(&available, tag)) {
            return chosen;
        }
        let asked = accepted_languages::parse(accept_language.unwrap_or_default());
        // Nobody's browser asks for a pseudo-locale: they are chosen, never negotiated.
        let offered: Vec<Asked> = Self::SUPPORTED
            .iter()
            .filter_map(|locale| locale.tag().parse().ok())
            .collect();
        let best = negotiate_languages(&asked, &offered, None, NegotiationStrategy::Lookup);
        best.first()
            .and_then(|id| find(&available, &id.to_string()))
            .unwrap_or(Self::EN)
    }

    /// All languages that may be chosen.
    pub fn available(development: bool) -> Vec<Self> {
        let pseudo = if development { Self::PSEUDO } else { &[] };
        [Self::SUPPORTED, pseudo].concat()
    }

    /// The BCP 47 tag, as in `lang` and in the cookie.
    pub fn tag(self) -> &'static str {
        match self.0 {
            Tag::En => "en",
            Tag::EnXa => "en-XA",
            Tag::ArXb => "ar-XB",
        }
    }

    /// Which way its lines run.
    pub fn direction(self) -> Direction {
        match self.0 {
            Tag::En | Tag::EnXa => Direction::Ltr,
            Tag::ArXb => Direction::Rtl,
        }
    }

    /// The folder in `locales/` its texts come from.
    pub(crate) fn folder(self) -> &'static str {
        match self.0 {
            Tag::En | Tag::EnXa | Tag::ArXb => "en",
        }
    }

    /// The language whose plural rules its texts follow.
    pub(crate) fn id(self) -> LanguageIdentifier {
        self.folder().parse().unwrap_or_default()
    }
}

fn find(available: &[Locale], tag: &str) -> Option<Locale> {
    available
        .iter()
        .copied()
        .find(|locale| locale.tag().eq_ignore_ascii_case(tag.trim()))
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn an_explicit_choice_wins_and_the_unknown_falls_back() {
        let check = |choice, accept, development| {
            Locale::negotiate(choice, accept, development).tag()
        };
        assert_eq!(check(None, None, false), "en");
        assert_eq!(check(Some("EN"), Some("de"), false), "en");
        assert_eq!(check(None, Some("en-GB,en;q=0.8"), false), "en");
        assert_eq!(check(Some("ar-XB"), None, true), "ar-XB");
        assert_eq!(check(Some("ar-XB"), None, false), "en");
        assert_eq!(check(None, Some("en-XA"), true), "en");
        assert_eq!(check(Some("../../etc"), Some("*;q=\u{7f}"), true), "en");
    }
}
