//! Links that sign in.

use gatefold_kernel::Secret;
use gatefold_kernel::magic_link::{self, Letter, Presented, Verdict, mail, verify::Signature};
use gatefold_kernel::ports::{MailServer, PortFuture};
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
        summary: "Draws a sign-in link for an e-mail address: a token, the hash to store and a \
                  signature.",
        duties: &[
            "Store token_hash, email and expires_at; never store or log the token.",
            "Limit how often links are asked for, by address and by client.",
            "Answer the same whether or not the address has an account.",
            "Keep the signing secret out of the request: name an environment variable with \
             signing_secret_env, or let an earlier step provide it.",
        ],
        examples: &[Example {
            title: "An address and a secret are needed",
            config: "{}",
            input: r#"{"email":"person@example.com"}"#,
            output: r#"{"error":"missing email or signing_secret"}"#,
        }],
    },
};

fn generate(call: &Call) -> StepResult {
    let email = call.input.text("email");
    let secret = match signing_secret(call) {
        ConfiguredSecret::Value(secret) => secret,
        ConfiguredSecret::None => Secret::new(call.input.text("signing_secret").to_owned()),
        ConfiguredSecret::Missing(error) => return Ok(Reply::new().error(error)),
    };
    if email.is_empty() || secret.expose().is_empty() {
        return Ok(Reply::new().error("missing email or signing_secret"));
    }
    let ports = &call.ports;
    let link = magic_link::generate(&*ports.clock, &*ports.entropy, email, &secret);
    Ok(Reply::new()
        .with("token", link.token.expose().as_str())
        .with("token_hash", link.token_hash)
        .with("signature", link.signature)
        .with("email", email)
        .with("expires_at", link.expires_at))
}

pub(crate) static VERIFY: Body = Body {
    run: Run::Now(verify),
    verdict: Some("valid"),
    guard: Guard {
        looked_up: LookedUp::These(&["stored_hash", "expires_at"]),
        secrets: &[],
    },
    about: About {
        summary: "Judges a sign-in link that was followed: its token against the stored hash, its \
                  expiry, and its signature where signing_secret_env is configured.",
        duties: &[
            "Look stored_hash and expires_at up by the person or by the token's hash; without \
             expires_at a link counts for ever.",
            "Use a link once: delete or mark the stored row in one statement, and go on only if \
             that statement changed a row.",
            "Look at valid before going on, or set on_denied.",
            "With signing_secret_env, give signature and email exactly as they were generated; the \
             link's expires_at is then protected as well.",
        ],
        examples: &[
            Example {
                title: "The token that was sent",
                config: "{}",
                input: r#"{"token":"test-token-12345","stored_hash":"e4c0a87e760240da600e6d0c5c37516742a3d691feb803a33dcbbe8405e64b1e","expires_at":"2999-01-01T00:00:00Z"}"#,
                output: r#"{"valid":true}"#,
            },
            Example {
                title: "An expiry that is no moment refuses",
                config: "{}",
                input: r#"{"token":"test-token-12345","stored_hash":"e4c0a87e760240da600e6d0c5c37516742a3d691feb803a33dcbbe8405e64b1e","expires_at":"2999-01-01 00:00:00+00"}"#,
                output: r#"{"valid":false,"error":"invalid expires_at"}"#,
            },
        ],
    },
};

fn verify(call: &Call) -> StepResult {
    let invalid = Reply::new().with("valid", false);
    let signature = match signing_secret(call) {
        ConfiguredSecret::None => None,
        ConfiguredSecret::Value(secret) => Some(Signature {
            signature: call.input.text("signature"),
            email: call.input.text("email"),
            secret,
        }),
        ConfiguredSecret::Missing(error) => return Ok(invalid.error(error)),
    };
    let presented = Presented {
        token: Secret::new(call.input.text("token").to_owned()),
        stored_hash: call.input.text("stored_hash"),
        expires_at: call.input.text("expires_at"),
        signature,
    };
    Ok(match magic_link::verify(&*call.ports.clock, &presented) {
        Ok(verdict) => Reply::new().with("valid", verdict == Verdict::Valid),
        Err(error) => invalid.error(error.to_string()),
    })
}

pub(crate) static SEND: Body = Body {
    run: Run::Async(send),
    verdict: None,
    guard: Guard {
        looked_up: LookedUp::These(&["to", "magic_link_url"]),
        secrets: &[],
    },
    about: About {
        summary: "Mails a sign-in link over SMTP with verified TLS: port 465 is TLS from the \
                  start, every other port must offer STARTTLS.",
        duties: &[
            "Send to the address that the link was generated for, never to one that the request \
             names on its own.",
            "Without a mail server the link is in the output (dev_mode): set environment to \
             production wherever others can see the answer, then that is an error.",
            "Name your product with product_name and your sender with from_address.",
            "Do not tell the client whether the mail was sent.",
        ],
        examples: &[
            Example {
                title: "A link must not carry a script",
                config: "{}",
                input: r#"{"to":"person@example.com","magic_link_url":"javascript:alert(1)"}"#,
                output: r#"{"sent":false,"error":"magic_link_url must not be a script or a document"}"#,
            },
            Example {
                title: "A sender must be an address",
                config: r#"{"smtp_host":"mail.example.com","from_address":"nobody"}"#,
                input: r#"{"to":"person@example.com","magic_link_url":"https://example.com/verify?token=1"}"#,
                output: r#"{"sent":false,"dev_mode":false}"#,
            },
        ],
    },
};

