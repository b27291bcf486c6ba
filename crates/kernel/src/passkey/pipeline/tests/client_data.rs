//! What client data are refused for, and in which order; both ceremonies alike.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use gatefold_webauthn::CeremonyError::{
    ChallengeMismatch, OriginNotAllowed, RpIdHashMismatch, WrongType,
};
use serde_json::{Value, json};

use super::{Change, Input, patch};
use crate::passkey::stored_text::read_url_safe;
use crate::passkey::{TokenBindingError, base64url};

/// Changes members of the client data; null takes a member away.
fn claim(input: &mut Input, members: &Value) {
    patch(&mut input.answer, "clientDataJSON", |data| {
        let mut json: Value = serde_json::from_slice(data).unwrap();
        for (name, value) in members.as_object().unwrap() {
            json[name] = value.clone();
        }
        json.as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        *data = json.to_string().into_bytes();
    });
}

/// Gives the credential a key of ours, and signs the answer as it is now.
fn sign(input: &mut Input) {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let head = [
        0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20, // an Ed25519 key, then x
    ];
    input.credentials[0].public_key = Some([&head, pair.public_key().as_ref()].concat());
    let bytes = |member: &str| read_url_safe(input.answer["response"][member].as_str().unwrap());
    let hash = digest(&SHA256, &bytes("clientDataJSON").unwrap());
    let signed = [&bytes("authenticatorData").unwrap(), hash.as_ref()].concat();
    input.answer["response"]["signature"] = base64url(pair.sign(&signed).as_ref()).into();
}

/// The verdicts on a registration and on a sign-in with these claims; `None` lets in.
fn verdicts(members: &Value) -> [Option<String>; 2] {
    let registration = Input::registration().with(|input| claim(input, members));
    let login = Input::login().with(|input| {
        claim(input, members);
        sign(input);
    });
    [
        registration.register().err().map(|error| error.to_string()),
        login.sign_in().err().map(|error| error.to_string()),
    ]
}

#[test]
fn client_data_are_judged_by_type_challenge_origin_and_token_binding() {
    let other = base64url(&[1; 32]);
    let missing = || Some(TokenBindingError::StatusMissing.to_string());
    let unknown = |shown: &str| Some(format!("token binding present with invalid value: {shown}"));
    let bad = json!({"status": "bogus"});
    let evil = "https://evil.example";
    for (members, expected) in [
        (json!({}), None),
        // Frames are not looked at.
        (json!({"crossOrigin": true}), None),
        (json!({"crossOrigin": true, "topOrigin": evil}), None),
        (json!({"crossOrigin": false, "topOrigin": evil}), None),
        (
            json!({"crossOrigin": true, "topOrigin": "https://app.example.com", "origin": evil}),
            Some(OriginNotAllowed.to_string()),
        ),
        // Missing and empty members are wrong ones.
        (json!({"type": null}), Some(WrongType.to_string())),
        (json!({"type": ""}), Some(WrongType.to_string())),
        (
            json!({"challenge": null}),
            Some(ChallengeMismatch.to_string()),
        ),
        (
            json!({"challenge": ""}),
            Some(ChallengeMismatch.to_string()),
        ),
        (
            json!({"challenge": "a b"}),
            Some(ChallengeMismatch.to_string()),
        ),
        (json!({"origin": null}), Some(OriginNotAllowed.to_string())),
        (json!({"origin": ""}), Some(OriginNotAllowed.to_string())),
        // Each is judged before the next.
        (
            json!({"type": null, "challenge": null, "origin": null}),
            Some(WrongType.to_string()),
        ),
        (
            json!({"type": "webauthn.x", "challenge": "", "tokenBinding": bad}),
            Some(WrongType.to_string()),
        ),
        (
            json!({"challenge": null, "origin": null, "tokenBinding": bad}),
            Some(ChallengeMismatch.to_string()),
        ),
        (
            json!({"challenge": other, "origin": null}),
            Some(ChallengeMismatch.to_string()),
        ),
        (
            json!({"origin": null, "tokenBinding": bad}),
            Some(OriginNotAllowed.to_string()),
        ),
        (
            json!({"origin": evil, "tokenBinding": {}}),
            Some(OriginNotAllowed.to_string()),
        ),
        // Token bindings.
        (json!({"tokenBinding": {"status": "supported"}}), None),
        (
            json!({"tokenBinding": {"status": "present", "id": "AA"}}),
            None,
        ),
        (json!({"tokenBinding": {"status": "not-supported"}}), None),
        (json!({"tokenBinding": {}}), missing()),
        (json!({"tokenBinding": {"status": ""}}), missing()),
        (json!({"tokenBinding": bad}), unknown("bogus")),
        (json!({"tokenBinding": {"status": "a\nb"}}), unknown("a?b")),
    ] {
        let verdicts = verdicts(&members);
        assert_eq!(verdicts, [expected.clone(), expected], "{members}");
    }
}

#[test]
fn an_incomplete_answer_to_a_session_without_challenge_is_refused() {
    // B1
    let nothing: Change = |input| {
        input.session.challenge.clear();
        claim(input, &json!({"challenge": ""}));
    };
    let expected = Some(ChallengeMismatch.to_string());
    let registered = Input::registration().with(nothing).register();
    assert_eq!(registered.err().map(|error| error.to_string()), expected);
    let signed_in = Input::login().with(nothing).sign_in();
    assert_eq!(signed_in.err().map(|error| error.to_string()), expected);
}

#[test]
fn a_token_binding_is_judged_before_what_the_authenticator_says() {
    let of_another_party = RpIdHashMismatch.to_string();
    for (binding, expected) in [
        (Value::Null, of_another_party),
        (json!({}), TokenBindingError::StatusMissing.to_string()),
    ] {
        let members = json!({"tokenBinding": binding});
        let registration = Input::registration().with(|input| {
            claim(input, &members);
            patch(&mut input.answer, "attestationObject", |object| {
                let start = object.windows(2).position(|two| two == [0x58, 0xa4]);
                object[start.unwrap() + 2] ^= 1;
            });
        });
        let refused = registration.register().unwrap_err();
        assert_eq!(refused.to_string(), expected);
        let login = Input::login().with(|input| {
            claim(input, &members);
            patch(&mut input.answer, "authenticatorData", |data| data[0] ^= 1);
        });
        assert_eq!(login.sign_in().unwrap_err().to_string(), expected);
    }
    let keyless = Input::login().with(|input| {
        claim(input, &json!({"tokenBinding": {}}));
        input.credentials[0].public_key = None;
    });
    let expected = TokenBindingError::StatusMissing.to_string();
    assert_eq!(keyless.sign_in().unwrap_err().to_string(), expected);
}

#[test]
fn the_stored_key_is_in_canonical_order_whatever_order_it_came_in() {
    let expected = Input::registration().register().unwrap().public_key;
    let turned = Input::registration().with(|input| {
        patch(&mut input.answer, "attestationObject", |object| {
            let (kty_first, alg_first) = ([0xa5, 1, 2, 3, 0x26], [0xa5, 3, 0x26, 1, 2]);
            let start = object.windows(5).position(|five| five == kty_first);
            let start = start.unwrap();
            object[start..start + 5].copy_from_slice(&alg_first);
        });
    });
    assert_ne!(turned.answer, Input::registration().answer);
    assert_eq!(turned.register().unwrap().public_key, expected);
}
