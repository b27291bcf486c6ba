//! What people read about the steps and the module: the one source of `gatefold step show` and of
//! `docs/steps.md`.
//!
//! Everything is derived from the catalogue, the messages and the guards, so it cannot differ from
//! what runs. Only the module's own words stand here, as it has no line in the catalogue.

mod fields;
mod markdown;

use serde_json::{Value, json};

pub use fields::{Field, Part};

use crate::advertise;
use crate::catalogue::{self, Example, STEPS, Step};
use crate::modules::{MODULE_CONFIG, MODULE_TYPE};
use crate::schema::{Message, Schema};

/// The configuration of the instance that an example names with `module`.
pub const EXAMPLE_MODULE: &str =
    r#"{"rp_display_name": "Example", "origin": "https://app.example.com"}"#;

/// The folder of the plugin's own files in the repository.
const PLUGIN_FOLDER: &str = "plugins/workflow-plugin-auth";

const MODULE_SUMMARY: &str = "Says for which site passkeys are made and checked, whether passwords are off, and where identity providers are.";

const MODULE_DUTIES: &[&str] = &[
    "Keep `client_secret` out of the file: write `${NAME}`, which the engine replaces by the environment variable of this name.",
    "Give each site an instance of its own, and name it in the `module` of its steps.",
    "Leave `allow_insecure_test_endpoints` out everywhere but in tests: it lets steps ask addresses of the inner network.",
];

/// Something that pipelines can use: the module type, or a step.
#[derive(Clone, Copy)]
pub enum Subject {
    /// The module type `auth.credential`.
    Module,
    /// A step.
    Step(&'static Step),
}

/// An example in the form in which it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// What it shows.
    pub title: &'static str,
    /// The command line that runs it, ready to be pasted into a POSIX shell.
    pub command: String,
    /// Members that the output has, as JSON.
    pub output: &'static str,
}

impl Subject {
    /// Everything there is: the module, then the steps in the order of the catalogue.
    pub fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::Module).chain(STEPS.iter().map(Self::Step))
    }

    /// The subject of this name. A step may be named without `step.auth_`.
    pub fn find(name: &str) -> Option<Self> {
        if name == MODULE_TYPE {
            return Some(Self::Module);
        }
        catalogue::find(name).map(Self::Step)
    }

    /// Its full name.
    pub fn name(self) -> String {
        match self {
            Self::Module => MODULE_TYPE.to_owned(),
            Self::Step(step) => step.name(),
        }
    }

    /// One sentence: what it does.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Module => MODULE_SUMMARY,
            Self::Step(step) => step.body.about.summary,
        }
    }

    /// What stays with the caller, a sentence each.
    pub fn duties(self) -> &'static [&'static str] {
        match self {
            Self::Module => MODULE_DUTIES,
            Self::Step(step) => step.body.about.duties,
        }
    }

    /// Its messages, in the order in which people think of them. The module has a configuration
    /// only.
    pub fn messages(self) -> Vec<(Part, &'static Message)> {
        match self {
            Self::Module => vec![(Part::Config, Schema::named(MODULE_CONFIG))],
            Self::Step(step) => vec![
                (Part::Config, Schema::named(step.config)),
                (Part::Input, Schema::named(step.input)),
                (Part::Output, Schema::named(step.output)),
            ],
        }
    }

    /// The boolean of the output that is the verdict.
    pub fn verdict(self) -> Option<&'static str> {
        match self {
            Self::Module => None,
            Self::Step(step) => step.body.verdict,
        }
    }

    /// What may not come from a request, a sentence for each kind of guard.
    pub fn guards(self) -> Vec<String> {
        let Self::Step(step) = self else {
            return Vec::new();
        };
        let guard = &step.body.guard;
        let mut sentences = Vec::new();
        let looked_up = guard.looked_up(Schema::named(step.input));
        if !looked_up.is_empty() {
            sentences.push(format!(
                "{}: ignored where it comes from the query or the path of an HTTP request and from no step before; look it up in the pipeline.",
                listed(&looked_up)
            ));
        }
        if !guard.secrets.is_empty() {
            sentences.push(format!(
                "{}: a secret of the operator, ignored where the HTTP request holds it anywhere, body included.",
                listed(guard.secrets)
            ));
        }
        sentences
    }

    /// What a denial is and what it does, a text each. The module denies nothing.
    pub fn denials(self) -> Vec<String> {
        let Self::Step(step) = self else {
            return Vec::new();
        };
        let mut texts = vec![denial(step)];
        if Schema::named(step.config).field("on_denied").is_some() {
            texts.push(ON_DENIED.to_owned());
        }
        texts
    }

    /// Its examples, with the command lines that run them.
    pub fn examples(self) -> Vec<Shown> {
        match self {
            Self::Module => catalogue::find("passkey_begin_login")
                .and_then(|step| step.body.about.examples.first().map(|first| (step, first)))
                .map(|(step, first)| Shown {
                    title: "An instance for one run of a step",
                    command: command(step, first),
                    output: first.output,
                })
                .into_iter()
                .collect(),
            Self::Step(step) => {
                let examples = step.body.about.examples.iter();
                let shown = examples.map(|example| Shown {
                    title: example.title,
                    command: command(step, example),
                    output: example.output,
                });
                shown.collect()
            }
        }
    }

    /// Everything about it as one JSON object.
    pub fn to_json(self) -> Value {
        let messages: serde_json::Map<String, Value> = self
            .messages()
            .into_iter()
            .map(|(part, message)| {
                let fields: Vec<Value> = fields::nested(self, part, message)
                    .into_iter()
                    .map(|field| json!({"name": field.name, "type": field.kind, "remark": field.remark}))
                    .collect();
                let entry = json!({"message": message.full_name(), "fields": fields});
                (part.key().to_owned(), entry)
            })
            .collect();
        let examples: Vec<Value> = self
            .examples()
            .into_iter()
            .map(|shown| json!({"title": shown.title, "command": shown.command, "output": parsed(shown.output)}))
            .collect();
        json!({
            "name": self.name(),
            "kind": if matches!(self, Self::Module) { "module" } else { "step" },
            "summary": self.summary(),
            "messages": messages,
            "verdict": self.verdict(),
            "denials": self.denials(),
            "guards": self.guards(),
            "duties": self.duties(),
            "examples": examples,
        })
    }

    /// The fields of one of its messages, those of messages inside it too, by path.
    pub fn fields(self, part: Part, message: &Message) -> Vec<Field> {
        fields::nested(self, part, message)
    }
}

