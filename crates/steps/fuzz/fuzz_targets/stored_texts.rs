//! Text as what pipelines store between two steps: session data, credential records, moments.
//! Start with `cargo +nightly fuzz run stored_texts`.

#![no_main]

use gatefold_kernel::UnixMillis;
use gatefold_kernel::passkey::{CredentialRecord, SessionData};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(session) = SessionData::read(text) {
        assert!(SessionData::read(&session.write()).is_ok());
    }
    for record in CredentialRecord::read_list(text).into_iter().flatten() {
        assert!(CredentialRecord::read_list(&format!("[{}]", record.write())).is_ok());
    }
    let _ = UnixMillis::parse_rfc3339(text);
});
