//! Compiles the host's half of go-plugin's own services.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=../goplugin/proto");
    let set = protox::compile(["go_plugin.proto"], ["../goplugin/proto"])?;
    tonic_prost_build::configure()
        .build_server(false)
        .build_transport(false)
        .compile_fds(set)?;
    Ok(())
}
