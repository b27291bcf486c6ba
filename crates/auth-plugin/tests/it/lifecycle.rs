//! Calls as an engine makes them: at once, given up, wrong, and up to the end of the process.

use std::process::Stdio;

use gatefold_engine::{Any, ExecuteStepRequest};
use gatefold_engine_host::{Execution, Failure, Plugin};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{execution, launch, members, start};

const VERIFY: &str = "step.auth_totp_verify";
const HASH: &str = "step.auth_password_hash";

fn totp() -> Execution {
    execution(
        json!({}),
        json!({"secret": "JBSWY3DPEHPK3PXP", "code": "not a code"}),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn four_hundred_calls_on_one_handle_and_as_many_given_up() {
    let (plugin, host) = start(&launch()).await;
    let handle = host.create_step(VERIFY, &members(json!({}))).await.unwrap();
    let hash = host.create_step(HASH, &members(json!({}))).await.unwrap();
    let request = host.request(VERIFY, &handle, &totp()).unwrap();
    let slow = host
        .request(HASH, &hash, &execution(json!({}), json!({"password": "x"})))
        .unwrap();
    let mut given_up = JoinSet::new();
    for _ in 0..400 {
        let (mut client, slow) = (host.client.clone(), slow.clone());
        given_up.spawn(async move { client.execute_step(slow).await });
    }
    let mut calls = JoinSet::new();
    for _ in 0..400 {
        let (mut client, request) = (host.client.clone(), request.clone());
        calls.spawn(async move { client.execute_step(request).await });
    }
    given_up.abort_all();
    let answers = calls.join_all().await;
    assert!(answers.iter().all(|answer| {
        answer
            .as_ref()
            .is_ok_and(|answer| answer.get_ref().error.is_empty())
    }));
    let output = host.execute(VERIFY, &handle, &totp()).await.unwrap();
    assert_eq!(
        output.members.get("valid"),
        Some(&Value::Bool(false)),
        "an explicit false, so that it is seen"
    );
    plugin.stop().await.unwrap();
}

#[tokio::test]
async fn wrong_messages_are_answered_with_a_sentence_each() {
    let (plugin, host) = start(&launch()).await;
    let handle = host.create_step(VERIFY, &members(json!({}))).await.unwrap();
    let good = host.request(VERIFY, &handle, &totp()).unwrap();
    let garbage = |any: Option<Any>| {
        any.map(|any| Any {
            value: vec![0xff; 9].into(),
            ..any
        })
    };
    let named = |name: &str| {
        Some(Any {
            type_url: name.to_owned(),
            value: Default::default(),
        })
    };
    for (request, text) in [
        (
            ExecuteStepRequest {
                typed_input: None,
                ..good.clone()
            },
            "typed input is required; expected workflow.plugins.auth.v1.TOTPVerifyInput",
        ),
        (
            ExecuteStepRequest {
                typed_input: named("x/y.Other"),
                ..good.clone()
            },
            "typed input type mismatch: expected workflow.plugins.auth.v1.TOTPVerifyInput, got y.Other",
        ),
        (
            ExecuteStepRequest {
                typed_config: named("y.Other"),
                ..good.clone()
            },
            "typed config type mismatch: expected workflow.plugins.auth.v1.EmptyConfig, got y.Other",
        ),
        (
            ExecuteStepRequest {
                handle_id: "gone".into(),
                ..good.clone()
            },
            "unknown step handle: gone",
        ),
        (
            ExecuteStepRequest {
                typed_input: garbage(good.typed_input.clone()),
                ..good.clone()
            },
            "unpack typed input as workflow.plugins.auth.v1.TOTPVerifyInput: malformed field key",
        ),
    ] {
        let answer = host
            .client
            .clone()
            .execute_step(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(answer.error, text);
        assert_eq!(answer.typed_output, None);
    }
    // State that is looked at must be readable; the trigger's data say where the secret came from.
    let hostile = ExecuteStepRequest {
        trigger_data: vec![0xff; 100].into(),
        ..good
    };
    let answer = host.client.clone().execute_step(hostile).await;
    assert!(!answer.unwrap().into_inner().error.is_empty());
    plugin.stop().await.unwrap();
}

#[tokio::test]
async fn an_impossible_configuration_is_refused_when_the_step_is_created() {
    let (plugin, host) = start(&launch()).await;
    let create = async |config| host.create_step(VERIFY, &members(config)).await;
    let refused = create(json!({"on_denied": "stopp"})).await.unwrap_err();
    let text = "on_denied is continue, stop or error, not \"stopp\"";
    assert_eq!(refused, Failure::Step(text.to_owned()));
    let unknown = create(json!({"unheard": 1})).await.unwrap_err();
    assert!(matches!(unknown, Failure::Config(_)), "{unknown:?}");
    create(json!({"on_denied": "{{ .mode }}"})).await.unwrap();
    plugin.stop().await.unwrap();
}

#[tokio::test]
async fn a_reload_leaves_the_new_module_in_place() {
    // B31
    let (plugin, host) = start(&launch()).await;
    let config = members(json!({"origin": "https://example.com"}));
    let old = host.create_module("site", &config).await.unwrap();
    let new = host.create_module("site", &config).await.unwrap();
    host.stop_module(&old).await.unwrap();
    let begin = execution(
        json!({"module": "site"}),
        json!({"user_id": "u", "email": "u@example.com"}),
    );
    host.run("step.auth_passkey_begin_register", &begin)
        .await
        .unwrap();
    host.stop_module(&new).await.unwrap();
    let gone = host
        .run("step.auth_passkey_begin_register", &begin)
        .await
        .unwrap_err();
    assert_eq!(
        gone,
        Failure::Step("auth.credential module \"site\" not found".into())
    );
    plugin.stop().await.unwrap();
}

#[tokio::test]
async fn it_ends_in_time_while_hashes_are_computed_and_says_nothing_on_stdout() {
    let (plugin, host) = start(&launch()).await;
    let hash = host.create_step(HASH, &members(json!({}))).await.unwrap();
    let slow = host
        .request(HASH, &hash, &execution(json!({}), json!({"password": "x"})))
        .unwrap();
    let mut calls = JoinSet::new();
    for _ in 0..100 {
        let (mut client, slow) = (host.client.clone(), slow.clone());
        calls.spawn(async move { client.execute_step(slow).await });
    }
    let socket = plugin.socket().to_owned();
    let ended = plugin.stop().await.unwrap();
    assert!(
        !ended.killed,
        "it had to be killed; stderr: {}",
        ended.stderr
    );
    assert!(ended.status.success(), "{:?}", ended.status);
    assert_eq!(ended.stdout, "");
    assert!(
        !socket.exists() && !socket.parent().unwrap().exists(),
        "it leaves nothing behind"
    );
}

#[tokio::test]
async fn several_copies_live_side_by_side() {
    let (first, first_host) = start(&launch()).await;
    let (second, second_host) = start(&launch()).await;
    assert_ne!(first.socket(), second.socket());
    let module = members(json!({"disable_password_auth": true, "optional": true}));
    first_host.create_module("m", &module).await.unwrap();
    let hash = execution(json!({}), json!({"password": "x"}));
    let disabled = first_host.run(HASH, &hash).await.unwrap().members;
    assert_eq!(disabled.get("disabled"), Some(&json!(true)));
    let enabled = second_host.run(HASH, &hash).await.unwrap().members;
    assert_ne!(
        enabled.get("disabled"),
        Some(&json!(true)),
        "they share nothing"
    );
    first.stop().await.unwrap();
    second.stop().await.unwrap();
}

#[tokio::test]
async fn started_by_hand_or_with_a_client_certificate_it_says_what_is_wrong() {
    let bare = tokio::process::Command::new(&launch().binary)
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    assert_eq!(bare.status.code(), Some(1));
    assert!(bare.stdout.is_empty());
    assert!(String::from_utf8(bare.stderr).unwrap().contains("plugin"));
    let refused =
        Plugin::launch(&launch().with("PLUGIN_CLIENT_CERT", "-----BEGIN CERTIFICATE-----")).await;
    let text = format!("{:#}", refused.err().unwrap());
    assert!(text.contains("PLUGIN_CLIENT_CERT"), "{text}");
}
