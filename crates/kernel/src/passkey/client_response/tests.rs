use proptest::prelude::*;
use serde_json::{Value, json};

use super::{AssertionParseError, AttestationParseError, ClientAssertion, ClientAttestation};
use crate::passkey::go_ceremonies;

fn response(finish: &str, member: &str) -> Value {
    let ceremony = go_ceremonies().remove(0);
    serde_json::from_str(ceremony[finish]["input"][member].as_str().unwrap()).unwrap()
}

fn with(mut json: Value, pointer: &str, value: Value) -> String {
    *json.pointer_mut(pointer).unwrap() = value;
    json.to_string()
}

#[test]
fn form_is_forgiven() {
    let mut json = response("finish_register", "attestation");
    let members = json.as_object_mut().unwrap();
    members.remove("clientExtensionResults");
    members.insert("authenticatorAttachment".to_owned(), json!("satellite"));
    let id = json["id"].as_str().unwrap().to_owned();
    json["rawId"] = format!("{id}=").into();
    json["response"]["transports"] = json!(["internal", "cable", "lamp"]);
    let attestation = ClientAttestation::read(&json.to_string()).unwrap();
    assert_eq!(attestation.transports, ["internal", "hybrid", "lamp"]);
    assert_eq!(attestation.attachment, "");

    let json = response("finish_login", "assertion");
    for handle in [json!(""), json!(null)] {
        let json = with(json.clone(), "/response/userHandle", handle);
        assert_eq!(ClientAssertion::read(&json).unwrap().user_handle, None);
    }
}

#[test]
fn malformed_registrations_are_refused_where_they_are_malformed() {
    use AttestationParseError::{Envelope, Response};
    let json = response("finish_register", "attestation");
    let authenticator_data_without_credential = "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVglAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAFAAAAAA";
    for (pointer, value, expected) in [
        ("/id", json!(""), Envelope),
        ("/id", json!("a b"), Envelope),
        ("/rawId", json!("AAAA"), Envelope),
        ("/type", json!("password"), Envelope),
        ("/response/clientDataJSON", json!("a+b"), Envelope),
        ("/response/transports", json!("usb"), Envelope),
        ("/response/clientDataJSON", json!("W10"), Response),
        ("/response/clientDataJSON", json!(null), Response),
        ("/response/attestationObject", json!("oA"), Response),
        (
            "/response/attestationObject",
            json!(authenticator_data_without_credential),
            Response,
        ),
        ("/response/transports", json!(vec!["usb"; 33]), Response),
    ] {
        let changed = with(json.clone(), pointer, value.clone());
        let error = ClientAttestation::read(&changed).err();
        assert_eq!(error, Some(expected), "{pointer} {value}");
    }
    for text in ["", "{}", "[]", "nope"] {
        assert_eq!(
            ClientAttestation::read(text).err(),
            Some(Envelope),
            "{text}"
        );
    }
    let trailing = format!("{json} {{}}");
    assert_eq!(ClientAttestation::read(&trailing).err(), Some(Envelope));
    let large = with(json, "/type", json!("x".repeat(64 * 1024)));
    assert_eq!(ClientAttestation::read(&large).err(), Some(Envelope));
}

#[test]
fn incomplete_client_data_are_read_and_do_not_hide_what_is_malformed_beside_them() {
    for data in [
        "{}",
        r#"{"type":"webauthn.get","challenge":"AAAA","origin":"o"}"#,
    ] {
        let data = json!(super::super::stored_text::base64url(data.as_bytes()));
        let json = with(
            response("finish_register", "attestation"),
            "/response/clientDataJSON",
            data.clone(),
        );
        let attestation = ClientAttestation::read(&json).unwrap();
        assert!(attestation.response.is_none());
        let json: Value = serde_json::from_str(&json).unwrap();
        let json = with(json, "/response/attestationObject", json!("oA"));
        let error = ClientAttestation::read(&json).err();
        assert_eq!(error, Some(AttestationParseError::Response));

        let json = with(
            response("finish_login", "assertion"),
            "/response/clientDataJSON",
            data,
        );
        assert!(ClientAssertion::read(&json).unwrap().response.is_none());
        let json: Value = serde_json::from_str(&json).unwrap();
        let json = with(json, "/response/authenticatorData", json!("AAAA"));
        let error = ClientAssertion::read(&json).err();
        assert_eq!(error, Some(AssertionParseError::AuthenticatorData));
    }
}

#[test]
fn malformed_authentications_are_refused_where_they_are_malformed() {
    use AssertionParseError as Error;
    let json = response("finish_login", "assertion");
    for (pointer, value, expected) in [
        ("/id", json!(""), Error::IdMissing),
        ("/id", json!(null), Error::IdMissing),
        ("/id", json!("a b"), Error::IdEncoding),
        ("/id", json!("A".repeat(1366)), Error::IdEncoding),
        ("/type", json!(null), Error::Kind),
        ("/rawId", json!("AAAA"), Error::Envelope),
        ("/response/signature", json!("*"), Error::Envelope),
        ("/response/clientDataJSON", json!(""), Error::ClientData),
        ("/response/clientDataJSON", json!("W10"), Error::ClientData),
        (
            "/response/authenticatorData",
            json!("AAAA"),
            Error::AuthenticatorData,
        ),
    ] {
        let changed = with(json.clone(), pointer, value.clone());
        let error = ClientAssertion::read(&changed).err();
        assert_eq!(error, Some(expected), "{pointer} {value}");
    }
}

proptest! {
    #[test]
    fn reading_never_panics(text in any::<String>(), bytes in any::<Vec<u8>>()) {
        let _ = ClientAttestation::read(&text);
        let _ = ClientAssertion::read(&text);
        let member = super::super::stored_text::base64url(&bytes);
        for pointer in ["/response/clientDataJSON", "/response/authenticatorData"] {
            let json = response("finish_login", "assertion");
            let _ = ClientAssertion::read(&with(json, pointer, json!(member)));
        }
        let json = response("finish_register", "attestation");
        let _ = ClientAttestation::read(&with(json, "/response/attestationObject", json!(member)));
    }
}
