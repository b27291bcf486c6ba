//! Fields in words: name, type, and what is special about them.

use super::Subject;
use crate::schema::{self, Kind, Message, Schema};

/// Which of a step's messages a field belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The configuration.
    Config,
    /// The input.
    Input,
    /// The output.
    Output,
}

impl Part {
    /// The word in lower case.
    pub fn key(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Input => "input",
            Self::Output => "output",
        }
    }

    /// The word as a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Config => "Config",
            Self::Input => "Input",
            Self::Output => "Output",
        }
    }
}

/// One field in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name; inside other messages a path, where `[]` is any item of a list and `*` any name of
    /// a map.
    pub name: String,
    /// Its type, as `auth.proto` writes it without the package.
    pub kind: String,
    /// What is special about it; mostly nothing.
    pub remark: String,
}

/// The fields of a message, each followed by those of the message that it holds.
pub(super) fn nested(subject: Subject, part: Part, message: &Message) -> Vec<Field> {
    let mut out = Vec::new();
    for (field, words) in message.fields.iter().zip(flat(subject, part, message)) {
        let path = words.name.clone();
        out.push(words);
        inner(field, &path, &mut vec![&message.name], &mut out);
    }
    out
}

/// The fields of a message alone.
pub(super) fn flat(subject: Subject, part: Part, message: &Message) -> Vec<Field> {
    let fields = message.fields.iter();
    let words = fields.map(|field| Field {
        name: field.name.clone(),
        kind: kind(field),
        remark: remark(subject, part, &field.name),
    });
    words.collect()
}

/// The fields of a message that stands for itself, as in a list of messages.
pub(super) fn plain(message: &Message) -> Vec<Field> {
    let fields = message.fields.iter();
    let words = fields.map(|field| Field {
        name: field.name.clone(),
        kind: kind(field),
        remark: String::new(),
    });
    words.collect()
}

/// The message that a field holds, if it holds one.
pub(super) fn held(field: &schema::Field) -> Option<&'static Message> {
    match field.kind {
        Kind::Message(at) | Kind::Map(at) => Some(Schema::get().at(at)),
        _ => None,
    }
}

/// Adds the fields of the message that a field holds. `around` are the messages it stands in, so
/// that a message inside itself is named and not followed for ever.
fn inner<'a>(field: &schema::Field, path: &str, around: &mut Vec<&'a String>, out: &mut Vec<Field>)
where
    'static: 'a,
{
    let Some(message) = held(field).filter(|message| !around.contains(&&message.name)) else {
        return;
    };
    let step = match (field.kind, field.repeated) {
        (Kind::Map(_), _) => ".*",
        (_, true) => "[]",
        _ => "",
    };
    around.push(&message.name);
    for below in &message.fields {
        let name = format!("{path}{step}.{}", below.name);
        out.push(Field {
            name: name.clone(),
            kind: kind(below),
            remark: String::new(),
        });
        inner(below, &name, around, out);
    }
    around.pop();
}

fn kind(field: &schema::Field) -> String {
    let name = match field.kind {
        Kind::Bool => "bool",
        Kind::Int32 => "int32",
        Kind::Uint32 => "uint32",
        Kind::Int64 => "int64",
        Kind::Text => "string",
        Kind::Struct => "Struct",
        Kind::Message(at) => &Schema::get().at(at).name,
        Kind::Map(at) => return format!("map<string, {}>", Schema::get().at(at).name),
    };
    match (field.repeated, field.presence) {
        (true, _) => format!("repeated {name}"),
        (false, true) => format!("optional {name}"),
        (false, false) => name.to_owned(),
    }
}

fn remark(subject: Subject, part: Part, name: &str) -> String {
    let Subject::Step(step) = subject else {
        return remark_on_module(name).to_owned();
    };
    let guard = &step.body.guard;
    let remark = match (part, name) {
        (Part::Config, "on_denied") => "what a denial does: continue (the default), stop or error",
        (Part::Config, "signing_secret_env") if step.config == "EmptyConfig" => {
            "the variable with the secret; only the magic link steps read it"
        }
        (Part::Input, name) if guard.secrets.contains(&name) => {
            "a secret of the operator; ignored where the request holds it"
        }
        (Part::Input, name) if guard.looked_up(Schema::named(step.input)).contains(&name) => {
            "ignored where it comes from a request's query or path"
        }
        (Part::Output, name) if step.body.verdict == Some(name) => "the verdict",
        (Part::Output, "response_status" | "response_body") => {
            "only when a denial ends the pipeline"
        }
        (Part::Output, "error") => "a text here is a denial",
        _ => "",
    };
    remark.to_owned()
}

fn remark_on_module(name: &str) -> &'static str {
    match name {
        "rp_display_name" => "shown by authenticators; Workflow App if left out",
        "rp_id" => "the host of the origin if left out, or a parent of it",
        "origin" => "https, or http on localhost",
        "optional" => "without rp_id or origin the instance stays unused instead of failing",
        "disable_password_auth" => "password steps refuse",
        "user_verification" => "required, preferred or discouraged; not checked if left out",
        "auth_providers" => "by provider, as in google",
        _ => "",
    }
}
