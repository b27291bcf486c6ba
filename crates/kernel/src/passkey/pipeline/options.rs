//! Options as go-webauthn writes them: `{"publicKey":{...}}`, members in its order.

use gatefold_webauthn::UserVerification;
use serde::Serialize;

use crate::passkey::session_data::Parameter;
use crate::passkey::stored_text::{base64url, json};
use crate::passkey::{CredentialRecord, timeout_ms};

/// Options of a registration (WebAuthn Level 3 section 5.1.9).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreationJson<'a> {
    pub(super) rp: PartyJson<'a>,
    pub(super) user: UserJson<'a>,
    pub(super) challenge: &'a str,
    pub(super) pub_key_cred_params: Vec<Parameter>,
    pub(super) timeout: Milliseconds,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) exclude_credentials: Vec<DescriptorJson<'a>>,
    pub(super) authenticator_selection: SelectionJson,
}

#[derive(Serialize)]
pub(super) struct PartyJson<'a> {
    pub(super) name: &'a str,
    pub(super) id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserJson<'a> {
    pub(super) name: &'a str,
    pub(super) display_name: &'a str,
    pub(super) id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SelectionJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) user_verification: Option<UserVerification>,
}

/// Options of an authentication (WebAuthn Level 3 section 5.1.10).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequestJson<'a> {
    pub(super) challenge: &'a str,
    pub(super) timeout: Milliseconds,
    pub(super) rp_id: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) allow_credentials: Vec<DescriptorJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) user_verification: Option<UserVerification>,
}

/// One credential (WebAuthn Level 3 section 5.8.3).
#[derive(Serialize)]
pub(super) struct DescriptorJson<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    transports: &'a [String],
}

/// How long the browser waits.
#[derive(Serialize)]
pub(super) struct Milliseconds(u32);

impl Milliseconds {
    /// As long as every ceremony of ours.
    pub(super) fn of_a_ceremony() -> Self {
        Self(timeout_ms())
    }
}

impl<'a> DescriptorJson<'a> {
    /// Names the credentials of these records.
    pub(super) fn list(records: &'a [CredentialRecord]) -> Vec<Self> {
        let named = |record: &'a CredentialRecord| Self {
            kind: "public-key",
            id: base64url(&record.id),
            transports: record.transports.as_deref().unwrap_or_default(),
        };
        records.iter().map(named).collect()
    }
}

/// The options as the page gets them.
pub(super) fn wrapped<T: Serialize>(options: &T) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Wrapped<'a, T> {
        public_key: &'a T,
    }
    json(&Wrapped {
        public_key: options,
    })
}
