//! Passkeys through the engine's wire, from begin to finish, with a software authenticator.

use gatefold_engine_host::Host;
use gatefold_soft_authenticator::{Config, SoftAuthenticator};
use serde_json::{Map, Value, json};

use crate::support::{execution, launch, members, start};

const ORIGIN: &str = "https://login.example.com";

async fn step(host: &Host, name: &str, current: Value) -> Map<String, Value> {
    let execution = execution(json!({"module": "site"}), current);
    host.run(&format!("step.auth_passkey_{name}"), &execution)
        .await
        .unwrap()
        .members
}

fn public_key(output: &Map<String, Value>) -> Value {
    let options: Value = serde_json::from_str(output["options"].as_str().unwrap()).unwrap();
    options["publicKey"].clone()
}

#[tokio::test]
async fn a_passkey_registers_signs_in_and_is_discovered() {
    let (plugin, host) = start(&launch()).await;
    let module =
        members(json!({"rp_id": "example.com", "origin": ORIGIN, "rp_display_name": "Example"}));
    host.create_module("site", &module).await.unwrap();
    let mut authenticator = SoftAuthenticator::new(Config::seeded(7)).unwrap();

    let person = json!({"user_id": "user-1", "email": "ada@example.com"});
    let begun = step(&host, "begin_register", person.clone()).await;
    let mut options = public_key(&begun);
    // A page that wants its passkeys discovered says so itself.
    options["authenticatorSelection"]["residentKey"] = "required".into();
    let attestation = authenticator.register(&options, ORIGIN).unwrap();
    let mut finish = person.clone();
    finish["session_data"] = begun["session_data"].clone();
    finish["attestation"] = attestation.to_string().into();
    let registered = step(&host, "finish_register", finish).await;
    assert_eq!(registered["valid"], json!(true), "{registered:?}");
    let mut credentials = format!("[{}]", registered["credential"].as_str().unwrap());

    for current in [
        json!({"user_id": "user-1", "credentials": credentials.clone()}),
        // Nobody is named: the authenticator says who it is (B17).
        json!({}),
    ] {
        let begun = step(&host, "begin_login", current.clone()).await;
        let assertion = authenticator
            .authenticate(&public_key(&begun), ORIGIN)
            .unwrap();
        let mut finish = json!({"credentials": credentials, "assertion": assertion.to_string()});
        finish["session_data"] = begun["session_data"].clone();
        if let Some(user) = current.get("user_id") {
            finish["user_id"] = user.clone();
        }
        let signed_in = step(&host, "finish_login", finish.clone()).await;
        assert_eq!(signed_in["valid"], json!(true), "{signed_in:?}");
        credentials = format!("[{}]", signed_in["credential"].as_str().unwrap());

        let mut tampered: Value = assertion;
        tampered["response"]["signature"] = "MEUCIQ".into();
        finish["assertion"] = tampered.to_string().into();
        let refused = step(&host, "finish_login", finish).await;
        assert_eq!(refused["valid"], json!(false));
    }
    plugin.stop().await.unwrap();
}
