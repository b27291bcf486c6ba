//! What a client of the engine can put under the name of an input field, and what becomes of it
//! (B9, V-B1, B24, B38).

use gatefold_engine_host::{Execution, Failure, Host, Output};
use serde_json::{Value, json};

use crate::support::{launch, members, start};

/// One step of a pipeline behind an HTTP trigger. The engine's `current` is the trigger's data
/// overlaid by the outputs of earlier steps.
async fn behind_http(
    host: &Host,
    step: &str,
    config: Value,
    query: Value,
    outputs: Value,
) -> Result<Output, Failure> {
    let mut trigger_data = members(json!({"method": "POST", "path": "/verify"}));
    trigger_data.extend(members(query));
    let mut current = trigger_data.clone();
    for output in members(outputs.clone()).values() {
        current.extend(members(output.clone()));
    }
    let execution = Execution {
        config: members(config),
        current,
        trigger_data,
        step_outputs: members(outputs),
        ..Execution::default()
    };
    host.run(&format!("step.auth_{step}"), &execution).await
}

/// HMAC of the section on challenge codes, with the key `test-secret`.
const CODE_HASH: &str = "2c866c8678acc22c859503716c0db312b91503ef03acf3260d8ff253c11a52a2";

#[tokio::test]
async fn a_query_cannot_bring_the_secret_it_is_judged_by() {
    let (plugin, host) = start(&launch()).await;
    let query = json!({
        "signing_secret": "test-secret", "code_hash": CODE_HASH, "code": "123456", "channel": "email",
        "destination": "user@example.com", "tenant_id": "tenant-123", "purpose": "login",
    });
    for config in [
        json!({}),
        json!({"signing_secret": "the-real-signing-secret-of-the-site"}),
    ] {
        let output = behind_http(&host, "challenge_verify", config, query.clone(), json!({}))
            .await
            .unwrap();
        assert_eq!(
            output.members.get("valid"),
            Some(&json!(false)),
            "{output:?}"
        );
    }
    plugin.stop().await.unwrap();
}

#[tokio::test]
async fn a_query_cannot_bring_the_row_that_the_pipeline_did_not_find() {
    let (plugin, host) = start(&launch()).await;
    let bcrypt = "$2b$04$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui";
    for (step, verdict, query) in [
        (
            "totp_verify",
            "valid",
            json!({"secret": "JBSWY3DPEHPK3PXP", "code": "000000"}),
        ),
        (
            "password_verify",
            "valid",
            json!({"password": "x", "hash": bcrypt}),
        ),
        (
            "magic_link_verify",
            "valid",
            json!({
                "token": "test-token-12345",
                "stored_hash": "e4c0a87e760240da600e6d0c5c37516742a3d691feb803a33dcbbe8405e64b1e",
            }),
        ),
        (
            "credential_revoke",
            "authorized",
            json!({"credential_id": "c", "owner_user_id": "u", "user_id": "u"}),
        ),
    ] {
        let output = behind_http(&host, step, json!({}), query, json!({}))
            .await
            .unwrap();
        assert_eq!(
            output.members.get(verdict),
            Some(&json!(false)),
            "{step}: {output:?}"
        );
    }
    plugin.stop().await.unwrap();
}

#[tokio::test]
async fn a_query_cannot_open_the_bootstrap_again() {
    // V-B1
    let code = "a-bootstrap-code-of-32-characters";
    let (plugin, host) = start(&launch().with("AUTH_BOOTSTRAP_CODE", code)).await;
    let config = json!({"super_admin_email": "admin@example.com"});
    let query = json!({"existing_admin_count": "0", "code": code});
    let smuggled = behind_http(&host, "bootstrap_redeem", config.clone(), query, json!({}))
        .await
        .unwrap();
    assert_eq!(smuggled.members.get("redeemed"), Some(&json!(false)));
    let counted = json!({"count": {"existing_admin_count": "0"}});
    let honest = behind_http(
        &host,
        "bootstrap_redeem",
        config,
        json!({"code": code}),
        counted,
    )
    .await
    .unwrap();
    assert_eq!(
        honest.members.get("redeemed"),
        Some(&json!(true)),
        "{honest:?}"
    );
    plugin.stop().await.unwrap();
}

#[tokio::test]
async fn a_query_cannot_loosen_a_policy() {
    let (plugin, host) = start(&launch()).await;
    let query = json!({"environment": "development", "password_auth_enabled": "true"});
    for config in [
        json!({"environment": "production"}),
        json!({"environment": "production", "password_auth_enabled": true}),
        json!({}),
    ] {
        let output = behind_http(&host, "methods_policy", config, query.clone(), json!({}))
            .await
            .unwrap();
        assert_eq!(
            output.members.get("password_enabled"),
            Some(&json!(false)),
            "{output:?}"
        );
    }
    let query =
        json!({"password_enabled": "true", "sms_code_enabled": "true", "passkey_enabled": "true"});
    let output = behind_http(&host, "policy_gate", json!({}), query, json!({}))
        .await
        .unwrap();
    for flag in ["password_enabled", "sms_code_enabled", "passkey_enabled"] {
        assert_eq!(output.members.get(flag), Some(&json!(false)), "{flag}");
    }
    plugin.stop().await.unwrap();
}

#[tokio::test]
async fn a_denial_can_end_the_pipeline() {
    // B38
    let (plugin, host) = start(&launch()).await;
    let wrong = json!({"row": {"secret": "JBSWY3DPEHPK3PXP", "code": "wrong"}});
    let run = |on_denied: &str| {
        let config = if on_denied.is_empty() {
            json!({})
        } else {
            json!({"on_denied": on_denied})
        };
        behind_http(
            &host,
            "totp_verify",
            config,
            json!({"valid": "true"}),
            wrong.clone(),
        )
    };
    let goes_on = run("").await.unwrap();
    assert!(!goes_on.stop);
    assert_eq!(
        goes_on.members.get("valid"),
        Some(&json!(false)),
        "the smuggled true is overwritten"
    );
    let stops = run("stop").await.unwrap();
    assert!(stops.stop);
    assert_eq!(stops.members.get("response_status"), Some(&json!(401)));
    assert_eq!(
        run("error").await.unwrap_err(),
        Failure::Step("step.auth_totp_verify denied".into())
    );
    plugin.stop().await.unwrap();
}

#[tokio::test]
async fn the_other_spelling_cannot_hide_what_the_pipeline_looked_up() {
    let (plugin, host) = start(&launch()).await;
    let sha = "e4c0a87e760240da600e6d0c5c37516742a3d691feb803a33dcbbe8405e64b1e";
    let expired = json!({"row": {"stored_hash": sha, "expires_at": "2020-01-01T00:00:00Z"}});
    let other = json!({"row": {"stored_hash": "0".repeat(64)}});
    for (query, outputs, name) in [
        (json!({"storedHash": sha}), other, "stored_hash"),
        (json!({"expiresAt": ""}), expired, "expires_at"),
    ] {
        let mut query = query;
        query["token"] = "test-token-12345".into();
        let refused = behind_http(&host, "magic_link_verify", json!({}), query, outputs).await;
        match refused.unwrap_err() {
            Failure::Step(text) => {
                assert!(text.starts_with(&format!("{name} is ambiguous")), "{text}")
            }
            other => panic!("{other:?}"),
        }
    }
    plugin.stop().await.unwrap();
}
