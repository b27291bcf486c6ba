//! Compiles the services, both halves; the transport is whoever's uses them.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=proto");
    let set = protox::compile(["workflow/plugin/v1/plugin.proto"], ["proto"])?;
    tonic_prost_build::configure()
        .build_transport(false)
        .bytes(".")
        .compile_fds(set)?;
    Ok(())
}
