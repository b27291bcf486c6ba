//! Turning a code into tokens.

use gatefold_kernel::Secret;
use gatefold_kernel::oauth::{ExchangeError, Pkce, TokenRequest, Tokens, exchange as exchanged};
use gatefold_kernel::ports::PortFuture;
use serde_json::Value;

use super::{Selection, select};
use crate::call::Call;
use crate::catalogue::{About, Body, Example, Guard, LookedUp, Run};
use crate::reply::{Reply, StepResult};

pub(crate) static EXCHANGE: Body = Body {
    run: Run::Async(run),
    verdict: Some("exchanged"),
    guard: Guard {
        looked_up: LookedUp::These(&["code_verifier"]),
        secrets: &[],
    },
    about: About {
        summary: "Exchanges the code that a person brought back for tokens of the provider, \
                  directly and over TLS.",
        duties: &[
            "Before this step, check that the state of the request is the one kept for this \
             browser, unexpired and unused.",
            "Look code_verifier up where oauth_start's output was kept.",
            "The id_token is not validated: take identity from oauth_userinfo, or validate its \
             signature, issuer, audience, expiry and nonce yourself.",
            "Tokens are in the output: do not log it, and store only what you need.",
            "Look at exchanged before going on, or set on_denied.",
        ],
        examples: &[Example {
            title: "A code is needed",
            config: r#"{"provider":"google","google_oauth_client_id":"id","google_oauth_client_secret":"secret","google_oauth_redirect_url":"https://app.example.com/auth/google/callback"}"#,
            input: "{}",
            output: r#"{"exchanged":false,"provider":"google","error":"missing code"}"#,
        }],
    },
};

fn run(call: &Call) -> PortFuture<'_, StepResult> {
    Box::pin(exchange(call))
}

async fn exchange(call: &Call) -> StepResult {
    let provider = match select(call)? {
        Selection::Usable(provider) => provider,
        Selection::Refused { name, error } => {
            return Ok(Selection::refused("exchanged", &name, error));
        }
    };
    let secret = |key: &str| Secret::new(call.input.trimmed(key).to_owned());
    let request = TokenRequest {
        provider: &provider,
        code: secret("code"),
        verifier: secret("code_verifier"),
        pkce: if call.config.flag("pkce_required") {
            Pkce::Required
        } else {
            Pkce::Omitted
        },
    };
    let refused =
        |error: &ExchangeError| Selection::refused("exchanged", &provider.id, error.to_string());
    Ok(match exchanged(&*call.ports.http, &request).await {
        Ok(tokens) => reply(&provider.id, tokens),
        Err(ExchangeError::Refused(refusal)) => {
            let details = Value::Object(refusal.details.clone());
            refused(&ExchangeError::Refused(refusal)).with("raw_tokens", details)
        }
        Err(error) => refused(&error),
    })
}

/// What the provider said, whole, and its well-known members as they are.
fn reply(provider: &str, tokens: Tokens) -> Reply {
    const KNOWN: [&str; 6] = [
        "access_token",
        "refresh_token",
        "id_token",
        "token_type",
        "scope",
        "expires_in",
    ];
    let reply = Reply::new()
        .with("exchanged", true)
        .with("provider", provider);
    let reply = KNOWN.into_iter().fold(reply, |reply, name| {
        reply.with_some(name, tokens.0.get(name).cloned())
    });
    reply.with("raw_tokens", Value::Object(tokens.0))
}
