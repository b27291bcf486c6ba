//! Judging a change of settings.

use serde_json::Value;
use url::{Host, Url};

use super::describe::warnings;
use super::settings::Secrets;
use super::{Diagnostic, shown};
use crate::Document;
use crate::oauth::{canonical, resolve};
use crate::policy::{Methods, OAUTH_ROUTES, PASSWORD_SWITCHES, Settings};
use crate::provider::{Capability, Descriptor, catalog};

/// A change of settings.
#[derive(Debug, Clone, Default)]
pub struct Proposal {
    /// What holds already, from the weakest to the strongest: the step's configuration, the
    /// runtime's, what is stored, the caller's.
    pub sources: Vec<Document>,
    /// What is stored. A secret that the change leaves blank keeps its stored value (B16).
    pub stored: Document,
    /// The change.
    pub desired: Document,
    /// Whose descriptors of providers are believed.
    pub trust: Trust,
    /// Whether there must be a way to sign in (V9).
    pub requires_primary_method: bool,
}

/// Whose descriptors count as ways to sign in. A descriptor says itself that it is supported, so
/// one that a caller made up would satisfy the demand for a way to sign in.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// Descriptors of the operator and of earlier steps.
    pub believed: Vec<Descriptor>,
    /// The ids of providers that the operator supports, whoever describes them.
    pub supported: Vec<String>,
    /// Whether the caller is this process: then its descriptors count if their settings are there.
    pub caller_is_trusted: bool,
}

/// The judgement.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The change, without secrets and without settings that nobody knows; also if it is refused.
    pub accepted: Document,
    /// Which ways of signing in there would be.
    pub methods: Methods,
    /// Why it is refused; empty if it is valid.
    pub errors: Vec<Diagnostic>,
    /// What may surprise.
    pub warnings: Vec<Diagnostic>,
    /// The names of the secrets that the change sets or keeps.
    pub secret_fields: Vec<String>,
}

/// How many values a change may hold, counting nested ones.
const MAX_VALUES: usize = 2_000;

/// How much text a change may hold, names included, in bytes.
const MAX_TEXT: usize = 256 * 1024;

/// How deep a change may nest.
const MAX_DEPTH: usize = 16;

/// Judges a change together with what holds already. Production, said by anybody, is production;
/// a change cannot leave it.
pub fn validate(proposal: &Proposal) -> Judgement {
    if let Some(refusal) = oversized(&proposal.desired) {
        return refusal;
    }
    let all: Vec<&Document> = proposal.sources.iter().chain([&proposal.desired]).collect();
    let descriptors = catalog(&all).providers;
    let secrets = Secrets::of(&descriptors);
    let desired = keeping_secrets(&proposal.desired, &proposal.stored, &secrets);
    let merged = proposal
        .sources
        .iter()
        .fold(Document::default(), |below, above| below.overlaid(above))
        .overlaid(&desired);
    let settings = Settings::of(merged).in_environment_of(&all);

    let counted = proposal.trust.counted(&descriptors);
    let methods = Methods::evaluate(&settings, &counted);
    let mut errors = Vec::new();
    if settings.is_production() && settings.is_requested(PASSWORD_SWITCHES) {
        errors.push(Diagnostic::error(
            "password_auth_enabled",
            "password auth cannot be enabled in production",
        ));
    }
    if proposal.requires_primary_method && !proposal.trust.has_primary(&settings, &descriptors) {
        errors.push(Diagnostic::error(
            "primary_methods",
            "at least one primary authentication method must be configured",
        ));
    }
    errors.extend(passkey_errors(&settings));
    errors.extend(provider_errors(&settings, &descriptors));
    Judgement {
        accepted: shown(&proposal.desired, &descriptors),
        warnings: warnings(&settings, &methods),
        secret_fields: secrets.present(&desired),
        methods,
        errors,
    }
}

