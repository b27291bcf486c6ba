//! Invitations of further administrators.

use gatefold_kernel::Document;
use gatefold_kernel::document::{Integer, printed};
use gatefold_kernel::invite::{
    self, AllowList, DEFAULT_ROLE, ExpiryRule, Lifetime, Limits, Presented, Proposal, Requirement,
    address,
};

use crate::call::Call;
use crate::catalogue::{About, Body, Example, Guard, LookedUp, Run};
use crate::reply::{Reply, StepResult};

pub(crate) static ISSUE: Body = Body {
    run: Run::Now(issue),
    verdict: Some("accepted"),
    guard: Guard {
        looked_up: LookedUp::These(&["invited_by"]),
        secrets: &[],
    },
    about: About {
        summary: "Judges a proposed invitation: address, role, tenants and expiry.",
        duties: &[
            "Check before that whoever invites may do so.",
            "Set `allowed_roles` and `allowed_tenant_ids`: without them every role and tenant is allowed.",
            "Draw the token, store only its SHA-256, and send the token to the address.",
            "Set `ttl_minutes` or `require_expiry`, or give `expires_at`: an invitation without an end never ends.",
        ],
        examples: &[
            Example {
                title: "An invitation",
                config: r#"{"allowed_roles": ["tenant_editor"]}"#,
                input: r#"{"email": " New@Example.org ", "expires_at": "2030-01-01T00:00:00Z"}"#,
                output: r#"{"accepted": true, "email": "new@example.org", "role": "tenant_editor", "expires_at": "2030-01-01T00:00:00Z"}"#,
            },
            Example {
                title: "A role that is not allowed",
                config: r#"{"allowed_roles": ["tenant_editor"]}"#,
                input: r#"{"email": "new@example.org", "role": "super_admin"}"#,
                output: r#"{"accepted": false, "error": "invalid_role"}"#,
            },
        ],
    },
};

fn issue(call: &Call) -> StepResult {
    let input = &call.input;
    let email = address(&input.setting("email").unwrap_or_default());
    let role = input
        .setting("role")
        .unwrap_or_else(|| DEFAULT_ROLE.to_owned());
    let tenant_ids = input.list("tenant_ids").unwrap_or_default();
    let expires_at = input.setting("expires_at").unwrap_or_default();
    let proposal = Proposal {
        email: &email,
        role: &role,
        tenant_ids: &tenant_ids,
        expires_at: &expires_at,
    };
    let issued = invite::issue(
        &*call.ports.clock,
        &proposal,
        &limits(&call.config),
        expiry(&call.config),
    );
    let reply = Reply::new()
        .with("accepted", issued.is_ok())
        .with("email", email.as_str())
        .with("role", role.as_str())
        .with("tenant_ids", tenant_ids.clone())
        .with(
            "invited_by",
            input.setting("invited_by").unwrap_or_default(),
        );
    Ok(match issued {
        Ok(end) => reply.with("expires_at", end),
        Err(refusal) => reply
            .with("expires_at", expires_at.as_str())
            .error(refusal.code()),
    })
}

/// How long invitations live that name no end, and whether they must have a readable one.
/// `default_ttl_minutes` is what pipelines have always set without effect, so ours has another name.
fn expiry(config: &Document) -> (Lifetime, ExpiryRule) {
    let lifetime = match config.integer("ttl_minutes") {
        Integer::Value(minutes) => Lifetime::minutes(minutes),
        _ => Lifetime::Unlimited,
    };
    let rule = if config.flag("require_expiry") {
        ExpiryRule::Required
    } else {
        ExpiryRule::AsGiven
    };
    (lifetime, rule)
}

pub(crate) static REDEEM: Body = Body {
    run: Run::Now(redeem),
    verdict: Some("accepted"),
    guard: Guard {
        looked_up: LookedUp::These(&[
            "token_hash",
            "target_email",
            "invite_email",
            "expires_at",
            "used_at",
            "role",
            "tenant_ids",
        ]),
        secrets: &[],
    },
    about: About {
        summary: "Judges the token of an invitation: for whom it is, whether it was used or is over, and what it grants.",
        duties: &[
            "Look the invitation up yourself and pass its address as `target_email`; set `require_target_email` and `require_expiry`.",
            "Mark it used in one conditional statement and go on only if that changed a row: an invitation counts once.",
            "Compare `accepted` with true.",
        ],
        examples: &[
            Example {
                title: "The right token in the right hands",
                config: "{}",
                input: r#"{"email": "a@example.org", "target_email": "A@Example.org", "token": "invite-token", "token_hash": "f9e3c47d452a8fab2dc56ef07d766534cb2cd31c5f63de7107412acc65daa5b8", "role": "tenant_editor"}"#,
                output: r#"{"accepted": true, "reason": "accepted", "role": "tenant_editor"}"#,
            },
            Example {
                title: "A stolen token",
                config: "{}",
                input: r#"{"email": "thief@example.org", "target_email": "a@example.org", "token": "invite-token", "token_hash": "f9e3c47d452a8fab2dc56ef07d766534cb2cd31c5f63de7107412acc65daa5b8"}"#,
                output: r#"{"accepted": false, "reason": "wrong_email"}"#,
            },
        ],
    },
};

