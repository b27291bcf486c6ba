//! Compresses the static files once, at build time, and rebuilds the crate when a template, text or
//! asset is added or removed: the embedding macro notices changed files, but not new ones.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use flate2::Compression;
use flate2::write::GzEncoder;

/// Relative to this crate.
const ASSETS: &str = "../../assets";

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script by its environment where to write"
)]
fn main() -> io::Result<()> {
    for folder in ["templates", "locales", "assets"] {
        println!("cargo::rerun-if-changed=../../{folder}");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut arms = String::new();
    for (number, path) in files(Path::new(ASSETS))?.into_iter().enumerate() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&fs::read(&path)?)?;
        let compressed = encoder.finish()?;
        let name = path
            .strip_prefix(ASSETS)
            .unwrap_or(&path)
            .display()
            .to_string();
        let file = out.join(format!("{number}.gz"));
        fs::write(&file, compressed)?;
        writeln!(arms, "{name:?} => Some(include_bytes!({file:?})),").map_err(io::Error::other)?;
    }
    let table = format!(
        "fn compressed(path: &str) -> Option<&'static [u8]> {{ match path {{\n{arms}_ => None }} }}\n"
    );
    fs::write(out.join("compressed.rs"), table)
}

/// Every file below a folder, in order.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
