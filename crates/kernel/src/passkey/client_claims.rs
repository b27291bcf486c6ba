//! What client data claim, read as pipelines know it: a missing member is an empty one, which is refused
//! in its turn, and `tokenBinding` of Level 2 is still judged.

use gatefold_webauthn::{CeremonyError, Challenge, ClientData, ClientDataError};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::session_data::{SessionData, read_challenge};
use super::stored_text::read_object;

/// How much of a foreign status an error shows, in characters.
const SHOWN_STATUS_CHARS: usize = 32;

/// The words of WebAuthn Level 2 section 5.8.1, and the one that Level 1 drafts had besides.
const STATUSES: [&str; 3] = ["present", "supported", "not-supported"];

/// What is wrong with the member `tokenBinding` of client data (WebAuthn Level 2 section 5.8.1; Level 3
/// dropped it).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenBindingError {
    /// It has no status, or an empty one.
    #[error("token binding present without status")]
    StatusMissing,
    /// The status is none that was ever defined.
    #[error("token binding present with invalid value: {shown}")]
    StatusUnknown {
        /// The beginning of the status: at most 32 characters of printable ASCII, others as `?`.
        shown: String,
    },
}

/// The claims that are judged one after the other; everything else is in [`ClientData`].
#[derive(Debug)]
pub(super) struct ClientClaims {
    /// The member `type`; empty if it is missing.
    kind: String,
    /// Nothing if the challenge is missing or malformed, so that it can answer none.
    challenge: Option<Challenge>,
    /// The status of the token binding, if there is a token binding; empty if it has none.
    token_binding: Option<String>,
}

#[derive(Deserialize)]
struct ClaimsJson {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    challenge: Option<String>,
    #[serde(default, rename = "tokenBinding")]
    token_binding: Option<Map<String, Value>>,
}

impl ClientClaims {
    /// Reads client data, and makes [`ClientData`] of them where type, challenge and origin are there.
    /// `None` if they are not the JSON they should be.
    pub(super) fn read(raw: Vec<u8>) -> Option<(Self, Option<ClientData>)> {
        let json = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&raw);
        let members: ClaimsJson = read_object(json)?;
        let claims = Self {
            kind: members.kind.unwrap_or_default(),
            challenge: members.challenge.as_deref().and_then(read_challenge),
            token_binding: match members.token_binding {
                Some(binding) => Some(status(&binding)?),
                None => None,
            },
        };
        match ClientData::parse(raw) {
            Ok(complete) => Some((claims, Some(complete))),
            Err(ClientDataError::Incomplete | ClientDataError::Challenge) => Some((claims, None)),
            Err(_) => None,
        }
    }

    /// The session's challenge, if these claims are of this kind and answer it: steps 7 and 8 of WebAuthn
    /// Level 3 section 7.1, 10 and 11 of section 7.2.
    ///
    /// # Errors
    /// [`CeremonyError::WrongType`], then [`CeremonyError::ChallengeMismatch`], which is also said where
    /// either challenge is missing or malformed (B1).
    pub(super) fn check_answers(
        &self,
        session: &SessionData,
        kind: &str,
    ) -> Result<Challenge, CeremonyError> {
        if self.kind != kind {
            return Err(CeremonyError::WrongType);
        }
        session
            .challenge()
            .filter(|issued| self.challenge.as_ref() == Some(issued))
            .ok_or(CeremonyError::ChallengeMismatch)
    }

    /// Judges the token binding, which comes right after the origin.
    ///
    /// # Errors
    /// See [`TokenBindingError`].
    pub(super) fn check_token_binding(&self) -> Result<(), TokenBindingError> {
        match self.token_binding.as_deref() {
            Some("") => Err(TokenBindingError::StatusMissing),
            Some(status) if !STATUSES.contains(&status) => Err(TokenBindingError::StatusUnknown {
                shown: shown(status),
            }),
            _ => Ok(()),
        }
    }
}