impl Trust {
    /// The descriptors that the policy counts: not those that would be ready without any setting,
    /// unless somebody who may say so supports them.
    fn counted(&self, descriptors: &[Descriptor]) -> Vec<Descriptor> {
        let counted = descriptors
            .iter()
            .filter(|one| self.believes(one) || one.requires_settings());
        counted.cloned().collect()
    }

    /// Whether there is a way to sign in that is not only a caller's claim.
    fn has_primary(&self, settings: &Settings, descriptors: &[Descriptor]) -> bool {
        let mut proven = self.counted(descriptors);
        proven.retain(|one| self.caller_is_trusted || self.believes(one));
        Methods::evaluate(settings, &proven).primary_count() > 0
    }

    fn believes(&self, descriptor: &Descriptor) -> bool {
        self.believed.contains(descriptor)
            || self
                .supported
                .iter()
                .any(|id| id.trim().to_lowercase() == descriptor.id)
    }
}

/// The change, with stored secrets where it leaves them blank.
fn keeping_secrets(desired: &Document, stored: &Document, secrets: &Secrets) -> Document {
    let mut kept = desired.clone();
    for (key, value) in desired.members() {
        let blank = value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
        if blank
            && secrets.hold(key)
            && let Some(value) = stored.value(key)
        {
            kept.set(key, value.clone());
        }
    }
    kept
}

fn passkey_errors(settings: &Settings) -> Vec<Diagnostic> {
    let document = settings.document();
    let id = document.setting("webauthn_rp_id");
    let origin = document.setting("webauthn_origin");
    let is_off = settings.is_off(&["passkey_auth_enabled", "passkey_enabled"]);
    if is_off || (id.is_none() && origin.is_none()) {
        return Vec::new();
    }
    let mut errors = Vec::new();
    if id.is_none() {
        errors.push(Diagnostic::error(
            "webauthn_rp_id",
            "passkey login requires a relying party ID",
        ));
    }
    let wrong = match origin {
        None => Some("passkey login requires an origin"),
        Some(origin) if !is_secure(&origin) => {
            Some("passkey origin must use https except for localhost development")
        }
        Some(_) => None,
    };
    errors.extend(wrong.map(|message| Diagnostic::error("webauthn_origin", message)));
    errors
}

/// Whether an origin is https, or http on this machine. Backslashes and control characters, which
/// address parsers disagree about, are refused.
fn is_secure(origin: &str) -> bool {
    let odd = |letter: char| letter == '\\' || letter.is_control();
    let Ok(url) = Url::parse(origin) else {
        return false;
    };
    let is_local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.octets() == [127, 0, 0, 1],
        Some(Host::Ipv6(address)) => address == std::net::Ipv6Addr::LOCALHOST,
        None => false,
    };
    !origin.contains(odd) && (url.scheme() == "https" || (url.scheme() == "http" && is_local))
}

fn provider_errors(settings: &Settings, descriptors: &[Descriptor]) -> Vec<Diagnostic> {
    let described: Vec<&Descriptor> = descriptors.iter().filter(|one| one.is_oauth()).collect();
    if described.is_empty() {
        let known = ["google", "facebook", "instagram", "x"];
        return known
            .iter()
            .flat_map(|id| known_errors(settings, id))
            .collect();
    }
    described
        .iter()
        .flat_map(|descriptor| described_errors(settings, descriptor))
        .collect()
}

/// What is wrong with a provider that is known by name, if it is asked for.
fn known_errors(settings: &Settings, id: &str) -> Vec<Diagnostic> {
    let keys =
        ["client_id", "client_secret", "redirect_url"].map(|key| format!("{id}_oauth_{key}"));
    let [has_id, has_secret, has_redirect] =
        [0, 1, 2].map(|at: usize| settings.are_present(&[&keys[at]]));
    if !(is_selected(settings, id) || has_id || (has_secret && has_redirect)) {
        return Vec::new();
    }
    let field = format!("{id}_oauth");
    if matches!(id, "instagram" | "x") {
        let message = format!("{id} oauth provider is disabled in this release");
        return vec![Diagnostic::error(field, message)];
    }
    let mut errors: Vec<Diagnostic> = routes_error(settings, id).into_iter().collect();
    let missing = keys.iter().filter(|key| !settings.are_present(&[key]));
    errors.extend(missing.map(|key| required(id, key)));
    if let Err(error) = resolve(id, settings.document()) {
        errors.push(Diagnostic::error(field, error.to_string()));
    }
    errors
}