fn send(call: &Call) -> PortFuture<'_, StepResult> {
    Box::pin(send_mail(call))
}

async fn send_mail(call: &Call) -> StepResult {
    let unsent = |error: String| {
        Ok(Reply::new()
            .with("sent", false)
            .with("dev_mode", false)
            .error(error))
    };
    let (to, link) = (call.input.text("to"), call.input.text("magic_link_url"));
    if to.is_empty() || link.is_empty() {
        return unsent("missing to or magic_link_url".to_owned());
    }
    if let Err(error) = mail::check_link(link) {
        return unsent(error.to_string());
    }
    let Some(host) = setting(call, "smtp_host", "SMTP_HOST") else {
        return without_server(call, link);
    };
    let from = setting(call, "from_address", "SMTP_FROM");
    let letter = Letter {
        from: from.as_deref().unwrap_or(mail::DEFAULT_SENDER),
        to,
        link,
        product: call.config.text("product_name"),
        subject: call.config.text("subject"),
    };
    let message = match magic_link::compose(&letter) {
        Ok(message) => message,
        Err(error) => return unsent(error.to_string()),
    };
    let Some(port) = port(call) else {
        return unsent("smtp_port: invalid port number, it is 1 to 65535".to_owned());
    };
    let server = MailServer {
        host,
        port,
        credentials: credentials(call),
    };
    match call.ports.mail.send(&server, &message).await {
        Ok(()) => Ok(Reply::new()
            .with("sent", true)
            .with("dev_mode", false)
            .with("to", to)),
        Err(error) => unsent(error.to_string()),
    }
}

/// Without a mail server developers see the link; in any environment that is not theirs this is an
/// error (B12).
fn without_server(call: &Call, link: &str) -> StepResult {
    let reply = Reply::new().with("sent", false);
    if !mail::is_development(call.config.text("environment")) {
        return Ok(reply
            .with("dev_mode", false)
            .error("no mail server is configured: set smtp_host or SMTP_HOST"));
    }
    Ok(reply.with("dev_mode", true).with("magic_link_url", link))
}

/// A text of the configuration, else of the environment.
fn setting(call: &Call, key: &str, variable: &str) -> Option<String> {
    let configured = call.config.first_text(&[key]).map(str::to_owned);
    configured.or_else(|| {
        let value = call.ports.secrets.get(variable)?;
        let value = value.expose().trim();
        (!value.is_empty()).then(|| value.to_owned())
    })
}

/// The port: a number of the configuration that is not 0, else the environment's, else 587. A text
/// in the configuration does not count.
fn port(call: &Call) -> Option<u16> {
    const SUBMISSION: i64 = 587;
    let configured = match call.config.value("smtp_port") {
        Some(Value::Number(_)) => call.config.number("smtp_port"),
        _ => 0,
    };
    let port = if configured == 0 {
        let variable = call.ports.secrets.get("SMTP_PORT");
        let number = variable.and_then(|value| value.expose().trim().parse().ok());
        number.unwrap_or(SUBMISSION)
    } else {
        configured
    };
    u16::try_from(port).ok().filter(|port| *port != 0)
}

fn credentials(call: &Call) -> Option<(String, Secret<String>)> {
    let user = setting(call, "smtp_user", "SMTP_USER")?;
    let password = match call.config.first_text(&["smtp_pass"]) {
        Some(password) => Secret::new(password.to_owned()),
        None => call
            .ports
            .secrets
            .get("SMTP_PASSWORD")
            .unwrap_or_else(|| Secret::new(String::new())),
    };
    Some((user, password))
}

/// The signing secret that the configuration names.
enum ConfiguredSecret {
    /// It names none.
    None,
    /// This one.
    Value(Secret<String>),
    /// It names an environment variable that is not set. Nothing else may stand in for it.
    Missing(String),
}

fn signing_secret(call: &Call) -> ConfiguredSecret {
    let name = call.config.trimmed("signing_secret_env");
    if name.is_empty() {
        return ConfiguredSecret::None;
    }
    match call.ports.secrets.get(name) {
        Some(secret) if !secret.expose().is_empty() => ConfiguredSecret::Value(secret),
        _ => ConfiguredSecret::Missing(format!(
            "the environment variable {name:?} of signing_secret_env is not set"
        )),
    }
}

#[cfg(test)]
mod tests;
