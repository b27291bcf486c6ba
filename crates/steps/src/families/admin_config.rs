//! The configuration page: what there is, and whether a change is allowed.

use gatefold_kernel::Document;
use gatefold_kernel::admin_config::{self, Proposal, Trust};
use gatefold_kernel::policy::Settings;
use gatefold_kernel::provider::{Descriptor, catalog};
use serde_json::Value;

use super::policy;
use super::provider_catalog::json;
use crate::call::{Call, Edge, Tree};
use crate::catalogue::{About, Body, Example, Guard, LookedUp, Run};
use crate::reply::{Reply, StepError, StepResult};

pub(crate) static DESCRIBE: Body = Body {
    run: Run::Now(describe),
    verdict: None,
    guard: Guard {
        looked_up: LookedUp::These(&["config", "providers"]),
        secrets: &[],
    },
    about: About {
        summary: "Describes the settings of sign-in for an administration page: controls, values that are no secrets, and what they allow.",
        duties: &[
            "Let only administrators see the output: it holds no secrets, but tells how the site is set up.",
            "Pass the stored settings as config; the page shows of secrets only whether they are set.",
        ],
        examples: &[Example {
            title: "Secrets are named, not shown",
            config: "{}",
            input: r#"{"config": {"environment": "development", "jwt_secret": "0123456789abcdef", "webauthn_rp_id": "example.com"}}"#,
            output: r#"{"effective_config": {"environment": "development", "webauthn_rp_id": "example.com"}, "secret_fields": ["jwt_secret"], "warnings": []}"#,
        }],
    },
};

pub(crate) static VALIDATE: Body = Body {
    run: Run::Now(validate),
    verdict: Some("valid"),
    guard: Guard {
        looked_up: LookedUp::These(&["require_primary_method", "providers", "current_config"]),
        secrets: &[],
    },
    about: About {
        summary: "Judges a change of the settings of sign-in, together with what is stored.",
        duties: &[
            "Store nothing unless valid is true, and only the keys of accepted_config and secret_fields.",
            "Pass the stored settings as current_config: a secret that the change leaves blank then keeps its value, and production cannot be left.",
            "Name the identity providers that the site supports in oauth_supported_providers, or let provider_catalog run before: a caller's own descriptors do not count as a way to sign in.",
        ],
        examples: &[
            Example {
                title: "Production has no passwords and needs a way to sign in",
                config: r#"{"require_primary_method": true}"#,
                input: r#"{"desired_config": {"environment": "production", "password_auth_enabled": true}, "require_primary_method": false}"#,
                output: r#"{"valid": false, "errors": [{"field": "password_auth_enabled", "severity": "error", "message": "password auth cannot be enabled in production"}, {"field": "primary_methods", "severity": "error", "message": "at least one primary authentication method must be configured"}]}"#,
            },
            Example {
                title: "A blank secret keeps the stored one",
                config: "{}",
                input: r#"{"desired_config": {"google_oauth_client_id": "new", "google_oauth_client_secret": ""}, "current_config": {"auth_routes_enabled": true, "google_oauth_client_secret": "stored", "google_oauth_redirect_url": "https://example.com/auth/google/callback"}}"#,
                output: r#"{"valid": true, "accepted_config": {"google_oauth_client_id": "new"}, "secret_fields": ["google_oauth_client_secret"], "errors": []}"#,
            },
        ],
    },
};

fn describe(call: &Call) -> StepResult {
    let settings = described(call)?;
    let descriptors = catalog(&[&settings]).providers;
    let description = admin_config::describe(&Settings::of(settings), &descriptors);
    Ok(Reply::new()
        .with("groups", json(&description.groups)?)
        .with(
            "effective_config",
            description.effective_config.into_members(),
        )
        .with(
            "methods_policy",
            policy::members(&description.methods).into_members(),
        )
        .with("warnings", json(&description.warnings)?)
        .with("secret_fields", description.secret_fields))
}

/// The settings to describe, later ones win: the configuration, the runtime's, on the wire what
/// earlier steps produced, the input's `config`, the input.
fn described(call: &Call) -> Result<Document, StepError> {
    let mut settings = call.config.overlaid(&call.runtime_config()?);
    if call.edge == Edge::Wire {
        settings = settings.overlaid(&produced(call)?);
    }
    if let Some(config) = call.input.object("config") {
        settings = settings.overlaid(&config);
    }
    Ok(settings.overlaid(&call.input))
}

