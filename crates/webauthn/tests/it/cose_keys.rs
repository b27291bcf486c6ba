//! COSE keys, one rule at a time (section 6.5.1.1; RFC 9052, 9053, 8230).

use ciborium::Value;
use gatefold_soft_authenticator::{Config, RsaSize, SoftAlgorithm};
use gatefold_webauthn::{Algorithm, CborError, PublicKey, PublicKeyError};

use crate::support::World;

fn cose(algorithm: SoftAlgorithm, size: RsaSize) -> Vec<u8> {
    let mut world = World::new(Config {
        rsa_size: size,
        ..Config::seeded(1).only(algorithm)
    });
    world.register();
    world.authenticator.credentials()[0]
        .public_key_cose()
        .to_vec()
}

fn key(algorithm: SoftAlgorithm) -> Vec<u8> {
    cose(algorithm, RsaSize::Bits2048)
}

/// Parses the key after its parameters were changed.
fn changed(
    algorithm: SoftAlgorithm,
    change: impl FnOnce(&mut Vec<(Value, Value)>),
) -> Result<Algorithm, PublicKeyError> {
    let mut map: Value = ciborium::from_reader(&key(algorithm)[..]).expect("CBOR");
    change(map.as_map_mut().expect("a map"));
    let mut bytes = Vec::new();
    ciborium::into_writer(&map, &mut bytes).expect("CBOR");
    PublicKey::from_cose(&bytes).map(|key| key.algorithm())
}

fn int(value: i64) -> Value {
    Value::Integer(value.into())
}

fn bytes_of(map: &mut [(Value, Value)], index: usize) -> &mut Vec<u8> {
    map[index].1.as_bytes_mut().expect("bytes")
}

#[test]
fn every_algorithm_round_trips() {
    for (soft, ours) in SoftAlgorithm::ALL.into_iter().zip(Algorithm::ALL) {
        assert_eq!(soft.cose_id(), ours.cose_id());
        let bytes = key(soft);
        let key = PublicKey::from_cose(&bytes).expect("a key");
        assert_eq!((key.algorithm(), key.to_cose()), (ours, &bytes[..]));
        assert_eq!(Algorithm::from_cose_id(ours.cose_id()), Some(ours));
    }
    for size in [RsaSize::Bits3072, RsaSize::Bits4096] {
        assert!(PublicKey::from_cose(&cose(SoftAlgorithm::Ps256, size)).is_ok());
    }
}

#[test]
fn no_byte_may_follow_and_none_be_missing() {
    for algorithm in SoftAlgorithm::ALL {
        let bytes = key(algorithm);
        for length in 0..bytes.len() {
            assert!(
                PublicKey::from_cose(&bytes[..length]).is_err(),
                "{algorithm:?} {length}"
            );
        }
        let longer = [&bytes[..], &[0]].concat();
        assert_eq!(
            PublicKey::from_cose(&longer).err(),
            Some(PublicKeyError::Cbor(CborError::TrailingBytes))
        );
    }
}

#[test]
fn each_parameter_is_needed_and_no_other_allowed() {
    for algorithm in SoftAlgorithm::ALL {
        let parameters = if algorithm.cose_id() > -10 || (-36..=-35).contains(&algorithm.cose_id())
        {
            // EC2 has five, OKP four.
            if algorithm == SoftAlgorithm::EdDsa {
                4
            } else {
                5
            }
        } else {
            4
        };
        for index in 0..parameters {
            let verdict = changed(algorithm, |map| drop(map.remove(index)));
            assert!(verdict.is_err(), "{algorithm:?} without {index}");
        }
        let verdict = changed(algorithm, |map| {
            map.push((int(4), Value::Array(vec![int(2)])))
        });
        assert_eq!(
            verdict,
            Err(PublicKeyError::UnexpectedParameter),
            "{algorithm:?}"
        );
        let verdict = changed(algorithm, |map| map.push(map[1].clone()));
        assert_eq!(
            verdict,
            Err(PublicKeyError::Cbor(CborError::DuplicateKey)),
            "{algorithm:?}"
        );
    }
}

