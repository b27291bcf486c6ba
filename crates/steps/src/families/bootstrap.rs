//! The first administrator.

use gatefold_kernel::bootstrap::{BootstrapPlan, redeem as judge};

use crate::call::Call;
use crate::catalogue::{About, Body, Example, Guard, LookedUp, Run};
use crate::reply::{Reply, StepResult};

pub(crate) static REDEEM: Body = Body {
    run: Run::Now(redeem),
    verdict: Some("redeemed"),
    guard: Guard {
        looked_up: LookedUp::These(&["existing_admin_count"]),
        secrets: &[],
    },
    about: About {
        summary: "Lets the holder of the operator's code become the first administrator while no credential exists.",
        duties: &[
            "Count credentials, not accounts, in the statement before (V-B6); one stored credential closes the window for good (V-B4).",
            "Compare `redeemed` with true before anything is stored.",
            "Limit how often somebody may try.",
            "Set `super_admin_email` and a code of at least 16 bytes, and remove the code from the environment afterwards.",
        ],
        examples: &[Example {
            title: "Without a code in the environment nothing is redeemed",
            config: r#"{"super_admin_email": "admin@example.org", "code_env": "GATEFOLD_EXAMPLE_UNSET"}"#,
            input: r#"{"code": "guess", "existing_admin_count": "0"}"#,
            output: r#"{"redeemed": false, "reason": "not_configured"}"#,
        }],
    },
};

fn redeem(call: &Call) -> StepResult {
    let config = &call.config;
    let variable = config
        .first_text(&["code_env"])
        .unwrap_or("AUTH_BOOTSTRAP_CODE");
    let code = call.ports.secrets.get(variable);
    let plan = BootstrapPlan {
        email: config.text("super_admin_email"),
        role: config
            .first_text(&["super_admin_role"])
            .unwrap_or("super_admin"),
        code: code.as_ref(),
    };
    let existing = call.input.count("existing_admin_count");
    Ok(match judge(&plan, existing, call.input.text("code")) {
        Ok(first) => Reply::new()
            .with("redeemed", true)
            .with("email", first.email)
            .with("role", first.role)
            .with("reason", ""),
        // V-B5: neither code is ever in an answer.
        Err(refusal) => Reply::new()
            .with("redeemed", false)
            .with("reason", refusal.code()),
    })
}
