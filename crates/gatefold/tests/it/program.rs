//! Running the program and reading what it says.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs the program in a folder with an empty environment.
pub(super) fn gatefold(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gatefold"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .output()
        .expect("the program runs")
}

/// Exit code, standard output and standard error.
pub(super) fn outcome(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// An empty folder of this name, with this `gatefold.toml` in it.
pub(super) fn folder(name: &str, file: Option<&str>) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // It may be left from the run before.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the target folder can be written to");
    if let Some(text) = file {
        std::fs::write(folder.join("gatefold.toml"), text).expect("as above");
    }
    folder
}
