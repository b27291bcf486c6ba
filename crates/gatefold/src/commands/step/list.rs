//! `gatefold step list`: list every step with what it does.

use std::process::ExitCode;

use clap::Args;
use gatefold_steps::{STEPS, Step};
use serde_json::json;

use crate::commands::output;

const AFTER_HELP: &str = "\
The order is that in which the workflow engine lists them.

Examples:
  gatefold step list
  gatefold step list --json | jq -r .name";

/// Arguments of `gatefold step list`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// One JSON object on each line instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// Lists the steps.
///
/// # Errors
/// Standard output cannot be written to.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let text = if arguments.json { lines() } else { table() };
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn table() -> String {
    let widest = STEPS.iter().map(|step| step.name().len()).max();
    let widest = widest.unwrap_or_default();
    let row = |step: &Step| {
        let row = format!("{:widest$}  {}", step.name(), step.body.about.summary);
        format!("{}\n", row.trim_end())
    };
    STEPS.iter().map(row).collect()
}

fn lines() -> String {
    let line = |step: &Step| {
        let body = &step.body;
        let value = json!({
            "name": step.name(),
            "summary": body.about.summary,
            "verdict": body.verdict,
        });
        format!("{value}\n")
    };
    STEPS.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use gatefold_steps::STEPS;

    use super::{lines, table};

    #[test]
    fn each_step_has_a_line_in_order() {
        for text in [table(), lines()] {
            assert_eq!(text.lines().count(), STEPS.len());
            for (line, step) in text.lines().zip(STEPS) {
                assert!(line.contains(&step.name()), "{line}");
                assert!(line.contains(step.body.about.summary), "{line}");
            }
        }
    }

    #[test]
    fn summaries_stand_below_each_other() {
        let widest = STEPS.iter().map(|step| step.name().len()).max().unwrap();
        for line in table().lines() {
            let name = line.split(' ').next().unwrap();
            assert!(line[name.len()..].len() < 2 || line[name.len()..widest + 2].trim().is_empty());
        }
    }
}
