//! The checks both ceremonies share, provoked by an authenticator or client that lies consistently.

use gatefold_soft_authenticator::{AttestationMode, Config, Faults, SoftFlags};
use gatefold_webauthn::{CrossOrigin, Origin};

use crate::support::{ORIGIN, World};

pub(crate) fn lie(change: impl FnOnce(&mut Faults)) -> Faults {
    let mut faults = Faults::default();
    change(&mut faults);
    faults
}

pub(crate) fn flags(change: impl FnOnce(&mut SoftFlags)) -> Faults {
    let mut flags = SoftFlags::default();
    change(&mut flags);
    lie(|faults| faults.flags = Some(flags))
}

/// Lies in client data that both ceremonies must notice, with the code of the refusal.
fn client_lies() -> Vec<(Faults, &'static str)> {
    let text = |text: &str| Some(text.to_owned());
    let mut lies = vec![
        (lie(|f| f.ceremony_type = text("payment.get")), "wrong_type"),
        (
            lie(|f| f.challenge = Some(vec![8; 32])),
            "challenge_mismatch",
        ),
        (
            lie(|f| f.challenge = Some(vec![7; 31])),
            "challenge_mismatch",
        ),
        (
            lie(|f| f.challenge = Some(vec![7; 33])),
            "challenge_mismatch",
        ),
        (lie(|f| f.challenge = Some(vec![7; 8])), "client_data"),
        (
            lie(|f| f.cross_origin = Some(true)),
            "cross_origin_forbidden",
        ),
        (
            lie(|f| f.top_origin = text("https://portal.example.net")),
            "unexpected_top_origin",
        ),
    ];
    let origins = [
        "https://evil.example",
        "http://login.example.org",
        "https://login.example.org:443",
        "https://login.example.org/",
        "https://LOGIN.example.org",
        "https://login.example.org.evil.example",
        "null",
        "",
    ];
    lies.extend(origins.map(|origin| (lie(|f| f.origin = text(origin)), "origin_not_allowed")));
    lies
}

/// The same in authenticator data.
fn authenticator_lies() -> Vec<(Faults, &'static str)> {
    let other = || Some("login.example.org".to_owned());
    let mut lies = vec![
        (lie(|f| f.rp_id = other()), "rp_id_hash_mismatch"),
        (
            flags(|flags| flags.user_present = false),
            "user_not_present",
        ),
        (
            flags(|flags| flags.user_verified = false),
            "user_not_verified",
        ),
        (
            flags(|flags| flags.backup_state = true),
            "backup_state_without_eligibility",
        ),
    ];
    // Nothing, a list, a map with a byte behind it, a map with a key that is no text.
    let outputs: [&[u8]; 4] = [&[], &[0x80], &[0xa0, 0x00], &[0xa1, 0x01, 0x02]];
    lies.extend(outputs.map(|cbor| {
        (
            lie(|f| f.extensions = Some(cbor.to_vec())),
            "authenticator_data",
        )
    }));
    lies
}

fn shared_lies() -> Vec<(Faults, &'static str)> {
    [client_lies(), authenticator_lies()].concat()
}

#[test]
fn unsolicited_extension_outputs_are_ignored() {
    let mut world = World::new(Config::seeded(17).attesting(AttestationMode::PackedSelf));
    // {"credProtect": 2}
    let output = [&b"\xa1\x6bcredProtect"[..], &[2]].concat();
    world
        .authenticator
        .set_faults(lie(|f| f.extensions = Some(output)));
    let stored = world.enrol();
    let json = world.authenticate();
    assert!(world.check_authentication(&stored, &json).is_ok());
}

#[test]
fn lies_in_registrations_are_noticed() {
    for (faults, code) in shared_lies() {
        let mut world = World::new(Config::seeded(1).attesting(AttestationMode::PackedSelf));
        world.authenticator.set_faults(faults.clone());
        let json = world.register();
        assert_eq!(
            world.check_registration(&json).map(|_| ()),
            Err(code),
            "{faults:?}"
        );
    }
}

