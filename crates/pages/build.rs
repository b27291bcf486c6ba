//! Rebuilds the crate when a template, text or asset is added or removed: the
//! embedding macro notices changed files, but not new ones.

fn main() {
    for folder in ["templates", "locales", "assets"] {
        let folder = format!("../../{folder}");
        if std::fs::metadata(&folder).is_ok() {
            emit(&format!("cargo::rerun-if-changed={folder}"));
        }
    }
}

#[expect(clippy::print_stdout, reason = "cargo reads a build script's output")]
fn emit(line: &str) {
    println!("{line}");
}
