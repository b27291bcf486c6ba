//! Sending a person to a provider.

use gatefold_kernel::oauth::{self, Pkce, StartRequest, Started, start as started, state_ttl};
use serde_json::Value;

use super::{Selection, select};
use crate::call::Call;
use crate::catalogue::{About, Body, Example, Guard, Run};
use crate::reply::{Reply, StepResult};

pub(crate) static START: Body = Body {
    run: Run::Now(start),
    verdict: Some("started"),
    guard: Guard::NONE,
    about: About {
        summary: "Begins a sign-in at an identity provider: a state, optionally a PKCE verifier, \
                  and the address to send the person to.",
        duties: &[
            "Keep state, code_verifier, return_to, provider and expires_at on the server, bound to \
             this browser; code_verifier must not reach the browser.",
            "When the person comes back, compare the state with the kept one, refuse it after \
             expires_at, and delete it in one statement so that it is used once.",
            "Set pkce_required: it costs nothing and binds the code to this browser.",
            "A state counts for oauth_state_ttl_minutes, 15 if unset and 60 at most.",
        ],
        examples: &[
            Example {
                title: "Google with PKCE",
                config: r#"{"provider":"google","google_oauth_client_id":"id","google_oauth_client_secret":"secret","google_oauth_redirect_url":"https://app.example.com/auth/google/callback","pkce_required":true}"#,
                input: r#"{"return_to":"/desk?tab=open"}"#,
                output: r#"{"started":true,"provider":"google","return_to":"/desk?tab=open","redirect_url":"https://app.example.com/auth/google/callback","code_challenge_method":"S256"}"#,
            },
            Example {
                title: "People return to this site only",
                config: r#"{"provider":"google","google_oauth_client_id":"id","google_oauth_client_secret":"secret","google_oauth_redirect_url":"https://app.example.com/auth/google/callback"}"#,
                input: r#"{"return_to":"/\\evil.example"}"#,
                output: r#"{"started":false,"error":"return_to must be a same-site path"}"#,
            },
        ],
    },
};

fn start(call: &Call) -> StepResult {
    let provider = match select(call)? {
        Selection::Usable(provider) => provider,
        Selection::Refused { name, error } => {
            return Ok(Selection::refused("started", &name, error));
        }
    };
    let configured = call.config.trimmed("return_to");
    let minutes = match call.config.value("oauth_state_ttl_minutes") {
        Some(Value::Number(_)) => call.config.number("oauth_state_ttl_minutes"),
        _ => 0,
    };
    let request = StartRequest {
        provider: &provider,
        return_to: if configured.is_empty() {
            call.input.trimmed("return_to")
        } else {
            configured
        },
        pkce: pkce(call),
        state_ttl: state_ttl(minutes),
    };
    Ok(
        match started(&*call.ports.clock, &*call.ports.entropy, &request) {
            Ok(started) => reply(&provider, &started),
            Err(error) => Selection::refused("started", &provider.id, error.to_string()),
        },
    )
}

/// PKCE is on if either side says so: an input cannot switch it off.
fn pkce(call: &Call) -> Pkce {
    if call.config.flag("pkce_required") || call.input.flag("pkce_required") {
        Pkce::Required
    } else {
        Pkce::Omitted
    }
}

fn reply(provider: &oauth::Provider, started: &Started) -> Reply {
    let reply = Reply::new()
        .with("started", true)
        .with("provider", provider.id.as_str())
        .with("state", started.state.expose().as_str())
        .with("return_to", started.return_to.as_str())
        .with("expires_at", started.expires_at.rfc3339())
        .with("redirect_url", provider.redirect_url.as_str())
        .with("authorization_url", started.authorization_url.as_str());
    match &started.proof {
        Some(proof) => reply
            .with("code_verifier", proof.verifier.expose().as_str())
            .with("code_challenge", proof.challenge.as_str())
            .with("code_challenge_method", oauth::start::CHALLENGE_METHOD),
        None => reply,
    }
}