/// What is wrong with a provider that a descriptor describes, if it is asked for.
fn described_errors(settings: &Settings, descriptor: &Descriptor) -> Vec<Diagnostic> {
    let mut fields = descriptor.logins().flat_map(|login| &login.config_fields);
    let asked = is_selected(settings, &descriptor.id)
        || fields.any(|field| settings.are_present(&[&field.key]));
    if !asked {
        return Vec::new();
    }
    let id = &descriptor.id;
    let mut errors = Vec::new();
    for login in descriptor.logins() {
        if let Some(reason) = unusable(login, descriptor) {
            errors.push(Diagnostic::error(format!("{id}_oauth"), reason));
            continue;
        }
        errors.extend(routes_error(settings, id));
        let needed = login.config_fields.iter().filter(|field| field.required);
        let missing = needed.filter(|field| !settings.are_present(&[&field.key]));
        errors.extend(missing.map(|field| required(id, &field.key)));
    }
    errors
}

/// Why a login cannot be used: its own reason, its provider's, or that it is not supported.
fn unusable<'a>(login: &'a Capability, descriptor: &'a Descriptor) -> Option<&'a str> {
    let unsupported = if login.supported {
        ""
    } else {
        "provider is not enabled"
    };
    [
        &login.disabled_reason,
        &descriptor.disabled_reason,
        unsupported,
    ]
    .into_iter()
    .find(|reason| !reason.is_empty())
}

fn is_selected(settings: &Settings, id: &str) -> bool {
    let only = settings.document().setting("oauth_provider");
    only.is_some_and(|only| canonical(&only) == id)
}

fn routes_error(settings: &Settings, id: &str) -> Option<Diagnostic> {
    let message = format!("{id} oauth requires auth routes to be enabled");
    (!settings.is_on(OAUTH_ROUTES)).then(|| Diagnostic::error("auth_routes_enabled", message))
}

fn required(id: &str, key: &str) -> Diagnostic {
    Diagnostic::error(key, format!("{id} oauth requires {key}"))
}

/// Refuses a change that is larger than any settings of sign-in.
fn oversized(desired: &Document) -> Option<Judgement> {
    let mut budget = Budget {
        values: MAX_VALUES,
        text: MAX_TEXT,
    };
    let fits = desired
        .members()
        .iter()
        .all(|(name, value)| budget.takes(name, value, MAX_DEPTH));
    let message = format!(
        "desired_config holds more than {MAX_VALUES} values, {MAX_TEXT} bytes of text or {MAX_DEPTH} levels: send only the settings of sign-in"
    );
    (!fits).then(|| Judgement {
        accepted: Document::default(),
        methods: Methods::default(),
        errors: vec![Diagnostic::error("desired_config", message)],
        warnings: Vec::new(),
        secret_fields: Vec::new(),
    })
}

/// What is left of the limits of a change.
struct Budget {
    values: usize,
    text: usize,
}

impl Budget {
    fn takes(&mut self, name: &str, value: &Value, depth: usize) -> bool {
        let text = name.len() + value.as_str().map_or(0, str::len);
        let (Some(values), Some(text), Some(depth)) = (
            self.values.checked_sub(1),
            self.text.checked_sub(text),
            depth.checked_sub(1),
        ) else {
            return false;
        };
        (self.values, self.text) = (values, text);
        match value {
            Value::Array(items) => items.iter().all(|item| self.takes("", item, depth)),
            Value::Object(members) => members
                .iter()
                .all(|(name, value)| self.takes(name, value, depth)),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests;
