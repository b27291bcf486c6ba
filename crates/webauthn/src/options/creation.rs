//! Options for `navigator.credentials.create()`.

use serde::Serialize;

use super::{Descriptor, DescriptorJson, PUBLIC_KEY};
use crate::algorithm::Algorithm;
use crate::base64url;
use crate::identifier::{Challenge, UserHandle};
use crate::origin::RelyingParty;
use crate::vocabulary::{Attachment, AttestationConveyance, Hint, ResidentKey, UserVerification};

/// The account a credential is made for (section 5.4.3).
#[derive(Debug, Clone, Copy)]
pub struct UserEntity<'a> {
    /// The relying party's opaque name; no personal data.
    pub handle: &'a UserHandle,
    /// What tells accounts apart in a list: a login or an address.
    pub name: &'a str,
    /// What a person calls the account; may be empty.
    pub display_name: &'a str,
}

/// `PublicKeyCredentialCreationOptionsJSON` (section 5.1.9); serialise it and hand it to the page.
///
/// Starts with every algorithm of [`Algorithm::ALL`] and says nothing else, which leaves the defaults of
/// Level 3: user verification and attestation as the client prefers, no timeout.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreationOptions {
    rp: RpJson,
    user: UserJson,
    challenge: String,
    pub_key_cred_params: Vec<ParameterJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<u32>,
    exclude_credentials: Vec<DescriptorJson>,
    #[serde(skip_serializing_if = "SelectionJson::is_default")]
    authenticator_selection: SelectionJson,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hints: Vec<Hint>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attestation: Option<AttestationConveyance>,
    #[serde(skip_serializing_if = "ExtensionsJson::is_default")]
    extensions: ExtensionsJson,
}

#[derive(Debug, Clone, Serialize)]
struct RpJson {
    id: String,
    name: String,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct UserJson {
    id: String,
    name: String,
    display_name: String,
}

#[derive(Debug, Clone, Serialize)]
struct ParameterJson {
    #[serde(rename = "type")]
    kind: &'static str,
    alg: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct SelectionJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    authenticator_attachment: Option<Attachment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resident_key: Option<ResidentKey>,
    #[serde(skip_serializing_if = "Option::is_none")]
    require_resident_key: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_verification: Option<UserVerification>,
}

impl SelectionJson {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct ExtensionsJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    cred_props: Option<bool>,
}

impl ExtensionsJson {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl CreationOptions {
    /// The members that must be there.
    #[must_use]
    pub fn new(relying_party: &RelyingParty, challenge: &Challenge, user: UserEntity<'_>) -> Self {
        Self {
            rp: RpJson {
                id: relying_party.id().to_string(),
                name: relying_party.name().to_owned(),
            },
            user: UserJson {
                id: base64url::encode(user.handle.as_bytes()),
                name: user.name.to_owned(),
                display_name: user.display_name.to_owned(),
            },
            challenge: base64url::encode(challenge.as_bytes()),
            pub_key_cred_params: parameters(&Algorithm::ALL),
            timeout: None,
            exclude_credentials: Vec::new(),
            authenticator_selection: SelectionJson::default(),
            hints: Vec::new(),
            attestation: None,
            extensions: ExtensionsJson::default(),
        }
    }

    /// Credentials the account has: their authenticators refuse to make another.
    #[must_use]
    pub fn exclude(mut self, credentials: impl IntoIterator<Item = Descriptor>) -> Self {
        self.exclude_credentials = credentials.into_iter().map(DescriptorJson::from).collect();
        self
    }

    /// The algorithms offered, most wanted first; pass the same ones to the verification.
    #[must_use]
    pub fn algorithms(mut self, algorithms: &[Algorithm]) -> Self {
        self.pub_key_cred_params = parameters(algorithms);
        self
    }

    /// Whether the authenticator must verify its user.
    #[must_use]
    pub fn user_verification(mut self, requirement: UserVerification) -> Self {
        self.authenticator_selection.user_verification = Some(requirement);
        self
    }

    /// Whether the credential must be discoverable. `requireResidentKey` follows, for Level 1 clients.
    #[must_use]
    pub fn resident_key(mut self, requirement: ResidentKey) -> Self {
        self.authenticator_selection.resident_key = Some(requirement);
        self.authenticator_selection.require_resident_key =
            Some(requirement == ResidentKey::Required);
        self
    }

    /// How long the client should wait, in milliseconds; a hint.
    #[must_use]
    pub fn timeout_ms(mut self, timeout: u32) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How much of the authenticator's provenance is wanted.
    #[must_use]
    pub fn attestation(mut self, preference: AttestationConveyance) -> Self {
        self.attestation = Some(preference);
        self
    }

    /// Which kind of authenticator the page expects, most likely first.
    #[must_use]
    pub fn hints(mut self, hints: &[Hint]) -> Self {
        self.hints = hints.to_vec();
        self
    }

    /// Asks whether the credential became discoverable (section 10.1.3, `credProps`).
    #[must_use]
    pub fn cred_props(mut self, wanted: bool) -> Self {
        self.extensions.cred_props = wanted.then_some(true);
        self
    }

    /// Restricts to built-in or to roaming authenticators.
    #[must_use]
    pub fn attachment(mut self, attachment: Attachment) -> Self {
        self.authenticator_selection.authenticator_attachment = Some(attachment);
        self
    }
}

fn parameters(algorithms: &[Algorithm]) -> Vec<ParameterJson> {
    let parameter = |algorithm: &Algorithm| ParameterJson {
        kind: PUBLIC_KEY,
        alg: algorithm.cose_id(),
    };
    algorithms.iter().map(parameter).collect()
}
