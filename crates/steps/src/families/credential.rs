//! An account's credentials: showing them, and whether one may be removed (V1, V2).

use gatefold_kernel::credential::{
    self, CredentialRow, GuardVerdict, RevokeClaim, RevokeDenial, SignInKinds,
};
use gatefold_kernel::document::Integer;
use serde_json::{Map, Value};

use crate::call::{Call, Edge};
use crate::catalogue::{About, Body, Example, Guard, LookedUp, Run};
use crate::reply::{Reply, StepError, StepResult};

pub(crate) static LIST: Body = Body {
    run: Run::Now(list),
    verdict: None,
    guard: Guard {
        looked_up: LookedUp::These(&["credentials_json"]),
        secrets: &[],
    },
    about: About {
        summary: "Reduces stored credentials to what a page may show: id, type, device and dates.",
        duties: &[
            "Select the rows of the signed-in account only.",
            "A text that is no JSON list gives an empty list: use `credential_guard` where a decision depends on it.",
        ],
        examples: &[Example {
            title: "Keys and secrets are left out",
            config: "{}",
            input: r#"{"credentials_json": "[{\"id\": \"c-1\", \"type\": \"passkey\", \"public_key\": \"k\"}]"}"#,
            output: r#"{"count": 1}"#,
        }],
    },
};

/// The shown columns and those they are read from.
const COLUMNS: [(&str, &str); 5] = [
    ("id", "id"),
    ("type", "type"),
    ("device_name", "device_name"),
    ("created_at", "created_at"),
    ("last_used", "last_used_at"),
];

fn list(call: &Call) -> StepResult {
    let rows = credential::rows(call.input.text("credentials_json")).unwrap_or_default();
    let shown: Vec<Value> = rows
        .iter()
        .map(|row| {
            let members: Map<String, Value> = COLUMNS
                .iter()
                .map(|(name, column)| ((*name).to_owned(), cell(row, column, call.edge)))
                .collect();
            Value::Object(members)
        })
        .collect();
    Ok(Reply::new()
        .with("count", shown.len())
        .with("credentials", shown))
}

/// One cell. The message holds texts, so over the wire a number becomes one; a caller in the same
/// process gets it as it is stored.
fn cell(row: &CredentialRow, column: &str, edge: Edge) -> Value {
    match edge {
        Edge::Wire => Value::String(row.text(&[column])),
        Edge::Json => row.plain(column).cloned().unwrap_or(Value::Null),
    }
}

pub(crate) static REVOKE: Body = Body {
    run: Run::Now(revoke),
    verdict: Some("authorized"),
    guard: Guard {
        looked_up: LookedUp::These(&["owner_user_id", "user_id", "active_credential_count"]),
        secrets: &[],
    },
    about: About {
        summary: "Decides whether somebody may remove a credential: it must be theirs, and not the last one.",
        duties: &[
            "Look up the owner by the credential's id, and take the user from your own session check.",
            "Pass `active_credential_count`, the number of credentials of the owner that can sign in; without it the last one can go. `credential_guard` counts itself.",
            "Delete in one statement that counts again, or with the account's row locked: two removals at once must not both succeed.",
        ],
        examples: &[
            Example {
                title: "Somebody else's credential",
                config: "{}",
                input: r#"{"credential_id": "c-1", "owner_user_id": "u-1", "user_id": "u-2"}"#,
                output: r#"{"authorized": false, "error": "credential does not belong to user u-2"}"#,
            },
            Example {
                title: "The last one stays",
                config: "{}",
                input: r#"{"credential_id": "c-1", "owner_user_id": "u-1", "user_id": "u-1", "active_credential_count": 1}"#,
                output: r#"{"authorized": false, "reason": "last_credential"}"#,
            },
        ],
    },
};

