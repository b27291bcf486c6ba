//! Bytes as any message of the schema, and as a pipeline's state: read, written again, read again.
//! Start with `cargo +nightly fuzz run messages`.

#![no_main]

use gatefold_steps::schema::Schema;
use gatefold_steps::{structs, wire};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let messages = Schema::get().messages();
    let message = &messages[usize::from(*first) % messages.len()];
    if let Ok(members) = wire::decode(message, rest) {
        let written = wire::encode(message, &members).expect("what was read can be written");
        assert_eq!(wire::decode(message, &written).as_ref(), Ok(&members));
    }
    if let Ok(members) = structs::decode(rest) {
        for (name, value) in &members {
            assert_eq!(structs::member(rest, name).as_ref(), Ok(&Some(value.clone())));
        }
    }
});
