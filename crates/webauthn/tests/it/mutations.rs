//! Every byte of a valid response, changed: what is signed is refused, what is not is listed with its reason.

use std::ops::Range;

use gatefold_soft_authenticator::{AttestationMode, Config, SoftAlgorithm};
use gatefold_webauthn::{AttestationKind, Registered};
use serde_json::Value;

use crate::support::{Verdict, World, decode, with_member};

const MASKS: [u8; 3] = [0x01, 0x40, 0xff];

/// Calls `check` with every variant of a member in which one byte differs; returns how many there were.
fn each_change(json: &Value, member: &str, mut check: impl FnMut(usize, u8, &Value)) -> usize {
    let original = decode(&json["response"][member]);
    let mut count = 0;
    for index in 0..original.len() {
        for mask in MASKS {
            let mut bytes = original.clone();
            bytes[index] ^= mask;
            check(index, mask, &with_member(json, member, &bytes));
            count += 1;
        }
    }
    count
}

#[test]
fn authentications_are_signed_whole() {
    let mut count = 0;
    for algorithm in SoftAlgorithm::ALL {
        let mut world = World::new(Config::seeded(1).only(algorithm));
        let stored = world.enrol();
        let json = world.authenticate();
        assert!(world.check_authentication(&stored, &json).is_ok());
        for member in [
            "clientDataJSON",
            "authenticatorData",
            "signature",
            "userHandle",
        ] {
            count += each_change(&json, member, |index, mask, json| {
                let verdict = world.check_authentication(&stored, json);
                assert!(
                    verdict.is_err(),
                    "{algorithm:?} {member}[{index}] ^ {mask:#x}"
                );
            });
        }
    }
    assert!(count > 10_000, "{count}");
}

#[test]
fn packed_self_registrations_are_signed_whole() {
    let mut count = 0;
    for algorithm in SoftAlgorithm::ALL {
        let config = Config::seeded(2)
            .only(algorithm)
            .attesting(AttestationMode::PackedSelf);
        let mut world = World::new(config);
        let json = world.register();
        assert!(world.check_registration(&json).is_ok());
        for member in ["clientDataJSON", "attestationObject"] {
            count += each_change(&json, member, |index, mask, json| {
                let verdict = world.check_registration(json);
                assert!(
                    verdict.is_err(),
                    "{algorithm:?} {member}[{index}] ^ {mask:#x}"
                );
            });
        }
    }
    assert!(count > 10_000, "{count}");
}

fn chain(registered: &Registered) -> &[Vec<u8>] {
    match &registered.attestation.kind {
        AttestationKind::Basic { chain } => chain,
        kind => panic!("not basic attestation: {kind:?}"),
    }
}

/// Only the certificate may differ, in what its issuer signed: the caller gets the certificate as it is, and following
/// the chain to a trust anchor is the caller's.
#[test]
fn packed_basic_registrations_are_signed_but_for_the_certificate() {
    let attestation = AttestationMode::packed_basic();
    let mut world = World::new(Config::seeded(3).attesting(attestation));
    let json = world.register();
    let original = world.check_registration(&json).expect("valid");
    let certificate = &chain(&original)[0];
    let object = decode(&json["response"]["attestationObject"]);
    let start = position(&object, certificate);
    let region = start..start + certificate.len();
    let mut accepted = 0;
    each_change(&json, "attestationObject", |index, mask, json| {
        if let Ok(registered) = world.check_registration(json) {
            assert!(
                region.contains(&index),
                "attestationObject[{index}] ^ {mask:#x}"
            );
            assert_ne!(chain(&registered), chain(&original));
            let mut rest = registered;
            rest.attestation = original.attestation.clone();
            assert_eq!(rest, original, "nothing else may change");
            accepted += 1;
        }
    });
    assert!(
        accepted > 0,
        "the certificate's own signature is not looked at"
    );
    each_change(&json, "clientDataJSON", |index, mask, json| {
        assert!(
            world.check_registration(json).is_err(),
            "clientDataJSON[{index}] ^ {mask:#x}"
        );
    });
}

fn position(haystack: &[u8], needle: &[u8]) -> usize {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
        .expect("present")
}

/// What a registration without a signature cannot protect, as ranges of its authenticator data.
///
/// Everything here travels over TLS in a session that is signed in or enrolling; a lie can only come from the client
/// itself, which could as well have made another credential.
fn unsigned_authenticator_data(id: usize, key: usize) -> [(Range<usize>, &'static str); 4] {
    let key_start = 55 + id;
    [
        (
            32..33,
            "flags: reserved bits and BE, where UP, UV, AT stay set and BS stays lawful",
        ),
        (33..37, "signature counter: the first value stored"),
        (37..53, "AAGUID: a claim without attestation"),
        (
            key_start..key_start + key,
            "public key: the first authentication proves it",
        ),
    ]
}

fn registration_is_refused_outside(
    algorithm: SoftAlgorithm,
    member: &str,
    unsigned: &[(Range<usize>, &str)],
) -> usize {
    let mut world = World::new(Config::seeded(4).only(algorithm));
    let json = world.register();
    let mut accepted = 0;
    each_change(&json, member, |index, mask, json| {
        let verdict: Verdict<_> = world.check_registration(json);
        if verdict.is_ok() {
            let listed = unsigned.iter().any(|(range, _)| range.contains(&index));
            assert!(listed, "{algorithm:?} {member}[{index}] ^ {mask:#x}");
            accepted += 1;
        }
    });
    accepted
}

#[test]
fn registrations_without_attestation() {
    for algorithm in SoftAlgorithm::ALL {
        let mut world = World::new(Config::seeded(4).only(algorithm));
        let json = world.register();
        let object = decode(&json["response"]["attestationObject"]);
        let data = decode(&json["response"]["authenticatorData"]);
        let offset = position(&object, &data);
        let key = world.authenticator.credentials()[0].public_key_cose().len();
        let unsigned = unsigned_authenticator_data(32, key)
            .map(|(range, reason)| (range.start + offset..range.end + offset, reason));
        let accepted = registration_is_refused_outside(algorithm, "attestationObject", &unsigned);
        assert!(accepted > 20, "{algorithm:?} {accepted}");

        let client_data = decode(&json["response"]["clientDataJSON"]);
        let name = position(&client_data, b"crossOrigin");
        let unsigned = [(
            name..name + 11,
            "a member of another name is tolerated; absent means false",
        )];
        registration_is_refused_outside(algorithm, "clientDataJSON", &unsigned);
    }
}

#[test]
fn what_was_cut_short_is_refused() {
    for algorithm in [
        SoftAlgorithm::Es256,
        SoftAlgorithm::Rs256,
        SoftAlgorithm::EdDsa,
    ] {
        let config = Config::seeded(5)
            .only(algorithm)
            .attesting(AttestationMode::PackedSelf);
        let mut world = World::new(config);
        let registration = world.register();
        let stored = world.enrol();
        let authentication = world.authenticate();
        for member in ["clientDataJSON", "attestationObject"] {
            let bytes = decode(&registration["response"][member]);
            for length in 0..bytes.len() {
                let json = with_member(&registration, member, &bytes[..length]);
                assert!(
                    world.check_registration(&json).is_err(),
                    "{member} {length}"
                );
            }
        }
        for member in [
            "clientDataJSON",
            "authenticatorData",
            "signature",
            "userHandle",
        ] {
            let bytes = decode(&authentication["response"][member]);
            for length in 0..bytes.len() {
                let json = with_member(&authentication, member, &bytes[..length]);
                assert!(
                    world.check_authentication(&stored, &json).is_err(),
                    "{member} {length}"
                );
            }
        }
    }
}