fn revoke(call: &Call) -> StepResult {
    let denied = || Reply::new().with("authorized", false);
    let active = match call.input.integer("active_credential_count") {
        Integer::Absent => None,
        Integer::Value(count) => Some(count),
        Integer::Bad => return Ok(denied().error("invalid active_credential_count")),
    };
    let claim = RevokeClaim {
        credential: call.input.looked_up("credential_id"),
        owner: call.input.looked_up("owner_user_id"),
        user: call.input.looked_up("user_id"),
        active,
    };
    Ok(match credential::revoke(&claim) {
        Ok(()) => Reply::new()
            .with("authorized", true)
            .with("credential_id", claim.credential),
        Err(denial @ RevokeDenial::LastCredential) => denied()
            .with("reason", "last_credential")
            .error(denial.to_string()),
        Err(denial) => denied().error(denial.to_string()),
    })
}

pub(crate) static GUARD: Body = Body {
    run: Run::Now(guard),
    verdict: Some("authorized"),
    guard: Guard {
        looked_up: LookedUp::These(&["user_id", "credentials_json"]),
        secrets: &[],
    },
    about: About {
        summary: "Decides over all credentials of an account whether one may be removed: passkeys, passwords and linked identities count, second steps do not.",
        duties: &[
            "Pass every usable row of the account, each with `id`, `type` or `kind`, and `owner`, `owner_user_id` or `user_id`; leave out revoked ones.",
            "Take the user from your own session check.",
            "Run it and the deletion with the account's row locked: two removals at once must not both succeed.",
            "Answer 409 for `last_credential`, 404 for `not_found` and `not_owner`.",
        ],
        examples: &[
            Example {
                title: "The last passkey stays although there is an authenticator app",
                config: "{}",
                input: r#"{"credential_id": "p", "user_id": "u-1", "credentials_json": "[{\"id\": \"p\", \"type\": \"passkey\", \"owner\": \"u-1\"}, {\"id\": \"t\", \"type\": \"totp\", \"owner\": \"u-1\"}]"}"#,
                output: r#"{"authorized": false, "reason": "last_credential", "remaining": 1}"#,
            },
            Example {
                title: "One of two may go",
                config: "{}",
                input: r#"{"credential_id": "p", "user_id": "u-1", "credentials_json": "[{\"id\": \"p\", \"type\": \"passkey\", \"owner\": \"u-1\"}, {\"id\": \"w\", \"type\": \"password\", \"owner\": \"u-1\"}]"}"#,
                output: r#"{"authorized": true, "credential_id": "p", "remaining": 1}"#,
            },
        ],
    },
};

fn guard(call: &Call) -> StepResult {
    let kinds = kinds(call)?;
    let credential = call.input.looked_up("credential_id");
    let user = call.input.looked_up("user_id");
    let denied = |reason: &str, remaining: usize| {
        Ok(Reply::new()
            .with("authorized", false)
            .with("credential_id", credential)
            .with("reason", reason)
            .with("remaining", remaining))
    };
    if credential.is_empty() {
        return denied("missing_credential_id", 0);
    }
    if user.is_empty() {
        return denied("missing_user_id", 0);
    }
    let Ok(rows) = credential::rows(call.input.text("credentials_json")) else {
        return denied("unreadable_credentials", 0);
    };
    let GuardVerdict {
        decision,
        remaining,
    } = credential::guard(&rows, credential, user, &kinds);
    match decision {
        Ok(()) => Ok(Reply::new()
            .with("authorized", true)
            .with("credential_id", credential)
            .with("reason", "")
            .with("remaining", remaining)),
        Err(refusal) => denied(refusal.code(), remaining),
    }
}

fn kinds(call: &Call) -> Result<SignInKinds, StepError> {
    let words = match call.config.value("kinds") {
        None => Vec::new(),
        Some(Value::Array(words)) => words
            .iter()
            .map(|word| word.as_str().unwrap_or("(no text)").trim().to_owned())
            .collect(),
        Some(_) => return Err(StepError::new("kinds must be a list")),
    };
    SignInKinds::parse(&words).map_err(|word| {
        StepError::new(format!(
            "kinds holds passkey, password or identity, not {word:?}"
        ))
    })
}
