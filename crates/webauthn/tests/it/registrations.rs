//! What only registrations are checked for (section 7.1).

use gatefold_soft_authenticator::{AttestationMode, Config};
use gatefold_webauthn::{
    Algorithm, AttestationFormat, AttestationKind, RegistrationExpectations, Transport,
    UserPresence, UserVerification,
};

use crate::refusals::flags;
use crate::support::{World, check_registration, decode, with_member};

#[test]
fn a_registration_reports_what_it_saw() {
    let mut world = World::new(Config::synced(6));
    let json = world.register();
    let registered = world.check_registration(&json).expect("valid");
    assert_eq!(
        registered.transports,
        [Transport::Hybrid, Transport::Internal]
    );
    assert_eq!(registered.discoverable, Some(true));
    assert_eq!(
        registered.aaguid.to_string(),
        "67617465-666f-6c64-2d73-6f66742d3031"
    );
    assert!(registered.flags.backup_eligible && registered.flags.backup_state);
    assert_eq!(registered.attestation.format, "none");
    assert_eq!(registered.attestation.kind, AttestationKind::None);
    assert_eq!(registered.public_key.algorithm(), Algorithm::Es256);
}

#[test]
fn expectations_can_be_relaxed_and_tightened() {
    let mut world = World::new(Config::seeded(7).attesting(AttestationMode::PackedSelf));
    let json = world.register();
    let check = |change: fn(RegistrationExpectations<'_>) -> RegistrationExpectations<'_>| {
        check_registration(&change(world.registration_expectations()), &json).err()
    };
    assert_eq!(check(|e| e), None);
    assert_eq!(
        check(|e| e.algorithms(&[Algorithm::EdDsa])),
        Some("algorithm_not_offered")
    );
    assert_eq!(
        check(|e| e.attestation_formats(&[AttestationFormat::None])),
        Some("attestation_format_not_accepted")
    );
    let mut faults = flags(|flags| flags.user_present = false);
    world.authenticator.set_faults(faults.clone());
    let json = world.register();
    let waived = world
        .registration_expectations()
        .user_presence(UserPresence::WaivedForConditionalCreate);
    assert!(check_registration(&waived, &json).is_ok());
    faults = flags(|flags| flags.user_verified = false);
    world.authenticator.set_faults(faults);
    let json = world.register();
    let preferred = world
        .registration_expectations()
        .user_verification(UserVerification::Preferred);
    assert!(check_registration(&preferred, &json).is_ok());
}

#[test]
fn registrations_hold_one_credential_of_the_reported_id() {
    let mut world = World::new(Config::seeded(8));
    world.authenticator.forge(|data, _| {
        data.truncate(37);
        data[32] &= !0x40;
    });
    let json = world.register();
    assert_eq!(
        world.check_registration(&json).err(),
        Some("no_attested_credential")
    );
    world.authenticator.forge(|data, _| data[60] ^= 1);
    let json = world.register();
    assert_eq!(
        world.check_registration(&json).err(),
        Some("credential_id_mismatch")
    );
    world.authenticator.forge(|data, _| data.push(0));
    let json = world.register();
    assert_eq!(
        world.check_registration(&json).err(),
        Some("authenticator_data")
    );
}

#[test]
fn credential_ids_may_have_1023_bytes_and_no_more() {
    for (length, expected) in [(1, None), (1023, None), (1024, Some("credential_id"))] {
        let config = Config {
            credential_id_bytes: length,
            ..Config::seeded(9)
        };
        let mut world = World::new(config);
        let json = world.register();
        assert_eq!(world.check_registration(&json).err(), expected, "{length}");
    }
    // The same limit holds inside authenticator data, where the client cannot hide it.
    let mut world = World::new(Config {
        credential_id_bytes: 1024,
        ..Config::seeded(9)
    });
    let mut json = world.register();
    json["id"] = "AAAA".into();
    json["rawId"] = "AAAA".into();
    assert_eq!(
        world.check_registration(&json).err(),
        Some("authenticator_data")
    );
}

#[test]
fn statements_must_fit_their_format() {
    let mut world = World::new(Config::seeded(10));
    let json = world.register();
    let object = decode(&json["response"]["attestationObject"]);
    let replace = |from: &[u8], to: &[u8]| {
        let at = object
            .windows(from.len())
            .position(|w| w == from)
            .expect("present");
        let bytes = [&object[..at], to, &object[at + from.len()..]].concat();
        world
            .check_registration(&with_member(&json, "attestationObject", &bytes))
            .err()
    };
    assert_eq!(
        replace(b"attStmt\xa0", b"attStmt\xa1\x01\x01"),
        Some("attestation_malformed")
    );
    assert_eq!(
        replace(b"attStmt\xa0", b"attStmt\x80"),
        Some("attestation_object")
    );
    assert_eq!(
        replace(b"dnone", b"dnull"),
        Some("attestation_unknown_format")
    );
    assert_eq!(replace(b"dnone", b"fpacked"), Some("attestation_malformed"));
    assert_eq!(replace(b"cfmt", b"cfmu"), Some("attestation_object_shape"));
    assert_eq!(replace(&object, b"\x80"), Some("attestation_object"));
    let fourth_member = [&[0xa4], &object[1..], b"\x61x\x00"].concat();
    let four = with_member(&json, "attestationObject", &fourth_member);
    assert_eq!(
        world.check_registration(&four).err(),
        Some("attestation_object_shape")
    );
    let trailing = [&object[..], &[0]].concat();
    let json = with_member(&json, "attestationObject", &trailing);
    assert_eq!(
        world.check_registration(&json).err(),
        Some("attestation_object")
    );
}
