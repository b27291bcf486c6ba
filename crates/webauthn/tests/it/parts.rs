//! Responses that were read from another form than Level 3 JSON, and origins that are compared as parsed.

use gatefold_soft_authenticator::Config;
use gatefold_webauthn::{
    AttestationObject, AuthenticationResponse, AuthenticatorData, ClientData, OriginComparison,
    ParseError, RegistrationResponse, verify_authentication, verify_registration,
};
use serde_json::Value;

use crate::refusals::lie;
use crate::support::{World, decode};

/// The members of a registration, put together again.
fn registration(json: &Value) -> RegistrationResponse {
    let whole = RegistrationResponse::from_json(json.to_string().as_bytes()).expect("a response");
    RegistrationResponse::from_parts(
        whole.credential_id().clone(),
        ClientData::parse(decode(&json["response"]["clientDataJSON"])).expect("client data"),
        attestation(json).expect("an attestation object"),
    )
}

fn attestation(json: &Value) -> Result<AttestationObject, ParseError> {
    AttestationObject::parse(&decode(&json["response"]["attestationObject"]))
}

/// The members of an authentication, put together again.
fn authentication(json: &Value) -> AuthenticationResponse {
    let whole = AuthenticationResponse::from_json(json.to_string().as_bytes()).expect("a response");
    let data = decode(&json["response"]["authenticatorData"]);
    AuthenticationResponse::from_parts(
        whole.credential_id().clone(),
        ClientData::parse(decode(&json["response"]["clientDataJSON"])).expect("client data"),
        AuthenticatorData::parse(data).expect("authenticator data"),
        decode(&json["response"]["signature"]),
        whole.user_handle().cloned(),
    )
}

#[test]
fn responses_made_of_parts_verify_as_those_from_json() {
    let mut world = World::new(Config::seeded(1));
    let json = world.register();
    let response = registration(&json);
    let from_parts = verify_registration(&world.registration_expectations(), &response);
    let from_json = world.check_registration(&json).expect("a registration");
    let registered = from_parts.expect("a registration");
    assert_eq!(registered.credential_id, from_json.credential_id);
    assert_eq!(registered.public_key, from_json.public_key);
    assert!(registered.transports.is_empty() && registered.attachment.is_none());

    let stored = world.stored(from_json);
    let json = world.authenticate();
    let response = authentication(&json);
    let verdict = verify_authentication(&world.authentication_expectations(), &stored, &response);
    assert!(verdict.is_ok());
    let forged = AuthenticationResponse::from_parts(
        response.credential_id().clone(),
        response.client_data().clone(),
        response.authenticator_data().clone(),
        vec![0; 70],
        response.user_handle().cloned(),
    );
    let verdict = verify_authentication(&world.authentication_expectations(), &stored, &forged);
    assert_eq!(
        verdict.map_err(|error| error.code()),
        Err("invalid_signature")
    );
}

#[test]
fn an_attestation_object_that_is_none_is_refused() {
    let mut world = World::new(Config::seeded(1));
    let mut json = world.register();
    assert_eq!(attestation(&json).expect("one").format(), "none");
    json["response"]["attestationObject"] = "oA".into();
    assert_eq!(
        attestation(&json).err(),
        Some(ParseError::AttestationObjectShape)
    );
}

#[test]
fn origins_compared_as_parsed_are_forgiven_their_spelling_in_both_ceremonies() {
    for (claimed, expected) in [
        ("https://LOGIN.example.org:443/", Ok(())),
        ("https://evil.example", Err("origin_not_allowed")),
        ("http://login.example.org", Err("origin_not_allowed")),
    ] {
        let faults = lie(|faults| faults.origin = Some(claimed.to_owned()));
        let mut world = World::new(Config::seeded(1));
        let stored = world.enrol();
        world.authenticator.set_faults(faults);
        let answer = world.authenticate();
        let registration_answer = registration(&world.register());
        let expectations = world
            .authentication_expectations()
            .origin_comparison(OriginComparison::Parsed);
        let response = authentication(&answer);
        let verdict = verify_authentication(&expectations, &stored, &response);
        assert_eq!(
            verdict.map(|_| ()).map_err(|e| e.code()),
            expected,
            "{claimed}"
        );
        let strict = world.authentication_expectations();
        let strict = verify_authentication(&strict, &stored, &response);
        assert!(strict.is_err(), "{claimed} is not what browsers write");

        let expectations = world
            .registration_expectations()
            .origin_comparison(OriginComparison::Parsed);
        let verdict = verify_registration(&expectations, &registration_answer);
        assert_eq!(
            verdict.map(|_| ()).map_err(|e| e.code()),
            expected,
            "{claimed}"
        );
    }
}
