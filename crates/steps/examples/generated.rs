//! Prints the files that are written from the catalogue, as one JSON object of path and text.
//! `cargo xtask codegen` and `cargo xtask dist` read it.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let files: serde_json::Map<String, serde_json::Value> =
        gatefold_steps::describe::generated_files()
            .into_iter()
            .map(|(path, text)| (path, text.into()))
            .collect();
    let text = serde_json::Value::Object(files).to_string();
    writeln!(std::io::stdout().lock(), "{text}")
}
