//! Credentials, invitations, tokens, identities, and what a request says about itself.

use gatefold_kernel::Document;
use gatefold_steps::{Edge, Invocation, Pipeline, Tree};
use serde_json::json;

use super::{assert_holds, attempt, object, run, run_in, runtime};

#[tokio::test]
async fn what_a_request_says_about_itself_counts_for_nothing() {
    // B9, V-B1
    let secret = json!({"signing_secret": "test-secret"});
    let bootstrap = json!({"super_admin_email": "a@x", "code_env": "LONG"});
    for (name, config, input, from_request, expected) in [
        (
            "challenge_verify",
            json!({}),
            attempt(secret.clone()),
            secret,
            json!({"valid": false}),
        ),
        (
            "bootstrap_redeem",
            bootstrap,
            json!({"code": "a-secret-of-at-least-thirty-two-bytes", "existing_admin_count": "0"}),
            json!({"existing_admin_count": "0"}),
            json!({"redeemed": false, "reason": "bootstrap_closed"}),
        ),
        (
            "credential_revoke",
            json!({}),
            json!({"credential_id": "c", "owner_user_id": "u", "user_id": "u"}),
            json!({"user_id": "u", "owner_user_id": "u"}),
            json!({"authorized": false}),
        ),
        (
            "jwt_issue",
            json!({"secret_env": "LONG"}),
            json!({"subject": "root"}),
            json!({"subject": "root"}),
            json!({"error": "subject is required"}),
        ),
        (
            "identity_resolve",
            json!({}),
            json!({"provider": "google", "provider_subject": "s", "linked_user_id": "root"}),
            json!({"linked_user_id": "root"}),
            json!({"accepted": false, "reason": "email_not_verified"}),
        ),
    ] {
        let mut trigger = object(json!({"method": "POST", "path": "/"}));
        trigger.extend(object(from_request));
        let invocation = Invocation {
            edge: Edge::Wire,
            config: Document::new(object(config)),
            input: Document::new(object(input)),
            pipeline: Pipeline {
                trigger_data: Tree::Json(trigger),
                ..Pipeline::default()
            },
        };
        let answer = run_in(&runtime(), name, invocation).await.unwrap();
        assert_holds(&answer, &expected, name);
    }
}

#[tokio::test]
async fn two_lookups_that_found_nothing_are_not_the_same_person() {
    // B2
    for nothing in ["", "<no value>", "<nil>", "{{ .id }}"] {
        let input = json!({"credential_id": "c", "owner_user_id": nothing, "user_id": nothing});
        let answer = run("credential_revoke", json!({}), input).await.unwrap();
        assert_eq!(answer["authorized"], false, "{nothing}");
        let list = json!([{"id": "c", "type": "passkey", "owner": nothing}]).to_string();
        let input = json!({"credential_id": "c", "user_id": nothing, "credentials_json": list});
        let answer = run("credential_guard", json!({}), input).await.unwrap();
        assert_eq!(answer["reason"], "missing_user_id", "{nothing}");
        let answer = run(
            "jwt_issue",
            json!({"secret_env": "LONG"}),
            json!({"subject": nothing}),
        )
        .await;
        assert_eq!(answer.unwrap()["error"], "subject is required", "{nothing}");
    }
    let unresolved = json!({"provider": "google", "provider_subject": "s", "linked_user_id": "{{ .id }}",
        "email": "a@x", "email_verified": true, "email_user_id": "u"});
    let answer = run("identity_resolve", json!({}), unresolved)
        .await
        .unwrap();
    assert_holds(
        &answer,
        &json!({"accepted": false, "reason": "unresolved_template"}),
        "unresolved",
    );
}

