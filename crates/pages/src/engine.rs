//! Rendering.

use std::sync::Arc;

use jiff::Timestamp;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Serde};
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, State, UndefinedBehavior, Value, context,
};
use rust_embed::RustEmbed;
use serde::Serialize;

use crate::frame::FrameView;
use crate::locale::Locales;
use crate::{Frame, Locale, Message, assets};

#[derive(RustEmbed)]
#[folder = "../../templates"]
struct Files;

/// A page: a context bound to its template.
pub trait Page: Serialize + Sized {
    /// The template, as a path in `templates/`.
    const TEMPLATE: &'static str;

    /// The page in its states, for tests and for looking at.
    fn samples() -> Vec<(&'static str, Self)>;
}

/// Why pages could not be loaded or rendered: a mistake of ours.
#[derive(Debug, thiserror::Error)]
pub enum PagesError {
    /// A template is broken, or names something its context does not have.
    #[error("a template is broken")]
    Template(#[from] Error),
    /// A file of the locales cannot be read.
    #[error("the locale file {0} cannot be read")]
    Locale(String),
}

/// All templates and locales, parsed once.
pub struct Pages {
    environment: Environment<'static>,
    locales: Arc<Locales>,
}

impl Pages {
    /// Parses everything that is built in.
    ///
    /// # Errors
    /// [`PagesError`] when a file is broken.
    pub fn new() -> Result<Self, PagesError> {
        let locales = Arc::new(Locales::load()?);
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_syntax(
            SyntaxConfig::builder()
                .trim_blocks(true)
                .lstrip_blocks(true)
                .build()?,
        );
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        for path in Files::iter() {
            let data = Files::get(&path).map(|file| file.data).unwrap_or_default();
            let text = String::from_utf8(data.into_owned())
                .map_err(|_| PagesError::Locale(path.to_string()))?;
            environment.add_template_owned(path.to_string(), text)?;
        }
        functions(&mut environment, &locales);
        Ok(Self {
            environment,
            locales,
        })
    }

    /// Renders a page.
    ///
    /// # Errors
    /// [`PagesError::Template`] when the template and its context disagree.
    pub fn render<P: Page>(&self, frame: &Frame, page: &P) -> Result<String, PagesError> {
        let template = self.environment.get_template(P::TEMPLATE)?;
        let frame = Value::from(Serde(FrameView::from(frame)));
        Ok(template.render(context! { frame, page => Value::from(Serde(page)) })?)
    }

    /// A sentence outside a page, for JSON answers. A message that is missing gives its key.
    #[must_use]
    pub fn say(&self, locale: &Locale, message: &Message) -> String {
        let said = self.locales.say(locale.tag(), message);
        said.unwrap_or_else(|| message.key.clone())
            .replace(['\u{2068}', '\u{2069}'], "")
    }

    /// Whether a message exists, for tests.
    #[must_use]
    pub fn knows(&self, message: &Message) -> bool {
        self.locales.say("en", message).is_some()
    }
}

/// What templates can call: `t`, `say`, `asset`, and the filters `iso` and `utc`.
fn functions(environment: &mut Environment<'static>, locales: &Arc<Locales>) {
    let words = Arc::clone(locales);
    environment.add_function(
        "t",
        move |state: &State<'_, '_>, key: &str, args: Kwargs| {
            let mut message = Message::new(key);
            for name in args.args() {
                message = with(message, name, &args.get::<Value>(name)?);
            }
            sentence(&words, state, &message)
        },
    );
    let words = Arc::clone(locales);
    environment.add_function("say", move |state: &State<'_, '_>, said: Value| {
        let mut message = Message::new(said.get_attr("key")?.to_string());
        let args = said.get_attr("args")?;
        for name in args.try_iter()? {
            let name = name.to_string();
            message = with(message, &name, &args.get_attr(&name)?);
        }
        sentence(&words, state, &message)
    });
    environment.add_function("asset", |path: &str| assets::url(path));
    environment.add_filter("iso", |millis: i64| moment(millis).map(|at| at.to_string()));
    environment.add_filter("utc", |millis: i64| {
        moment(millis).map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
    });
}

fn with(message: Message, name: &str, value: &Value) -> Message {
    match (value.is_number(), f64::try_from(value.clone())) {
        (true, Ok(number)) => message.number(name, number),
        _ => message.text(name, &value.to_string()),
    }
}

fn sentence(words: &Locales, state: &State<'_, '_>, message: &Message) -> Result<String, Error> {
    let frame = state.lookup("frame").unwrap_or_default();
    let tag = frame.get_attr("locale")?.to_string();
    let missing = || {
        Error::new(
            ErrorKind::InvalidOperation,
            format!("no message {} with these values", message.key),
        )
    };
    words.say(&tag, message).ok_or_else(missing)
}

fn moment(millis: i64) -> Result<Timestamp, Error> {
    Timestamp::from_millisecond(millis)
        .map_err(|_| Error::new(ErrorKind::InvalidOperation, "a time out of range"))
}
