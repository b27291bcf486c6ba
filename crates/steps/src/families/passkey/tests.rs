use std::sync::Arc;

use gatefold_kernel::ports::{
    EgressError, HttpEgress, HttpRequest, HttpResponse, Mail, MailError, MailMessage, MailServer,
    PortFuture, Secrets,
};
use gatefold_kernel::{Clock, Document, Entropy, Secret, UnixMillis};
use serde_json::{Map, Value, json};

use crate::call::{Edge, Pipeline, Ports, Tree};
use crate::catalogue::{self, Step};
use crate::modules::Modules;
use crate::reply::StepError;
use crate::runtime::{Invocation, Outcome, Runtime};
use crate::schema::{Message, Schema};
use crate::wire;

/// A world with a standing clock and nobody in it.
struct Still;

impl Clock for Still {
    fn now(&self) -> UnixMillis {
        UnixMillis::new(1_800_000_000_000)
    }
}

impl Entropy for Still {
    fn fill(&self, out: &mut [u8]) {
        out.fill(7);
    }
}

impl Secrets for Still {
    fn get(&self, _name: &str) -> Option<Secret<String>> {
        None
    }
}

impl HttpEgress for Still {
    fn send(&self, _: HttpRequest) -> PortFuture<'_, Result<HttpResponse, EgressError>> {
        Box::pin(async { Err(EgressError::Request("nobody".to_owned())) })
    }
}

impl Mail for Still {
    fn send<'a>(
        &'a self,
        _: &'a MailServer,
        _: &'a MailMessage,
    ) -> PortFuture<'a, Result<(), MailError>> {
        Box::pin(async { Err(MailError::Transport("nobody".to_owned())) })
    }
}

/// The module of the ceremonies is `auth`; `strict` is the same and demands that the person is verified.
fn runtime() -> Runtime {
    let modules = Modules::default();
    let config = json!({"origin": "https://app.example.com", "rp_display_name": "Check"});
    let mut strict = config.clone();
    strict["user_verification"] = "required".into();
    for (name, config) in [("auth", config), ("strict", strict)] {
        let id = modules.create(name, Document::new(object(config)));
        modules.init(id).unwrap();
    }
    Runtime {
        ports: Ports {
            clock: Arc::new(Still),
            entropy: Arc::new(Still),
            secrets: Arc::new(Still),
            http: Arc::new(Still),
            mail: Arc::new(Still),
        },
        modules,
    }
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

fn message(name: &str) -> &'static Message {
    Schema::get().message(name).unwrap()
}

fn step(short: &str) -> &'static Step {
    catalogue::find(short).unwrap()
}

/// Runs a step to its end.
fn run(short: &str, config: Value, input: Value, trigger: Value) -> Result<Outcome, StepError> {
    let invocation = Invocation {
        edge: Edge::Json,
        config: Document::new(object(config)),
        input: Document::new(object(input)),
        pipeline: Pipeline {
            trigger_data: Tree::Json(object(trigger)),
            ..Pipeline::default()
        },
    };
    let reactor = tokio::runtime::Builder::new_current_thread().build();
    reactor
        .unwrap()
        .block_on(runtime().run(step(short), invocation))
}

fn output(short: &str, config: Value, input: Value) -> Value {
    let outcome = run(short, config, input, json!({})).unwrap();
    Value::Object(outcome.output.into_members())
}

fn auth() -> Value {
    json!({"module": "auth"})
}

/// Ceremonies that the Go plugin began.
fn ceremony(index: usize) -> Value {
    let file = include_str!("../../../../../tests/vectors/go-ceremonies.json");
    let file: Value = serde_json::from_str(file).unwrap();
    file["ceremonies"][index].clone()
}

