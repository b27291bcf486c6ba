//! Codes of apps, recovery codes, passwords and codes by mail.

use gatefold_kernel::Document;
use gatefold_steps::Invocation;
use serde_json::json;

use super::{assert_holds, attempt, object, run, run_in, runtime};

#[tokio::test]
async fn a_code_of_an_app_counts_once() {
    // B22
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    for (last_step, expected) in [
        (json!(null), json!({"valid": true, "step": 1})),
        (json!(0), json!({"valid": true, "step": 1})),
        (
            json!(1),
            json!({"valid": false, "step": 0, "error": "code was used before"}),
        ),
        (
            json!("x"),
            json!({"valid": false, "error": "invalid last_step"}),
        ),
    ] {
        let input = json!({"secret": secret, "code": "287082", "last_step": last_step});
        let answer = run("totp_verify", json!({}), input).await.unwrap();
        assert_holds(&answer, &expected, &last_step.to_string());
    }
}

#[tokio::test]
async fn recovery_codes_are_counted_and_checked() {
    // B22
    let drawn = run("totp_recovery_codes", json!({}), json!({"count": 2}))
        .await
        .unwrap();
    let (code, hashes) = (drawn["codes"][1].clone(), drawn["hashes"].clone());
    assert_eq!(hashes.as_array().unwrap().len(), 2);
    for bad in [json!(-1), json!(51), json!("x"), json!(300)] {
        let answer = run("totp_recovery_codes", json!({}), json!({"count": bad}))
            .await
            .unwrap();
        assert_eq!(answer["error"], "count must be 1 to 50", "{bad}");
        assert_eq!(answer["codes"], json!(null));
    }
    let missing =
        json!({"valid": false, "index": -1, "remaining": 0, "error": "missing code or hashes"});
    for (input, expected) in [
        (
            json!({"code": code, "hashes": hashes}),
            json!({"valid": true, "index": 0, "remaining": 1}),
        ),
        (
            json!({"code": code, "hashes_json": hashes.to_string()}),
            json!({"valid": true, "remaining": 1}),
        ),
        (
            json!({"code": "x", "hashes": hashes}),
            json!({"valid": false, "index": -1, "remaining": 2}),
        ),
        (json!({"code": code}), missing.clone()),
        (json!({"code": code, "hashes_json": "<no value>"}), missing),
        (
            json!({"code": code, "hashes_json": "nope"}),
            json!({"valid": false, "error": "hashes must be a list of texts"}),
        ),
        (
            json!({"code": code, "hashes": [5]}),
            json!({"valid": false, "error": "hashes must be a list of texts"}),
        ),
        (
            json!({"code": code, "hashes": vec!["x"; 51]}),
            json!({"valid": false, "remaining": 51}),
        ),
    ] {
        let answer = run("totp_recovery_verify", json!({}), input.clone())
            .await
            .unwrap();
        assert_holds(&answer, &expected, &input.to_string());
    }
}

#[tokio::test]
async fn the_named_module_decides_about_passwords() {
    // V6, V7
    let runtime = runtime();
    for (name, disabled) in [("staff", true), ("shop", false)] {
        let config = json!({"disable_password_auth": disabled, "optional": true});
        runtime.modules.create(name, Document::new(object(config)));
    }
    for (config, expected) in [
        (
            json!({"module": "staff"}),
            json!({"disabled": true, "valid": false}),
        ),
        (
            json!({"module": "shop"}),
            json!({"disabled": false, "valid": false}),
        ),
        (json!({}), json!({"disabled": true, "valid": false})),
    ] {
        let invocation = Invocation {
            config: Document::new(object(config.clone())),
            input: Document::new(object(json!({"password": "x", "hash": "nope"}))),
            ..Invocation::default()
        };
        let answer = run_in(&runtime, "password_verify", invocation)
            .await
            .unwrap();
        assert_holds(&answer, &expected, &config.to_string());
    }
    let unknown = Invocation {
        config: Document::new(object(json!({"module": "other"}))),
        ..Invocation::default()
    };
    assert!(
        run_in(&runtime, "password_hash", unknown).await.is_err(),
        "an unknown policy allows nothing"
    );
}

#[tokio::test]
async fn codes_are_signed_with_the_operators_secret_only() {
    // B24
    let short = "signing secret in env SHORT not configured (need >=32 chars)";
    let template = "signing_secret of the configuration is an unresolved template";
    for (config, input, expected) in [
        (
            json!({"signing_secret": "real"}),
            json!({"signing_secret": "test-secret"}),
            json!({"valid": false}),
        ),
        (
            json!({"signing_secret_env": "LONG"}),
            json!({"signing_secret": "test-secret"}),
            json!({"valid": false}),
        ),
        (
            json!({"signing_secret_env": "SHORT"}),
            json!({"signing_secret": "test-secret"}),
            json!({"valid": false, "error": short}),
        ),
        (
            json!({"signing_secret": "{{ .s }}"}),
            json!({"signing_secret": "test-secret"}),
            json!({"valid": false, "error": template}),
        ),
        (
            json!({}),
            json!({"signing_secret": "test-secret"}),
            json!({"valid": true}),
        ),
        (
            json!({"require_expiry": true}),
            json!({"signing_secret": "test-secret"}),
            json!({"valid": false, "error": "missing expires_at"}),
        ),
        (
            json!({}),
            json!({"signing_secret": "test-secret", "expires_at": 5}),
            json!({"valid": false, "error": "invalid expires_at"}),
        ),
    ] {
        let answer = run("challenge_verify", config.clone(), attempt(input))
            .await
            .unwrap();
        assert_holds(&answer, &expected, &config.to_string());
    }
    let config = json!({"signing_secret_env": "LONG"});
    let made = run("challenge_generate", config.clone(), attempt(json!({})))
        .await
        .unwrap();
    let checked = attempt(
        json!({"code": made["code"], "code_hash": made["code_hash"], "expires_at": made["expires_at"]}),
    );
    let answer = run("challenge_verify", config, checked).await.unwrap();
    assert_holds(
        &answer,
        &json!({"valid": true}),
        "what was sent is accepted",
    );
}
