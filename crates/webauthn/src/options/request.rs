//! Options for `navigator.credentials.get()`.

use serde::Serialize;

use super::{Descriptor, DescriptorJson};
use crate::base64url;
use crate::identifier::Challenge;
use crate::origin::RelyingParty;
use crate::vocabulary::{Hint, UserVerification};

/// `PublicKeyCredentialRequestOptionsJSON` (section 5.1.10); serialise it and hand it to the page.
///
/// With no allowed credential the client offers the discoverable ones it has for the relying party.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestOptions {
    challenge: String,
    rp_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allow_credentials: Vec<DescriptorJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_verification: Option<UserVerification>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hints: Vec<Hint>,
}

impl RequestOptions {
    /// The members that must be there.
    #[must_use]
    pub fn new(relying_party: &RelyingParty, challenge: &Challenge) -> Self {
        Self {
            challenge: base64url::encode(challenge.as_bytes()),
            rp_id: relying_party.id().to_string(),
            timeout: None,
            allow_credentials: Vec::new(),
            user_verification: None,
            hints: Vec::new(),
        }
    }

    /// The credentials that may answer.
    #[must_use]
    pub fn allow(mut self, credentials: impl IntoIterator<Item = Descriptor>) -> Self {
        self.allow_credentials = credentials.into_iter().map(DescriptorJson::from).collect();
        self
    }

    /// Whether the authenticator must verify its user.
    #[must_use]
    pub fn user_verification(mut self, requirement: UserVerification) -> Self {
        self.user_verification = Some(requirement);
        self
    }

    /// How long the client should wait, in milliseconds; a hint.
    #[must_use]
    pub fn timeout_ms(mut self, timeout: u32) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Which kind of authenticator the page expects, most likely first.
    #[must_use]
    pub fn hints(mut self, hints: &[Hint]) -> Self {
        self.hints = hints.to_vec();
        self
    }
}
