//! `docs/steps.md`.

use std::fmt::Write as _;

use super::{Field, ON_DENIED, Subject, denial, fields};
use crate::schema::Message;

const INTRODUCTION: &str = "\
# Steps

<!-- Written by `cargo xtask codegen` from the catalogue in crates/steps. Do not edit. -->

What pipelines of the workflow engine can use: one module type, and the steps. `gatefold step show NAME` says
the same in a terminal, and `gatefold step run NAME` tries a step without an engine.

How to read the tables: types are those of `auth.proto`. A `Struct` is any JSON object. An `int64` is written
as a decimal text in JSON. A field without a value is absent, except that an `optional` one is there even if
it is false or 0.

Every step may deny. ";

/// The whole document.
pub(super) fn document() -> String {
    let mut out = format!("{INTRODUCTION}{ON_DENIED}\n\n## Contents\n\n");
    for subject in Subject::all() {
        let name = subject.name();
        let _ = writeln!(
            out,
            "- [`{name}`](#{}): {}",
            anchor(&name),
            subject.summary()
        );
    }
    out += "- [Messages inside messages](#messages-inside-messages)\n";
    for subject in Subject::all() {
        section(subject, &mut out);
    }
    out += "\n## Messages inside messages\n";
    for message in held_anywhere() {
        let _ = write!(out, "\n### `{}`\n\n", message.name);
        table(&fields::plain(message), message, &mut out);
    }
    out
}

fn section(subject: Subject, out: &mut String) {
    let _ = write!(out, "\n## `{}`\n\n{}\n", subject.name(), subject.summary());
    for (part, message) in subject.messages() {
        let _ = write!(out, "\n**{}** (`{}`)", part.title(), message.name);
        if message.fields.is_empty() {
            out.push_str(": nothing.\n");
            continue;
        }
        out.push_str("\n\n");
        table(&fields::flat(subject, part, message), message, out);
    }
    if let Subject::Step(step) = subject {
        let _ = write!(out, "\n{}\n", denial(step));
    }
    sentences("Guards", &subject.guards(), out);
    sentences("What stays with you", subject.duties(), out);
    for shown in subject.examples() {
        let _ = write!(
            out,
            "\n**Example.** {}:\n\n```sh\n{}\n```\n",
            shown.title, shown.command
        );
        if shown.output != "{}" {
            let _ = write!(out, "\n```json\n{}\n```\n", shown.output);
        }
    }
}

fn sentences(title: &str, lines: &[impl AsRef<str>], out: &mut String) {
    if lines.is_empty() {
        return;
    }
    let _ = write!(out, "\n**{title}**\n\n");
    for line in lines {
        let _ = writeln!(out, "- {}", line.as_ref());
    }
}

fn table(words: &[Field], message: &Message, out: &mut String) {
    out.push_str("| field | type | |\n|---|---|---|\n");
    for (field, words) in message.fields.iter().zip(words) {
        let kind = match fields::held(field) {
            Some(held) => format!("[`{}`](#{})", words.kind, anchor(&held.name)),
            None => format!("`{}`", words.kind),
        };
        let _ = writeln!(out, "| `{}` | {kind} | {} |", words.name, words.remark);
    }
}

/// The messages that stand in others, in the order of the file.
fn held_anywhere() -> Vec<&'static Message> {
    let mut waiting: Vec<&Message> = Subject::all()
        .flat_map(|subject| subject.messages())
        .map(|(_, message)| message)
        .collect();
    let mut found: Vec<&'static Message> = Vec::new();
    while let Some(message) = waiting.pop() {
        for held in message.fields.iter().filter_map(fields::held) {
            if found.iter().all(|known| known.name != held.name) {
                found.push(held);
                waiting.push(held);
            }
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    found
}

/// The fragment under which GitHub shows a heading.
fn anchor(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|character| character.is_alphanumeric() || matches!(character, '_' | '-' | ' '));
    kept.map(|character| match character {
        ' ' => '-',
        other => other.to_ascii_lowercase(),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::{anchor, document};

    #[test]
    fn each_link_of_the_document_has_its_heading() {
        let text = document();
        let anchors: Vec<String> = text
            .lines()
            .filter_map(|line| line.strip_prefix('#'))
            .map(|heading| anchor(heading.trim_start_matches('#').trim().trim_matches('`')))
            .collect();
        let mut links = 0;
        for rest in text.split("](#").skip(1) {
            let link = rest.split(')').next().unwrap_or_default();
            assert!(anchors.iter().any(|known| known == link), "{link}");
            links += 1;
        }
        assert!(links > crate::STEPS.len(), "{links}");
    }

    #[test]
    fn anchors_are_those_of_github() {
        assert_eq!(anchor("step.auth_totp_verify"), "stepauth_totp_verify");
        assert_eq!(
            anchor("Messages inside messages"),
            "messages-inside-messages"
        );
    }
}
