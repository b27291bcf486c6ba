//! What the page sends back: `PublicKeyCredential.toJSON()` (section 5.1.8), parsed before anything is verified.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::attestation::AttestationObject;
use crate::authenticator_data::{AuthenticatorData, AuthenticatorDataError};
use crate::base64url;
use crate::cbor::CborError;
use crate::client_data::{ClientData, ClientDataError};
use crate::identifier::{Challenge, CredentialId, IdentifierError, UserHandle};
use crate::vocabulary::{Attachment, Transport};

/// Why bytes are no response of an authenticator (sections 5.1.8, 5.2 and 6.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// More than 64 KiB.
    #[error("the response is larger than 64 KiB")]
    TooLarge,
    /// Not JSON, a member missing, of the wrong type, or named twice.
    #[error("the response is not RegistrationResponseJSON or AuthenticationResponseJSON")]
    Json,
    /// The member `type` is not `public-key`.
    #[error("the credential type is not public-key")]
    CredentialType,
    /// A binary member is not unpadded base64url.
    #[error("{member} is not unpadded base64url")]
    NotBase64Url {
        /// The member.
        member: &'static str,
    },
    /// The members `id` and `rawId` differ.
    #[error("id and rawId differ")]
    IdMismatch,
    /// The credential id is not of 1 to 1023 bytes.
    #[error("malformed credential id")]
    CredentialId(#[source] IdentifierError),
    /// The user handle is not of 1 to 64 bytes.
    #[error("malformed user handle")]
    UserHandle(#[source] IdentifierError),
    /// More than 32 transports.
    #[error("too many transports")]
    TooManyTransports,
    /// The client data is malformed.
    #[error(transparent)]
    ClientData(#[from] ClientDataError),
    /// The attestation object is no CBOR map (section 6.5.4).
    #[error("the attestation object is not CBOR")]
    AttestationObject(#[source] CborError),
    /// `fmt`, `attStmt` or `authData` is missing or of the wrong type, or something else is there (section 6.5.4).
    #[error("the attestation object does not have the members it should have")]
    AttestationObjectShape,
    /// The authenticator data is malformed.
    #[error(transparent)]
    AuthenticatorData(#[from] AuthenticatorDataError),
}

impl ParseError {
    /// A stable name for logs and tests.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Json => "json",
            Self::CredentialType => "credential_type",
            Self::NotBase64Url { .. } => "not_base64url",
            Self::IdMismatch => "id_mismatch",
            Self::CredentialId(_) => "credential_id",
            Self::UserHandle(_) => "user_handle",
            Self::TooManyTransports => "too_many_transports",
            Self::ClientData(_) => "client_data",
            Self::AttestationObject(_) => "attestation_object",
            Self::AttestationObjectShape => "attestation_object_shape",
            Self::AuthenticatorData(_) => "authenticator_data",
        }
    }
}

/// The largest response we read, in bytes.
pub const MAX_RESPONSE_BYTES: usize = 64 * 1024;

const MAX_TRANSPORTS: usize = 32;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EnvelopeJson<R> {
    id: String,
    raw_id: String,
    #[serde(rename = "type")]
    kind: String,
    response: R,
    authenticator_attachment: Option<String>,
    client_extension_results: ExtensionResultsJson,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExtensionResultsJson {
    cred_props: Option<CredPropsJson>,
}

#[derive(Deserialize)]
struct CredPropsJson {
    rk: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AttestationResponseJson {
    #[serde(rename = "clientDataJSON")]
    client_data_json: String,
    attestation_object: String,
    #[serde(default)]
    transports: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssertionResponseJson {
    #[serde(rename = "clientDataJSON")]
    client_data_json: String,
    authenticator_data: String,
    signature: String,
    user_handle: Option<String>,
}

fn decode(member: &'static str, text: &str) -> Result<Vec<u8>, ParseError> {
    base64url::decode(text).ok_or(ParseError::NotBase64Url { member })
}

/// The members both ceremonies share.
#[derive(Debug, Clone)]
struct Envelope {
    id: CredentialId,
    attachment: Option<Attachment>,
    discoverable: Option<bool>,
}

impl Envelope {
    /// One that says nothing but whose it is.
    fn bare(id: CredentialId) -> Self {
        Self {
            id,
            attachment: None,
            discoverable: None,
        }
    }
}

fn open<R: DeserializeOwned>(json: &[u8]) -> Result<(Envelope, R), ParseError> {
    if json.len() > MAX_RESPONSE_BYTES {
        return Err(ParseError::TooLarge);
    }
    let envelope: EnvelopeJson<R> = serde_json::from_slice(json).map_err(|_| ParseError::Json)?;
    if envelope.kind != "public-key" {
        return Err(ParseError::CredentialType);
    }
    if envelope.id != envelope.raw_id {
        return Err(ParseError::IdMismatch);
    }
    let id =
        CredentialId::new(decode("rawId", &envelope.raw_id)?).map_err(ParseError::CredentialId)?;
    let attachment = envelope.authenticator_attachment;
    let cred_props = envelope.client_extension_results.cred_props;
    let shared = Envelope {
        id,
        attachment: attachment.as_deref().and_then(Attachment::from_wire),
        discoverable: cred_props.and_then(|properties| properties.rk),
    };
    Ok((shared, envelope.response))
}

/// `RegistrationResponseJSON`, parsed but not verified: every accessor returns a claim.
///
/// `response.authenticatorData`, `publicKey` and `publicKeyAlgorithm` repeat, for scripts, what the attestation
/// object holds; they are not read, so that nobody can trust them by mistake. Unknown members are tolerated.
#[derive(Debug, Clone)]
pub struct RegistrationResponse {
    envelope: Envelope,
    client_data: ClientData,
    transports: Vec<Transport>,
    pub(crate) attestation: AttestationObject,
}

impl RegistrationResponse {
    /// Parses JSON of at most 64 KiB.
    ///
    /// # Errors
    /// See [`ParseError`].
    pub fn from_json(json: &[u8]) -> Result<Self, ParseError> {
        let (envelope, response) = open::<AttestationResponseJson>(json)?;
        if response.transports.len() > MAX_TRANSPORTS {
            return Err(ParseError::TooManyTransports);
        }
        let mut transports: Vec<_> = response
            .transports
            .iter()
            .filter_map(|word| Transport::from_wire(word))
            .collect();
        transports.sort_unstable();
        transports.dedup();
        let client_data = decode("clientDataJSON", &response.client_data_json)?;
        let attestation = decode("attestationObject", &response.attestation_object)?;
        Ok(Self {
            envelope,
            client_data: ClientData::parse(client_data)?,
            transports,
            attestation: AttestationObject::parse(&attestation)?,
        })
    }

    /// A response whose members the caller has read from another form than Level 3 JSON. Without transports and
    /// attachment: they are unsigned hints, and the caller has them already.
    #[must_use]
    pub fn from_parts(
        credential_id: CredentialId,
        client_data: ClientData,
        attestation: AttestationObject,
    ) -> Self {
        Self {
            envelope: Envelope::bare(credential_id),
            client_data,
            transports: Vec::new(),
            attestation,
        }
    }

    /// The id the client gave the credential.
    #[must_use]
    pub fn credential_id(&self) -> &CredentialId {
        &self.envelope.id
    }

    /// The challenge the client claims to have been given.
    #[must_use]
    pub fn challenge(&self) -> &Challenge {
        self.client_data.challenge()
    }

    /// The client data.
    #[must_use]
    pub fn client_data(&self) -> &ClientData {
        &self.client_data
    }

    /// The authenticator data inside the attestation object.
    #[must_use]
    pub fn authenticator_data(&self) -> &AuthenticatorData {
        self.attestation.authenticator_data()
    }

    /// The attestation statement format, as claimed.
    #[must_use]
    pub fn format(&self) -> &str {
        self.attestation.format()
    }

    /// How the authenticator can be reached: known words, sorted, without repetition.
    #[must_use]
    pub fn transports(&self) -> &[Transport] {
        &self.transports
    }

    /// Whether the authenticator is built in; unknown words count as absent.
    #[must_use]
    pub fn attachment(&self) -> Option<Attachment> {
        self.envelope.attachment
    }

    /// `credProps.rk`: whether the client says that the credential is discoverable.
    #[must_use]
    pub fn discoverable(&self) -> Option<bool> {
        self.envelope.discoverable
    }
}

/// `AuthenticationResponseJSON`, parsed but not verified: every accessor returns a claim.
#[derive(Debug, Clone)]
pub struct AuthenticationResponse {
    envelope: Envelope,
    client_data: ClientData,
    authenticator_data: AuthenticatorData,
    signature: Vec<u8>,
    user_handle: Option<UserHandle>,
}

impl AuthenticationResponse {
    /// Parses JSON of at most 64 KiB.
    ///
    /// # Errors
    /// See [`ParseError`].
    pub fn from_json(json: &[u8]) -> Result<Self, ParseError> {
        let (envelope, response) = open::<AssertionResponseJson>(json)?;
        let client_data = decode("clientDataJSON", &response.client_data_json)?;
        let authenticator_data = decode("authenticatorData", &response.authenticator_data)?;
        let read_handle = |text: &str| {
            UserHandle::new(decode("userHandle", text)?).map_err(ParseError::UserHandle)
        };
        Ok(Self {
            envelope,
            client_data: ClientData::parse(client_data)?,
            authenticator_data: AuthenticatorData::parse(authenticator_data)?,
            signature: decode("signature", &response.signature)?,
            user_handle: response
                .user_handle
                .as_deref()
                .map(read_handle)
                .transpose()?,
        })
    }

    /// A response whose members the caller has read from another form than Level 3 JSON.
    #[must_use]
    pub fn from_parts(
        credential_id: CredentialId,
        client_data: ClientData,
        authenticator_data: AuthenticatorData,
        signature: Vec<u8>,
        user_handle: Option<UserHandle>,
    ) -> Self {
        Self {
            envelope: Envelope::bare(credential_id),
            client_data,
            authenticator_data,
            signature,
            user_handle,
        }
    }

    /// The credential the client says it used.
    #[must_use]
    pub fn credential_id(&self) -> &CredentialId {
        &self.envelope.id
    }

    /// The challenge the client claims to have been given.
    #[must_use]
    pub fn challenge(&self) -> &Challenge {
        self.client_data.challenge()
    }

    /// The client data.
    #[must_use]
    pub fn client_data(&self) -> &ClientData {
        &self.client_data
    }

    /// The authenticator data.
    #[must_use]
    pub fn authenticator_data(&self) -> &AuthenticatorData {
        &self.authenticator_data
    }

    /// The signature over authenticator data and the hash of the client data.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The user handle, which discoverable credentials return.
    #[must_use]
    pub fn user_handle(&self) -> Option<&UserHandle> {
        self.user_handle.as_ref()
    }

    /// Whether the authenticator is built in; unknown words count as absent.
    #[must_use]
    pub fn attachment(&self) -> Option<Attachment> {
        self.envelope.attachment
    }
}
