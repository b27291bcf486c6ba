//! Templates, texts and pages brought together.

use std::collections::HashMap;
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, context};
use rust_embed::RustEmbed;
use serde::Serialize;

use crate::frame::Frame;
use crate::functions;
use crate::locale::Locale;
use crate::message::Message;
use crate::texts::Texts;

#[derive(RustEmbed)]
#[folder = "../../templates"]
struct Templates;

/// A page: facts to show and the template that shows them.
pub trait Page: Serialize + Sized {
    /// Path inside `templates/`.
    const TEMPLATE: &'static str;

    /// The states worth looking at, by name. Tests render each in every locale, and
    /// the gallery shows them.
    fn samples() -> Vec<(&'static str, Self)>;
}

/// Why pages cannot be loaded or rendered. All of these are faults: a template or a
/// text is wrong, never a request.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PagesError {
    /// A template does not parse or does not fit its context.
    #[error("template {name}")]
    Template {
        /// Path inside `templates/`.
        name: String,
        /// What the engine says.
        #[source]
        cause: minijinja::Error,
    },
    /// An embedded file is not UTF-8.
    #[error("{path} is not UTF-8")]
    Encoding {
        /// Path inside `templates/` or `locales/`.
        path: String,
    },
    /// A file of texts does not parse or repeats a key.
    #[error("locale file {path}: {problem}")]
    Texts {
        /// Path inside `locales/`.
        path: String,
        /// What the parser says.
        problem: String,
    },
    /// A text with this key does not exist, or lacks a value.
    #[error("text {key} in {locale}: {problem}")]
    Text {
        /// The key asked for.
        key: String,
        /// The locale it was asked in.
        locale: &'static str,
        /// What is missing.
        problem: String,
    },
}

/// All pages in all languages. Load once, share freely.
pub struct Pages {
    locales: HashMap<Locale, Language>,
}

struct Language {
    texts: Arc<Texts>,
    templates: Environment<'static>,
}

impl Pages {
    /// Parses every template and every text.
    ///
    /// # Errors
    /// When one of them is wrong: found at start, not at the first request.
    pub fn new() -> Result<Self, PagesError> {
        let mut locales = HashMap::new();
        for locale in Locale::available(true) {
            let texts = Arc::new(Texts::load(locale)?);
            let templates = environment(&texts)?;
            locales.insert(locale, Language { texts, templates });
        }
        Ok(Self { locales })
    }

    /// The page as HTML.
    ///
    /// # Errors
    /// When the template needs what the page does not have, or a text is missing.
    pub fn render<P: Page>(&self, frame: &Frame, page: &P) -> Result<String, PagesError> {
        let language = self.language(frame.locale);
        let wrong = |cause| PagesError::Template {
            name: P::TEMPLATE.to_owned(),
            cause,
        };
        let template = language.templates.get_template(P::TEMPLATE);
        let values = context! { frame => Serde(frame.view()), page => Serde(page) };
        template
            .and_then(|template| template.render(values))
            .map_err(wrong)
    }

    /// One text, for example the `detail` of a problem or the subject of a mail.
    ///
    /// # Errors
    /// When the key is unknown or one of its values is missing.
    pub fn text(&self, locale: Locale, message: &Message) -> Result<String, PagesError> {
        self.language(locale).texts.message(message)
    }

    /// Whether a text with this key exists in every language.
    pub fn knows(&self, key: &str) -> bool {
        self.locales.values().all(|language| language.texts.has(key))
    }

    fn language(&self, locale: Locale) -> &Language {
        // `new` loads every locale that the type can name.
        &self.locales[&locale]
    }
}

fn environment(texts: &Arc<Texts>) -> Result<Environment<'static>, PagesError> {
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()
        .map_err(|cause| PagesError::Template {
            name: "syntax".to_owned(),
            cause,
        })?;
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(syntax);
    functions::register(&mut environment, texts);
    for path in Templates::iter() {
        let source = embedded::<Templates>(&path)?;
        environment
            .add_template_owned(path.to_string(), source)
            .map_err(|cause| PagesError::Template {
                name: path.to_string(),
                cause,
            })?;
    }
    Ok(environment)
}

/// The text of an embedded file.
pub(crate) fn embedded<F: RustEmbed>(path: &str) -> Result<String, PagesError> {
    F::get(path)
        .and_then(|file| String::from_utf8(file.data.into_owned()).ok())
        .ok_or_else(|| PagesError::Encoding {
            path: path.to_owned(),
        })
}
