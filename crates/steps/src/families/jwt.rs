//! Signed tokens.

use gatefold_kernel::Document;
use gatefold_kernel::jwt::{self, KeyFault, SigningKey, TokenRequest};

use crate::call::Call;
use crate::catalogue::{About, Body, Example, Guard, LookedUp, Run};
use crate::reply::{Reply, StepError, StepResult};

pub(crate) static ISSUE: Body = Body {
    run: Run::Now(issue),
    verdict: None,
    guard: Guard {
        looked_up: LookedUp::These(&["subject", "claims"]),
        secrets: &[],
    },
    about: About {
        summary: "Signs a token about a subject: HS256 with a secret of the environment, or ES256 with a private key of it.",
        duties: &[
            "Run it only after a step whose verdict you compared with true, and take the subject from there.",
            "Set `ttl_seconds`; a token lives 30 days at most and cannot be called back.",
            "The engine's own check of tokens does not trim its secret: keep blanks and line breaks out of the variable.",
            "For ES256 publish `jwks` (with `jwks_only: true` the step signs nothing), and name the `audience`.",
        ],
        examples: &[
            Example {
                title: "Without a secret nothing is signed",
                config: r#"{"secret_env": "GATEFOLD_EXAMPLE_UNSET"}"#,
                input: r#"{"subject": "u-1"}"#,
                output: r#"{"error": "signing secret in env GATEFOLD_EXAMPLE_UNSET not configured (need >=32 chars)"}"#,
            },
            Example {
                title: "Without a private key nothing is signed either",
                config: r#"{"algorithm": "ES256", "private_key_env": "GATEFOLD_EXAMPLE_UNSET"}"#,
                input: r#"{"subject": "u-1"}"#,
                output: r#"{"error": "private key in env GATEFOLD_EXAMPLE_UNSET not configured (need a P-256 private key in PKCS#8 PEM, as `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256` writes it)"}"#,
            },
        ],
    },
};

fn issue(call: &Call) -> StepResult {
    let config = &call.config;
    let key = match key(call)? {
        Ok(key) => key,
        Err(refusal) => return Ok(Reply::new().error(refusal)),
    };
    let jwks = key.jwks();
    if config.flag("jwks_only") {
        return match jwks {
            Some(jwks) => Ok(Reply::new().with("jwks", jwks)),
            None => Err(StepError::new(
                "jwks_only needs algorithm ES256: a shared secret has no public key",
            )),
        };
    }
    let subject = call.input.looked_up("subject");
    if subject.trim().is_empty() {
        return Ok(Reply::new().error("subject is required"));
    }
    let request = TokenRequest {
        issuer: config
            .first_text(&["issuer"])
            .unwrap_or("workflow-plugin-auth"),
        subject,
        audience: config.first_text(&["audience"]),
        claims: call.input.object("claims").unwrap_or_default(),
        lifetime: jwt::lifetime(config.count("ttl_seconds")),
    };
    let issued = jwt::issue(&*call.ports.clock, &*call.ports.entropy, &key, request)
        .map_err(|fault| StepError::new(fault.to_string()))?;
    Ok(Reply::new()
        .with("token", issued.token.expose().as_str())
        .with("expires_at", issued.expires_at.rfc3339())
        .with_some("jwks", jwks))
}

/// The key that the configuration asks for, or what is wrong with the environment.
fn key(call: &Call) -> Result<Result<SigningKey, String>, StepError> {
    let config = &call.config;
    let id = config.first_text(&["key_id"]);
    let read = |variable: &str| call.ports.secrets.get(variable);
    match config.trimmed("algorithm") {
        "" | "HS256" => {
            let variable = variable(config, "secret_env", "AUTH_JWT_SECRET");
            let key = read(variable).ok_or(KeyFault::TooShort);
            let key = key.and_then(|secret| SigningKey::hs256(&secret, id));
            // V-B7
            Ok(key.map_err(|fault| {
                format!("signing secret in env {variable} not configured ({fault})")
            }))
        }
        "ES256" => {
            let variable = variable(config, "private_key_env", "AUTH_JWT_PRIVATE_KEY");
            let key = read(variable).ok_or(KeyFault::NotP256);
            let key = key.and_then(|pem| SigningKey::es256(&pem, id));
            Ok(key
                .map_err(|fault| format!("private key in env {variable} not configured ({fault})")))
        }
        other => Err(StepError::new(format!(
            "algorithm is HS256 or ES256, not {other:?}"
        ))),
    }
}

fn variable<'a>(config: &'a Document, key: &str, default: &'static str) -> &'a str {
    config.first_text(&[key]).unwrap_or(default)
}
