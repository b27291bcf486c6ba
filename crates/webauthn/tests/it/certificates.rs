//! Attestation certificates of the packed format (section 8.2.1).

use gatefold_soft_authenticator::{
    AaguidExtension, AttestationMode, CertificateProfile, Config, SoftAlgorithm,
};
use gatefold_webauthn::{AttestationKind, RegistrationExpectations};
use serde_json::Value;

use crate::support::{NOW, World, check_registration, decode, with_member};

fn world(change: impl FnOnce(&mut CertificateProfile)) -> World {
    let mut profile = CertificateProfile::default();
    change(&mut profile);
    World::new(Config::seeded(1).attesting(AttestationMode::PackedBasic(Box::new(profile))))
}

#[test]
fn a_flawless_certificate_is_returned() {
    for algorithm in SoftAlgorithm::ALL {
        let attestation = AttestationMode::packed_basic();
        let mut world = World::new(Config::seeded(1).only(algorithm).attesting(attestation));
        let json = world.register();
        let registered = world.check_registration(&json).expect("valid");
        assert_eq!(registered.attestation.format, "packed");
        let AttestationKind::Basic { chain } = registered.attestation.kind else {
            panic!("not basic attestation");
        };
        assert_eq!(chain.len(), 1);
        assert_eq!(chain[0][0], 0x30);
    }
}

#[test]
fn each_rule_of_8_2_1() {
    type Change = fn(&mut CertificateProfile);
    let cases: [(Change, Result<(), &str>); 21] = [
        (|p| p.aaguid = AaguidExtension::Absent, Ok(())),
        (|p| p.version = 2, Err("certificate_version")),
        (|p| p.version = 1, Err("certificate_version")),
        (|p| p.country = None, Err("certificate_subject")),
        (
            |p| p.country = Some("AAA".to_owned()),
            Err("certificate_subject"),
        ),
        (|p| p.organization = None, Err("certificate_subject")),
        (
            |p| p.organization = Some(String::new()),
            Err("certificate_subject"),
        ),
        (|p| p.common_name = None, Err("certificate_subject")),
        (
            |p| p.common_name = Some(String::new()),
            Err("certificate_subject"),
        ),
        (|p| p.unit = None, Err("certificate_subject_unit")),
        (
            |p| p.unit = Some("Authenticator".to_owned()),
            Err("certificate_subject_unit"),
        ),
        (
            |p| p.unit = Some("authenticator attestation".to_owned()),
            Err("certificate_subject_unit"),
        ),
        (
            |p| p.second_unit = p.unit.clone(),
            Err("certificate_subject_unit"),
        ),
        (
            |p| p.aaguid = AaguidExtension::OwnTwice,
            Err("certificate_aaguid_extension"),
        ),
        (|p| p.authority = Some(true), Err("certificate_authority")),
        (|p| p.authority = None, Err("certificate_authority")),
        (
            |p| p.aaguid = AaguidExtension::Other([0; 16]),
            Err("certificate_aaguid_mismatch"),
        ),
        (
            |p| p.aaguid = AaguidExtension::OwnCritical,
            Err("certificate_aaguid_extension"),
        ),
        (
            |p| p.not_after = "20270115075959Z".to_owned(),
            Err("certificate_validity"),
        ),
        (|p| p.not_after = "20270115080000Z".to_owned(), Ok(())),
        (
            |p| p.not_before = "20270115080001Z".to_owned(),
            Err("certificate_validity"),
        ),
    ];
    for (index, (change, expected)) in cases.into_iter().enumerate() {
        let mut world = world(change);
        let json = world.register();
        assert_eq!(
            world.check_registration(&json).map(|_| ()),
            expected,
            "case {index}"
        );
    }
    assert_eq!(
        NOW, 1_800_000_000,
        "the dates above are around 2027-01-15T08:00:00Z"
    );
}

fn statement(
    json: &Value,
    change: impl FnOnce(&mut Vec<(ciborium::Value, ciborium::Value)>),
) -> Value {
    let object = decode(&json["response"]["attestationObject"]);
    let mut object: ciborium::Value = ciborium::from_reader(&object[..]).expect("CBOR");
    let members = object.as_map_mut().expect("a map");
    let statement = members
        .iter_mut()
        .find(|(key, _)| key.as_text() == Some("attStmt"));
    change(
        statement
            .expect("a statement")
            .1
            .as_map_mut()
            .expect("a map"),
    );
    let mut bytes = Vec::new();
    ciborium::into_writer(&object, &mut bytes).expect("CBOR");
    with_member(json, "attestationObject", &bytes)
}

#[test]
fn the_statement_is_read_strictly() {
    use ciborium::Value as Cbor;
    type Change = fn(&mut Vec<(Cbor, Cbor)>);
    // The members are alg, sig, x5c in this order.
    let cases: [(Change, &str); 9] = [
        (|s| drop(s.remove(0)), "attestation_malformed"),
        (|s| drop(s.remove(1)), "attestation_malformed"),
        (
            |s| s[0].1 = Cbor::Integer((-257).into()),
            "attestation_invalid_signature",
        ),
        (
            |s| s[0].1 = Cbor::Integer((-53).into()),
            "attestation_algorithm_mismatch",
        ),
        (
            |s| s[0].1 = Cbor::Text("ES256".to_owned()),
            "attestation_malformed",
        ),
        (|s| s[2].1 = Cbor::Array(vec![]), "attestation_malformed"),
        (
            |s| s[2].1 = Cbor::Array(vec![Cbor::Bytes(vec![0x30])]),
            "certificate_malformed",
        ),
        (|s| s[2].1 = Cbor::Bytes(vec![]), "attestation_malformed"),
        (
            |s| s.push((Cbor::Text("ecdaaKeyId".to_owned()), Cbor::Bytes(vec![]))),
            "attestation_malformed",
        ),
    ];
    let mut world = world(|_| {});
    let json = world.register();
    for (index, (change, code)) in cases.into_iter().enumerate() {
        let json = statement(&json, change);
        assert_eq!(
            world.check_registration(&json).err(),
            Some(code),
            "case {index}"
        );
    }
    // Without its certificate, the attestation key's signature is not one by the credential's own key.
    let json = statement(&json, |s| drop(s.remove(2)));
    assert_eq!(
        world.check_registration(&json).err(),
        Some("attestation_invalid_signature")
    );
}

#[test]
fn self_attestation_uses_the_credentials_own_algorithm() {
    let mut world = World::new(Config::seeded(2).attesting(AttestationMode::PackedSelf));
    let json = world.register();
    let registered = world.check_registration(&json).expect("valid");
    assert_eq!(registered.attestation.kind, AttestationKind::SelfSigned);
    let json = statement(&json, |s| s[0].1 = ciborium::Value::Integer((-35).into()));
    assert_eq!(
        world.check_registration(&json).err(),
        Some("attestation_algorithm_mismatch")
    );
}

#[test]
fn validity_is_judged_by_the_time_given() {
    let mut world = world(|_| {});
    let json = world.register();
    let early = RegistrationExpectations::new(&world.party, &world.challenge, 0);
    assert_eq!(
        check_registration(&early, &json).err(),
        Some("certificate_validity")
    );
}
