//! What a page would notice of the authenticator. Whether its responses are right is the business of the verifier's tests.

use gatefold_soft_authenticator::{
    Config, CounterMode, SoftAlgorithm, SoftAuthenticator, SoftError,
};
use serde_json::{Value, json};

const ORIGIN: &str = "https://example.org";

fn authenticator(config: Config) -> SoftAuthenticator {
    SoftAuthenticator::new(config).expect("an authenticator")
}

fn creation(user: &str, algorithms: &[i64]) -> Value {
    let parameters: Vec<_> = algorithms
        .iter()
        .map(|alg| json!({ "type": "public-key", "alg": alg }))
        .collect();
    json!({
        "rp": { "id": "example.org", "name": "Example" },
        "user": { "id": user, "name": "ada", "displayName": "Ada" },
        "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
        "pubKeyCredParams": parameters,
        "authenticatorSelection": { "residentKey": "required" },
    })
}

fn request(allowed: &[&Value]) -> Value {
    let allowed: Vec<_> = allowed
        .iter()
        .map(|id| json!({ "type": "public-key", "id": id }))
        .collect();
    json!({ "rpId": "example.org", "challenge": "AAAAAAAAAAAAAAAAAAAAAA", "allowCredentials": allowed })
}

#[test]
fn the_first_offered_algorithm_it_has_is_used() {
    let mut authenticator = authenticator(Config {
        algorithms: vec![SoftAlgorithm::Es384, SoftAlgorithm::EdDsa],
        ..Config::seeded(1)
    });
    let answer = authenticator
        .register(&creation("AAAA", &[-7, -8, -35]), ORIGIN)
        .expect("an answer");
    assert_eq!(answer["response"]["publicKeyAlgorithm"], -8);
    let refusal = authenticator.register(&creation("AAAA", &[-7, -257]), ORIGIN);
    assert_eq!(refusal, Err(SoftError::NoAlgorithm));
}

#[test]
fn excluded_credentials_are_respected() {
    let mut authenticator = authenticator(Config::seeded(2));
    let first = authenticator
        .register(&creation("AAAA", &[-7]), ORIGIN)
        .expect("an answer");
    let mut options = creation("AAAA", &[-7]);
    options["excludeCredentials"] = json!([{ "type": "public-key", "id": first["id"] }]);
    assert_eq!(
        authenticator.register(&options, ORIGIN),
        Err(SoftError::Excluded)
    );
    options["rp"]["id"] = json!("example.net");
    assert!(
        authenticator
            .register(&options, "https://example.net")
            .is_ok()
    );
}

#[test]
fn one_discoverable_credential_for_each_account() {
    let mut authenticator = authenticator(Config::seeded(3));
    for user in ["AAAA", "AAAA", "BBBB"] {
        authenticator
            .register(&creation(user, &[-7]), ORIGIN)
            .expect("an answer");
    }
    assert_eq!(authenticator.credentials().len(), 2);
    let mut options = creation("BBBB", &[-7]);
    options["authenticatorSelection"]["residentKey"] = json!("discouraged");
    authenticator.register(&options, ORIGIN).expect("an answer");
    assert_eq!(authenticator.credentials().len(), 3);
    assert!(!authenticator.credentials()[2].discoverable());
}

#[test]
fn the_allowed_or_the_newest_discoverable_credential_answers() {
    let mut authenticator = authenticator(Config::seeded(4));
    assert_eq!(
        authenticator.authenticate(&request(&[]), ORIGIN),
        Err(SoftError::NoCredential)
    );
    let first = authenticator
        .register(&creation("AAAA", &[-7]), ORIGIN)
        .expect("an answer");
    let second = authenticator
        .register(&creation("BBBB", &[-7]), ORIGIN)
        .expect("an answer");
    let mut answer = |options: Value| authenticator.authenticate(&options, ORIGIN);
    assert_eq!(answer(request(&[])).expect("an answer")["id"], second["id"]);
    let named = answer(request(&[&first["id"]])).expect("an answer");
    assert_eq!(
        (&named["id"], &named["response"]["userHandle"]),
        (&first["id"], &json!("AAAA"))
    );
    assert_eq!(
        answer(request(&[&json!("AAAA")])),
        Err(SoftError::NoCredential)
    );
    let mut elsewhere = request(&[]);
    elsewhere["rpId"] = json!("example.net");
    assert_eq!(answer(elsewhere), Err(SoftError::NoCredential));
    assert!(answer(json!({ "publicKey": request(&[]) })).is_ok());
}

#[test]
fn counters_count_or_not() {
    for (counter, expected) in [
        (CounterMode::Increments, [1, 2]),
        (CounterMode::Zero, [0, 0]),
    ] {
        let mut authenticator = authenticator(Config {
            counter,
            ..Config::seeded(5)
        });
        authenticator
            .register(&creation("AAAA", &[-7]), ORIGIN)
            .expect("an answer");
        for count in expected {
            authenticator
                .authenticate(&request(&[]), ORIGIN)
                .expect("an answer");
            assert_eq!(authenticator.credentials()[0].sign_count(), count);
        }
    }
}

#[test]
fn keys_follow_from_the_seed() {
    for algorithm in SoftAlgorithm::ALL {
        let key = |seed| {
            let mut authenticator = authenticator(Config::seeded(seed).only(algorithm));
            authenticator
                .register(&creation("AAAA", &[algorithm.cose_id()]), ORIGIN)
                .expect("an answer");
            let credential = &authenticator.credentials()[0];
            (
                credential.id().to_vec(),
                credential.public_key_cose().to_vec(),
            )
        };
        assert_eq!(key(6), key(6));
        assert_ne!(key(6).0, key(7).0);
    }
}

#[test]
fn malformed_options_are_named() {
    let mut authenticator = authenticator(Config::seeded(8));
    for (pointer, member) in [
        ("/challenge", "challenge"),
        ("/user/id", "user.id"),
        ("/pubKeyCredParams", "pubKeyCredParams"),
    ] {
        let mut options = creation("AAAA", &[-7]);
        *options.pointer_mut(pointer).expect("present") = json!(17);
        assert_eq!(
            authenticator.register(&options, ORIGIN),
            Err(SoftError::Options { member })
        );
    }
}