/// The status of a token binding, empty if it is missing; `None` if a member is no text.
fn status(binding: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| match binding.get(name) {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => None,
    };
    text("id")?;
    text("status")
}

/// The beginning of a foreign word, with nothing in it that could disturb the line it stands in.
fn shown(word: &str) -> String {
    let is_plain = |c: char| c == ' ' || c.is_ascii_graphic();
    let characters = word.chars().take(SHOWN_STATUS_CHARS);
    characters
        .map(|c| if is_plain(c) { c } else { '?' })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{ClientClaims, TokenBindingError};

    fn claims(binding: &serde_json::Value) -> Option<ClientClaims> {
        let data = json!({"type": "t", "origin": "o", "tokenBinding": binding});
        ClientClaims::read(data.to_string().into_bytes()).map(|(claims, _)| claims)
    }

    #[test]
    fn token_bindings_are_judged_by_their_status() {
        let unknown = |shown: &str| {
            Err(TokenBindingError::StatusUnknown {
                shown: shown.to_owned(),
            })
        };
        for (binding, expected) in [
            (json!(null), Ok(())),
            (json!({"status": "present", "id": "AA"}), Ok(())),
            (json!({"status": "supported", "x": [1]}), Ok(())),
            (json!({"status": "not-supported", "id": null}), Ok(())),
            (json!({}), Err(TokenBindingError::StatusMissing)),
            (json!({"id": "AA"}), Err(TokenBindingError::StatusMissing)),
            (json!({"status": ""}), Err(TokenBindingError::StatusMissing)),
            (
                json!({"status": null}),
                Err(TokenBindingError::StatusMissing),
            ),
            (json!({"status": "Present"}), unknown("Present")),
            (json!({"status": "present "}), unknown("present ")),
            (
                json!({"status": "a\r\nb\u{202e}c\u{e9}"}),
                unknown("a??b?c?"),
            ),
            (json!({"status": "x".repeat(33)}), unknown(&"x".repeat(32))),
        ] {
            let judged = claims(&binding).unwrap().check_token_binding();
            assert_eq!(judged, expected, "{binding}");
        }
        for binding in [
            json!("present"),
            json!(["present", "AA"]),
            json!(true),
            json!({"status": 1}),
            json!({"status": ["present"]}),
            json!({"status": "present", "id": 1}),
        ] {
            assert!(claims(&binding).is_none(), "{binding}");
        }
    }

    #[test]
    fn complete_client_data_come_with_the_claims() {
        let challenge = "AAAAAAAAAAAAAAAAAAAAAA";
        let text = |data: serde_json::Value| data.to_string().into_bytes();
        let complete = json!({"type": "t", "challenge": challenge, "origin": "o"});
        let marked = [b"\xef\xbb\xbf", &text(complete.clone())[..]].concat();
        for (raw, expected) in [
            (text(complete), Some(true)),
            (marked, Some(true)),
            (
                text(json!({"challenge": challenge, "origin": "o"})),
                Some(false),
            ),
            (text(json!({"type": "t", "origin": "o"})), Some(false)),
            (
                text(json!({"type": "t", "challenge": "AAAA", "origin": "o"})),
                Some(false),
            ),
            (
                text(json!({"type": "t", "challenge": challenge})),
                Some(false),
            ),
            (text(json!({})), Some(false)),
            (text(json!({"type": 1})), None),
            (text(json!({"type": "t", "crossOrigin": "no"})), None),
            (text(json!([])), None),
            (br#"{"x":1,"x":1}"#.to_vec(), None),
            (
                br#"{"tokenBinding":{"status":"present","status":"x"}}"#.to_vec(),
                None,
            ),
            (b"{} {}".to_vec(), None),
            (Vec::new(), None),
        ] {
            let shown = String::from_utf8_lossy(&raw).into_owned();
            let is_complete = ClientClaims::read(raw).map(|(_, data)| data.is_some());
            assert_eq!(is_complete, expected, "{shown}");
        }
    }
}