#[test]
fn ceremonies_of_the_go_plugin_get_its_answers() {
    for index in 0..4 {
        let ceremony = ceremony(index);
        for (short, finish) in [
            ("passkey_finish_register", "finish_register"),
            ("passkey_finish_login", "finish_login"),
        ] {
            let ours = output(short, auth(), ceremony[finish]["input"].clone());
            for (member, theirs) in ceremony[finish]["output"].as_object().unwrap() {
                assert_eq!(ours[member], *theirs, "{index} {finish} {member}");
            }
        }
        let input = ceremony["discoverable_finish_login"]["input"].clone();
        let ours = output("passkey_finish_login", auth(), input.clone());
        assert_eq!(ours["valid"], true, "{index}");
        assert_eq!(ours["user_id"], input["user_id"]);
        assert_eq!(ours["clone_warning"], false);
    }
}

#[test]
fn examples_are_true() {
    let mut seen = 0;
    for short in [
        "passkey_begin_register",
        "passkey_finish_register",
        "passkey_begin_login",
        "passkey_finish_login",
    ] {
        for example in step(short).body.about.examples {
            let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            let ours = output(short, parse(example.config), parse(example.input));
            for (member, expected) in object(parse(example.output)) {
                assert_eq!(ours[&member], expected, "{}: {member}", example.title);
            }
            seen += 1;
        }
    }
    assert_eq!(seen, 6);
}

#[test]
fn every_outcome_is_explicit_and_crosses_the_wire() {
    let login = ceremony(0)["finish_login"]["input"].clone();
    let mut forged = login.clone();
    forged["user_id"] = "user-1".into();
    for (short, input, members) in [
        (
            "passkey_finish_register",
            json!({}),
            vec!["sign_count", "valid"],
        ),
        (
            "passkey_finish_login",
            json!({}),
            vec!["clone_warning", "sign_count", "valid"],
        ),
        (
            "passkey_finish_login",
            forged,
            vec!["clone_warning", "sign_count", "valid"],
        ),
    ] {
        let ours = object(output(short, auth(), input));
        assert!(!ours["error"].as_str().unwrap().is_empty());
        for member in members {
            assert!(ours[member] == false || ours[member] == 0, "{member}");
        }
        let message = message(step(short).output);
        let bytes = wire::encode(message, &ours).unwrap();
        assert_eq!(
            wire::decode(message, &bytes).unwrap(),
            ours,
            "false is sent"
        );
    }
    let ours = object(output("passkey_finish_login", auth(), login));
    let message = message(step("passkey_finish_login").output);
    let bytes = wire::encode(message, &ours).expect("every member is in the message");
    assert_eq!(wire::decode(message, &bytes).unwrap(), ours);
    assert_eq!(ours["clone_warning"], false);
    assert_eq!(ours["user_handle"], "dXNlci0w");
}

#[test]
fn a_suspected_clone_is_refused_and_said() {
    // B20
    let mut input = ceremony(0)["finish_login"]["input"].clone();
    let records = input["credentials"].as_str().unwrap();
    input["credentials"] = records.replace("\"signCount\":1", "\"signCount\":9").into();
    let ours = output("passkey_finish_login", auth(), input.clone());
    assert_eq!(ours["valid"], false);
    assert_eq!(ours["clone_warning"], true);
    assert_eq!(
        ours["error"],
        "validate login: clone suspected: the signature counter went from 9 to 2"
    );
    assert_eq!(ours["credential"], Value::Null, "there is nothing to store");
    let config = json!({"module": "auth", "on_denied": "stop"});
    let outcome = run("passkey_finish_login", config, input, json!({})).unwrap();
    assert!(outcome.stop);
}

