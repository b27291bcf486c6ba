//! Passwords: hashing and checking, unless a module instance disables them (V6, V7).

use gatefold_kernel::{Secret, password};

use crate::call::Call;
use crate::catalogue::{About, Body, Example, Guard, LookedUp, Run};
use crate::reply::{Reply, StepError, StepResult};

/// What both steps say when passwords are disabled.
const DISABLED: &str = "auth: password authentication disabled by host config";

pub(crate) static HASH: Body = Body {
    run: Run::Blocking(hash),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "Hashes a new password with bcrypt, cost 10, unless passwords are disabled.",
        duties: &[
            "Refuse easy passwords before, for instance with a blocklist.",
            "Look at `disabled` and answer 410 when it is true.",
            "Name the module in the configuration where a site has several: without a name, one instance that disables passwords disables them here.",
        ],
        examples: &[Example {
            title: "Nothing to hash",
            config: "{}",
            input: "{}",
            output: r#"{"error": "missing password"}"#,
        }],
    },
};

fn hash(call: &Call) -> StepResult {
    if is_disabled(call)? {
        return Ok(Reply::new().with("disabled", true).error(DISABLED));
    }
    let reply = Reply::new().with("disabled", false);
    let password = presented(call);
    if password.expose().is_empty() {
        return Ok(reply.error("missing password"));
    }
    let hash = password::hash_portable(&*call.ports.entropy, &password)
        .map_err(|too_long| StepError::new(too_long.to_string()))?;
    Ok(reply.with("hash", hash))
}

pub(crate) static VERIFY: Body = Body {
    run: Run::Blocking(verify),
    verdict: Some("valid"),
    guard: Guard {
        looked_up: LookedUp::These(&["hash"]),
        secrets: &[],
    },
    about: About {
        summary: "Checks a password against a bcrypt or Argon2id hash, unless passwords are disabled.",
        duties: &[
            "Look the hash up yourself. Call the step also when there is no account: it then takes as long as for a wrong password.",
            "Compare `valid` with true, and answer the same for a wrong password and an unknown account.",
            "Limit how often somebody may try.",
            "Hashes of a bcrypt cost above 14 are not checked: replace them with a password reset.",
        ],
        examples: &[Example {
            title: "The right password",
            config: "{}",
            input: r#"{"password": "secret-password", "hash": "$2a$10$MWHexcYgIcsN0AcZ38RQvO9B8TjWF1vDnJ6QBtESuVwzQh4Yu6Umu"}"#,
            output: r#"{"valid": true, "disabled": false}"#,
        }],
    },
};

fn verify(call: &Call) -> StepResult {
    let reply = |valid: bool| Reply::new().with("valid", valid);
    if is_disabled(call)? {
        return Ok(reply(false).with("disabled", true).error(DISABLED));
    }
    let password = presented(call);
    let hash = call.input.text("hash");
    if password.expose().is_empty() || hash.is_empty() {
        password::spend(&password);
        return Ok(reply(false)
            .with("disabled", false)
            .error("missing password or hash"));
    }
    let valid = password::matches_portable(&password, hash);
    Ok(reply(valid).with("disabled", false))
}

fn presented(call: &Call) -> Secret<String> {
    Secret::new(call.input.text("password").to_owned())
}

/// Whether the named instance disables passwords, or without a name any.
fn is_disabled(call: &Call) -> Result<bool, StepError> {
    call.modules
        .passwords_disabled(call.config.first_text(&["module"]))
}
