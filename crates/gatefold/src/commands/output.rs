//! Where commands write what they were asked for, and the codes they end with.

use std::io::{self, Write};
use std::process::ExitCode;

/// The configuration is wrong (`EX_CONFIG` of `sysexits.h`).
pub const CONFIGURATION_WRONG: u8 = 78;

/// Writes to standard output; a reader who left early is no error.
///
/// # Errors
/// Standard output cannot be written to.
pub fn print(text: &str) -> io::Result<()> {
    quietly(io::stdout().lock().write_all(text.as_bytes()))
}

/// Writes to standard error, for what the operator must read in any case.
///
/// # Errors
/// Standard error cannot be written to.
pub fn complain(text: &str) -> io::Result<()> {
    quietly(io::stderr().lock().write_all(text.as_bytes()))
}

fn quietly(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// The exit code for a wrong configuration.
#[must_use]
pub fn configuration_wrong() -> ExitCode {
    ExitCode::from(CONFIGURATION_WRONG)
}