#[test]
fn a_strict_module_demands_that_the_person_is_verified() {
    // The second ceremony's authenticator did not verify its user.
    let ceremony = ceremony(1);
    for (short, finish, error) in [
        (
            "passkey_finish_register",
            "finish_register",
            "verify attestation: Error validating the authenticator response",
        ),
        (
            "passkey_finish_login",
            "finish_login",
            "validate login: Error validating the authenticator response",
        ),
    ] {
        let input = ceremony[finish]["input"].clone();
        let ours = output(short, json!({"module": "strict"}), input.clone());
        assert_eq!(ours["valid"], false);
        assert_eq!(ours["error"], error);
        assert_eq!(output(short, auth(), input)["valid"], true);
    }
    let begun = output(
        "passkey_begin_login",
        json!({"module": "strict"}),
        json!({}),
    );
    let options = begun["options"].as_str().unwrap();
    assert!(options.contains(r#""userVerification":"required""#));
}

#[test]
fn the_query_cannot_set_what_the_pipeline_forgot() {
    let http = |more: &Value, members: &[&str]| {
        let mut trigger = object(json!({"method": "POST", "path": "/finish"}));
        for member in members {
            trigger.insert((*member).to_owned(), more[*member].clone());
        }
        Value::Object(trigger)
    };
    let known = ceremony(0)["finish_login"]["input"].clone();
    let mut anybody = ceremony(0)["discoverable_finish_login"]["input"].clone();
    let mut assertion: Value =
        serde_json::from_str(anybody["assertion"].as_str().unwrap()).unwrap();
    assertion["response"]["userHandle"] = Value::Null;
    anybody["assertion"] = assertion.to_string().into();
    for (input, from_query, expected) in [
        (&known, vec![], Value::Null),
        (&known, vec!["user_id", "assertion"], Value::Null),
        (
            &known,
            vec!["session_data"],
            json!("missing session_data or assertion"),
        ),
        (
            &known,
            vec!["credentials"],
            json!(
                "validate login: User does not own all credentials from the allowed credential list"
            ),
        ),
        (&anybody, vec![], Value::Null),
        (
            &anybody,
            vec!["user_id"],
            json!("validate login: neither session, user_id nor user handle say who signs in"),
        ),
    ] {
        let trigger = http(input, &from_query);
        let outcome = run("passkey_finish_login", auth(), input.clone(), trigger).unwrap();
        let error = outcome.output.get("error").cloned().unwrap_or_default();
        assert_eq!(error, expected, "{from_query:?}");
    }
}

#[test]
fn errors_of_the_pipeline_are_step_errors() {
    let records = |text: &str| json!({"user_id": "u", "credentials": text});
    let module = json!({"module": "none"});
    let missing = "auth.credential module \"none\" not found";
    let no_id = "parse credentials: credential 0 id: empty";
    let none = "begin login: Found no credentials for user";
    for (short, config, input, expected) in [
        ("passkey_begin_register", module.clone(), json!({}), missing),
        (
            "passkey_finish_register",
            module.clone(),
            json!({}),
            missing,
        ),
        ("passkey_begin_login", module.clone(), json!({}), missing),
        ("passkey_finish_login", module, json!({}), missing),
        (
            "passkey_begin_register",
            auth(),
            json!({"exclude_credentials": "[{}]"}),
            no_id,
        ),
        ("passkey_begin_login", auth(), records("[{}]"), no_id),
        ("passkey_begin_login", auth(), records("[]"), none),
    ] {
        let error = run(short, config, input, json!({})).map_err(|error| error.to_string());
        assert_eq!(error, Err(expected.to_owned()), "{short}");
    }
    let mut input = ceremony(0)["finish_login"]["input"].clone();
    input["credentials"] = "[{}]".into();
    let ours = output("passkey_finish_login", auth(), input);
    assert_eq!(ours["error"], no_id, "an output where a client waits");
}

#[test]
fn what_a_registration_excludes_comes_over_the_wire() {
    let records = ceremony(0)["finish_login"]["input"]["credentials"].clone();
    let input = json!({"user_id": "user-0", "exclude_credentials": records});
    let message = message(step("passkey_begin_register").input);
    let bytes = wire::encode(message, &object(input)).unwrap();
    let input = Value::Object(wire::decode(message, &bytes).unwrap());
    let ours = output("passkey_begin_register", auth(), input);
    let options: Value = serde_json::from_str(ours["options"].as_str().unwrap()).unwrap();
    let excluded = options["publicKey"]["excludeCredentials"]
        .as_array()
        .unwrap();
    assert_eq!(excluded.len(), 1);
}
