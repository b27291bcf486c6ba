//! Credential records: what a pipeline stores of a passkey.
//!
//! The format is that of go-webauthn's `Credential` as JSON. It is written byte for byte as the Go
//! plugin writes it, and read leniently, because people have stored records in several encodings: any
//! base64 in any field, any case in the names, unknown members ignored.

use serde::Serialize;
use serde_json::{Map, Value};

use super::stored_text::{base64, json, read_any};

/// The largest list of records read, in bytes of its text (1 MiB).
pub const MAX_RECORDS_BYTES: usize = 1 << 20;

/// What is stored of one passkey. Absent and empty bytes are the same.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CredentialRecord {
    /// The credential's id; never empty.
    pub id: Vec<u8>,
    /// The COSE_Key.
    pub public_key: Option<Vec<u8>>,
    /// The attestation statement format that the registration came with.
    pub attestation_type: String,
    /// How the client said the authenticator can be reached; unsigned hints.
    pub transports: Option<Vec<String>>,
    /// What was last said about person and backup; nothing if the record does not say whether the
    /// credential may be backed up, which early records did not.
    pub flags: Option<RecordFlags>,
    /// The authenticator.
    pub authenticator: RecordAuthenticator,
    /// The registration as it arrived.
    pub attestation: RecordAttestation,
}

/// Flags of authenticator data (WebAuthn Level 3 section 6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordFlags {
    /// Somebody was there.
    pub user_present: bool,
    /// The authenticator knew who.
    pub user_verified: bool,
    /// The credential may be backed up; fixed for its life.
    pub backup_eligible: bool,
    /// The credential is backed up.
    pub backup_state: bool,
}

/// What is known of the authenticator.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordAuthenticator {
    /// The model.
    pub aaguid: Option<Vec<u8>>,
    /// The signature counter as last seen.
    pub sign_count: u32,
    /// Whether the counter ever stood still or went back.
    pub clone_warning: bool,
    /// `platform`, `cross-platform` or empty; the client's word.
    pub attachment: String,
}

/// The registration as it arrived, for those who check attestation later.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordAttestation {
    /// The client data.
    pub client_data_json: Option<Vec<u8>>,
    /// Its SHA-256.
    pub client_data_hash: Option<Vec<u8>>,
    /// The authenticator data as the client repeated them; not verified.
    pub authenticator_data: Option<Vec<u8>>,
    /// The algorithm as the client repeated it; not verified.
    pub public_key_algorithm: i64,
    /// The attestation object.
    pub object: Option<Vec<u8>>,
}

/// Why a text is no list of credential records.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Longer than [`MAX_RECORDS_BYTES`].
    #[error("more than 1 MiB of credential records")]
    TooLarge,
    /// Not JSON, or no array.
    #[error("not a JSON array of credential records")]
    Json,
    /// A record without an id, by its place in the list.
    #[error("credential {index} id: empty")]
    NoId {
        /// Which record, from 0.
        index: usize,
    },
    /// A member is no base64.
    #[error("credential {index} {member}: illegal base64 data at input byte {offset}")]
    Base64 {
        /// Which record, from 0.
        index: usize,
        /// The member.
        member: &'static str,
        /// The first byte that cannot be read.
        offset: usize,
    },
    /// A member has the wrong type.
    #[error("credential {index} {member}: wrong JSON type")]
    Type {
        /// Which record, from 0.
        index: usize,
        /// The member.
        member: &'static str,
    },
}

impl CredentialRecord {
    /// Reads a JSON array of records; null is an empty one.
    ///
    /// # Errors
    /// See [`RecordError`].
    pub fn read_list(text: &str) -> Result<Vec<Self>, RecordError> {
        if text.len() > MAX_RECORDS_BYTES {
            return Err(RecordError::TooLarge);
        }
        let list: Option<Vec<Value>> = serde_json::from_str(text).map_err(|_| RecordError::Json)?;
        let list = list.unwrap_or_default();
        list.iter()
            .enumerate()
            .map(|(index, value)| read(index, value))
            .collect()
    }

    /// Writes one record.
    #[must_use]
    pub fn write(&self) -> String {
        json(&RecordJson::of(self))
    }
}

/// Reads one record.
fn read(index: usize, value: &Value) -> Result<CredentialRecord, RecordError> {
    let record = Members::of(index, "record", Some(value))?;
    let id = record
        .bytes("id", "id")?
        .ok_or(RecordError::NoId { index })?;
    let flags = record.object("flags")?;
    let authenticator = record.object("authenticator")?;
    let attestation = record.object("attestation")?;
    Ok(CredentialRecord {
        id,
        public_key: record.bytes("publicKey", "publicKey")?,
        attestation_type: record.text("attestationType")?,
        transports: record.texts("transport")?,
        flags: read_flags(&flags)?,
        authenticator: RecordAuthenticator {
            aaguid: authenticator.bytes("AAGUID", "authenticator.AAGUID")?,
            sign_count: authenticator.number("signCount")?,
            clone_warning: authenticator.switch("cloneWarning")?.unwrap_or(false),
            attachment: authenticator.text("attachment")?,
        },
        attestation: RecordAttestation {
            client_data_json: attestation.bytes("clientDataJSON", "attestation.clientDataJSON")?,
            client_data_hash: attestation.bytes("clientDataHash", "attestation.clientDataHash")?,
            authenticator_data: attestation
                .bytes("authenticatorData", "attestation.authenticatorData")?,
            public_key_algorithm: attestation.number("publicKeyAlgorithm")?,
            object: attestation.bytes("object", "attestation.object")?,
        },
    })
}

