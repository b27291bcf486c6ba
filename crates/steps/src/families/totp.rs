//! Authenticator apps and their recovery codes.

use gatefold_kernel::document::Integer;
use gatefold_kernel::totp::{
    self, DEFAULT_ISSUER, DEFAULT_RECOVERY_CODES, MAX_RECOVERY_CODES, Presented, RecoveryVerdict,
    Verdict,
};
use gatefold_kernel::{Document, Secret};
use serde_json::Value;

use crate::call::Call;
use crate::catalogue::{About, Body, Example, Guard, LookedUp, Run};
use crate::reply::{Reply, StepError, StepResult};

pub(crate) static GENERATE_SECRET: Body = Body {
    run: Run::Now(generate_secret),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "Draws a secret for an authenticator app and the address that its QR code shows.",
        duties: &[
            "Keep the secret encrypted, and only after the person has confirmed it with a first code.",
            "Show the address to this person only, once.",
        ],
        examples: &[Example {
            title: "A secret for one account",
            config: "{}",
            input: r#"{"email": "amira@example.org", "issuer": "Example"}"#,
            output: r#"{"account": "amira@example.org", "issuer": "Example"}"#,
        }],
    },
};

fn generate_secret(call: &Call) -> StepResult {
    let account = call.input.text("email");
    let issuer = call.input.first_text(&["issuer"]).unwrap_or(DEFAULT_ISSUER);
    let enrolment = totp::enrol(&*call.ports.entropy, account, issuer)
        .map_err(|missing| StepError::new(missing.to_string()))?;
    Ok(Reply::new()
        .with("secret", enrolment.secret.expose().as_str())
        .with(
            "provisioning_uri",
            enrolment.provisioning_uri.expose().as_str(),
        )
        .with("issuer", issuer)
        .with("account", account))
}

pub(crate) static VERIFY: Body = Body {
    run: Run::Now(verify),
    verdict: Some("valid"),
    guard: Guard {
        looked_up: LookedUp::These(&["secret", "last_step"]),
        secrets: &[],
    },
    about: About {
        summary: "Checks the code of an authenticator app: SHA-1, six digits, half a minute, one step early or late.",
        duties: &[
            "Look the secret up yourself.",
            "Keep `step` of an accepted code and pass it as `last_step` next time, in one conditional statement: a code counts once.",
            "Limit how often somebody may try.",
        ],
        examples: &[Example {
            title: "Nothing to check",
            config: "{}",
            input: "{}",
            output: r#"{"valid": false, "error": "missing code or secret"}"#,
        }],
    },
};

fn verify(call: &Call) -> StepResult {
    let denied = || Reply::new().with("valid", false).with("step", 0);
    let presented = Presented {
        secret: call.input.text("secret"),
        code: call.input.text("code"),
        last_step: match call.input.integer("last_step") {
            Integer::Absent => None,
            Integer::Value(step) => Some(step),
            Integer::Bad => return Ok(denied().error("invalid last_step")),
        },
    };
    if presented.secret.is_empty() || presented.code.is_empty() {
        return Ok(denied().error("missing code or secret"));
    }
    Ok(match totp::verify(&*call.ports.clock, &presented) {
        Verdict::Accepted { step } => Reply::new().with("valid", true).with("step", step),
        Verdict::Replayed => denied().error("code was used before"),
        Verdict::Wrong => denied(),
    })
}

pub(crate) static RECOVERY_CODES: Body = Body {
    run: Run::Blocking(recovery_codes),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "Draws recovery codes, ten unless `count` says another number up to 50, with a bcrypt hash of each.",
        duties: &[
            "Show the codes once and store only the hashes.",
            "Replace all older hashes of the account in the same transaction.",
        ],
        examples: &[Example {
            title: "More than fifty are refused",
            config: "{}",
            input: r#"{"count": 51}"#,
            output: r#"{"error": "count must be 1 to 50"}"#,
        }],
    },
};

fn recovery_codes(call: &Call) -> StepResult {
    let count = match call.input.integer("count") {
        Integer::Absent | Integer::Value(0) => Some(DEFAULT_RECOVERY_CODES),
        Integer::Value(count) => u8::try_from(count)
            .ok()
            .filter(|count| *count <= MAX_RECOVERY_CODES),
        Integer::Bad => None,
    };
    let Some(count) = count else {
        return Ok(Reply::new().error(format!("count must be 1 to {MAX_RECOVERY_CODES}")));
    };
    let drawn = totp::recovery_codes(&*call.ports.entropy, count);
    let codes: Vec<&str> = drawn
        .codes
        .iter()
        .map(|code| code.expose().as_str())
        .collect();
    Ok(Reply::new()
        .with("codes", codes)
        .with("hashes", drawn.hashes))
}

pub(crate) static RECOVERY_VERIFY: Body = Body {
    run: Run::Blocking(recovery_verify),
    verdict: Some("valid"),
    guard: Guard {
        looked_up: LookedUp::These(&["hashes", "hashes_json"]),
        secrets: &[],
    },
    about: About {
        summary: "Checks a recovery code against the hashes that are left and says which one it is.",
        duties: &[
            "Delete the hash at `index` in one conditional statement and go on only if it was still there: a code counts once.",
            "Limit how often somebody may try.",
        ],
        examples: &[Example {
            title: "The second of two hashes",
            config: "{}",
            input: r#"{"code": "01234-56789", "hashes": ["", "$2a$04$abcdefghijklmnopqrstuukG4M1S/hTEKb0Kygzz8Ksp5uVuMC3.S"]}"#,
            output: r#"{"valid": true, "index": 1, "remaining": 1}"#,
        }],
    },
};

fn recovery_verify(call: &Call) -> StepResult {
    let denied = |left: usize| {
        Reply::new()
            .with("valid", false)
            .with("index", -1)
            .with("remaining", left)
    };
    let Some(hashes) = hashes(&call.input) else {
        return Ok(denied(0).error("hashes must be a list of texts"));
    };
    if hashes.len() > usize::from(MAX_RECOVERY_CODES) {
        return Ok(denied(hashes.len()).error(format!(
            "more than {MAX_RECOVERY_CODES} hashes cannot be checked"
        )));
    }
    let code = Secret::new(call.input.text("code").to_owned());
    if code.expose().trim().is_empty() {
        return Ok(denied(hashes.len()).error("missing code or hashes"));
    }
    let hashes: Vec<&str> = hashes.iter().map(String::as_str).collect();
    Ok(match totp::check_recovery_code(code.expose(), &hashes) {
        RecoveryVerdict::Accepted { index } => Reply::new()
            .with("valid", true)
            .with("index", index)
            .with("remaining", hashes.len() - 1),
        RecoveryVerdict::Wrong if hashes.is_empty() => denied(0).error("missing code or hashes"),
        RecoveryVerdict::Wrong => denied(hashes.len()),
    })
}

/// The hashes, as a list or as the text of a JSON list, which is how a column holds one. Empty ones
/// keep their place, so that an index means the same to the caller. Nothing if it is no such list.
fn hashes(input: &Document) -> Option<Vec<String>> {
    let parsed;
    let list = match input.value("hashes") {
        Some(list) => list,
        None if input.looked_up("hashes_json").is_empty() => return Some(Vec::new()),
        None => {
            parsed = serde_json::from_str(input.text("hashes_json")).ok()?;
            &parsed
        }
    };
    let texts = list.as_array()?.iter().map(|each| match each {
        Value::String(text) => Some(text.clone()),
        Value::Null => Some(String::new()),
        _ => None,
    });
    texts.collect()
}