fn redeem(call: &Call) -> StepResult {
    let input = &call.input;
    let email = address(&input.setting("email").unwrap_or_default());
    let target = ["target_email", "invite_email"]
        .map(|key| address(&stored(input, key)))
        .into_iter()
        .find(|target| !target.is_empty())
        .unwrap_or_default();
    let [token, token_hash, role] =
        ["token", "token_hash", "role"].map(|key| input.setting(key).unwrap_or_default());
    let tenant_ids = input.list("tenant_ids").unwrap_or_default();
    let presented = Presented {
        email: &email,
        token: &token,
        target_email: &target,
        token_hash: &token_hash,
        expires_at: &stored(input, "expires_at"),
        used_at: &stored(input, "used_at"),
        role: &role,
        tenant_ids: &tenant_ids,
    };
    let requirement = Requirement {
        target_email: call.config.flag("require_target_email"),
        expiry: call.config.flag("require_expiry"),
    };
    let verdict = invite::redeem(
        &*call.ports.clock,
        &presented,
        &limits(&call.config),
        requirement,
    );
    let reason = verdict.map_or_else(invite::RedeemRefusal::code, |()| "accepted");
    Ok(Reply::new()
        .with("accepted", verdict.is_ok())
        .with("email", email.as_str())
        .with("role", role.as_str())
        .with("tenant_ids", tenant_ids.clone())
        .with("reason", reason))
}

pub(crate) static REVOKE: Body = Body {
    run: Run::Now(revoke),
    verdict: Some("accepted"),
    guard: Guard {
        looked_up: LookedUp::These(&["revoked_by"]),
        secrets: &[],
    },
    about: About {
        summary: "Accepts the withdrawal of an invitation that is named by its id or its address.",
        duties: &[
            "Check before that whoever withdraws may do so.",
            "Delete the invitation, by id if there is one.",
        ],
        examples: &[Example {
            title: "Nothing is named",
            config: "{}",
            input: "{}",
            output: r#"{"accepted": false, "reason": "missing_invite"}"#,
        }],
    },
};

fn revoke(call: &Call) -> StepResult {
    let text = |key| call.input.setting(key).unwrap_or_default();
    let (id, email) = (text("invite_id"), address(&text("email")));
    let is_named = !(id.is_empty() && email.is_empty());
    let reason = if is_named {
        "accepted"
    } else {
        "missing_invite"
    };
    Ok(Reply::new()
        .with("accepted", is_named)
        .with("invite_id", id)
        .with("email", email)
        .with("revoked_by", text("revoked_by"))
        .with("reason", reason))
}

fn limits(config: &Document) -> Limits {
    Limits {
        roles: allow_list(config, "allowed_roles"),
        tenants: allow_list(config, "allowed_tenant_ids"),
    }
}

/// An allow-list: empty or absent allows everything. One of which only blanks and unresolved
/// templates are left allows nothing: it was meant to restrict.
fn allow_list(config: &Document, key: &str) -> AllowList {
    match config.value(key).and_then(|value| value.as_array()) {
        Some(entries) if !entries.is_empty() => {
            AllowList::only(config.list(key).unwrap_or_default())
        }
        _ => AllowList::everything(),
    }
}

/// What is stored about an invitation, as text without blanks around it. Unlike a setting, an
/// unresolved template stays: it must not read as "nothing is stored".
fn stored(input: &Document, key: &str) -> String {
    input
        .value(key)
        .map(|value| printed(value).trim().to_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use gatefold_kernel::Document;
    use serde_json::json;

    use super::{allow_list, stored};

    #[test]
    fn an_allow_list_that_lost_its_entries_allows_nothing() {
        for (list, permits_owner, permits_editor) in [
            (json!(null), true, true),
            (json!([]), true, true),
            (json!(["editor"]), false, true),
            (json!(["{{ .role }}"]), false, false),
            (json!([""]), false, false),
        ] {
            let config = Document::new(json!({"k": list}).as_object().cloned().unwrap());
            let allowed = allow_list(&config, "k");
            assert_eq!(allowed.permits("owner"), permits_owner, "{list}");
            assert_eq!(allowed.permits("editor"), permits_editor, "{list}");
        }
    }

    #[test]
    fn what_is_stored_is_never_taken_for_absent() {
        for (value, expected) in [
            (json!(" x "), "x"),
            (json!("{{ .x }}"), "{{ .x }}"),
            (json!(true), "true"),
            (json!(null), ""),
            (json!("  "), ""),
        ] {
            let input = Document::new(json!({"k": value}).as_object().cloned().unwrap());
            assert_eq!(stored(&input, "k"), expected);
        }
    }
}