fn read_flags(flags: &Members<'_>) -> Result<Option<RecordFlags>, RecordError> {
    let Some(backup_eligible) = flags.switch("backupEligible")? else {
        return Ok(None);
    };
    Ok(Some(RecordFlags {
        user_present: flags.switch("userPresent")?.unwrap_or(false),
        user_verified: flags.switch("userVerified")?.unwrap_or(false),
        backup_eligible,
        backup_state: flags.switch("backupState")?.unwrap_or(false),
    }))
}

/// The members of one object of a record; null and absent objects have none.
struct Members<'a> {
    index: usize,
    members: Option<&'a Map<String, Value>>,
}

impl<'a> Members<'a> {
    fn of(
        index: usize,
        member: &'static str,
        value: Option<&'a Value>,
    ) -> Result<Self, RecordError> {
        let members = match value {
            None | Some(Value::Null) => None,
            Some(Value::Object(members)) => Some(members),
            Some(_) => return Err(RecordError::Type { index, member }),
        };
        Ok(Self { index, members })
    }

    /// A member that is not null; its name in any case, the exact one first.
    fn get(&self, name: &str) -> Option<&'a Value> {
        let members = self.members?;
        let any_case = || {
            let mut all = members.iter();
            all.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
        };
        members
            .get(name)
            .or_else(any_case)
            .filter(|value| !value.is_null())
    }

    fn object(&self, name: &'static str) -> Result<Self, RecordError> {
        Self::of(self.index, name, self.get(name))
    }

    /// Bytes that are not empty.
    fn bytes(
        &self,
        name: &'static str,
        path: &'static str,
    ) -> Result<Option<Vec<u8>>, RecordError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let text = value.as_str().ok_or_else(|| self.wrong(path))?;
        let bytes = read_any(text).map_err(|offset| RecordError::Base64 {
            index: self.index,
            member: path,
            offset,
        })?;
        Ok((!bytes.is_empty()).then_some(bytes))
    }

    fn text(&self, name: &'static str) -> Result<String, RecordError> {
        self.get(name).map_or(Ok(String::new()), |value| {
            let text = value.as_str().ok_or_else(|| self.wrong(name))?;
            Ok(text.to_owned())
        })
    }

    fn texts(&self, name: &'static str) -> Result<Option<Vec<String>>, RecordError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let list = value.as_array().map(|list| list.iter().map(text));
        let list = list.and_then(Iterator::collect);
        list.map(Some).ok_or_else(|| self.wrong(name))
    }

    fn switch(&self, name: &'static str) -> Result<Option<bool>, RecordError> {
        self.get(name)
            .map(|value| value.as_bool().ok_or_else(|| self.wrong(name)))
            .transpose()
    }

    /// A whole number that fits; 0 if there is none.
    fn number<T: TryFrom<i64> + Default>(&self, name: &'static str) -> Result<T, RecordError> {
        self.get(name).map_or(Ok(T::default()), |value| {
            value
                .as_i64()
                .and_then(|number| T::try_from(number).ok())
                .ok_or_else(|| self.wrong(name))
        })
    }

    fn wrong(&self, member: &'static str) -> RecordError {
        RecordError::Type {
            index: self.index,
            member,
        }
    }
}

/// A record as it is written; the order of members is part of the format.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RecordJson<'a> {
    id: String,
    public_key: Option<String>,
    attestation_type: &'a str,
    transport: Option<&'a [String]>,
    flags: RecordFlags,
    authenticator: AuthenticatorJson<'a>,
    attestation: AttestationJson,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AuthenticatorJson<'a> {
    #[serde(rename = "AAGUID")]
    aaguid: Option<String>,
    sign_count: u32,
    clone_warning: bool,
    attachment: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AttestationJson {
    #[serde(rename = "clientDataJSON")]
    client_data_json: Option<String>,
    client_data_hash: Option<String>,
    authenticator_data: Option<String>,
    public_key_algorithm: i64,
    object: Option<String>,
}

impl<'a> RecordJson<'a> {
    fn of(record: &'a CredentialRecord) -> Self {
        let bytes = |bytes: &Option<Vec<u8>>| bytes.as_deref().map(base64);
        let (authenticator, attestation) = (&record.authenticator, &record.attestation);
        Self {
            id: base64(&record.id),
            public_key: bytes(&record.public_key),
            attestation_type: &record.attestation_type,
            transport: record.transports.as_deref(),
            flags: record.flags.unwrap_or_default(),
            authenticator: AuthenticatorJson {
                aaguid: bytes(&authenticator.aaguid),
                sign_count: authenticator.sign_count,
                clone_warning: authenticator.clone_warning,
                attachment: &authenticator.attachment,
            },
            attestation: AttestationJson {
                client_data_json: bytes(&attestation.client_data_json),
                client_data_hash: bytes(&attestation.client_data_hash),
                authenticator_data: bytes(&attestation.authenticator_data),
                public_key_algorithm: attestation.public_key_algorithm,
                object: bytes(&attestation.object),
            },
        }
    }
}

#[cfg(test)]
mod tests;
