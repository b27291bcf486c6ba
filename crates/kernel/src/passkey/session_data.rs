//! Session data: what a pipeline remembers of a ceremony between its two halves.
//!
//! The format is that of go-webauthn's `SessionData`, as JSON in padded standard base64. It is
//! neither signed nor encrypted: whoever can write it chooses the challenge, so a pipeline keeps it on the
//! server and consumes it once.

use gatefold_webauthn::{Algorithm, Challenge, UserVerification};
use serde::{Deserialize, Serialize};

use super::stored_text::{base64, base64url, json, read_object, read_standard};
use crate::UnixMillis;

/// The largest session data read, in bytes of its text.
pub const MAX_SESSION_BYTES: usize = 64 * 1024;

/// How "no expiry" is written.
const NEVER: &str = "0001-01-01T00:00:00Z";

/// The same moment, in milliseconds.
const NEVER_MILLIS: UnixMillis = UnixMillis::new(-62_135_596_800_000);

/// What is remembered of one ceremony.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SessionData {
    /// The challenge as the options have it, in base64url. Not yet judged: see
    /// [`SessionData::challenge()`].
    pub challenge: String,
    /// The relying party id when the ceremony began. The module's own counts when it is finished.
    pub rp_id: String,
    /// Whose ceremony it is; nothing when a discoverable credential is asked for.
    pub user_id: Option<Vec<u8>>,
    /// The credentials that may answer; empty for any.
    pub allowed_credentials: Vec<Vec<u8>>,
    /// When the ceremony is over; nothing for never.
    pub expires: Option<UnixMillis>,
    /// What the options said about verifying the person; nothing if they said nothing.
    pub user_verification: Option<UserVerification>,
    /// The COSE identifiers of the algorithms that were offered.
    pub algorithms: Vec<i64>,
    /// How the browser was to ask: `conditional` waives the user's presence in a registration.
    pub mediation: String,
}

/// Why a text is no session data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SessionDataError {
    /// Not padded standard base64, or longer than [`MAX_SESSION_BYTES`].
    #[error("not base64 of at most 64 KiB")]
    Encoding,
    /// Not the JSON it should be: a member of the wrong type or named twice, a word or a moment that
    /// cannot be read.
    #[error("not the JSON of session data")]
    Json,
}

#[derive(Serialize, Deserialize)]
struct SessionJson {
    #[serde(default)]
    challenge: String,
    #[serde(default, rename = "rpId")]
    rp_id: String,
    #[serde(default)]
    user_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed_credentials: Option<Vec<String>>,
    #[serde(default)]
    expires: Option<String>,
    #[serde(default, rename = "userVerification")]
    user_verification: String,
    #[serde(
        default,
        rename = "credParams",
        skip_serializing_if = "Option::is_none"
    )]
    parameters: Option<Vec<Parameter>>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    mediation: String,
}

/// One algorithm that is offered, as options and session data write it (WebAuthn Level 3 section
/// 5.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Parameter {
    #[serde(rename = "type")]
    kind: String,
    alg: i64,
}

impl Parameter {
    /// Every algorithm we verify, most wanted first.
    pub(super) fn all() -> Vec<Self> {
        let offered = Algorithm::ALL.iter().map(|algorithm| algorithm.cose_id());
        offered.map(Self::of).collect()
    }

    fn of(alg: i64) -> Self {
        Self {
            kind: "public-key".to_owned(),
            alg,
        }
    }
}

impl SessionData {
    /// Reads session data.
    ///
    /// # Errors
    /// See [`SessionDataError`].
    pub fn read(text: &str) -> Result<Self, SessionDataError> {
        if text.len() > MAX_SESSION_BYTES {
            return Err(SessionDataError::Encoding);
        }
        let bytes = read_standard(text).ok_or(SessionDataError::Encoding)?;
        let session: Option<SessionJson> = read_object(&bytes);
        session
            .and_then(SessionJson::parse)
            .ok_or(SessionDataError::Json)
    }

