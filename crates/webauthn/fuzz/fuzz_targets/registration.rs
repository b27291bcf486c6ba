//! Bytes as `RegistrationResponseJSON`: parsed, then verified against what they claim, so that fuzzing reaches
//! attestation and certificates. Start with `cargo +nightly fuzz run registration`.

#![no_main]

use gatefold_webauthn::{
    Origin, RegistrationExpectations, RegistrationResponse, RelyingParty, RpId, UserPresence, UserVerification,
    verify_registration,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|json: &[u8]| {
    let Ok(response) = RegistrationResponse::from_json(json) else {
        return;
    };
    let id = RpId::parse("example.org").expect("valid");
    let origin = Origin::parse("https://login.example.org").expect("valid");
    let party = RelyingParty::new(id, String::new(), vec![origin]).expect("valid");
    let challenge = response.challenge().clone();
    let expectations = RegistrationExpectations::new(&party, &challenge, 1_800_000_000)
        .user_verification(UserVerification::Discouraged)
        .user_presence(UserPresence::WaivedForConditionalCreate);
    if let Ok(registered) = verify_registration(&expectations, &response) {
        assert_eq!(&registered.credential_id, response.credential_id());
        assert!(expectations.algorithms.contains(&registered.public_key.algorithm()));
    }
});
