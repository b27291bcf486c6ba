use std::collections::HashMap;
use std::sync::Arc;

use gatefold_kernel::ports::{
    EgressError, HttpEgress, HttpRequest, HttpResponse, Mail, MailError, MailMessage, MailServer,
    PortFuture, Secrets,
};
use gatefold_kernel::{Clock, Document, Entropy, Secret, UnixMillis};
use serde_json::{Map, Value, json};

use crate::call::{Edge, Pipeline, Ports, Tree};
use crate::catalogue::find;
use crate::modules::Modules;
use crate::runtime::{Invocation, Runtime};

/// A world in which nothing can be asked: the steps of these families ask nothing.
struct Nowhere;

impl Clock for Nowhere {
    fn now(&self) -> UnixMillis {
        panic!("no time is needed")
    }
}

impl Entropy for Nowhere {
    fn fill(&self, _out: &mut [u8]) {
        panic!("no chance is needed")
    }
}

impl Secrets for Nowhere {
    fn get(&self, _name: &str) -> Option<Secret<String>> {
        panic!("no environment is needed")
    }
}

impl HttpEgress for Nowhere {
    fn send(&self, _request: HttpRequest) -> PortFuture<'_, Result<HttpResponse, EgressError>> {
        panic!("no server is asked")
    }
}

impl Mail for Nowhere {
    fn send<'a>(
        &'a self,
        _server: &'a MailServer,
        _message: &'a MailMessage,
    ) -> PortFuture<'a, Result<(), MailError>> {
        panic!("no mail is sent")
    }
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

pub(crate) fn invocation(edge: Edge, config: Value, input: Value) -> Invocation {
    Invocation {
        edge,
        config: Document::new(object(config)),
        input: Document::new(object(input)),
        pipeline: Pipeline::default(),
    }
}

/// Adds the outputs of earlier steps, and the data of the request that triggered the run.
pub(crate) fn after(mut invocation: Invocation, outputs: Value, trigger: Value) -> Invocation {
    let outputs: HashMap<_, _> = object(outputs)
        .into_iter()
        .map(|(name, output)| (name, Tree::Json(object(output))))
        .collect();
    invocation.pipeline.step_outputs = outputs;
    invocation.pipeline.trigger_data = Tree::Json(object(trigger));
    invocation
}

/// The output of a step, or its error.
pub(crate) fn output(step: &str, invocation: Invocation, modules: &Modules) -> Value {
    let ports = Ports {
        clock: Arc::new(Nowhere),
        entropy: Arc::new(Nowhere),
        secrets: Arc::new(Nowhere),
        http: Arc::new(Nowhere),
        mail: Arc::new(Nowhere),
    };
    let runtime = Runtime {
        ports,
        modules: modules.clone(),
    };
    let waiting = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    match waiting.block_on(runtime.run(find(step).unwrap(), invocation)) {
        Ok(outcome) => Value::Object(outcome.output.into_members()),
        Err(error) => json!({"step_error": error.0}),
    }
}

fn http(query: Value) -> Value {
    let mut trigger = object(json!({"method": "GET", "path": "/login"}));
    trigger.extend(object(query));
    Value::Object(trigger)
}

#[test]
fn a_query_changes_no_policy() {
    let query = json!({"environment": "development", "password_enabled": "true", "smtp_host": "h"});
    let config = json!({"environment": "production", "smtp_from": "f"});
    let input = json!({"environment": "development", "password_enabled": true, "smtp_host": "h"});
    let call = after(
        invocation(Edge::Wire, config, input),
        json!({}),
        http(query),
    );
    let methods = output("methods_policy", call, &Modules::default());
    assert_eq!(methods["password_enabled"], json!(false));
    assert_eq!(methods["email_code_enabled"], json!(false));
}

