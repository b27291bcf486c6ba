//! Two languages nobody speaks, made from English at load time.
//!
//! `en-XA` is accented, about 40 % longer and bracketed: text without brackets was
//! never translated, a cut bracket shows a layout that does not give. `ar-XB` forces
//! every word right-to-left.

use std::borrow::Cow;

use crate::locale::Locale;

/// What to do with each piece of text between values.
pub(crate) fn transform(locale: Locale) -> Option<fn(&str) -> Cow<'_, str>> {
    if locale == Locale::PSEUDO_LONG {
        Some(accented)
    } else if locale == Locale::PSEUDO_RTL {
        Some(reversed)
    } else {
        None
    }
}

/// What to do with a whole text.
pub(crate) fn finish(locale: Locale, text: Cow<'_, str>) -> String {
    if locale != Locale::PSEUDO_LONG {
        return text.into_owned();
    }
    let more = text.chars().count() * 2 / 5;
    let padding: String = "\u{20}\u{1e8b}\u{1e8b}\u{1e8b}\u{1e8b}\u{1e8b}"
        .chars()
        .cycle()
        .take(more)
        .collect();
    format!("[{text}{}]", padding.trim_end())
}

fn accented(text: &str) -> Cow<'_, str> {
    const PLAIN: &str = "aceghijlnorsuwyzACEGHIJLNORSUWYZ";
    const ACCENTED: &str = "áçéĝĥíĵļñóŕšúŵýžÁÇÉĜĤÍĴĻÑÓŔŠÚŴÝŽ";
    let accent = |c| {
        let index = PLAIN.chars().position(|plain| plain == c);
        index
            .and_then(|index| ACCENTED.chars().nth(index))
            .unwrap_or(c)
    };
    text.chars().map(accent).collect()
}

fn reversed(text: &str) -> Cow<'_, str> {
    let word = |word: &str| match word.trim() {
        "" => word.to_owned(),
        inner => word.replace(inner, &format!("\u{200f}\u{202e}{inner}\u{202c}\u{200f}")),
    };
    text.split_inclusive(' ').map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::{accented, finish, reversed};
    use crate::locale::Locale;

    #[test]
    fn long_text_is_bracketed_and_longer() {
        let text = finish(Locale::PSEUDO_LONG, accented("Sign in with a passkey"));
        assert!(text.starts_with("[Šíĝñ íñ"), "{text}");
        assert!(text.ends_with(']'));
        assert!((30..=34).contains(&text.chars().count()), "{text}");
    }

    #[test]
    fn reversed_text_keeps_its_spaces() {
        assert_eq!(reversed(" a b").matches(' ').count(), 2);
        assert_eq!(reversed("a").chars().count(), 5);
    }
}