/// What `on_denied` does, for every step.
const ON_DENIED: &str = "`on_denied` of the configuration says what a denial does: with `continue` (the default) the pipeline goes on and must look at the verdict itself; `stop` ends it, and the client gets 401; `error` fails the step.";

/// The committed files that are written from the catalogue: path below the repository's root, and
/// text.
pub fn generated_files() -> [(String, String); 3] {
    let pretty = |mut value: Value| {
        // Whether a map keeps its order depends on what else is built along; a committed file must not.
        value.sort_all_objects();
        format!("{value:#}\n")
    };
    [
        (
            format!("{PLUGIN_FOLDER}/plugin.json"),
            pretty(advertise::plugin_json()),
        ),
        (
            format!("{PLUGIN_FOLDER}/plugin.contracts.json"),
            pretty(advertise::contracts_json()),
        ),
        ("docs/steps.md".to_owned(), markdown::document()),
    ]
}

/// What counts as a denial of this step, in a sentence.
fn denial(step: &Step) -> String {
    match step.body.verdict {
        Some(verdict) => format!(
            "The verdict is `{verdict}`: anything but true is a denial, and so is a text in `error`."
        ),
        None => "It gives no verdict; only a text in `error` is a denial.".to_owned(),
    }
}

/// The name of the module instance that an example needs, if it names one.
pub fn module_of(example: &Example) -> Option<String> {
    let config = parsed(example.config);
    config.get("module")?.as_str().map(str::to_owned)
}

/// The command line that runs an example.
fn command(step: &Step, example: &Example) -> String {
    let mut line = format!("gatefold step run {}", step.short());
    if let Some(module) = module_of(example) {
        line += &format!(
            " --module {}",
            quoted(&format!("{module}={EXAMPLE_MODULE}"))
        );
    }
    if example.config != "{}" {
        line += &format!(" --config {}", quoted(example.config));
    }
    line + &format!(" --input {}", quoted(example.input))
}

/// A word for a POSIX shell: in single quotes, with those inside it written as `'\''`.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn listed(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Part, Subject, quoted};

    #[test]
    fn words_survive_a_shell() {
        for (word, expected) in [
            ("{}", "'{}'"),
            ("it's", r"'it'\''s'"),
            ("$(id) `id` \\", r"'$(id) `id` \'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }

    #[test]
    fn steps_are_found_with_and_without_prefix_and_the_module_by_its_type() {
        for (name, found) in [
            ("totp_verify", "step.auth_totp_verify"),
            ("step.auth_totp_verify", "step.auth_totp_verify"),
            ("auth.credential", "auth.credential"),
        ] {
            assert_eq!(
                Subject::find(name).map(Subject::name).as_deref(),
                Some(found)
            );
        }
        assert!(Subject::find("step.auth_anthropic_exchange").is_none());
        assert!(Subject::find("").is_none());
    }

    #[test]
    fn every_subject_says_all_its_fields_once() {
        for subject in Subject::all() {
            for (part, message) in subject.messages() {
                let fields = subject.fields(part, message);
                assert!(fields.len() >= message.fields.len(), "{}", subject.name());
                let mut names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
                names.sort_unstable();
                names.dedup();
                assert_eq!(names.len(), fields.len(), "{} {part:?}", subject.name());
            }
        }
    }

    #[test]
    fn inner_messages_are_shown_by_path() {
        let (part, message) = Subject::Module.messages()[0];
        let fields = Subject::Module.fields(part, message);
        let secret = fields
            .iter()
            .find(|field| field.name == "auth_providers.*.client_secret");
        assert_eq!(secret.map(|field| field.kind.as_str()), Some("string"));
        assert_eq!(part, Part::Config);
    }
}