#[test]
fn on_the_wire_the_named_step_and_the_input_must_both_allow() {
    let input = json!({"passkey_enabled": true, "password_enabled": true, "sms_code_enabled": true,
        "oauth_providers": ["google", "okta"]});
    let config = json!({"policy_step": "methods", "oauth_supported_providers": ["google", "okta"]});
    let named = json!({"methods": {"passkey_enabled": true, "password_enabled": false,
        "oauth_providers": ["google"]}});
    let call = || invocation(Edge::Wire, config.clone(), input.clone());
    for (outputs, trigger, expected) in [
        (named.clone(), json!({}), json!(["passkey", "oauth_google"])),
        (
            json!({}),
            json!({}),
            json!([
                "passkey",
                "sms_code",
                "password",
                "oauth_google",
                "oauth_okta"
            ]),
        ),
        (
            json!({"lookup": {"passkey_enabled": true}}),
            http(
                json!({"passkey_enabled": "true", "password_enabled": "true", "sms_code_enabled": "1"}),
            ),
            json!(["passkey", "oauth_google", "oauth_okta"]),
        ),
    ] {
        let gated = output(
            "policy_gate",
            after(call(), outputs, trigger),
            &Modules::default(),
        );
        let listed = output(
            "methods_response",
            invocation(Edge::Wire, json!({}), gated),
            &Modules::default(),
        );
        assert_eq!(listed["methods"], expected);
    }
}

#[test]
fn required_keys_are_met_at_run_time_only() {
    for (keys, input, expected) in [
        (
            json!(["tenant"]),
            json!({"runtime_config": {"tenant": "t"}}),
            true,
        ),
        (json!(["tenant"]), json!({}), false),
        (
            json!(["tenant", "{{ more }}"]),
            json!({"runtime_config": {"tenant": "t"}}),
            false,
        ),
        (json!("tenant"), json!({"tenant": "t"}), true),
        (json!([5]), json!({}), false),
        (json!(["", null]), json!({}), true),
    ] {
        let mut config = object(json!({"tenant": "static", "signing_secret": "s"}));
        config.insert("required_runtime_keys".into(), keys.clone());
        let mut input = object(input);
        input.insert("sms_code_enabled".into(), true.into());
        let call = invocation(Edge::Wire, config.into(), input.into());
        let gated = output("policy_gate", call, &Modules::default());
        assert_eq!(gated["sms_code_enabled"], json!(expected), "{keys}");
    }
}

#[test]
fn a_policy_follows_its_module() {
    // V6, V7
    let modules = Modules::default();
    let document = |value| Document::new(object(value));
    modules.create(
        "staff",
        document(
            json!({"optional": true, "disable_password_auth": true, "auth_providers": {
            "facebook": {"client_id": "i", "client_secret": "s", "redirect_url": "https://a/cb"},
            "google": {"client_id": "i"}}}),
        ),
    );
    modules.create("shop", document(json!({"optional": true})));
    for (module, expected) in [
        ("staff", json!(["oauth_facebook"])),
        ("shop", json!(["password"])),
        ("", json!([])),
    ] {
        let config = json!({"module": module, "password_enabled": true, "routes_enabled": true});
        let policy = output(
            "methods_policy",
            invocation(Edge::Wire, config, json!({})),
            &modules,
        );
        let listed = output(
            "methods_response",
            invocation(Edge::Wire, json!({}), policy),
            &modules,
        );
        assert_eq!(listed["methods"], expected, "{module}");
    }
    let unknown = invocation(Edge::Wire, json!({"module": "other"}), json!({}));
    assert!(output("methods_policy", unknown, &modules)["step_error"].is_string());
}

#[test]
fn an_audit_can_end_the_pipeline() {
    let config = json!({"environment": "live", "on_denied": "error"});
    let failed = invocation(
        Edge::Wire,
        config.clone(),
        json!({"password_hash_count": 1}),
    );
    let failed = output("policy_audit", failed, &Modules::default());
    assert_eq!(failed["step_error"], json!("step.auth_policy_audit denied"));
    let passed = output(
        "policy_audit",
        invocation(Edge::Wire, config, json!({})),
        &Modules::default(),
    );
    assert_eq!(passed, json!({"passed": true, "violations": []}));
}
