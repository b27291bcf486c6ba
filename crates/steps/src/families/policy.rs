//! Which ways of signing in are offered.

use gatefold_kernel::Document;
use gatefold_kernel::document::printed;
use gatefold_kernel::oauth::provider::resolve;
use gatefold_kernel::policy::{self, Gate, Methods, Presence, Settings};
use gatefold_kernel::provider::catalog;
use serde_json::Value;

use crate::call::{Call, Edge};
use crate::catalogue::{About, Body, Example, Guard, LookedUp, Run};
use crate::modules::Modules;
use crate::reply::{Reply, StepError, StepResult};

pub(crate) static METHODS: Body = Body {
    run: Run::Now(methods),
    verdict: None,
    guard: SETTINGS_GUARD,
    about: About {
        summary: "Says which ways of signing in the settings allow.",
        duties: &[
            "Put settings that must not change at run time into the step's configuration: the input may tighten those, and decides where they are silent.",
            "Ask this policy, or policy_gate after it, in every pipeline that signs somebody in: a method that is not listed is not thereby switched off.",
        ],
        examples: &[
            Example {
                title: "Passkeys are ready, and production has no passwords",
                config: r#"{"environment": "production", "webauthn_rp_id": "example.com", "webauthn_origin": "https://example.com"}"#,
                input: r#"{"environment": "development", "password_auth_enabled": true}"#,
                output: r#"{"passkey_enabled": true, "password_enabled": false, "primary_method_count": 1}"#,
            },
            Example {
                title: "Google needs its three settings and routes",
                config: r#"{"auth_routes_enabled": true, "google_oauth_client_id": "id", "google_oauth_client_secret": "secret", "google_oauth_redirect_url": "https://example.com/auth/google/callback"}"#,
                input: "{}",
                output: r#"{"oauth_providers": ["google"], "primary_method_count": 1}"#,
            },
        ],
    },
};

pub(crate) static GATE: Body = Body {
    run: Run::Now(gate),
    verdict: None,
    guard: Guard {
        looked_up: LookedUp::Every,
        secrets: &["signing_secret", "jwt_secret"],
    },
    about: About {
        summary: "Narrows a policy to what this deployment can serve: codes need a signing secret, providers must be supported, and mail, SMS and providers need the required runtime keys.",
        duties: &[
            "Name the policy's step in policy_step: then a method passes only if that step and the input both allow it.",
            "Give the runtime configuration as runtime_config where the engine passes none, else required_runtime_keys closes mail, SMS and providers.",
        ],
        examples: &[Example {
            title: "Without a policy nothing is allowed",
            config: "{}",
            input: "{}",
            output: r#"{"passkey_enabled": false, "password_enabled": false, "primary_method_count": 0}"#,
        }],
    },
};

pub(crate) static RESPONSE: Body = Body {
    run: Run::Now(response),
    verdict: None,
    guard: Guard {
        looked_up: LookedUp::These(&[
            "passkey_enabled",
            "email_code_enabled",
            "sms_code_enabled",
            "password_enabled",
            "password_auth_enabled",
            "totp_enabled",
            "oauth_providers",
            "primary_method_count",
        ]),
        secrets: &[],
    },
    about: About {
        summary: "Writes a policy as the list of methods that a sign-in page shows.",
        duties: &["Show the list; enforce the policy itself in the pipelines that sign people in."],
        examples: &[Example {
            title: "The order of the page",
            config: "{}",
            input: r#"{"passkey_enabled": true, "email_code_enabled": true, "oauth_providers": ["google"], "primary_method_count": 3}"#,
            output: r#"{"methods": ["passkey", "email_code", "oauth_google"], "password_enabled": false, "primary_method_count": 3}"#,
        }],
    },
};

pub(crate) static AUDIT: Body = Body {
    run: Run::Now(audit),
    verdict: Some("passed"),
    guard: SETTINGS_GUARD,
    about: About {
        summary: "Lists what must not be in production: a request for passwords, and stored password hashes.",
        duties: &[
            "Count the stored hashes and pass them as password_hash_count.",
            "Stop the deployment where passed is false, or set on_denied.",
        ],
        examples: &[Example {
            title: "Passwords in production",
            config: r#"{"environment": "production", "password_auth_enabled": true}"#,
            input: r#"{"password_hash_count": 2}"#,
            output: r#"{"passed": false, "violations": ["password auth cannot be enabled in production", "production contains password hashes"]}"#,
        }],
    },
};

/// A policy is judged by settings that the pipeline looked up, never by a query.
const SETTINGS_GUARD: Guard = Guard {
    looked_up: LookedUp::Every,
    secrets: &[
        "google_oauth_client_secret",
        "twilio_auth_token",
        "twilio_api_key_secret",
        "jwt_secret",
        "facebook_oauth_client_secret",
        "instagram_oauth_client_secret",
        "x_oauth_client_secret",
    ],
};

