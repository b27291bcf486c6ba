//! The steps about second factors, passwords, codes, credentials, invitations, tokens and
//! identities, called as pipelines call them: what the recorded cases do not cover.

use std::sync::Arc;

use gatefold_kernel::ports::{
    EgressError, HttpEgress, HttpRequest, HttpResponse, Mail, MailError, MailMessage, MailServer,
    PortFuture, Secrets,
};
use gatefold_kernel::{Clock, Document, Entropy, Secret, UnixMillis};
use gatefold_steps::schema::Schema;
use gatefold_steps::{
    Edge, Invocation, Modules, Pipeline, Ports, Runtime, StepError, catalogue, wire,
};
use serde_json::{Map, Value, json};

mod factors;
mod people;

/// The steps that this suite is about and that work without a key in the environment.
const FAMILIES: [&str; 17] = [
    "totp_generate_secret",
    "totp_verify",
    "totp_recovery_codes",
    "totp_recovery_verify",
    "password_hash",
    "password_verify",
    "challenge_generate",
    "challenge_verify",
    "normalize_phone",
    "admin_invite_issue",
    "admin_invite_redeem",
    "admin_invite_revoke",
    "credential_list",
    "credential_revoke",
    "credential_guard",
    "bootstrap_redeem",
    "identity_resolve",
];

/// 59 seconds after the epoch, the first time of RFC 6238 appendix B.
struct World;
impl Clock for World {
    fn now(&self) -> UnixMillis {
        UnixMillis::new(59_000)
    }
}
impl Entropy for World {
    fn fill(&self, out: &mut [u8]) {
        out.fill(7);
    }
}
impl Secrets for World {
    fn get(&self, name: &str) -> Option<Secret<String>> {
        let value = match name {
            "LONG" => "  a-secret-of-at-least-thirty-two-bytes\n",
            "SHORT" => "tooshort",
            _ => return None,
        };
        Some(Secret::new(value.to_owned()))
    }
}
impl HttpEgress for World {
    fn send(&self, _: HttpRequest) -> PortFuture<'_, Result<HttpResponse, EgressError>> {
        Box::pin(async { Err(EgressError::Request("no network here".to_owned())) })
    }
}
impl Mail for World {
    fn send<'a>(
        &'a self,
        _: &'a MailServer,
        _: &'a MailMessage,
    ) -> PortFuture<'a, Result<(), MailError>> {
        Box::pin(async { Err(MailError::Transport("no mail here".to_owned())) })
    }
}

fn runtime() -> Runtime {
    let world = Arc::new(World);
    Runtime {
        ports: Ports {
            clock: world.clone(),
            entropy: world.clone(),
            secrets: world.clone(),
            http: world.clone(),
            mail: world,
        },
        modules: Modules::default(),
    }
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Runs a step and checks that its output fits its message.
async fn run_in(runtime: &Runtime, name: &str, invocation: Invocation) -> Result<Value, StepError> {
    let step = catalogue::find(name).unwrap();
    let edge = invocation.edge;
    let output = runtime.run(step, invocation).await?.output.into_members();
    if edge == Edge::Wire {
        let message = Schema::get().message(step.output).unwrap();
        wire::encode(message, &output).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    Ok(Value::Object(output))
}

/// Runs a step through both edges, which must answer alike.
async fn run(name: &str, config: Value, input: Value) -> Result<Value, StepError> {
    let invocation = |edge| Invocation {
        edge,
        config: Document::new(object(config.clone())),
        input: Document::new(object(input.clone())),
        pipeline: Pipeline::default(),
    };
    let json = run_in(&runtime(), name, invocation(Edge::Json)).await;
    let wire = run_in(&runtime(), name, invocation(Edge::Wire)).await;
    if name != "credential_list" {
        assert_eq!(json, wire, "{name}");
    }
    wire
}

/// Whether every member of the expected object is in the answer, with this value.
#[track_caller]
fn assert_holds(answer: &Value, expected: &Value, about: &str) {
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&answer[name], value, "{about}: {name} in {answer}");
    }
}

/// A right code with its hash, with these members on top.
fn attempt(more: Value) -> Value {
    let mut input = object(
        json!({"channel": "email", "destination": "user@example.com",
        "tenant_id": "tenant-123", "purpose": "login", "code": "123456",
        "code_hash": "2c866c8678acc22c859503716c0db312b91503ef03acf3260d8ff253c11a52a2"}),
    );
    input.extend(object(more));
    Value::Object(input)
}

#[tokio::test]
async fn every_example_answers_as_it_says() {
    for name in FAMILIES.into_iter().chain(["jwt_issue"]) {
        let about = &catalogue::find(name).unwrap().body.about;
        assert!(
            !about.summary.is_empty() && !about.duties.is_empty(),
            "{name}"
        );
        for example in about.examples {
            let answer = run(name, parsed(example.config), parsed(example.input)).await;
            assert_holds(&answer.unwrap(), &parsed(example.output), example.title);
        }
    }
}

#[tokio::test]
async fn a_verdict_is_an_explicit_false_when_there_is_nothing_to_judge() {
    // B9: an absent verdict would leave what a request put in its place.
    for name in FAMILIES {
        let Some(verdict) = catalogue::find(name).unwrap().body.verdict else {
            continue;
        };
        let answer = run(name, json!({}), json!({})).await.unwrap();
        assert_eq!(answer[verdict], false, "{name}: {answer}");
    }
}