#[tokio::test]
async fn removals_that_cannot_be_judged_are_refused() {
    // V1, V2
    let rows = json!([{"id": 1, "kind": "passkey", "owner": 5}, {"id": 2, "kind": "password", "owner": 5}]).to_string();
    for (input, expected) in [
        (
            json!({"credential_id": "1", "user_id": "5", "credentials_json": rows}),
            json!({"authorized": true, "remaining": 1}),
        ),
        (
            json!({"credential_id": "1", "user_id": "6", "credentials_json": rows}),
            json!({"authorized": false, "reason": "not_owner"}),
        ),
        (
            json!({"credential_id": "1", "user_id": "5", "credentials_json": "nope"}),
            json!({"authorized": false, "reason": "unreadable_credentials"}),
        ),
        (
            json!({"user_id": "5", "credentials_json": rows}),
            json!({"authorized": false, "reason": "missing_credential_id"}),
        ),
    ] {
        let answer = run("credential_guard", json!({}), input.clone())
            .await
            .unwrap();
        assert_holds(&answer, &expected, &input.to_string());
    }
    let wrong = run("credential_guard", json!({"kinds": ["totp"]}), json!({})).await;
    assert!(wrong.is_err());
    for count in [json!(0), json!(1), json!("1"), json!(-1)] {
        let input = json!({"credential_id": "c", "owner_user_id": "u", "user_id": "u", "active_credential_count": count});
        let answer = run("credential_revoke", json!({}), input).await.unwrap();
        assert_holds(
            &answer,
            &json!({"authorized": false, "reason": "last_credential"}),
            "count",
        );
    }
    let input = json!({"credential_id": "c", "owner_user_id": "u", "user_id": "u", "active_credential_count": "many"});
    let answer = run("credential_revoke", json!({}), input).await.unwrap();
    assert_holds(
        &answer,
        &json!({"authorized": false}),
        "a count that is none",
    );
}

#[tokio::test]
async fn invitations_end_as_configured() {
    for (config, input, expected) in [
        (
            json!({"ttl_minutes": 5}),
            json!({"email": "a@x"}),
            json!({"accepted": true, "expires_at": "1970-01-01T00:05:59Z"}),
        ),
        (
            json!({"default_ttl_minutes": 5}),
            json!({"email": "a@x"}),
            json!({"accepted": true, "expires_at": ""}),
        ),
        (
            json!({"require_expiry": true}),
            json!({"email": "a@x", "expires_at": "soon"}),
            json!({"accepted": false, "error": "invalid_expires_at"}),
        ),
    ] {
        let answer = run("admin_invite_issue", config.clone(), input)
            .await
            .unwrap();
        assert_holds(&answer, &expected, &config.to_string());
    }
}

#[tokio::test]
async fn tokens_are_signed_only_as_configured() {
    // V-B7, B26
    let short = "signing secret in env SHORT not configured (need >=32 chars)";
    let subject = json!({"subject": "u"});
    for (config, expected) in [
        (
            json!({"secret_env": "SHORT"}),
            json!({"error": short, "token": null}),
        ),
        (
            json!({"secret_env": "LONG", "ttl_seconds": "60"}),
            json!({"expires_at": "1970-01-01T00:01:59Z"}),
        ),
        (
            json!({"secret_env": "LONG", "ttl_seconds": "9223372036854775807"}),
            json!({"expires_at": "1970-01-31T00:00:59Z"}),
        ),
    ] {
        let answer = run("jwt_issue", config.clone(), subject.clone())
            .await
            .unwrap();
        assert_holds(&answer, &expected, &config.to_string());
    }
    for config in [
        json!({"algorithm": "none"}),
        json!({"secret_env": "LONG", "jwks_only": true}),
    ] {
        assert!(
            run("jwt_issue", config.clone(), subject.clone())
                .await
                .is_err(),
            "{config}"
        );
    }
    let answer = run(
        "jwt_issue",
        json!({"algorithm": "ES256", "private_key_env": "LONG"}),
        subject,
    )
    .await;
    let error = answer.unwrap()["error"].as_str().unwrap().to_owned();
    assert!(
        error.starts_with("private key in env LONG not configured"),
        "{error}"
    );
    assert!(
        !error.contains("a-secret"),
        "an error never shows what the variable holds"
    );
}