/// The members that describe methods, in every output that does.
pub(crate) fn members(methods: &Methods) -> Reply {
    Reply::new()
        .with("passkey_enabled", methods.passkey)
        .with("email_code_enabled", methods.email_code)
        .with("sms_code_enabled", methods.sms_code)
        .with("password_enabled", methods.password)
        .with("password_auth_enabled", methods.password_auth)
        .with("totp_enabled", methods.totp)
        .with("oauth_providers", methods.oauth_providers.clone())
        .with("primary_method_count", methods.primary_count())
}

fn methods(call: &Call) -> StepResult {
    let settings = settings(call)?;
    let descriptors = catalog(&[settings.document()]).providers;
    let methods = Methods::evaluate(&settings, &descriptors);
    let module = call.config.setting("module");
    let methods = match &module {
        Some(name) => methods.with_providers(configured(&call.modules, name)?, &settings),
        None => methods,
    };
    // V6, V7: a policy does not offer passwords that an instance disables.
    let methods = if call.modules.passwords_disabled(module.as_deref())? {
        methods.without_passwords()
    } else {
        methods
    };
    Ok(members(&methods))
}

/// The settings of a call: the operator's, which the input may only tighten.
fn settings(call: &Call) -> Result<Settings, StepError> {
    let base = call.config.overlaid(&call.runtime_config()?);
    Ok(Settings::tightened(base, call.input.clone()))
}

/// The providers that a module instance configures completely, `auth_providers.<provider>`.
fn configured(modules: &Modules, module: &str) -> Result<Vec<String>, StepError> {
    let mut ready = Vec::new();
    for provider in ["facebook", "google"] {
        let Some(given) = modules.provider(Some(module), provider)? else {
            continue;
        };
        let mut settings = Document::default();
        for (key, value) in given.members() {
            settings.set(&format!("{provider}_oauth_{key}"), value.clone());
        }
        settings.set(
            "allow_insecure_test_oauth_endpoints",
            given.strict_flag("allow_insecure_test_endpoints"),
        );
        if resolve(provider, &settings).is_ok() {
            ready.push(provider.to_owned());
        }
    }
    Ok(ready)
}

fn gate(call: &Call) -> StepResult {
    let runtime = call.runtime_config()?;
    let rules = Gate {
        supported_providers: supported(&call.config),
        signing_secret: signing_secret(call, &runtime),
        runtime: required_keys(call, &runtime),
    };
    Ok(members(&policy::gate(gated(call)?, &rules)))
}

/// The policy to narrow. The in-process edge reads the output of the named step. On the wire the
/// input message carries the policy, which a request can fill too, so the named step must allow the
/// same if its output is there (B28).
fn gated(call: &Call) -> Result<Methods, StepError> {
    let step = call.config.setting("policy_step");
    let step = step.as_deref().unwrap_or("policy");
    let named = match call.pipeline.step_outputs.get(step) {
        Some(output) => Some(Methods::read(&output.object()?)),
        None => None,
    };
    Ok(match call.edge {
        Edge::Json => named.unwrap_or_default(),
        Edge::Wire => {
            let input = Methods::read(&call.input);
            match named {
                Some(named) => input.and(&named),
                None => input,
            }
        }
    })
}

/// The supported providers: Google, if the configuration has no such key; a key that is there and
/// holds no list supports nothing.
fn supported(config: &Document) -> Vec<String> {
    const KEY: &str = "oauth_supported_providers";
    if config.members().contains_key(KEY) {
        config.list(KEY).unwrap_or_default()
    } else {
        vec!["google".to_owned()]
    }
}

fn signing_secret(call: &Call, runtime: &Document) -> Presence {
    let sources = [&call.config, runtime, &call.input];
    let names = ["signing_secret", "jwt_secret"];
    let mut names = names.iter();
    Presence::from(names.any(|name| sources.iter().any(|source| source.is_present(name))))
}

/// Whether every required key has a value at run time. The step's own configuration does not
/// count; a key whose name is an unresolved template cannot be met.
fn required_keys(call: &Call, runtime: &Document) -> Presence {
    let given = call.input.object("runtime_config").unwrap_or_default();
    let is_met = |key: &str| {
        let sources = [runtime, &given, &call.input];
        sources.iter().any(|source| source.is_present(key))
    };
    let met = |key: &Value| {
        let key = printed(key);
        let key = key.trim();
        key.is_empty() || (!key.contains("{{") && is_met(key))
    };
    Presence::from(match call.config.value("required_runtime_keys") {
        Some(Value::Array(keys)) => keys.iter().all(met),
        Some(key @ Value::String(_)) => met(key),
        _ => true,
    })
}

fn response(call: &Call) -> StepResult {
    let methods = Methods::read(&call.input);
    let count = call.input.number("primary_method_count");
    Ok(members(&methods).with("methods", methods.names()).with(
        "primary_method_count",
        count.clamp(i32::MIN.into(), i32::MAX.into()),
    ))
}

fn audit(call: &Call) -> StepResult {
    let violations = policy::audit(&settings(call)?);
    Ok(Reply::new()
        .with("passed", violations.is_empty())
        .with("violations", violations))
}

#[cfg(test)]
pub(crate) mod tests;
