//! What becomes of somebody whom an identity provider vouches for (V3, V4).

use gatefold_kernel::Document;
use gatefold_kernel::challenge::lowercase;
use gatefold_kernel::identity::{
    Claimed, Creation, Known, Resolution, Rules, Unverified, resolve as judge,
};

use crate::call::Call;
use crate::catalogue::{About, Body, Example, Guard, LookedUp, Run};
use crate::reply::{Reply, StepResult};

/// Every input field: all of it must come from the provider's answer or from the database.
const FIELDS: [&str; 7] = [
    "provider",
    "provider_subject",
    "email",
    "email_verified",
    "session_user_id",
    "linked_user_id",
    "email_user_id",
];

pub(crate) static RESOLVE: Body = Body {
    run: Run::Now(resolve),
    verdict: Some("accepted"),
    guard: Guard {
        looked_up: LookedUp::These(&FIELDS),
        secrets: &[],
    },
    about: About {
        summary: "Decides whether somebody from an identity provider is signed in, linked to an account, gets a new one, or is refused.",
        duties: &[
            "Take provider, subject, address and its verification from the answer of the userinfo step, and the session from your own session check.",
            "`linked_user_id` is the owner of (provider, provider_subject); `email_user_id` the account that has this address verified, compared in lower case.",
            "Store a new link or account in one statement with a unique key on (provider, provider_subject).",
            "Compare `accepted` with true, then branch on `action`: login, link, create or refuse.",
            "Tell the account's owner about a new link.",
        ],
        examples: &[
            Example {
                title: "A known identity signs in",
                config: "{}",
                input: r#"{"provider": "google", "provider_subject": "s-1", "linked_user_id": "u-1"}"#,
                output: r#"{"accepted": true, "action": "login", "user_id": "u-1"}"#,
            },
            Example {
                title: "An address that nobody verified finds no account",
                config: "{}",
                input: r#"{"provider": "google", "provider_subject": "s-1", "email": "amira@example.org", "email_user_id": "u-1"}"#,
                output: r#"{"accepted": false, "action": "refuse", "reason": "email_not_verified"}"#,
            },
            Example {
                title: "Somebody who is signed in adds an identity",
                config: "{}",
                input: r#"{"provider": "google", "provider_subject": "s-1", "session_user_id": "u-1"}"#,
                output: r#"{"accepted": true, "action": "link", "user_id": "u-1"}"#,
            },
        ],
    },
};

fn resolve(call: &Call) -> StepResult {
    let input = &call.input;
    let email = lowercase(input.looked_up("email").trim());
    let refused = |reason: &str| {
        Ok(outcome(["refuse", "", reason])
            .with("accepted", false)
            .with("email", email.as_str()))
    };
    if FIELDS.iter().any(|field| input.text(field).contains("{{")) {
        return refused("unresolved_template");
    }
    let claimed = Claimed {
        provider: input.looked_up("provider"),
        subject: input.looked_up("provider_subject"),
        email: &email,
        is_email_verified: input.strict_flag("email_verified"),
    };
    let account = |key| Some(input.looked_up(key)).filter(|id| !id.trim().is_empty());
    let known = Known {
        session: account("session_user_id"),
        linked: account("linked_user_id"),
        by_email: account("email_user_id"),
    };
    let reply = match judge(&claimed, &known, &rules(&call.config)) {
        Ok(Resolution::Login(account)) => outcome(["login", account, ""]),
        Ok(Resolution::Link(account)) => outcome(["link", account, ""]),
        Ok(Resolution::Create) => outcome(["create", "", ""]),
        Err(refusal) => return refused(refusal.code()),
    };
    Ok(reply.with("accepted", true).with("email", email.as_str()))
}

fn outcome([action, account, reason]: [&str; 3]) -> Reply {
    Reply::new()
        .with("action", action)
        .with("user_id", account)
        .with("reason", reason)
}

/// What the operator decided. Only what is plainly said loosens: `require_verified_email: false`.
/// Creating is open unless `allow_create` says anything but true.
fn rules(config: &Document) -> Rules {
    let is_closed = config.value("allow_create").is_some() && !config.is_on("allow_create");
    Rules {
        unverified: if config.is_off("require_verified_email") {
            Unverified::CreatesOnly
        } else {
            Unverified::Refused
        },
        creation: if is_closed {
            Creation::Closed
        } else {
            Creation::Open
        },
    }
}

#[cfg(test)]
mod tests {
    use gatefold_kernel::Document;
    use gatefold_kernel::identity::{Creation, Unverified};
    use serde_json::json;

    use super::rules;

    #[test]
    fn only_plain_words_loosen_the_rules() {
        for (config, unverified, creation) in [
            (json!({}), Unverified::Refused, Creation::Open),
            (
                json!({"require_verified_email": false, "allow_create": true}),
                Unverified::CreatesOnly,
                Creation::Open,
            ),
            (
                json!({"require_verified_email": "no", "allow_create": "yes"}),
                Unverified::Refused,
                Creation::Closed,
            ),
            (
                json!({"require_verified_email": "{{ .x }}", "allow_create": "{{ .y }}"}),
                Unverified::Refused,
                Creation::Closed,
            ),
        ] {
            let rules = rules(&Document::new(config.as_object().cloned().unwrap()));
            assert_eq!(
                (rules.unverified, rules.creation),
                (unverified, creation),
                "{config}"
            );
        }
    }
}
