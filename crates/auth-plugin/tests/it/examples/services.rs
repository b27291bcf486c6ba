//! `m2m-es256.yaml`.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};

use super::app::Request;
use super::{assert_denied, example, members, request};

/// Of this test alone.
pub(super) const PRIVATE_KEY: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgdMtoQJMmLGfWUws+
W1NcFHvaITgJROjZb1gGZ4AcS0ShRANCAASCw4sWBYat8ZjAgvusn/b/4qMdkU0G
iF/xVi9QATWzC1TRLZKimU8z2CZ6rAEssF9UzuLMBTefEeTXl+YOjE4+
-----END PRIVATE KEY-----
";

#[tokio::test]
async fn a_service_gets_an_assertion_that_the_published_key_verifies() {
    let variables = json!({"SERVICE_PUBLIC_KEY": "(the engine's own module reads it)"});
    let app = example("m2m-es256.yaml", variables).await;
    let hash = app
        .step(
            "step.auth_password_hash",
            json!({"password": "key-of-billing"}),
        )
        .await;
    let known =
        json!({"service": {"found": true, "row": {"name": "billing", "key_hash": hash["hash"]}}});
    let body = |key: &str| json!({"service": "billing", "key": key});

    let signed = app
        .run("assertion", &request(body("key-of-billing"), known.clone()))
        .await
        .unwrap();
    let assertion = signed.body["assertion"].as_str().unwrap();
    let published = app.run("jwks", &Request::default()).await.unwrap();
    assert_eq!(published.status, 200);
    let keys: JwkSet = serde_json::from_value(published.body).unwrap();
    let id = decode_header(assertion).unwrap().kid.unwrap();
    let key = DecodingKey::from_jwk(keys.find(&id).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_audience(&["reports"]);
    validation.set_issuer(&["orders"]);
    let claims = decode::<Value>(assertion, &key, &validation)
        .unwrap()
        .claims;
    assert_eq!(
        (&claims["sub"], &claims["scope"]),
        (&json!("billing"), &json!("reports:write"))
    );

    let mut wrong = request(body("another key"), known);
    wrong.query = members(&json!({"valid": "true", "subject": "billing", "hash": hash["hash"]}));
    assert_denied(&app.run("assertion", &wrong).await.unwrap(), "verify");
    let unknown = json!({"service": {"found": false, "row": {}}});
    let unknown = request(body("key-of-billing"), unknown);
    assert_denied(&app.run("assertion", &unknown).await.unwrap(), "verify");

    let caller = request(json!({}), json!({"caller": {"service": "billing"}}));
    assert_eq!(app.run("report", &caller).await.unwrap().status, 202);
}
