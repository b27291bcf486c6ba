//! The committed files are those that the catalogue writes.

use std::path::Path;

use gatefold_steps::describe::generated_files;

#[test]
fn committed_files_are_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (path, text) in generated_files() {
        let committed = std::fs::read_to_string(root.join(&path)).unwrap_or_default();
        let differs = committed
            .lines()
            .zip(text.lines())
            .position(|(a, b)| a != b);
        assert!(
            committed == text,
            "{path} differs from the catalogue, first in line {}: `cargo xtask codegen` writes it anew",
            differs.unwrap_or_else(|| committed.lines().count()) + 1
        );
    }
}

#[test]
fn generated_json_is_json_and_ends_with_a_line() {
    for (path, text) in generated_files() {
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{path}");
        if path.ends_with(".json") {
            assert!(
                serde_json::from_str::<serde_json::Value>(&text).is_ok(),
                "{path}"
            );
        }
    }
}
