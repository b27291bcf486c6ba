//! Bytes as `AuthenticationResponseJSON`: parsed, then verified with a key whose private half is nowhere.
//! Start with `cargo +nightly fuzz run authentication`.

#![no_main]

use gatefold_webauthn::{
    AuthenticationExpectations, AuthenticationResponse, Origin, PublicKey, RelyingParty, RpId, StoredCredential,
    UserVerification, verify_authentication,
};
use libfuzzer_sys::fuzz_target;

/// The Ed25519 key of RFC 8032, section 7.1, test 1.
const KEY: &[u8] = b"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20\
    \xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a\
    \x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a";

fuzz_target!(|json: &[u8]| {
    let Ok(response) = AuthenticationResponse::from_json(json) else {
        return;
    };
    let id = RpId::parse("example.org").expect("valid");
    let origin = Origin::parse("https://login.example.org").expect("valid");
    let party = RelyingParty::new(id, String::new(), vec![origin]).expect("valid");
    let challenge = response.challenge().clone();
    let stored = StoredCredential {
        id: response.credential_id().clone(),
        public_key: PublicKey::from_cose(KEY).expect("valid"),
        sign_count: 0,
        backup_eligible: response.authenticator_data().flags().backup_eligible,
        user_handle: response.user_handle().cloned(),
    };
    let expectations = AuthenticationExpectations::new(&party, &challenge)
        .user_verification(UserVerification::Discouraged);
    let _ = verify_authentication(&expectations, &stored, &response);
});
