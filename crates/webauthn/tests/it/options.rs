//! Options as the browser gets them (sections 5.1.9 and 5.1.10).

use gatefold_webauthn::{
    Algorithm, Attachment, AttestationConveyance, Challenge, CreationOptions, CredentialId,
    Descriptor, Hint, RequestOptions, ResidentKey, Transport, UserEntity, UserHandle,
    UserVerification,
};
use serde_json::{json, to_value};

use crate::support::{ORIGIN, RP_ID, relying_party};

fn descriptors() -> [Descriptor; 2] {
    let id = |bytes: &[u8]| CredentialId::new(bytes.to_vec()).expect("an id");
    [
        Descriptor {
            id: id(&[1, 2, 3]),
            transports: vec![],
        },
        Descriptor {
            id: id(&[0xff; 3]),
            transports: vec![Transport::SmartCard, Transport::Hybrid],
        },
    ]
}

fn challenge() -> Challenge {
    Challenge::new(vec![0xfb; 16]).expect("a challenge")
}

#[test]
fn creation_options_in_full() {
    let handle = UserHandle::new(vec![5]).expect("a handle");
    let user = UserEntity {
        handle: &handle,
        name: "ada",
        display_name: "Ada",
    };
    let options = CreationOptions::new(&relying_party(RP_ID, ORIGIN), &challenge(), user)
        .exclude(descriptors())
        .algorithms(&[Algorithm::EdDsa, Algorithm::Es256])
        .user_verification(UserVerification::Required)
        .resident_key(ResidentKey::Required)
        .timeout_ms(300_000)
        .attestation(AttestationConveyance::Direct)
        .hints(&[Hint::SecurityKey, Hint::ClientDevice])
        .cred_props(true)
        .attachment(Attachment::CrossPlatform);
    assert_eq!(
        to_value(options).expect("JSON"),
        json!({
            "rp": { "id": "example.org", "name": "Example" },
            "user": { "id": "BQ", "name": "ada", "displayName": "Ada" },
            "challenge": "-_v7-_v7-_v7-_v7-_v7-w",
            "pubKeyCredParams": [
                { "type": "public-key", "alg": -8 },
                { "type": "public-key", "alg": -7 },
            ],
            "timeout": 300_000,
            "excludeCredentials": [
                { "type": "public-key", "id": "AQID" },
                { "type": "public-key", "id": "____", "transports": ["smart-card", "hybrid"] },
            ],
            "authenticatorSelection": {
                "authenticatorAttachment": "cross-platform",
                "residentKey": "required",
                "requireResidentKey": true,
                "userVerification": "required",
            },
            "hints": ["security-key", "client-device"],
            "attestation": "direct",
            "extensions": { "credProps": true },
        })
    );
}

#[test]
fn creation_options_at_least() {
    let handle = UserHandle::new(vec![5]).expect("a handle");
    let user = UserEntity {
        handle: &handle,
        name: "ada",
        display_name: "",
    };
    let options = CreationOptions::new(&relying_party(RP_ID, ORIGIN), &challenge(), user);
    let json = to_value(options.clone()).expect("JSON");
    let algorithms = json["pubKeyCredParams"].as_array().expect("a list");
    let ids: Vec<_> = algorithms
        .iter()
        .map(|p| p["alg"].as_i64().expect("a number"))
        .collect();
    assert_eq!(ids, [-7, -35, -36, -257, -258, -259, -37, -38, -39, -8]);
    // Sorted, because the order of a map depends on who else uses the JSON library.
    let mut members: Vec<_> = json.as_object().expect("an object").keys().collect();
    members.sort();
    assert_eq!(
        members,
        [
            "challenge",
            "excludeCredentials",
            "pubKeyCredParams",
            "rp",
            "user"
        ]
    );
    let discouraged = to_value(options.resident_key(ResidentKey::Discouraged)).expect("JSON");
    assert_eq!(
        discouraged["authenticatorSelection"],
        json!({ "residentKey": "discouraged", "requireResidentKey": false })
    );
}

#[test]
fn request_options() {
    let party = relying_party(RP_ID, ORIGIN);
    let least = RequestOptions::new(&party, &challenge());
    assert_eq!(
        to_value(&least).expect("JSON"),
        json!({ "challenge": "-_v7-_v7-_v7-_v7-_v7-w", "rpId": "example.org" })
    );
    let full = least
        .allow(descriptors())
        .user_verification(UserVerification::Preferred)
        .timeout_ms(60_000)
        .hints(&[Hint::Hybrid]);
    assert_eq!(
        to_value(full).expect("JSON"),
        json!({
            "challenge": "-_v7-_v7-_v7-_v7-_v7-w",
            "rpId": "example.org",
            "timeout": 60_000,
            "allowCredentials": [
                { "type": "public-key", "id": "AQID" },
                { "type": "public-key", "id": "____", "transports": ["smart-card", "hybrid"] },
            ],
            "userVerification": "preferred",
            "hints": ["hybrid"],
        })
    );
}
