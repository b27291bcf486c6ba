//! What the administration pages are told about us.

use gatefold_kernel::Document;
use gatefold_kernel::admin_config::contribution::{config_page, identity_page};

use super::provider_catalog::json;
use crate::call::Call;
use crate::catalogue::{About, Body, Example, Guard, LookedUp, Run};
use crate::reply::{Reply, StepError, StepResult};

pub(crate) static CONFIG: Body = Body {
    run: Run::Now(config),
    verdict: None,
    guard: GUARD,
    about: About {
        summary: "Describes the page of sign-in settings to an administration shell.",
        duties: &[
            "Check the permissions that it names before showing the page or serving its data.",
        ],
        examples: &[Example {
            title: "Secrets in metadata are left out",
            config: r#"{"title": "Sign-in", "metadata": {"help": "/help", "client_secret": "x"}}"#,
            input: "{}",
            output: r#"{"contribution": {"id": "auth-config", "title": "Sign-in", "category": "security", "path": "/api/admin/auth/config", "render_mode": "config-form", "app_context": "admin", "permissions": [{"resource": "auth.config", "action": "read", "permission": "admin:auth.config:read"}, {"resource": "auth.config", "action": "update", "permission": "admin:auth.config:update"}], "actions": ["read", "update"], "metadata": {"help": "/help"}}}"#,
        }],
    },
};

pub(crate) static IDENTITY: Body = Body {
    run: Run::Now(identity),
    verdict: None,
    guard: GUARD,
    about: About {
        summary: "Describes the page of identity, credentials and invitations to an administration shell.",
        duties: &[
            "Check the permissions that it names before showing the page or serving its data.",
        ],
        examples: &[Example {
            title: "A page with its own permission",
            config: r#"{"permissions": [{"resource": "staff", "action": "read", "permission": "staff:read"}], "actions": ["read_profile"], "metadata": {"profile_path": "/me"}}"#,
            input: "{}",
            output: r#"{"contribution": {"id": "auth-identity", "title": "Identity & Access", "category": "security", "path": "/api/admin/auth/identity", "render_mode": "identity-admin", "app_context": "admin", "permissions": [{"resource": "staff", "action": "read", "permission": "staff:read"}], "actions": ["read_profile"], "metadata": {"profile_path": "/me"}}}"#,
        }],
    },
};

const GUARD: Guard = Guard {
    looked_up: LookedUp::These(&["contribution", "identity"]),
    secrets: &[],
};

fn config(call: &Call) -> StepResult {
    let source = source(call, &["contribution"])?;
    Ok(Reply::new().with("contribution", json(&config_page(&source))?))
}

fn identity(call: &Call) -> StepResult {
    let source = source(call, &["identity", "contribution"])?;
    Ok(Reply::new().with("contribution", json(&identity_page(&source))?))
}

/// What the page is described by: the configuration, the runtime's, these objects of the input, and
/// the input itself; later ones win.
fn source(call: &Call, nested: &[&str]) -> Result<Document, StepError> {
    let base = call.config.overlaid(&call.runtime_config()?);
    let nested = nested.iter().filter_map(|key| call.input.object(key));
    Ok(nested
        .fold(base, |below, above| below.overlaid(&above))
        .overlaid(&call.input))
}