#[test]
fn lies_in_authentications_are_noticed() {
    let mut world = World::new(Config::seeded(2));
    let stored = world.enrol();
    for (faults, code) in shared_lies() {
        world.authenticator.set_faults(faults.clone());
        let json = world.authenticate();
        assert_eq!(
            world.check_authentication(&stored, &json).map(|_| ()),
            Err(code),
            "{faults:?}"
        );
    }
}

#[test]
fn the_other_ceremony_is_refused() {
    let mut world = World::new(Config::seeded(3));
    let stored = world.enrol();
    let kind = |kind: &str| Faults {
        ceremony_type: Some(kind.to_owned()),
        ..Faults::default()
    };
    world.authenticator.set_faults(kind("webauthn.create"));
    let json = world.authenticate();
    assert_eq!(
        world.check_authentication(&stored, &json).err(),
        Some("wrong_type")
    );
    world.authenticator.set_faults(kind("webauthn.get"));
    let json = world.register();
    assert_eq!(world.check_registration(&json).err(), Some("wrong_type"));
}

#[test]
fn frames_follow_the_rule() {
    let mut world = World::new(Config::seeded(4));
    let stored = world.enrol();
    let top = Origin::parse("https://portal.example.net").expect("an origin");
    world.party = world.party.clone().with_cross_origin(CrossOrigin::Allowed {
        top_origins: vec![top],
    });
    let cases = [
        (None, None, Ok(())),
        (Some(true), None, Ok(())),
        (Some(true), Some("https://portal.example.net"), Ok(())),
        (
            Some(true),
            Some("https://evil.example"),
            Err("top_origin_not_allowed"),
        ),
        (Some(true), Some(ORIGIN), Err("top_origin_not_allowed")),
        (
            Some(false),
            Some("https://portal.example.net"),
            Err("unexpected_top_origin"),
        ),
    ];
    for (cross_origin, top_origin, expected) in cases {
        let top_origin = top_origin.map(str::to_owned);
        world.authenticator.set_faults(Faults {
            cross_origin,
            top_origin,
            ..Faults::default()
        });
        let json = world.authenticate();
        assert_eq!(
            world.check_authentication(&stored, &json).map(|_| ()),
            expected
        );
    }
}

#[test]
fn frames_may_be_ignored_but_nothing_else() {
    let mut world = World::new(Config::seeded(4));
    let stored = world.enrol();
    world.party = world.party.clone().with_cross_origin(CrossOrigin::Ignored);
    let evil = "https://evil.example";
    for (cross_origin, top_origin, origin, expected) in [
        (None, None, None, Ok(())),
        (Some(true), None, None, Ok(())),
        (Some(true), Some(evil), None, Ok(())),
        (Some(false), Some(evil), None, Ok(())),
        (
            Some(true),
            Some(ORIGIN),
            Some(evil),
            Err("origin_not_allowed"),
        ),
    ] {
        let faults = Faults {
            cross_origin,
            top_origin: top_origin.map(str::to_owned),
            origin: origin.map(str::to_owned),
            ..Faults::default()
        };
        world.authenticator.set_faults(faults.clone());
        let json = world.authenticate();
        let verdict = world.check_authentication(&stored, &json).map(|_| ());
        assert_eq!(verdict, expected, "{cross_origin:?} {top_origin:?}");
        let mut newcomer = World::new(Config::seeded(5));
        newcomer.party = world.party.clone();
        newcomer.authenticator.set_faults(faults);
        let json = newcomer.register();
        let verdict = newcomer.check_registration(&json).map(|_| ());
        assert_eq!(verdict, expected, "{cross_origin:?} {top_origin:?}");
    }
}

#[test]
fn related_origins_may_be_added() {
    let mut world = World::new(Config::seeded(5));
    let stored = world.enrol();
    let origin = "https://example.co.uk";
    world.authenticator.set_faults(Faults {
        origin: Some(origin.to_owned()),
        ..Faults::default()
    });
    let json = world.authenticate();
    assert_eq!(
        world.check_authentication(&stored, &json).err(),
        Some("origin_not_allowed")
    );
    let related = Origin::parse(origin).expect("an origin");
    world.party = world.party.clone().with_related_origins([related]);
    assert!(world.check_authentication(&stored, &json).is_ok());
}
