//! What only authentications are checked for (section 7.2).

use gatefold_soft_authenticator::{Config, SoftAlgorithm};
use gatefold_webauthn::{Challenge, Counter, CredentialId, UserHandle, UserHandleRule};
use serde_json::json;

use crate::refusals::{flags, lie};
use crate::support::{World, check_authentication, with_member};

#[test]
fn counters_are_reported() {
    let mut world = World::new(Config::seeded(11));
    let mut stored = world.enrol();
    let cases = [
        (0, 0, Counter::Unused),
        (0, 1, Counter::Advanced),
        (5, 6, Counter::Advanced),
        (5, 5, Counter::Regressed),
        (5, 4, Counter::Regressed),
        (5, 0, Counter::Regressed),
        (u32::MAX, u32::MAX, Counter::Regressed),
    ];
    for (before, sent, expected) in cases {
        world
            .authenticator
            .set_faults(lie(|f| f.sign_count = Some(sent)));
        stored.sign_count = before;
        let json = world.authenticate();
        let verdict = world.check_authentication(&stored, &json).expect("valid");
        assert_eq!((verdict.counter, verdict.sign_count), (expected, sent));
    }
}

#[test]
fn backup_eligibility_is_fixed() {
    for (config, lie) in [(Config::seeded(12), true), (Config::synced(12), false)] {
        let mut world = World::new(config);
        let stored = world.enrol();
        world
            .authenticator
            .set_faults(flags(|flags| flags.backup_eligible = lie));
        let json = world.authenticate();
        let verdict = world.check_authentication(&stored, &json).map(|_| ());
        assert_eq!(verdict, Err("backup_eligibility_changed"));
    }
}

#[test]
fn user_handles_belong_to_the_owner() {
    let mut world = World::new(Config::seeded(13));
    let mut stored = world.enrol();
    let honest = world.authenticate();
    let optional = world
        .authentication_expectations()
        .user_handle(UserHandleRule::Optional);
    assert!(check_authentication(&optional, &stored, &honest).is_ok());
    let mut absent = honest.clone();
    absent["response"]
        .as_object_mut()
        .expect("an object")
        .remove("userHandle");
    assert!(check_authentication(&optional, &stored, &absent).is_ok());
    assert_eq!(
        world.check_authentication(&stored, &absent).err(),
        Some("user_handle_missing")
    );
    absent["response"]["userHandle"] = json!(null);
    assert!(check_authentication(&optional, &stored, &absent).is_ok());
    let foreign = with_member(&honest, "userHandle", &[9; 63]);
    assert_eq!(
        check_authentication(&optional, &stored, &foreign).err(),
        Some("user_handle_mismatch")
    );
    let empty = with_member(&honest, "userHandle", &[]);
    assert_eq!(
        world.check_authentication(&stored, &empty).err(),
        Some("user_handle")
    );
    stored.user_handle = None;
    assert_eq!(
        world.check_authentication(&stored, &honest).err(),
        Some("user_handle_mismatch")
    );
    stored.user_handle = Some(UserHandle::new(vec![1]).expect("a handle"));
    assert_eq!(
        world.check_authentication(&stored, &honest).err(),
        Some("user_handle_mismatch")
    );
}

#[test]
fn only_the_stored_and_allowed_credential_may_answer() {
    let mut world = World::new(Config::seeded(14));
    let mut stored = world.enrol();
    let json = world.authenticate();
    let other = CredentialId::new(vec![1]).expect("an id");
    let allowed = [other.clone()];
    let expectations = world.authentication_expectations().allowed(&allowed);
    assert_eq!(
        check_authentication(&expectations, &stored, &json).err(),
        Some("credential_not_allowed")
    );
    let allowed = [other.clone(), stored.id.clone()];
    let expectations = world.authentication_expectations().allowed(&allowed);
    assert!(check_authentication(&expectations, &stored, &json).is_ok());
    stored.id = other;
    assert_eq!(
        world.check_authentication(&stored, &json).err(),
        Some("credential_mismatch")
    );
}

#[test]
fn another_credentials_signature_is_refused() {
    for algorithm in SoftAlgorithm::ALL {
        let config = || Config::seeded(15).only(algorithm);
        let mut world = World::new(config());
        let stored = world.enrol();
        let mut json = world.authenticate();
        json["response"]["signature"] = json["response"]["clientDataJSON"].clone();
        let verdict = world.check_authentication(&stored, &json).map(|_| ());
        assert_eq!(verdict, Err("invalid_signature"), "{algorithm:?}");
        if algorithm.cose_id() > -30 {
            // Keys other than RSA follow from the seed.
            let mut thief = World::new(Config {
                seed: [3; 32],
                ..config()
            });
            thief.enrol();
            let forged = thief.authenticate();
            let mut json = world.authenticate();
            json["response"]["signature"] = forged["response"]["signature"].clone();
            let verdict = world.check_authentication(&stored, &json).map(|_| ());
            assert_eq!(verdict, Err("invalid_signature"), "{algorithm:?}");
        }
    }
}

#[test]
fn a_challenge_is_checked_whole() {
    let mut world = World::new(Config::seeded(16));
    let stored = world.enrol();
    let json = world.authenticate();
    world.challenge = Challenge::new([vec![7; 31], vec![6]].concat()).expect("a challenge");
    assert_eq!(
        world.check_authentication(&stored, &json).err(),
        Some("challenge_mismatch")
    );
}
