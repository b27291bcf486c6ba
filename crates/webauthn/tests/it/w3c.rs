//! The test vectors of Web Authentication Level 3 itself. The file lies beside the repository; a lone clone skips it.

use std::io::Write as _;

use gatefold_webauthn::{
    AuthenticationExpectations, Challenge, CrossOrigin, Origin, PublicKey,
    RegistrationExpectations, RegistrationResponse, RelyingParty, StoredCredential,
    UserVerification,
};
use serde_json::{Value, json};

use crate::support::{NOW, check_authentication, check_registration, encode, relying_party};

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../shared/vectors/webauthn-l3.json"
);

/// Vectors that we refuse on purpose: formats and algorithms that are not built.
const NOT_BUILT: [(&str, &str); 5] = [
    ("packed-ed448", "unsupported_algorithm"),
    ("tpm-es256", "attestation_unknown_format"),
    ("android-key-es256", "attestation_unknown_format"),
    ("apple-es256", "attestation_unknown_format"),
    ("fido-u2f-es256", "attestation_unknown_format"),
];

fn hex(value: &Value) -> Vec<u8> {
    let text = value.as_str().expect("hex");
    let byte = |i| u8::from_str_radix(&text[i..i + 2], 16).expect("hex");
    (0..text.len()).step_by(2).map(byte).collect()
}

fn challenge(ceremony: &Value) -> Challenge {
    Challenge::new(hex(&ceremony["challenge"])).expect("a challenge")
}

fn response(vector: &Value, ceremony: &str, members: &[&str]) -> Value {
    let id = encode(&hex(&vector["registration"]["credential_id"]));
    let mut response = json!({});
    for member in members {
        response[*member] = encode(&hex(&vector[ceremony][*member]));
    }
    json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {} })
}

fn registration(vector: &Value) -> Value {
    response(
        vector,
        "registration",
        &["clientDataJSON", "attestationObject"],
    )
}

fn authentication(vector: &Value) -> Value {
    let members = ["clientDataJSON", "authenticatorData", "signature"];
    response(vector, "authentication", &members)
}

/// Frames are allowed only where the vector is about them.
fn party(file: &Value, vector: &Value) -> RelyingParty {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let party = relying_party(&text(&file["rp_id"]), &text(&file["origin"]));
    let id = vector["id"].as_str().expect("an id");
    if id.ends_with("crossOrigin") || id.ends_with("topOrigin") {
        let top = Origin::parse(&text(&file["top_origin"])).expect("an origin");
        party.with_cross_origin(CrossOrigin::Allowed {
            top_origins: vec![top],
        })
    } else {
        party
    }
}

/// The key as the attestation object has it, whatever the statement is.
fn stored(json: &Value) -> Option<StoredCredential> {
    let response = RegistrationResponse::from_json(json.to_string().as_bytes()).expect("parses");
    let data = response.authenticator_data();
    let credential = data.attested_credential().expect("a credential");
    Some(StoredCredential {
        id: credential.id().clone(),
        public_key: PublicKey::from_cose(credential.public_key_cose()).ok()?,
        sign_count: data.sign_count(),
        backup_eligible: data.flags().backup_eligible,
        user_handle: None,
    })
}

/// Whether registration and authentication of a vector were accepted, or how they were refused.
fn run(
    file: &Value,
    vector: &Value,
) -> (Result<(), &'static str>, Option<Result<(), &'static str>>) {
    let party = party(file, vector);
    let json = registration(vector);
    let issued = challenge(&vector["registration"]);
    let expectations = RegistrationExpectations::new(&party, &issued, NOW)
        .user_verification(UserVerification::Preferred);
    let registered = check_registration(&expectations, &json);
    if let Ok(registered) = &registered {
        assert_eq!(
            registered.aaguid.0.to_vec(),
            hex(&vector["registration"]["aaguid"])
        );
    }
    let issued = challenge(&vector["authentication"]);
    let expectations = AuthenticationExpectations::new(&party, &issued)
        .user_verification(UserVerification::Preferred);
    let authenticated = stored(&json).map(|stored| {
        check_authentication(&expectations, &stored, &authentication(vector)).map(|_| ())
    });
    (registered.map(|_| ()), authenticated)
}

#[test]
fn vectors_of_the_standard() {
    let Ok(text) = std::fs::read_to_string(FILE) else {
        // Not `eprintln!`: the test harness would swallow it.
        let _ = writeln!(
            std::io::stderr(),
            "\n*** W3C VECTORS SKIPPED: no {FILE} ***\n"
        );
        return;
    };
    let file: Value = serde_json::from_str(&text).expect("JSON");
    let vectors = file["vectors"].as_array().expect("a list");
    let (mut registrations, mut refusals, mut authentications) = (0, 0, 0);
    for vector in vectors {
        let id = vector["id"].as_str().expect("an id");
        let (registered, authenticated) = run(&file, vector);
        match NOT_BUILT.iter().find(|(name, _)| *name == id) {
            Some((_, code)) => {
                assert_eq!(registered, Err(*code), "{id}");
                refusals += 1;
            }
            None => {
                assert_eq!(registered, Ok(()), "{id}");
                registrations += 1;
            }
        }
        if let Some(verdict) = authenticated {
            assert_eq!(verdict, Ok(()), "{id}");
            authentications += 1;
        }
    }
    assert_eq!((registrations, refusals, authentications), (10, 5, 14));
}

#[test]
fn frames_are_refused_unless_allowed() {
    let Ok(text) = std::fs::read_to_string(FILE) else {
        return;
    };
    let file: Value = serde_json::from_str(&text).expect("JSON");
    for vector in file["vectors"].as_array().expect("a list") {
        let id = vector["id"].as_str().expect("an id");
        if !id.ends_with("crossOrigin") && !id.ends_with("topOrigin") {
            continue;
        }
        let issued = challenge(&vector["registration"]);
        let strict = relying_party("example.org", "https://example.org");
        let expectations = RegistrationExpectations::new(&strict, &issued, NOW);
        let verdict = check_registration(&expectations, &registration(vector)).map(|_| ());
        assert_eq!(verdict, Err("cross_origin_forbidden"), "{id}");
    }
}
