//! What the browser sends back, read as go-webauthn reads it.
//!
//! Pages of pipelines often write this JSON by hand: without `clientExtensionResults`, with padding.
//! The host reads Level 3 JSON strictly; here we forgive form, never content: the members end in the
//! same types and the same verification.

use std::borrow::Cow;

use gatefold_webauthn::{
    AttestationObject, AuthenticationResponse, AuthenticatorData, CredentialId, MAX_RESPONSE_BYTES,
    RegistrationResponse, Transport, UserHandle,
};
use serde::Deserialize;

use super::client_claims::ClientClaims;
use super::stored_text::{read_object, read_url_safe};

/// More transports are no hint.
const MAX_TRANSPORTS: usize = 32;

/// A parsed response to a registration; not verified.
#[derive(Debug)]
pub struct ClientAttestation {
    /// What the client data claim.
    pub(super) claims: ClientClaims,
    /// What is verified; nothing if type, challenge or origin are missing from the client data, or the
    /// challenge is malformed.
    pub(super) response: Option<RegistrationResponse>,
    /// The attestation object as received.
    pub(super) object: Vec<u8>,
    /// The authenticator data as the client repeated them.
    pub(super) authenticator_data: Option<Vec<u8>>,
    /// The algorithm as the client repeated it.
    pub(super) public_key_algorithm: i64,
    /// How the client says the authenticator is reached.
    pub(super) transports: Vec<String>,
    /// `platform`, `cross-platform` or empty.
    pub(super) attachment: String,
}

/// A parsed response to an authentication; not verified.
#[derive(Debug)]
pub struct ClientAssertion {
    /// The credential the client says it used.
    pub(super) credential_id: CredentialId,
    /// The account it names, which nothing signs; never empty.
    pub(super) user_handle: Option<Vec<u8>>,
    /// What the client data claim.
    pub(super) claims: ClientClaims,
    /// What is verified; nothing if type, challenge or origin are missing from the client data, or the
    /// challenge is malformed.
    pub(super) response: Option<AuthenticationResponse>,
}

/// Why a text is no response to a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AttestationParseError {
    /// Not JSON, too large, a member of the wrong type or named twice, no id, or not a public key.
    #[error("not the JSON of a public key credential")]
    Envelope,
    /// Client data, attestation object or authenticator data are malformed, or hold no credential.
    #[error("malformed attestation response")]
    Response,
}

/// Why a text is no response to an authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AssertionParseError {
    /// Not JSON, too large, or a member of the wrong type or named twice, or `id` and `rawId` differ.
    #[error("not the JSON of a public key credential")]
    Envelope,
    /// There is no id.
    #[error("no id")]
    IdMissing,
    /// The id is not base64url of 1 to 1023 bytes.
    #[error("the id is not base64url of 1 to 1023 bytes")]
    IdEncoding,
    /// The type is not `public-key`.
    #[error("the type is not public-key")]
    Kind,
    /// The client data are not the JSON they should be.
    #[error("malformed client data")]
    ClientData,
    /// The authenticator data are malformed.
    #[error("malformed authenticator data")]
    AuthenticatorData,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound = "R: Deserialize<'de> + Default")]
struct EnvelopeJson<'a, R> {
    #[serde(default, borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    raw_id: Option<Cow<'a, str>>,
    #[serde(default, borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(default)]
    response: R,
    #[serde(default, borrow)]
    authenticator_attachment: Option<Cow<'a, str>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct AttestationJson {
    #[serde(rename = "clientDataJSON")]
    client_data_json: Bytes,
    attestation_object: Bytes,
    authenticator_data: Bytes,
    public_key_algorithm: Option<i64>,
    transports: Option<Vec<String>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct AssertionJson {
    #[serde(rename = "clientDataJSON")]
    client_data_json: Bytes,
    authenticator_data: Bytes,
    signature: Bytes,
    user_handle: Bytes,
}

/// A binary member: base64url, padded or not; null and absent are empty.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text: Option<Cow<'de, str>> = Deserialize::deserialize(deserializer)?;
        read_url_safe(&text.unwrap_or_default())
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("not base64url"))
    }
}

