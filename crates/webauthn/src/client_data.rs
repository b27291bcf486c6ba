//! Client data (section 5.8.1): what the browser says about the page, in JSON that is signed as bytes.

use std::collections::BTreeSet;
use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::base64url;
use crate::identifier::Challenge;

/// Why bytes are no client data (section 5.8.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientDataError {
    /// Not JSON, a member of the wrong type, or a member named twice (at any depth): two readers could
    /// disagree about those.
    #[error("client data is not the JSON it should be")]
    Json,
    /// `type`, `challenge` or `origin` is missing or null.
    #[error("a required member of the client data is missing")]
    Incomplete,
    /// The challenge is not unpadded base64url of 16 to 128 bytes.
    #[error("the challenge in the client data is malformed")]
    Challenge,
}

/// Parsed client data with the bytes it came from. It is a claim until a signature covers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientData {
    raw: Vec<u8>,
    kind: String,
    challenge: Challenge,
    origin: String,
    cross_origin: bool,
    top_origin: Option<String>,
}

impl ClientData {
    /// Parses the bytes the client hashed. A leading byte order mark is skipped, as section 7.1 step 5 asks.
    ///
    /// # Errors
    /// See [`ClientDataError`].
    pub fn parse(raw: Vec<u8>) -> Result<Self, ClientDataError> {
        let json = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&raw);
        let members: Members = serde_json::from_slice(json).map_err(|_| ClientDataError::Json)?;
        let (Some(kind), Some(challenge), Some(origin)) =
            (members.kind, members.challenge, members.origin)
        else {
            return Err(ClientDataError::Incomplete);
        };
        let challenge = base64url::decode(&challenge)
            .and_then(|bytes| Challenge::new(bytes).ok())
            .ok_or(ClientDataError::Challenge)?;
        Ok(Self {
            kind,
            challenge,
            origin,
            cross_origin: members.cross_origin.unwrap_or(false),
            top_origin: members.top_origin,
            raw,
        })
    }

    /// The member `type`: `webauthn.create` or `webauthn.get`, or whatever was claimed.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The challenge the client was given, as it claims.
    #[must_use]
    pub fn challenge(&self) -> &Challenge {
        &self.challenge
    }

    /// The origin of the page, as the client wrote it.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether the page was framed by another origin; absent counts as false.
    #[must_use]
    pub fn cross_origin(&self) -> bool {
        self.cross_origin
    }

    /// The origin of the outermost page, where the client tells.
    #[must_use]
    pub fn top_origin(&self) -> Option<&str> {
        self.top_origin.as_deref()
    }

    /// The bytes as received.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.raw
    }

    /// SHA-256 of the bytes as received: what signatures cover.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        sha256(&self.raw)
    }
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}

/// The members we read, collected while every name is checked to be new.
#[derive(Default)]
struct Members {
    kind: Option<String>,
    challenge: Option<String>,
    origin: Option<String>,
    cross_origin: Option<bool>,
    top_origin: Option<String>,
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("client data")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Members::default();
        let mut seen = BTreeSet::new();
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "type" => members.kind = map.next_value()?,
                "challenge" => members.challenge = map.next_value()?,
                "origin" => members.origin = map.next_value()?,
                "crossOrigin" => members.cross_origin = Some(map.next_value()?),
                "topOrigin" => members.top_origin = Some(map.next_value()?),
                _ => {
                    map.next_value::<Unambiguous>()?;
                }
            }
            if !seen.insert(name) {
                return Err(de::Error::custom("duplicate member"));
            }
        }
        Ok(members)
    }
}

/// Any JSON value in which no object names a member twice; the value itself is dropped.
struct Unambiguous;

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UnambiguousVisitor)
    }
}

struct UnambiguousVisitor;

impl<'de> Visitor<'de> for UnambiguousVisitor {
    type Value = Unambiguous;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_str<E>(self, _: &str) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_unit<E>(self) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Unambiguous, A::Error> {
        while seq.next_element::<Unambiguous>()?.is_some() {}
        Ok(Unambiguous)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unambiguous, A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(name) = map.next_key::<String>()? {
            map.next_value::<Unambiguous>()?;
            if !seen.insert(name) {
                return Err(de::Error::custom("duplicate member"));
            }
        }
        Ok(Unambiguous)
    }
}

#[cfg(test)]
#[path = "client_data/tests.rs"]
mod tests;
