//! The texts of one language.

use std::borrow::Cow;
use std::collections::BTreeMap;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use rust_embed::RustEmbed;

use crate::engine::{PagesError, embedded};
use crate::locale::{Direction, Locale};
use crate::message::{Arg, Message};
use crate::pseudo;

#[derive(RustEmbed)]
#[folder = "../../locales"]
#[include = "*.ftl"]
struct Files;

/// The texts of one language.
pub(crate) struct Texts {
    locale: Locale,
    bundle: FluentBundle<FluentResource>,
}

impl Texts {
    /// Parses `locales/<language>/*.ftl`.
    pub(crate) fn load(locale: Locale) -> Result<Self, PagesError> {
        let mut bundle = FluentBundle::new_concurrent(vec![locale.id()]);
        // We isolate values ourselves, see `isolated`.
        bundle.set_use_isolating(false);
        bundle.set_transform(pseudo::transform(locale));
        let prefix = format!("{}/", locale.folder());
        for path in Files::iter().filter(|path| path.starts_with(&prefix)) {
            let wrong = |problem| PagesError::Texts {
                path: path.to_string(),
                problem,
            };
            let resource = FluentResource::try_new(embedded::<Files>(&path)?)
                .map_err(|(_, errors)| wrong(format!("{errors:?}")))?;
            bundle
                .add_resource(resource)
                .map_err(|errors| wrong(format!("{errors:?}")))?;
        }
        Ok(Self { locale, bundle })
    }

    /// Whether there is a text with this key.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }

    /// The text of a message.
    pub(crate) fn message(&self, message: &Message) -> Result<String, PagesError> {
        self.text(&message.key, &message.args)
    }

    /// The text with this key and these values.
    pub(crate) fn text(
        &self,
        key: &str,
        args: &BTreeMap<String, Arg>,
    ) -> Result<String, PagesError> {
        let missing = |problem: &str| PagesError::Text {
            key: key.to_owned(),
            locale: self.locale.tag(),
            problem: problem.to_owned(),
        };
        let pattern = self
            .bundle
            .get_message(key)
            .and_then(|message| message.value())
            .ok_or_else(|| missing("there is no such text"))?;
        let mut values = FluentArgs::with_capacity(args.len());
        for (name, arg) in args {
            values.set(name.clone(), self.value(arg));
        }
        let mut errors = Vec::new();
        let text = self
            .bundle
            .format_pattern(pattern, Some(&values), &mut errors);
        match errors.first() {
            Some(error) => Err(missing(&error.to_string())),
            None => Ok(pseudo::finish(self.locale, text)),
        }
    }

    fn value<'a>(&self, arg: &'a Arg) -> FluentValue<'a> {
        match arg {
            Arg::Number(number) => FluentValue::from(*number),
            Arg::Text(text) => FluentValue::String(isolated(self.locale, text)),
        }
    }
}

/// Keeps a value from disturbing the direction of the text around it. Only where the
/// two can differ: plain English stays free of invisible characters, so that it can be
/// searched and copied.
fn isolated(locale: Locale, text: &str) -> Cow<'_, str> {
    let foreign = text.chars().any(|c| matches!(c, '\u{590}'..='\u{8ff}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'));
    if foreign || locale.direction() == Direction::Rtl {
        Cow::Owned(format!("\u{2068}{text}\u{2069}"))
    } else {
        Cow::Borrowed(text)
    }
}
