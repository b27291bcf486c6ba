//! Parsers meet arbitrary and slightly wrong bytes: they may refuse, they may not panic.

use gatefold_soft_authenticator::{AttestationMode, Config, SoftAlgorithm};
use gatefold_webauthn::{
    AuthenticationResponse, AuthenticatorData, ClientData, Origin, PublicKey, RegistrationResponse,
    RpId,
};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::support::{World, decode, with_member};

fn parse_everything(bytes: &[u8]) {
    let _ = RegistrationResponse::from_json(bytes);
    let _ = AuthenticationResponse::from_json(bytes);
    let _ = AuthenticatorData::parse(bytes.to_vec());
    let _ = ClientData::parse(bytes.to_vec());
    let _ = PublicKey::from_cose(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Origin::parse(text);
        let _ = RpId::parse(text);
    }
}

/// Cuts, overwrites or doubles a piece of some bytes.
fn disturb(mut bytes: Vec<u8>, at: Index, length: usize, with: &[u8]) -> Vec<u8> {
    let start = at.index(bytes.len());
    let end = (start + length).min(bytes.len());
    bytes.splice(start..end, with.iter().copied());
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        parse_everything(&bytes);
    }

    #[test]
    fn arbitrary_text(text in ".{0,200}") {
        parse_everything(text.as_bytes());
    }

    #[test]
    fn origins_are_fixed_points(text in "https?://[a-z0-9.:\\[\\]-]{1,30}") {
        if let Ok(origin) = Origin::parse(&text) {
            prop_assert_eq!(Origin::parse(origin.as_str()), Ok(origin));
        }
    }

    #[test]
    fn disturbed_registrations(
        at: Index,
        length in 0_usize..8,
        with in prop::collection::vec(any::<u8>(), 0..8),
        algorithm in prop::sample::select(SoftAlgorithm::ALL.to_vec()),
        basic: bool,
    ) {
        let attestation = if basic { AttestationMode::packed_basic() } else { AttestationMode::PackedSelf };
        let mut world = World::new(Config::seeded(1).only(algorithm).attesting(attestation));
        let json = world.register();
        for member in ["clientDataJSON", "attestationObject"] {
            let bytes = decode(&json["response"][member]);
            let disturbed = disturb(bytes.clone(), at, length, &with);
            let verdict = world.check_registration(&with_member(&json, member, &disturbed));
            prop_assert!(verdict.is_err() || basic || disturbed == bytes);
        }
        parse_everything(&disturb(json.to_string().into_bytes(), at, length, &with));
        let data = decode(&json["response"]["authenticatorData"]);
        parse_everything(&disturb(data, at, length, &with));
        let key = world.authenticator.credentials()[0].public_key_cose().to_vec();
        parse_everything(&disturb(key, at, length, &with));
    }

    #[test]
    fn disturbed_authentications(
        at: Index,
        length in 0_usize..8,
        with in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        let mut world = World::new(Config::seeded(2));
        let stored = world.enrol();
        let json = world.authenticate();
        for member in ["clientDataJSON", "authenticatorData", "signature", "userHandle"] {
            let bytes = decode(&json["response"][member]);
            let disturbed = disturb(bytes.clone(), at, length, &with);
            let verdict = world.check_authentication(&stored, &with_member(&json, member, &disturbed));
            prop_assert_eq!(verdict.is_ok(), disturbed == bytes);
        }
        parse_everything(&disturb(json.to_string().into_bytes(), at, length, &with));
    }
}

#[test]
fn json_cut_short_is_refused() {
    let mut world = World::new(Config::seeded(3));
    let registration = world.register().to_string();
    let authentication = world.authenticate().to_string();
    for length in 0..registration.len() {
        assert!(RegistrationResponse::from_json(&registration.as_bytes()[..length]).is_err());
    }
    for length in 0..authentication.len() {
        assert!(AuthenticationResponse::from_json(&authentication.as_bytes()[..length]).is_err());
    }
}

#[test]
fn deep_nesting_is_refused() {
    let nested = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    parse_everything(nested.as_bytes());
    parse_everything(&[0x81; 60_000]);
    let client_data =
        format!(r#"{{"type":"t","challenge":"AAAAAAAAAAAAAAAAAAAAAA","origin":"o","x":{nested}}}"#);
    assert!(ClientData::parse(client_data.into_bytes()).is_err());
}
