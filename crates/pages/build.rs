//! Rebuilds the crate when a template, text or asset is added or removed: the
//! embedding macro notices changed files, but not new ones.

#[expect(clippy::print_stdout, reason = "cargo reads a build script's output")]
fn main() {
    for folder in ["templates", "locales", "assets"] {
        println!("cargo::rerun-if-changed=../../{folder}");
    }
}
