//! Compiles `proto/internal/contracts/auth.proto` into the descriptor set that is embedded and
//! shipped to the host: exactly two files, `google/protobuf/struct.proto` first, without the
//! positions and comments of the source.

use std::path::PathBuf;

use prost::Message as _;

const FILE: &str = "internal/contracts/auth.proto";

fn main() {
    println!("cargo:rerun-if-changed=proto");
    let mut compiler = protox::Compiler::new(["proto"]).expect("the folder proto exists");
    compiler.include_source_info(false).include_imports(true);
    let set = compiler
        .open_file(FILE)
        .unwrap_or_else(|error| panic!("{FILE} does not compile: {error:?}"))
        .file_descriptor_set();
    let names: Vec<&str> = set
        .file
        .iter()
        .map(prost_types::FileDescriptorProto::name)
        .collect();
    assert_eq!(
        names,
        ["google/protobuf/struct.proto", FILE],
        "imports stand before their users"
    );
    #[expect(
        clippy::disallowed_methods,
        reason = "cargo tells a build script its folder this way"
    )]
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    std::fs::write(out.join("descriptors.bin"), set.encode_to_vec())
        .expect("OUT_DIR can be written");
}