/// The settings among what earlier steps produced, without secrets; of several steps the one with
/// the last name wins.
fn produced(call: &Call) -> Result<Document, StepError> {
    let outputs = &call.pipeline.step_outputs;
    let mut names: Vec<&String> = outputs.keys().collect();
    names.sort();
    let mut settings = Document::default();
    for name in names {
        let output = outputs[name].object()?;
        let mut shown = admin_config::shown(&output, &[]).into_members();
        // A policy's verdict has members with the names of settings. That it does not offer a
        // method is no setting that turns it off.
        if output.value("primary_method_count").is_some() {
            shown.retain(|_, value| *value != Value::Bool(false));
        }
        settings = settings.overlaid(&Document::new(shown));
    }
    Ok(settings)
}

fn validate(call: &Call) -> StepResult {
    let judgement = admin_config::validate(&proposal(call)?);
    Ok(Reply::new()
        .with("valid", judgement.errors.is_empty())
        .with("accepted_config", judgement.accepted.into_members())
        .with(
            "methods_policy",
            policy::members(&judgement.methods).into_members(),
        )
        .with("errors", json(&judgement.errors)?)
        .with("warnings", json(&judgement.warnings)?)
        .with("secret_fields", judgement.secret_fields))
}

fn proposal(call: &Call) -> Result<Proposal, StepError> {
    let runtime = call.runtime_config()?;
    let stored = call.input.object("current_config").unwrap_or_default();
    let required = "require_primary_method";
    Ok(Proposal {
        desired: desired(call)?,
        trust: Trust {
            believed: believed(call, &runtime)?,
            supported: call
                .config
                .list("oauth_supported_providers")
                .unwrap_or_default(),
            caller_is_trusted: call.edge == Edge::Json,
        },
        // V9: what the configuration demands, no input takes back.
        requires_primary_method: call.config.is_on(required) || call.input.is_on(required),
        sources: vec![
            call.config.clone(),
            runtime,
            stored.clone(),
            call.input.clone(),
        ],
        stored,
    })
}

/// The change: the input's, else that of the request's body.
fn desired(call: &Call) -> Result<Document, StepError> {
    const KEY: &str = "desired_config";
    let given = |document: Option<Document>| document?.object(KEY);
    let desired = call
        .input
        .object(KEY)
        .filter(|desired| !desired.members().is_empty())
        .or_else(|| given(call.input.object("body")));
    if desired.is_none() && call.edge == Edge::Wire {
        let body = call.pipeline.trigger_data.get("body")?;
        let body = body.and_then(|body| body.as_object().cloned());
        return Ok(given(body.map(Document::new)).unwrap_or_default());
    }
    Ok(desired.unwrap_or_default())
}

/// The descriptors that are not only a caller's: of the configuration, the runtime's, and those
/// that earlier steps produced, unless the request itself sent them.
fn believed(call: &Call, runtime: &Document) -> Result<Vec<Descriptor>, StepError> {
    let mut produced = Vec::new();
    for output in call.pipeline.step_outputs.values() {
        produced.extend(descriptors(output)?);
    }
    let mut sent = descriptors(&call.pipeline.trigger_data)?;
    if let Some(Value::Object(body)) = call.pipeline.trigger_data.get("body")? {
        sent.extend(descriptors(&Tree::Json(body))?);
    }
    produced.retain(|descriptor| !sent.contains(descriptor));
    for operators in [&call.config, runtime] {
        produced.extend(catalog(&[operators]).providers);
    }
    Ok(produced)
}

/// The descriptors at the top of a tree.
fn descriptors(tree: &Tree) -> Result<Vec<Descriptor>, StepError> {
    let mut found = Document::default();
    for key in ["providers", "provider_descriptors", "provider_catalog"] {
        if let Some(value) = tree.get(key)? {
            found.set(key, value);
        }
    }
    Ok(catalog(&[&found]).providers)
}

#[cfg(test)]
mod tests;
