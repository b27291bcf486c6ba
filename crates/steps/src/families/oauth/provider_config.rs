//! What a provider's configuration comes to.

use super::{Selection, select};
use crate::call::Call;
use crate::catalogue::{About, Body, Example, Guard, Run};
use crate::reply::{Reply, StepResult};

pub(crate) static PROVIDER_CONFIG: Body = Body {
    run: Run::Now(provider_config),
    verdict: Some("available"),
    guard: Guard::NONE,
    about: About {
        summary: "Tells whether an identity provider can be used, and with which addresses and \
                  scopes. The client secret is never in the output.",
        duties: &[
            "Set provider in the configuration, or let a trusted step choose it.",
            "Offer only providers that are available.",
        ],
        examples: &[
            Example {
                title: "Google",
                config: r#"{"provider":"google","google_oauth_client_id":"id","google_oauth_client_secret":"secret","google_oauth_redirect_url":"https://app.example.com/auth/google/callback"}"#,
                input: "{}",
                output: r#"{"available":true,"provider":"google","client_id":"id","token_url":"https://oauth2.googleapis.com/token","scopes":["openid","email","profile"]}"#,
            },
            Example {
                title: "A token endpoint elsewhere is refused",
                config: r#"{"provider":"google","google_oauth_client_id":"id","google_oauth_client_secret":"secret","google_oauth_redirect_url":"https://app.example.com/auth/google/callback","google_oauth_token_url":"https://oauth2.googleapis.com.evil.example/"}"#,
                input: "{}",
                output: r#"{"available":false,"provider":"google","disabled_reason":"google token_url must use https and the expected Google hostname unless test endpoints are explicitly enabled"}"#,
            },
        ],
    },
};

fn provider_config(call: &Call) -> StepResult {
    Ok(match select(call)? {
        Selection::Refused { name, error } => Reply::new()
            .with("provider", name)
            .with("available", false)
            .with("disabled_reason", error),
        Selection::Usable(provider) => {
            let provider = *provider;
            Reply::new()
                .with("provider", provider.id)
                .with("available", true)
                .with("client_id", provider.client_id)
                .with("redirect_url", provider.redirect_url)
                .with("authorization_url", provider.authorization_url)
                .with("token_url", provider.token_url)
                .with("userinfo_url", provider.userinfo_url)
                .with("scopes", provider.scopes)
        }
    })
}