impl<R> EnvelopeJson<'_, R> {
    /// The credential id; `None` if it is not base64url of 1 to 1023 bytes.
    fn credential_id(&self) -> Option<CredentialId> {
        let id = read_url_safe(self.id.as_deref()?)?;
        CredentialId::new(id).ok()
    }

    /// Whether `rawId` names the same credential as `id`.
    fn is_raw_id(&self, id: &CredentialId) -> bool {
        self.raw_id
            .as_deref()
            .and_then(read_url_safe)
            .is_some_and(|raw| raw == id.as_bytes())
    }

    fn is_public_key(&self) -> bool {
        self.kind.as_deref() == Some("public-key")
    }
}

impl ClientAttestation {
    /// Reads a response of at most 64 KiB.
    ///
    /// # Errors
    /// See [`AttestationParseError`].
    pub fn read(json: &str) -> Result<Self, AttestationParseError> {
        use AttestationParseError::{Envelope, Response};
        let envelope: EnvelopeJson<'_, AttestationJson> = parse(json).ok_or(Envelope)?;
        let id = envelope.credential_id().ok_or(Envelope)?;
        if !envelope.is_public_key() {
            return Err(Envelope);
        }
        let is_raw_id = envelope.is_raw_id(&id);
        let attachment = known_attachment(envelope.authenticator_attachment.as_deref());
        let members = envelope.response;
        let object = members.attestation_object.0;
        let (claims, client_data) =
            ClientClaims::read(members.client_data_json.0).ok_or(Response)?;
        let parsed = AttestationObject::parse(&object).map_err(|_| Response)?;
        let data = parsed.authenticator_data();
        data.attested_credential().ok_or(Response)?;
        if !is_raw_id {
            return Err(Envelope);
        }
        let transports = members.transports.unwrap_or_default();
        if transports.len() > MAX_TRANSPORTS {
            return Err(Response);
        }
        Ok(Self {
            claims,
            response: client_data
                .map(|client_data| RegistrationResponse::from_parts(id, client_data, parsed)),
            object,
            authenticator_data: filled(members.authenticator_data),
            public_key_algorithm: members.public_key_algorithm.unwrap_or_default(),
            transports: transports.into_iter().map(current_word).collect(),
            attachment,
        })
    }
}

impl ClientAssertion {
    /// Reads a response of at most 64 KiB.
    ///
    /// # Errors
    /// See [`AssertionParseError`].
    pub fn read(json: &str) -> Result<Self, AssertionParseError> {
        use AssertionParseError as Error;
        let envelope: EnvelopeJson<'_, AssertionJson> = parse(json).ok_or(Error::Envelope)?;
        if envelope.id.as_deref().unwrap_or_default().is_empty() {
            return Err(Error::IdMissing);
        }
        let credential_id = envelope.credential_id().ok_or(Error::IdEncoding)?;
        if !envelope.is_public_key() {
            return Err(Error::Kind);
        }
        let is_raw_id = envelope.is_raw_id(&credential_id);
        let members = envelope.response;
        let (claims, client_data) =
            ClientClaims::read(members.client_data_json.0).ok_or(Error::ClientData)?;
        let data = AuthenticatorData::parse(members.authenticator_data.0)
            .map_err(|_| Error::AuthenticatorData)?;
        if !is_raw_id {
            return Err(Error::Envelope);
        }
        let user_handle = filled(members.user_handle);
        let response = client_data.map(|client_data| {
            AuthenticationResponse::from_parts(
                credential_id.clone(),
                client_data,
                data,
                members.signature.0,
                user_handle
                    .clone()
                    .and_then(|handle| UserHandle::new(handle).ok()),
            )
        });
        Ok(Self {
            credential_id,
            user_handle,
            claims,
            response,
        })
    }
}

fn parse<'a, T: Deserialize<'a>>(json: &'a str) -> Option<T> {
    (json.len() <= MAX_RESPONSE_BYTES)
        .then(|| read_object(json.as_bytes()))
        .flatten()
}

fn filled(bytes: Bytes) -> Option<Vec<u8>> {
    (!bytes.0.is_empty()).then_some(bytes.0)
}

/// The attachment if it is one that Level 3 knows (section 5.4.5).
fn known_attachment(word: Option<&str>) -> String {
    let known = word.and_then(gatefold_webauthn::Attachment::from_wire);
    known.map_or("", |known| known.as_str()).to_owned()
}

/// The present word for a transport; `cable` became `hybrid`.
fn current_word(word: String) -> String {
    match Transport::from_wire(&word) {
        Some(known) => known.as_str().to_owned(),
        None => word,
    }
}

#[cfg(test)]
mod tests;
