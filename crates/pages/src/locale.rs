//! The reader's language.
//!
//! English is complete. Two more are generated from it in development: `en-XA` is longer, accented and
//! bracketed, so that a text outside the locales and a box that is too narrow both show; `ar-XB` runs
//! from right to left.

use std::borrow::Cow;
use std::collections::BTreeMap;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_langneg::{NegotiationStrategy, negotiate_languages, parse_accepted_languages};
use rust_embed::RustEmbed;

use crate::{Arg, Message, PagesError};

/// The languages people can choose, with their own names.
const SUPPORTED: [(&str, &str); 1] = [("en", "English")];

/// Those generated for development.
const GENERATED: [(&str, &str); 2] = [("en-XA", "Ƥşḗŭḓǿ"), ("ar-XB", "Right to left")];

#[derive(RustEmbed)]
#[folder = "../../locales"]
#[include = "*.ftl"]
struct Files;

/// A language we can answer in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locale(&'static str);

impl Locale {
    /// English.
    pub const ENGLISH: Self = Self("en");

    /// Every language, the generated ones included.
    #[must_use]
    pub fn all() -> Vec<Self> {
        SUPPORTED
            .iter()
            .chain(&GENERATED)
            .map(|(tag, _)| Self(tag))
            .collect()
    }

    /// Finds a language by its tag.
    #[must_use]
    pub fn by_tag(tag: &str, development: bool) -> Option<Self> {
        Self::offered(development)
            .into_iter()
            .find(|(each, _)| *each == tag)
            .map(|(tag, _)| Self(tag))
    }

    /// The choice if there is one, else what the browser accepts (RFC 9110 section 12.5.4), else English.
    #[must_use]
    pub fn negotiate(choice: Option<&str>, accept: Option<&str>, development: bool) -> Self {
        if let Some(chosen) = choice.and_then(|tag| Self::by_tag(tag, development)) {
            return chosen;
        }
        let requested = parse_accepted_languages(accept.unwrap_or_default());
        let available: Vec<fluent_langneg::LanguageIdentifier> = SUPPORTED
            .iter()
            .filter_map(|(tag, _)| tag.parse().ok())
            .collect();
        let found = negotiate_languages(&requested, &available, None, NegotiationStrategy::Lookup);
        let tag = found.first().map(ToString::to_string);
        tag.and_then(|tag| Self::by_tag(&tag, false))
            .unwrap_or(Self::ENGLISH)
    }

    /// The tag, for `lang`.
    #[must_use]
    pub fn tag(&self) -> &'static str {
        self.0
    }

    /// The direction, for `dir`.
    #[must_use]
    pub fn dir(&self) -> &'static str {
        if ["ar", "he", "fa", "ur"].contains(&self.0.split('-').next().unwrap_or_default()) {
            "rtl"
        } else {
            "ltr"
        }
    }

    /// What people can choose from.
    pub(crate) fn offered(development: bool) -> Vec<(&'static str, &'static str)> {
        let generated: &[_] = if development { &GENERATED } else { &[] };
        SUPPORTED.iter().chain(generated).copied().collect()
    }
}

/// The words of every language.
pub(crate) struct Locales(BTreeMap<&'static str, FluentBundle<FluentResource>>);

impl Locales {
    /// Reads the embedded files.
    pub(crate) fn load() -> Result<Self, PagesError> {
        let mut bundles = BTreeMap::new();
        for Locale(tag) in Locale::all() {
            let transform: Option<fn(&str) -> Cow<'_, str>> = match tag {
                "en-XA" => Some(stretch),
                "ar-XB" => Some(turn),
                _ => None,
            };
            let folder = if transform.is_some() { "en" } else { tag };
            let mut bundle = bundle(tag, folder)?;
            bundle.set_transform(transform);
            bundles.insert(tag, bundle);
        }
        Ok(Self(bundles))
    }

    /// The sentence of a message; `None` when there is no such message or a value is missing.
    pub(crate) fn say(&self, tag: &str, message: &Message) -> Option<String> {
        let bundle = self.0.get(tag).or_else(|| self.0.get("en"))?;
        let (key, attribute) = message
            .key
            .split_once('.')
            .map_or((message.key.as_str(), None), |(key, rest)| {
                (key, Some(rest))
            });
        let found = bundle.get_message(key)?;
        let pattern = match attribute {
            Some(name) => found.get_attribute(name)?.value(),
            None => found.value()?,
        };
        let mut args = FluentArgs::new();
        for (name, value) in &message.args {
            match value {
                Arg::Number(number) => args.set(name.clone(), FluentValue::from(*number)),
                Arg::Text(text) => args.set(name.clone(), FluentValue::from(text.clone())),
            }
        }
        let mut errors = Vec::new();
        let text = bundle
            .format_pattern(pattern, Some(&args), &mut errors)
            .into_owned();
        errors.is_empty().then_some(text)
    }
}

fn bundle(tag: &'static str, folder: &str) -> Result<FluentBundle<FluentResource>, PagesError> {
    let language: unic_langid::LanguageIdentifier = tag
        .parse()
        .map_err(|_| PagesError::Locale(tag.to_owned()))?;
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    for path in Files::iter().filter(|path| path.starts_with(&format!("{folder}/"))) {
        let broken = || PagesError::Locale(path.to_string());
        let file = Files::get(&path).ok_or_else(broken)?;
        let text = String::from_utf8(file.data.into_owned()).map_err(|_| broken())?;
        let resource = FluentResource::try_new(text).map_err(|_| broken())?;
        bundle.add_resource(resource).map_err(|_| broken())?;
    }
    Ok(bundle)
}

/// About 40 % longer, accented, in brackets.
fn stretch(text: &str) -> Cow<'_, str> {
    let plain = "aceghijlnorsuwyzAEIOUCDGLNRSTYZ";
    let marked = "åçéĝĥîĵļñöŕšûŵýžÅÉÎÖÛÇÐĜĻÑŔŠŢÝŽ";
    let accent = |c| {
        plain
            .chars()
            .position(|each| each == c)
            .and_then(|at| marked.chars().nth(at))
            .unwrap_or(c)
    };
    let mut out: String = std::iter::once('[')
        .chain(text.chars().map(accent))
        .collect();
    out.extend(std::iter::repeat_n('~', text.chars().count() * 2 / 5));
    out.push(']');
    Cow::Owned(out)
}

/// The same words, written from right to left.
fn turn(text: &str) -> Cow<'_, str> {
    Cow::Owned(format!("\u{202e}{text}\u{202c}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_counts_before_the_browser() {
        let tag =
            |choice, accept, development| Locale::negotiate(choice, accept, development).tag();
        assert_eq!(tag(None, None, false), "en");
        assert_eq!(tag(None, Some("de-CH, en;q=0.5"), false), "en");
        assert_eq!(tag(Some("ar-XB"), Some("en"), true), "ar-XB");
        assert_eq!(tag(Some("ar-XB"), Some("en"), false), "en");
        assert_eq!(tag(Some("../../etc"), Some("\u{0}"), true), "en");
    }
}
