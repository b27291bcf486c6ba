//! `gatefold step show`: say all about a step, or about the module.

use std::process::ExitCode;

use clap::Args;
use gatefold_steps::describe::{Field, Subject};

use super::{NamedSubject, subject};
use crate::commands::output;

const AFTER_HELP: &str = "\
A step may be named without `step.auth_`. In paths of fields, `[]` is any item of a list and `*` any
name of a map. The same as a document: docs/steps.md.

Examples:
  gatefold step show totp_verify
  gatefold step show step.auth_oauth_exchange
  gatefold step show auth.credential
  gatefold step show jwt_issue --json | jq .messages.config";

/// Arguments of `gatefold step show`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// Name of the step, or auth.credential.
    #[arg(value_name = "NAME", value_parser = subject)]
    pub name: NamedSubject,
    /// One JSON object instead of text.
    #[arg(long)]
    pub json: bool,
}

/// Shows it.
///
/// # Errors
/// Standard output cannot be written to.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let subject = arguments.name.0;
    let text = match arguments.json {
        true => format!("{:#}\n", subject.to_json()),
        false => text(subject),
    };
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn text(subject: Subject) -> String {
    let mut out = format!("{}\n", subject.name());
    if !subject.summary().is_empty() {
        out += &format!("  {}\n", subject.summary());
    }
    for (part, message) in subject.messages() {
        out += &format!("\n{} ({})\n", part.title(), message.name);
        out += &table(&subject.fields(part, message));
    }
    out += &sentences("Denials", &subject.denials());
    out += &sentences("Guards", &subject.guards());
    out += &sentences("What stays with you", subject.duties());
    let examples = subject.examples();
    if !examples.is_empty() {
        out += "\nExamples\n";
    }
    for shown in examples {
        out += &format!("  {}\n    $ {}\n", shown.title, shown.command);
        if shown.output != "{}" {
            out += &format!("    {}\n", shown.output);
        }
    }
    out
}

fn sentences(title: &str, lines: &[impl AsRef<str>]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let lines = lines.iter().map(|line| format!("  - {}\n", line.as_ref()));
    format!("\n{title}\n{}", lines.collect::<String>())
}

fn table(fields: &[Field]) -> String {
    if fields.is_empty() {
        return "  nothing\n".to_owned();
    }
    let widest = |width: fn(&Field) -> usize| fields.iter().map(width).max().unwrap_or_default();
    let name = widest(|field| field.name.len());
    let kind = widest(|field| field.kind.len());
    let row = |field: &Field| {
        let row = format!(
            "  {:name$}  {:kind$}  {}",
            field.name, field.kind, field.remark
        );
        format!("{}\n", row.trim_end())
    };
    fields.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use gatefold_steps::describe::Subject;

    use super::text;

    #[test]
    fn every_subject_is_shown_with_all_it_has() {
        for subject in Subject::all() {
            let text = text(subject);
            assert!(text.starts_with(&subject.name()), "{text}");
            for (part, message) in subject.messages() {
                assert!(text.contains(&format!("\n{} ({})\n", part.title(), message.name)));
                for field in &message.fields {
                    assert!(text.contains(&field.name), "{} lacks {}", text, field.name);
                }
            }
            for duty in subject.duties() {
                assert!(text.contains(duty), "{text}");
            }
            for shown in subject.examples() {
                assert!(text.contains(&shown.command), "{text}");
            }
            let lines = || text.lines();
            assert!(lines().all(|line| line.trim_end() == line), "{text}");
        }
    }
}