#[test]
fn elliptic_curve_rules() {
    use PublicKeyError as E;
    use SoftAlgorithm::Es256;
    let unsupported = Err(E::UnsupportedAlgorithm { cose_id: -47 });
    assert_eq!(changed(Es256, |map| map[1].1 = int(-47)), unsupported);
    assert_eq!(
        changed(Es256, |map| map[1].1 = int(-8)),
        Err(E::KeyTypeMismatch)
    );
    assert_eq!(
        changed(Es256, |map| map[1].1 = int(-257)),
        Err(E::KeyTypeMismatch)
    );
    assert_eq!(
        changed(Es256, |map| map[1].1 = int(-35)),
        Err(E::CurveMismatch)
    );
    assert_eq!(
        changed(Es256, |map| map[2].1 = int(3)),
        Err(E::CurveMismatch)
    );
    assert_eq!(
        changed(Es256, |map| map[2].1 = int(8)),
        Err(E::CurveMismatch)
    );
    assert_eq!(
        changed(Es256, |map| map[4].1 = Value::Bool(true)),
        Err(E::CompressedPoint)
    );
    assert_eq!(
        changed(Es256, |map| map[3].1 = int(1)),
        Err(E::Parameter { label: -2 })
    );
    assert_eq!(
        changed(Es256, |map| bytes_of(map, 3).insert(0, 0)),
        Err(E::CoordinateLength)
    );
    assert_eq!(
        changed(Es256, |map| bytes_of(map, 4).truncate(31)),
        Err(E::CoordinateLength)
    );
    assert_eq!(
        changed(Es256, |map| bytes_of(map, 4)[0] ^= 1),
        Err(E::InvalidKey)
    );
    let zero = |map: &mut Vec<(Value, Value)>| {
        bytes_of(map, 3).fill(0);
        bytes_of(map, 4).fill(0);
    };
    assert_eq!(changed(Es256, zero), Err(E::InvalidKey));
    assert_eq!(
        changed(SoftAlgorithm::EdDsa, |map| map[2].1 = int(7)),
        Err(E::CurveMismatch)
    );
    assert_eq!(
        changed(SoftAlgorithm::EdDsa, |map| bytes_of(map, 3).push(0)),
        Err(E::CoordinateLength)
    );
}

#[test]
fn rsa_rules() {
    use PublicKeyError as E;
    use SoftAlgorithm::Rs256;
    let modulus = |length: usize| {
        move |map: &mut Vec<(Value, Value)>| {
            let n = bytes_of(map, 2);
            n.resize(length, 0xff);
        }
    };
    assert_eq!(changed(Rs256, modulus(128)), Err(E::ModulusSize));
    assert_eq!(changed(Rs256, modulus(255)), Err(E::ModulusSize));
    assert_eq!(changed(Rs256, modulus(1024)), Ok(Algorithm::Rs256));
    assert_eq!(changed(Rs256, modulus(1025)), Err(E::ModulusSize));
    assert_eq!(changed(Rs256, modulus(0)), Err(E::ModulusSize));
    assert_eq!(
        changed(Rs256, |map| bytes_of(map, 2).insert(0, 0)),
        Err(E::ModulusSize)
    );
    assert_eq!(
        changed(Rs256, |map| bytes_of(map, 2)[0] = 0x7f),
        Err(E::ModulusSize)
    );
    for exponent in [
        &[][..],
        &[1],
        &[2],
        &[0, 1, 0, 1],
        &[1, 0, 0],
        &[1, 0, 0, 0, 1],
    ] {
        let verdict = changed(Rs256, |map| *bytes_of(map, 3) = exponent.to_vec());
        assert_eq!(verdict, Err(E::Exponent), "{exponent:?}");
    }
    assert_eq!(
        changed(Rs256, |map| *bytes_of(map, 3) = vec![3]),
        Ok(Algorithm::Rs256)
    );
}

#[test]
fn the_order_of_parameters_can_be_made_canonical() {
    for algorithm in SoftAlgorithm::ALL {
        let bytes = key(algorithm);
        let canonical = PublicKey::from_cose(&bytes)
            .expect("a key")
            .to_canonical_cose();
        assert_eq!(canonical, bytes, "{algorithm:?} is made canonically");
        let mut map: Value = ciborium::from_reader(&bytes[..]).expect("CBOR");
        let entries = map.as_map_mut().expect("a map").len();
        for _ in 1..entries {
            map.as_map_mut().expect("a map").rotate_left(1);
            let mut turned = Vec::new();
            ciborium::into_writer(&map, &mut turned).expect("CBOR");
            assert_ne!(turned, bytes);
            let key = PublicKey::from_cose(&turned).expect("a key in any order");
            assert_eq!(key.to_cose(), turned, "byte for byte");
            assert_eq!(key.to_canonical_cose(), bytes, "{algorithm:?}");
        }
    }
}

#[test]
fn the_encoding_is_canonical() {
    let bytes = key(SoftAlgorithm::EdDsa);
    // `kty` 1 as two bytes instead of one.
    let long = [&bytes[..2], &[0x18], &bytes[2..]].concat();
    assert_eq!(
        PublicKey::from_cose(&long).err(),
        Some(PublicKeyError::NotCanonical)
    );
    // The map with indefinite length.
    let open = [&[0xbf], &bytes[1..], &[0xff]].concat();
    assert_eq!(
        PublicKey::from_cose(&open).err(),
        Some(PublicKeyError::NotCanonical)
    );
}
