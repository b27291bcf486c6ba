//! Compiles the services: the server's half for the library, both halves for the tests.

use std::error::Error;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let out = out_folder()?;
    let own = protox::compile(["proto/go_plugin.proto"], ["proto"])?;
    tonic_prost_build::configure()
        .build_client(false)
        .build_transport(false)
        .compile_fds(own)?;

    let for_tests = out.join("tests");
    std::fs::create_dir_all(&for_tests)?;
    let both = protox::compile(
        ["proto/go_plugin.proto", "tests/proto/echo.proto"],
        ["proto", "tests/proto"],
    )?;
    tonic_prost_build::configure()
        .build_transport(false)
        .out_dir(for_tests)
        .compile_fds(both)?;

    for watched in ["build.rs", "proto", "tests/proto"] {
        println!("cargo::rerun-if-changed={watched}");
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script its folder in the environment"
)]
fn out_folder() -> Result<PathBuf, Box<dyn Error>> {
    Ok(Path::new(&std::env::var("OUT_DIR")?).to_owned())
}
