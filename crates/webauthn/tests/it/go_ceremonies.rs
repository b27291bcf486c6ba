//! Ceremonies that a Go relying party began, with another software authenticator, and accepted.

use gatefold_webauthn::{
    AuthenticationExpectations, Challenge, Counter, RegistrationExpectations, StoredCredential,
    UserHandle, UserHandleRule, UserVerification,
};
use serde_json::Value;

use crate::support::{NOW, check_authentication, check_registration, decode, relying_party};

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/vectors/go-ceremonies.json"
);

/// The challenge out of options that are stored as JSON or as text of JSON.
fn challenge(begun: &Value) -> Challenge {
    let options = parsed(&begun["output"]["options"]);
    Challenge::new(decode(&options["publicKey"]["challenge"])).expect("a challenge")
}

fn parsed(value: &Value) -> Value {
    match value.as_str() {
        Some(text) => serde_json::from_str(text).expect("JSON"),
        None => value.clone(),
    }
}

#[test]
fn what_the_go_relying_party_accepted() {
    let file = std::fs::read_to_string(FILE).expect("the ceremonies are part of the repository");
    let file: Value = serde_json::from_str(&file).expect("JSON");
    let party = relying_party("app.example.com", "https://app.example.com");
    let ceremonies = file["ceremonies"].as_array().expect("a list");
    for ceremony in ceremonies {
        let id = ceremony["id"].as_str().expect("an id");
        let issued = challenge(&ceremony["begin_register"]);
        let expectations = RegistrationExpectations::new(&party, &issued, NOW)
            .user_verification(UserVerification::Preferred);
        let response = parsed(&ceremony["finish_register"]["input"]["attestation"]);
        let registered = check_registration(&expectations, &response).expect(id);
        let user_id = ceremony["finish_register"]["input"]["user_id"]
            .as_str()
            .expect("an id");
        let stored = StoredCredential {
            id: registered.credential_id,
            public_key: registered.public_key,
            sign_count: registered.sign_count,
            backup_eligible: registered.flags.backup_eligible,
            user_handle: UserHandle::new(user_id.as_bytes().to_vec()).ok(),
        };
        for (begin, finish) in [
            ("begin_login", "finish_login"),
            ("discoverable_begin_login", "discoverable_finish_login"),
        ] {
            let issued = challenge(&ceremony[begin]);
            let expectations = AuthenticationExpectations::new(&party, &issued)
                .user_verification(UserVerification::Preferred)
                .user_handle(UserHandleRule::Required);
            let response = parsed(&ceremony[finish]["input"]["assertion"]);
            let verdict = check_authentication(&expectations, &stored, &response).expect(id);
            assert_eq!(verdict.counter, Counter::Advanced, "{id} {finish}");
        }
    }
    assert_eq!(ceremonies.len(), 4);
}
