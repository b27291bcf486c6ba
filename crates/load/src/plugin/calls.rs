//! The calls that are measured, ready to be sent.

use anyhow::{Context as _, Result, anyhow, ensure};
use gatefold_engine::ExecuteStepRequest;
use gatefold_engine_host::{Execution, Failure, Host};
use gatefold_soft_authenticator::{Config, SoftAuthenticator};
use serde_json::{Map, Value, json};

/// The variable that `jwt_issue` reads, and what it holds here.
pub(super) const JWT_SECRET: (&str, &str) = (
    "AUTH_JWT_SECRET",
    "a-secret-of-the-bench-of-40-bytes-length",
);

const ORIGIN: &str = "https://bench.example";

/// One call.
pub(super) struct Call {
    /// What it is called in the table.
    pub(super) name: &'static str,
    /// What is sent, each time.
    pub(super) request: ExecuteStepRequest,
    /// Whether the plugin has to answer with an error of its own: the limit.
    pub(super) fails: bool,
}

/// Prepares every call; for passkeys by a registration and a begun sign-in at this very plugin.
pub(super) async fn prepare(host: &Host) -> Result<Vec<Call>> {
    let totp = json!({"secret": "JBSWY3DPEHPK3PXP", "code": "123456"});
    let subject =
        json!({"subject": "bench@example.com", "claims": {"roles": ["admin"], "aud": "api"}});
    let code = json!({"channel": "email", "destination": "bench@example.com", "tenant_id": "t", "purpose": "login"});
    let mut calls = vec![
        call(
            host,
            "jwt_issue",
            json!({"issuer": "bench", "ttl_seconds": 3600}),
            subject,
            Map::new(),
        )
        .await?,
        call(host, "totp_verify", json!({}), totp.clone(), Map::new()).await?,
        call(
            host,
            "challenge_generate",
            json!({"signing_secret": "a-signing-secret-of-the-bench-32"}),
            code,
            Map::new(),
        )
        .await?,
        passkey(host).await?,
    ];
    let with_outputs = call(host, "totp_verify", json!({}), totp, outputs()).await?;
    calls.push(Call {
        name: "totp_verify, 64 KiB of outputs",
        ..with_outputs
    });
    let mut limit = Vec::new();
    for (name, at) in [("limit: nothing done", 1), ("limit, 64 KiB of outputs", 4)] {
        let request = ExecuteStepRequest {
            handle_id: "no such handle".to_owned(),
            ..calls[at].request.clone()
        };
        limit.push(Call {
            name,
            request,
            fails: true,
        });
    }
    calls.extend(limit);
    Ok(calls)
}

async fn call(
    host: &Host,
    name: &'static str,
    config: Value,
    current: Value,
    step_outputs: Map<String, Value>,
) -> Result<Call> {
    let execution = Execution {
        config: members(config),
        current: members(current),
        // As little as the engine ever sends.
        trigger_data: members(json!({"method": "POST", "path": "/bench"})),
        metadata: members(json!({"pipeline": "bench", "started_at": "2026-01-01T00:00:00Z"})),
        step_outputs,
    };
    let step_type = format!("step.auth_{name}");
    let handle = host
        .create_step(&step_type, &execution.config)
        .await
        .map_err(failed)?;
    let output = host
        .execute(&step_type, &handle, &execution)
        .await
        .map_err(failed)?;
    ensure!(
        !output.members.contains_key("error"),
        "{name} answers {:?}",
        output.members
    );
    let request = host
        .request(&step_type, &handle, &execution)
        .map_err(failed)?;
    Ok(Call {
        name,
        request,
        fails: false,
    })
}

/// About 64 KiB of earlier outputs: 1024 values in 8 steps.
fn outputs() -> Map<String, Value> {
    let value = "x".repeat(48);
    let step = || {
        (0..128)
            .map(|at| (format!("field_{at:03}"), json!(value)))
            .collect::<Map<_, _>>()
    };
    (0..8)
        .map(|at| (format!("step_{at}"), Value::Object(step())))
        .collect()
}

/// A sign-in with a passkey that was registered here. A step is stateless, so it can be sent again
/// and again.
async fn passkey(host: &Host) -> Result<Call> {
    let module =
        members(json!({"rp_display_name": "Bench", "rp_id": "bench.example", "origin": ORIGIN}));
    host.create_module("bench", &module).await.map_err(failed)?;
    let mut authenticator = SoftAuthenticator::new(Config::seeded(1))?;
    let person = json!({"user_id": "u1", "email": "bench@example.com"});
    let begun = passkey_step(host, "begin_register", person.clone()).await?;
    let attestation = authenticator.register(&public_key(&begun)?, ORIGIN)?;
    let mut finish = person.clone();
    finish["session_data"] = begun["session_data"].clone();
    finish["attestation"] = attestation.to_string().into();
    let registered = passkey_step(host, "finish_register", finish).await?;
    let credential = registered
        .get("credential")
        .and_then(Value::as_str)
        .context("no credential")?;
    let credentials = format!("[{credential}]");
    let begun = passkey_step(
        host,
        "begin_login",
        json!({"user_id": "u1", "credentials": credentials}),
    )
    .await?;
    let assertion = authenticator.authenticate(&public_key(&begun)?, ORIGIN)?;
    let mut finish = person;
    finish["session_data"] = begun["session_data"].clone();
    finish["credentials"] = credentials.into();
    finish["assertion"] = assertion.to_string().into();
    call(
        host,
        "passkey_finish_login",
        json!({"module": "bench"}),
        finish,
        Map::new(),
    )
    .await
}

async fn passkey_step(host: &Host, name: &str, current: Value) -> Result<Map<String, Value>> {
    let execution = Execution {
        config: members(json!({"module": "bench"})),
        current: members(current),
        ..Execution::default()
    };
    let output = host
        .run(&format!("step.auth_passkey_{name}"), &execution)
        .await
        .map_err(failed)?;
    ensure!(
        !output.members.contains_key("error"),
        "{name} answers {:?}",
        output.members
    );
    Ok(output.members)
}

/// The options for the browser, out of an output.
fn public_key(output: &Map<String, Value>) -> Result<Value> {
    let text = output
        .get("options")
        .and_then(Value::as_str)
        .context("no options")?;
    let options: Value = serde_json::from_str(text)?;
    options
        .get("publicKey")
        .cloned()
        .context("no publicKey in the options")
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn failed(failure: Failure) -> anyhow::Error {
    anyhow!("{failure:?}")
}
