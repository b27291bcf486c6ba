use serde_json::{Value, json};

use super::{Pkce, TokenRequest, exchange};
use crate::oauth::provider::{Provider, resolve};
use crate::oauth::testing::Canned;
use crate::{Document, Secret};

fn provider() -> Provider {
    let settings = json!({
        "google_oauth_client_id": "the id",
        "google_oauth_client_secret": "hunter22",
        "google_oauth_redirect_url": "https://app.example.com/cb",
    });
    resolve(
        "google",
        &Document::new(settings.as_object().cloned().unwrap()),
    )
    .unwrap()
}

fn request<'a>(provider: &'a Provider, code: &str, verifier: &str, pkce: Pkce) -> TokenRequest<'a> {
    TokenRequest {
        provider,
        code: Secret::new(code.to_owned()),
        verifier: Secret::new(verifier.to_owned()),
        pkce,
    }
}

/// What becomes of an answer: the tokens, or the error's text.
fn outcome(status: u16, body: &str) -> Result<Value, String> {
    let (canned, provider) = (Canned::answer(status, body), provider());
    let request = request(&provider, "a-c0de-9", "v3rifier", Pkce::Omitted);
    let tokens = canned.run(exchange(&canned, &request));
    tokens
        .map(|tokens| Value::Object(tokens.0))
        .map_err(|error| error.to_string())
}

#[test]
fn the_code_is_sent_as_a_form() {
    let (canned, provider) = (Canned::answer(200, "{}"), provider());
    let asked = request(&provider, "c&de", "", Pkce::Omitted);
    assert!(canned.run(exchange(&canned, &asked)).is_ok());
    assert_eq!(
        canned.asked(),
        "Post https://oauth2.googleapis.com/token\n\
         Content-Type: application/x-www-form-urlencoded\nAccept: application/json\n\
         client_id=the+id&client_secret=hunter22&code=c%26de&grant_type=authorization_code\
         &redirect_uri=https%3A%2F%2Fapp.example.com%2Fcb"
    );
}

#[test]
fn what_is_missing_is_said_before_anybody_is_asked() {
    let provider = provider();
    for (code, verifier, pkce, expected) in [
        ("", "v", Pkce::Omitted, "missing code"),
        ("c", "", Pkce::Required, "missing code_verifier"),
    ] {
        let canned = Canned::answer(200, "{}");
        let asked = request(&provider, code, verifier, pkce);
        let refused = canned.run(exchange(&canned, &asked)).unwrap_err();
        assert_eq!(refused.to_string(), expected);
        assert_eq!(canned.asked(), "", "nothing may be sent");
    }
}

#[test]
fn answers_are_read_or_refused() {
    let long = format!(r#"{{"error":"{}"}}"#, "e".repeat(65));
    let refused = "token endpoint refused the code";
    for (status, body, expected) in [
        (
            200,
            r#"{"access_token":"a","n":12345678901234567}"#,
            Ok(json!({"access_token": "a", "n": 12_345_678_901_234_567_u64})),
        ),
        (200, "null", Ok(json!({}))),
        (204, "{}", Ok(json!({}))),
        (
            200,
            r#"{"access_token":"a"} trailing"#,
            Ok(json!({"access_token": "a"})),
        ),
        (200, r#"{"error":""}"#, Ok(json!({"error": ""}))),
        (200, r#"{"error":null}"#, Ok(json!({"error": null}))),
        // B27
        (200, r#"{"error":"invalid_grant"}"#, Err("invalid_grant")),
        (
            200,
            r#"{"error":"invalid_grant","access_token":"a"}"#,
            Err("invalid_grant"),
        ),
        (200, r#"{"error":{"message":"<b>"}}"#, Err(refused)),
        (200, r#"{"error":"a\nb"}"#, Err(refused)),
        (200, &long, Err(refused)),
        (
            400,
            "bad token\n",
            Err("token endpoint returned 400: bad token"),
        ),
        (302, "", Err("token endpoint returned 302: ")),
        (
            400,
            "code a-c0de-9, secret hunter22, v3rifier",
            Err("token endpoint returned 400: code ***, secret ***, ***"),
        ),
        (
            200,
            "nope",
            Err("token endpoint response decode failed: expected JSON"),
        ),
        (
            200,
            "",
            Err("token endpoint response decode failed: the JSON broke off"),
        ),
        (
            200,
            r#"{"a":"#,
            Err("token endpoint response decode failed: the JSON broke off"),
        ),
        (
            200,
            "[]",
            Err("token endpoint response decode failed: expected a JSON object"),
        ),
    ] {
        assert_eq!(
            outcome(status, body),
            expected.map_err(str::to_owned),
            "{body}"
        );
    }
}

#[test]
fn a_refusal_tells_about_the_error_and_nothing_else() {
    let body = r#"{"error":"x","error_description":"d","access_token":"a"}"#;
    let (canned, provider) = (Canned::answer(200, body), provider());
    let asked = request(&provider, "c", "", Pkce::Omitted);
    match canned.run(exchange(&canned, &asked)) {
        Err(super::ExchangeError::Refused(refusal)) => assert_eq!(
            Value::Object(refusal.details),
            json!({"error": "x", "error_description": "d"})
        ),
        other => panic!("{other:?}"),
    }
}
