//! The gate: a policy, narrowed to what this deployment can serve.

use super::Methods;
use super::methods::plain;

/// Whether something that a method needs is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It is.
    Present,
    /// It is not.
    Missing,
}

impl From<bool> for Presence {
    fn from(is_there: bool) -> Self {
        if is_there {
            Self::Present
        } else {
            Self::Missing
        }
    }
}

/// What a deployment can serve.
#[derive(Debug, Clone)]
pub struct Gate {
    /// The ids of the identity providers that it has code for.
    pub supported_providers: Vec<String>,
    /// The secret that codes are signed with.
    pub signing_secret: Presence,
    /// Every key that the runtime configuration must have, such as a tenant.
    pub runtime: Presence,
}

/// Narrows a policy. Codes by mail need the signing secret; mail, SMS and identity providers need a
/// complete runtime configuration; providers must be supported.
pub fn gate(policy: Methods, gate: &Gate) -> Methods {
    let supported: Vec<String> = gate
        .supported_providers
        .iter()
        .map(|id| plain(id))
        .collect();
    let reachable = gate.runtime == Presence::Present;
    let mut oauth_providers: Vec<String> = Vec::new();
    for id in policy.oauth_providers.iter().map(|id| plain(id)) {
        if reachable && supported.contains(&id) {
            oauth_providers.push(id);
        }
    }
    Methods {
        email_code: policy.email_code && reachable && gate.signing_secret == Presence::Present,
        sms_code: policy.sms_code && reachable,
        oauth_providers,
        ..policy
    }
}

#[cfg(test)]
mod tests {
    use super::{Gate, Methods, Presence, gate};

    #[test]
    fn a_gate_only_narrows() {
        let policy = Methods {
            passkey: true,
            email_code: true,
            sms_code: true,
            password: true,
            oauth_providers: vec!["Google ".into(), "okta".into(), "google".into()],
            ..Methods::default()
        };
        for (signing_secret, runtime, expected) in [
            (
                Presence::Present,
                Presence::Present,
                "passkey email_code sms_code password oauth_google oauth_google",
            ),
            (
                Presence::Missing,
                Presence::Present,
                "passkey sms_code password oauth_google oauth_google",
            ),
            (Presence::Present, Presence::Missing, "passkey password"),
        ] {
            let rules = Gate {
                supported_providers: vec!["google".into()],
                signing_secret,
                runtime,
            };
            let narrowed = gate(policy.clone(), &rules);
            assert_eq!(narrowed.names().join(" "), expected);
        }
    }
}
