//! Reading a person's profile at a provider.

use gatefold_kernel::Secret;
use gatefold_kernel::oauth::{EmailPolicy, Profile, ProfileRequest, userinfo as profile};
use gatefold_kernel::ports::PortFuture;
use serde_json::Value;

use super::{Selection, select};
use crate::call::Call;
use crate::catalogue::{About, Body, Example, Guard, LookedUp, Run};
use crate::reply::{Reply, StepResult};

pub(crate) static USERINFO: Body = Body {
    run: Run::Async(run),
    verdict: Some("fetched"),
    guard: Guard {
        looked_up: LookedUp::These(&["access_token"]),
        secrets: &[],
    },
    about: About {
        summary: "Reads the profile that belongs to an access token: the subject, the e-mail \
                  address and whether the provider has verified it.",
        duties: &[
            "Use the token that oauth_exchange gave in this run: a token that a client brings may \
             have been given to another application.",
            "Know people by provider and provider_subject; an e-mail address names somebody only \
             if email_verified is true. With require_verified_email anything else is refused.",
            "Facebook does not say whether addresses are verified: email_verified is false there.",
            "Look at fetched before going on, or set on_denied.",
        ],
        examples: &[Example {
            title: "A token is needed",
            config: r#"{"provider":"google","google_oauth_client_id":"id","google_oauth_client_secret":"secret","google_oauth_redirect_url":"https://app.example.com/auth/google/callback"}"#,
            input: "{}",
            output: r#"{"fetched":false,"provider":"google","error":"missing access_token"}"#,
        }],
    },
};

fn run(call: &Call) -> PortFuture<'_, StepResult> {
    Box::pin(userinfo(call))
}

async fn userinfo(call: &Call) -> StepResult {
    let refused = |name: &str, error: String| {
        Selection::refused("fetched", name, error).with("email_verified", false)
    };
    let provider = match select(call)? {
        Selection::Usable(provider) => provider,
        Selection::Refused { name, error } => return Ok(refused(&name, error)),
    };
    let configured = call.config.trimmed("access_token");
    let token = if configured.is_empty() {
        call.input.trimmed("access_token")
    } else {
        configured
    };
    let request = ProfileRequest {
        provider: &provider,
        access_token: Secret::new(token.to_owned()),
        email: if call.config.flag("require_verified_email") {
            EmailPolicy::Verified
        } else {
            EmailPolicy::Any
        },
    };
    Ok(match profile(&*call.ports.http, &request).await {
        Ok(profile) => reply(&provider.id, profile),
        Err(error) => refused(&provider.id, error.to_string()),
    })
}

fn reply(provider: &str, profile: Profile) -> Reply {
    Reply::new()
        .with("fetched", true)
        .with("provider", provider)
        .with("provider_subject", profile.subject.as_str())
        .with("provider_user", profile.subject)
        .with("email", profile.email)
        .with("email_verified", profile.is_email_verified)
        .with("name", profile.name)
        .with("picture", profile.picture)
        .with("raw_claims", Value::Object(profile.claims))
}
