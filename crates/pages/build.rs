//! Rebuilds the crate when a template, text or asset is added or removed: the
//! embedding macro notices changed files, but not new ones.

fn main() {
    for folder in ["templates", "locales", "assets"] {
        println!("cargo::rerun-if-changed=../../{folder}");
    }
}
