//! The catalogue of identity providers.

use gatefold_kernel::admin_config::Diagnostic;
use gatefold_kernel::provider;
use serde::Serialize;
use serde_json::Value;

use crate::call::Call;
use crate::catalogue::{About, Body, Example, Guard, LookedUp, Run};
use crate::reply::{Reply, StepError, StepResult};

pub(crate) static CATALOG: Body = Body {
    run: Run::Now(catalog),
    verdict: None,
    guard: Guard {
        looked_up: LookedUp::These(&["providers"]),
        secrets: &[],
    },
    about: About {
        summary: "Collects descriptors of identity providers, each provider once, with readable defaults.",
        duties: &[
            "Take descriptors from code or configuration, not from a request: what a descriptor says about itself is believed.",
        ],
        examples: &[Example {
            title: "The configuration's descriptor stands before the caller's",
            config: r#"{"providers": [{"id": "okta", "label": "Okta"}]}"#,
            input: r#"{"providers": [{"id": "OKTA", "label": "Other"}]}"#,
            output: r#"{"warnings": [{"field": "okta", "severity": "warning", "message": "duplicate provider descriptor ignored"}]}"#,
        }],
    },
};

fn catalog(call: &Call) -> StepResult {
    let catalog = provider::catalog(&[&call.config, &call.input]);
    let warnings: Vec<Diagnostic> = catalog
        .duplicates
        .into_iter()
        .map(|id| Diagnostic::warning(id, "duplicate provider descriptor ignored"))
        .collect();
    Ok(Reply::new()
        .with("providers", json(&catalog.providers)?)
        .with("warnings", json(&warnings)?))
}

/// A domain value as JSON.
///
/// # Errors
/// It cannot be written as JSON, which is a fault of ours.
pub(crate) fn json(value: &impl Serialize) -> Result<Value, StepError> {
    serde_json::to_value(value)
        .map_err(|error| StepError::new(format!("internal error: output is no JSON: {error}")))
}
