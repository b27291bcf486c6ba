//! Every file of `examples/workflow` in a live plugin: its modules and steps are created, its
//! pipelines run with real passkeys, providers and tokens, and a denial ends each of them.

mod app;
mod file;
mod passkeys;
mod providers;
mod services;
mod template;

use anyhow::Result;
use gatefold_engine_host::Launch;
use serde_json::{Map, Value, json};

use self::app::{Answer, App, Request, members};
use self::file::File;
use crate::support::launch;

/// The examples and what runs them.
const FILES: [&str; 5] = [
    "admin-bootstrap.yaml",
    "enterprise-sso.yaml",
    "external-oidc.yaml",
    "m2m-es256.yaml",
    "same-app.yaml",
];

const ORIGIN: &str = "https://app.example.com";
const JWT_SECRET: &str = "a-signing-secret-of-more-than-32-bytes";

/// One mistake each: the file, what stands there, what somebody might write, and what the refusal
/// names.
#[rustfmt::skip]
const MISTAKES: [[&str; 4]; 12] = [
    ["same-app.yaml", "super_admin_role:", "super_admin_rule:", "super_admin_rule"],
    ["same-app.yaml", "ttl_seconds: 3600", "ttl_seconds: an-hour", "JWTIssueConfig"],
    ["same-app.yaml", "user_verification: required", "user_verification: require", "user_verification"],
    ["same-app.yaml", "rp_display_name:", "rp_displayname:", "rp_displayname"],
    ["same-app.yaml", ".steps.begin.options", ".steps.begun.options", "begun"],
    ["same-app.yaml", "step.auth_jwt_issue", "step.auth_jwt_isue", "unknown step type"],
    ["same-app.yaml", "on_denied: stop", "on_denied: continue", "does not end the pipeline"],
    ["external-oidc.yaml", "client_id:", "clientid:", "clientid"],
    ["external-oidc.yaml", "\"${OIDC_CLIENT_SECRET}\"", "hunter2", "stands in the file"],
    ["external-oidc.yaml", "{login: account,", "{login: acount,", "no later step"],
    ["m2m-es256.yaml", "jwks_only: true", "jwks_only: [true]", "JWTIssueConfig"],
    ["enterprise-sso.yaml", "kinds: [passkey", "kind: [passkey", "CredentialGuardConfig"],
];

#[test]
fn no_example_is_left_out() {
    let entries = std::fs::read_dir(file::folder()).unwrap();
    let mut found: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    assert_eq!(found, FILES);
}

#[tokio::test]
async fn a_mistyped_example_does_not_load() {
    let mut every = variables(json!({"SERVICE_PUBLIC_KEY": "(a key)"}));
    for name in [
        "CLIENT_ID",
        "CLIENT_SECRET",
        "REDIRECT_URL",
        "AUTHORIZATION_URL",
        "TOKEN_URL",
        "USERINFO_URL",
    ] {
        every.insert(format!("OIDC_{name}"), "https://id.example.com/".into());
        every.insert(format!("IDP_{name}"), "https://id.example.com/".into());
    }
    for name in FILES {
        assert!(
            load(&file::text(name), &every).await.is_ok(),
            "{name} as it is"
        );
    }
    for [name, right, wrong, says] in MISTAKES {
        let text = file::text(name).replace(right, wrong);
        assert_ne!(text, file::text(name), "{name} has no {right}");
        let Err(error) = load(&text, &every).await else {
            panic!("{name} loads with {wrong}");
        };
        let error = format!("{error:#}");
        assert!(error.contains(says), "{wrong}: {error}");
    }
}

/// An example that is as its file says.
async fn example(name: &str, more: Value) -> App {
    load(&file::text(name), &variables(more)).await.unwrap()
}

async fn load(text: &str, variables: &Map<String, Value>) -> Result<App> {
    let mut file = File::read(text)?;
    // Stub servers are on loopback and speak no TLS: what an operator must never configure.
    for module in &mut file.modules {
        let providers = module.pointer_mut("/config/auth_providers");
        for provider in providers
            .and_then(Value::as_object_mut)
            .into_iter()
            .flatten()
        {
            provider.1["allow_insecure_test_endpoints"] = true.into();
        }
    }
    App::load(file, variables, &environment()).await
}

/// What the plugin finds in its environment.
fn environment() -> Launch {
    launch()
        .with("AUTH_BOOTSTRAP_CODE", "a-code-of-the-operator")
        .with("AUTH_JWT_SECRET", JWT_SECRET)
        .with("AUTH_INVITE_SECRET", "a-secret-for-invitations-of-32-bytes")
        .with("SERVICE_PRIVATE_KEY", services::PRIVATE_KEY)
}

/// What the engine puts in for `${NAME}` in modules.
fn variables(more: Value) -> Map<String, Value> {
    let mut variables = members(&json!({"DATABASE_URL": "postgres://localhost/app"}));
    let optional = members(&json!({"APP_ORIGIN": ORIGIN, "AUTH_JWT_SECRET": JWT_SECRET}));
    variables.extend(optional);
    variables.extend(members(&more));
    variables
}

/// A request with this body, where the engine's own steps find this.
fn request(body: Value, found: Value) -> Request {
    Request {
        body,
        found: members(&found),
        ..Request::default()
    }
}

/// The answer ended at this step with this status and gave nothing away.
#[track_caller]
fn assert_denied(answer: &Answer, ended_at: &str) {
    assert_eq!(
        (answer.status, answer.ended_at.as_str()),
        (401, ended_at),
        "{answer:?}"
    );
    assert_eq!(answer.body, json!({"error": "denied"}));
}

/// The claims of a token of the session, with its signature and end checked.
#[track_caller]
fn claims(answer: &Answer) -> Value {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
    let token = answer.body["token"].as_str().unwrap();
    let key = DecodingKey::from_secret(JWT_SECRET.as_bytes());
    let decoded = decode::<Value>(token, &key, &Validation::new(Algorithm::HS256));
    decoded.unwrap().claims
}