    /// Writes session data. The expiry is written in whole seconds.
    #[must_use]
    pub fn write(&self) -> String {
        let allowed = self.allowed_credentials.iter().map(|id| base64(id));
        let parameters = self.algorithms.iter().copied().map(Parameter::of);
        let session = SessionJson {
            challenge: self.challenge.clone(),
            rp_id: self.rp_id.clone(),
            user_id: self.user_id.as_deref().map(base64),
            allowed_credentials: filled(allowed.collect()),
            expires: Some(
                self.expires
                    .map_or_else(|| NEVER.to_owned(), UnixMillis::rfc3339),
            ),
            user_verification: self.user_verification.map_or("", word).to_owned(),
            parameters: filled(parameters.collect()),
            mediation: self.mediation.clone(),
        };
        base64(json(&session).as_bytes())
    }

    /// The challenge; nothing if it is not unpadded base64url of 16 to 128 bytes (B1: nobody can
    /// guess 16 random bytes, anybody can answer none).
    #[must_use]
    pub fn challenge(&self) -> Option<Challenge> {
        read_challenge(&self.challenge)
    }

    /// Whether the ceremony belongs to nobody in particular: a discoverable credential was asked for.
    #[must_use]
    pub fn is_anybodys(&self) -> bool {
        self.owner().is_none()
    }

    /// The session data of a ceremony that begins now, with this challenge.
    pub(super) fn begun(challenge: &Challenge) -> Self {
        Self {
            challenge: base64url(challenge.as_bytes()),
            ..Self::default()
        }
    }

    /// Whether the ceremony belongs to this person; an empty id is nobody's.
    pub(super) fn is_of(&self, user_id: &str) -> bool {
        self.owner().unwrap_or_default() == user_id.as_bytes()
    }

    /// Whose ceremony it is, if it is anybody's.
    pub(super) fn owner(&self) -> Option<&[u8]> {
        self.user_id.as_deref().filter(|id| !id.is_empty())
    }

    /// Whether the ceremony is over at this moment.
    pub(super) fn is_over(&self, now: UnixMillis) -> bool {
        self.expires.is_some_and(|expires| expires < now)
    }
}

impl SessionJson {
    fn parse(self) -> Option<SessionData> {
        let bytes = |text: String| read_standard(&text);
        let allowed = self.allowed_credentials.unwrap_or_default();
        Some(SessionData {
            user_id: match self.user_id {
                Some(text) => Some(bytes(text)?),
                None => None,
            },
            allowed_credentials: allowed.into_iter().map(bytes).collect::<Option<_>>()?,
            expires: moment(self.expires.as_deref().unwrap_or(NEVER))?,
            user_verification: requirement(&self.user_verification)?,
            algorithms: self
                .parameters
                .unwrap_or_default()
                .into_iter()
                .filter(|parameter| parameter.kind == "public-key")
                .map(|parameter| parameter.alg)
                .collect(),
            challenge: self.challenge,
            rp_id: self.rp_id,
            mediation: self.mediation,
        })
    }
}

/// Reads a challenge as JSON has it; nothing if it is not unpadded base64url of 16 to 128 bytes.
pub(super) fn read_challenge(text: &str) -> Option<Challenge> {
    use base64::Engine as _;
    let bytes = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    Challenge::new(bytes).ok()
}

fn filled<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

/// Reads an expiry; the inner nothing is "never".
fn moment(text: &str) -> Option<Option<UnixMillis>> {
    let moment = UnixMillis::parse_rfc3339(text)?;
    Some((moment != NEVER_MILLIS).then_some(moment))
}

/// Reads a requirement; the inner nothing is "not said".
fn requirement(text: &str) -> Option<Option<UserVerification>> {
    Some(match text {
        "" => None,
        "required" => Some(UserVerification::Required),
        "preferred" => Some(UserVerification::Preferred),
        "discouraged" => Some(UserVerification::Discouraged),
        _ => return None,
    })
}

/// The word of WebAuthn Level 3 section 5.8.6.
fn word(requirement: UserVerification) -> &'static str {
    match requirement {
        UserVerification::Required => "required",
        UserVerification::Preferred => "preferred",
        UserVerification::Discouraged => "discouraged",
    }
}

#[cfg(test)]
mod tests;
