//! Running other programs.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

/// The cargo that started us.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut command =
        Command::new(crate::environment::variable("CARGO").unwrap_or_else(|| "cargo".to_owned()));
    command.current_dir(root).stdin(Stdio::null());
    command
}

/// Says what is run, runs it, and tells whether it succeeded.
pub(crate) fn announce_and_run(command: &mut Command) -> Result<bool> {
    println!("\n$ {}", spelled(command));
    let status = command
        .status()
        .with_context(|| format!("starting {}", command.get_program().display()))?;
    Ok(status.success())
}

/// What a command prints.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let spelled = spelled(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("starting `{spelled}`"))?;
    ensure!(output.status.success(), "`{spelled}` failed");
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{spelled}` printed something else than text"))
}

/// Whether a command can be run at all and succeeds, quietly.
pub(crate) fn works(command: &mut Command) -> bool {
    let quiet = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// The command as one would type it, with the program's name instead of its path.
pub(crate) fn spelled(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program());
    std::iter::once(name)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
