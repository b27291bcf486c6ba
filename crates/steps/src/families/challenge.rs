//! Codes of six digits that are sent to an address.

use std::borrow::Cow;

use gatefold_kernel::Document;
use gatefold_kernel::challenge::{self, Attempt, Binding, Expiry};
use gatefold_kernel::document::Integer;
use serde_json::Value;

use crate::call::Call;
use crate::catalogue::{About, Body, Example, Guard, LookedUp, Run};
use crate::reply::{Reply, StepResult};

pub(crate) static GENERATE: Body = Body {
    run: Run::Now(generate),
    verdict: None,
    guard: Guard {
        looked_up: LookedUp::These(&[]),
        secrets: &["signing_secret"],
    },
    about: About {
        summary: "Draws a code of six digits for an address and the hash that binds it to channel, address, tenant and purpose.",
        duties: &[
            "Send the code to the address and nowhere else; it must not be in an answer.",
            "Store the hash and the expiry, and count attempts from zero.",
            "Limit how many codes an address may ask for: each has one chance in a million per attempt.",
            "Keep the secret in a variable that `signing_secret_env` names: whoever has it and a hash knows the code.",
        ],
        examples: &[Example {
            title: "A code for an address",
            config: r#"{"signing_secret": "test-secret", "ttl_minutes": 5}"#,
            input: r#"{"channel": "email", "destination": " User@Example.com ", "tenant_id": "t-1", "purpose": "login"}"#,
            output: r#"{"channel": "email", "destination": "user@example.com"}"#,
        }],
    },
};

fn generate(call: &Call) -> StepResult {
    let secret = match signing_secret(call) {
        Ok(secret) => secret,
        Err(refusal) => return Ok(Reply::new().error(refusal)),
    };
    let (Some(binding), false) = (binding(&call.input), secret.is_empty()) else {
        return Ok(Reply::new()
            .error("missing channel, destination, tenant_id, purpose, or signing_secret"));
    };
    let minutes = |document: &Document| match document.integer("ttl_minutes") {
        Integer::Value(minutes) => minutes,
        Integer::Absent | Integer::Bad => 0,
    };
    let lifetime = challenge::lifetime(minutes(&call.config), minutes(&call.input));
    let drawn = challenge::generate(
        &*call.ports.clock,
        &*call.ports.entropy,
        &binding,
        &secret,
        lifetime,
    );
    Ok(Reply::new()
        .with("code", drawn.code.expose().as_str())
        .with("code_hash", drawn.code_hash)
        .with("channel", binding.channel())
        .with("destination", binding.destination())
        .with("expires_at", drawn.expires_at.rfc3339()))
}

pub(crate) static VERIFY: Body = Body {
    run: Run::Now(verify),
    verdict: Some("valid"),
    guard: Guard {
        looked_up: LookedUp::These(&["code_hash", "attempts", "max_attempts", "expires_at"]),
        secrets: &["signing_secret"],
    },
    about: About {
        summary: "Checks a code against the hash that was kept of it, its expiry and its number of attempts.",
        duties: &[
            "Look up hash, expiry and attempts yourself, and count this attempt before the step runs.",
            "Delete the hash of an accepted code in one conditional statement: a code counts once.",
            "Compare `valid` with true.",
            "Set `require_expiry`: without it a code without an expiry never ends.",
        ],
        examples: &[
            Example {
                title: "The right code",
                config: r#"{"signing_secret": "test-secret"}"#,
                input: r#"{"channel": "email", "destination": "user@example.com", "tenant_id": "tenant-123", "purpose": "login", "code": "123456", "code_hash": "2c866c8678acc22c859503716c0db312b91503ef03acf3260d8ff253c11a52a2"}"#,
                output: r#"{"valid": true}"#,
            },
            Example {
                title: "Too many attempts",
                config: r#"{"signing_secret": "test-secret", "max_attempts": 3}"#,
                input: r#"{"channel": "email", "destination": "user@example.com", "tenant_id": "tenant-123", "purpose": "login", "code": "123456", "code_hash": "2c866c8678acc22c859503716c0db312b91503ef03acf3260d8ff253c11a52a2", "attempts": 3, "max_attempts": 9}"#,
                output: r#"{"valid": false, "error": "max attempts exceeded"}"#,
            },
        ],
    },
};

fn verify(call: &Call) -> StepResult {
    let denied = |why: String| Ok(Reply::new().with("valid", false).error(why));
    let secret = match signing_secret(call) {
        Ok(secret) => secret,
        Err(refusal) => return denied(refusal),
    };
    let expires_at = moment(&call.input, "expires_at");
    let attempt = Attempt {
        code: call.input.text("code"),
        code_hash: call.input.text("code_hash"),
        attempts: counted(&call.input, "attempts"),
        configured_limit: call.config.integer("max_attempts"),
        asked_limit: counted(&call.input, "max_attempts"),
        expires_at: &expires_at,
        without_expiry: match call.config.flag("require_expiry") {
            true => Expiry::Required,
            false => Expiry::Optional,
        },
    };
    let is_missing = secret.is_empty() || attempt.code.is_empty() || attempt.code_hash.is_empty();
    let (Some(binding), false) = (binding(&call.input), is_missing) else {
        return denied(
            "missing channel, code, code_hash, destination, tenant_id, purpose, or signing_secret"
                .to_owned(),
        );
    };
    match challenge::verify(&*call.ports.clock, &binding, &secret, &attempt) {
        Ok(valid) => Ok(Reply::new().with("valid", valid)),
        Err(refusal) => denied(refusal.to_string()),
    }
}

fn binding(input: &Document) -> Option<Binding> {
    let parts = ["channel", "destination", "tenant_id", "purpose"];
    Binding::new(parts.map(|part| input.text(part)))
}

/// A number of attempts. A null is no number: a look-up that found nothing must not start anew.
fn counted(input: &Document, key: &str) -> Integer {
    match input.members().get(key) {
        Some(Value::Null) => Integer::Bad,
        _ => input.integer(key),
    }
}

/// The text of a moment. What is there but no text is kept unreadable, so that it refuses.
fn moment<'a>(input: &'a Document, key: &str) -> Cow<'a, str> {
    match input.value(key) {
        None => Cow::Borrowed(""),
        Some(Value::String(text)) => Cow::Borrowed(text),
        Some(other) => Cow::Owned(other.to_string()),
    }
}

/// Shortest secret that is taken from the environment, in bytes.
const MIN_SECRET_BYTES: usize = 32;

/// The secret: of the configuration, else of the variable that it names, else of the input. The
/// input counts only where the configuration has neither; empty if there is none at all.
fn signing_secret(call: &Call) -> Result<Cow<'_, str>, String> {
    if let Some(configured) = call.config.first_text(&["signing_secret"]) {
        return if configured.contains("{{") {
            Err("signing_secret of the configuration is an unresolved template".to_owned())
        } else {
            Ok(Cow::Borrowed(configured))
        };
    }
    let Some(variable) = call.config.first_text(&["signing_secret_env"]) else {
        return Ok(Cow::Borrowed(call.input.text("signing_secret")));
    };
    call.ports
        .secrets
        .get(variable)
        .map(|secret| secret.expose().trim().to_owned())
        .filter(|secret| secret.len() >= MIN_SECRET_BYTES)
        .map(Cow::Owned)
        .ok_or_else(|| format!("signing secret in env {variable} not configured (need >=32 chars)"))
}
