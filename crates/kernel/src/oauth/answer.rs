//! Asking a provider, and reading what it answers.

use serde::Deserialize as _;
use serde_json::{Map, Value};

use crate::ports::{EgressError, HttpEgress, HttpRequest};

/// Longest piece of a provider's answer that an error shows, in characters.
const SHOWN_CHARS: usize = 200;

/// From how many bytes on something we sent is taken out of errors. What is shorter is no secret of
/// a provider, and taking it out would tear ordinary words apart.
const SECRET_BYTES: usize = 8;

/// Which endpoint is asked, as errors name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// Codes become tokens there.
    Token,
    /// Profiles are there.
    Userinfo,
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Token => "token endpoint",
            Self::Userinfo => "userinfo endpoint",
        })
    }
}

/// Why an endpoint gave nothing that can be used. The text never holds what we sent.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// There was no answer.
    #[error("{0} {1}")]
    Unreachable(Endpoint, #[source] EgressError),
    /// It did not answer with a status of success.
    #[error("{endpoint} returned {status}: {body}")]
    Status {
        /// Which one.
        endpoint: Endpoint,
        /// The status.
        status: u16,
        /// The beginning of what it said, on one line and without what we sent.
        body: String,
    },
    /// The answer is no JSON object.
    #[error("{0} response decode failed: {1}")]
    Decode(Endpoint, &'static str),
}

/// Sends a request and reads the JSON object of the answer; the JSON `null` is none. Only the first
/// JSON value of the answer is read. `sent` is what must not come back in an error.
pub(super) async fn ask(
    http: &dyn HttpEgress,
    endpoint: Endpoint,
    request: HttpRequest,
    sent: &[&str],
) -> Result<Option<Map<String, Value>>, EndpointError> {
    let response = http
        .send(request)
        .await
        .map_err(|error| EndpointError::Unreachable(endpoint, error))?;
    if !(200..300).contains(&response.status) {
        return Err(EndpointError::Status {
            endpoint,
            status: response.status,
            body: shown(&response.body, sent),
        });
    }
    let mut reader = serde_json::Deserializer::from_slice(&response.body);
    match Value::deserialize(&mut reader) {
        Ok(Value::Object(members)) => Ok(Some(members)),
        Ok(Value::Null) => Ok(None),
        Ok(_) => Err(EndpointError::Decode(endpoint, "expected a JSON object")),
        Err(error) if error.is_eof() => Err(EndpointError::Decode(endpoint, "the JSON broke off")),
        Err(_) => Err(EndpointError::Decode(endpoint, "expected JSON")),
    }
}

/// The beginning of a foreign text: short, printable, on one line, and without what we sent.
pub(super) fn shown(body: &[u8], sent: &[&str]) -> String {
    let mut text = String::from_utf8_lossy(body).into_owned();
    for secret in sent.iter().filter(|secret| secret.len() >= SECRET_BYTES) {
        text = text.replace(secret, "***");
    }
    let mut shown = String::new();
    for (at, c) in text.trim().chars().enumerate() {
        if at == SHOWN_CHARS {
            shown.push('…');
            break;
        }
        shown.push(if is_invisible(c) { ' ' } else { c });
    }
    shown
}

/// Control characters and the marks that change how the text around them reads.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn what_an_error_shows_is_short_plain_and_not_ours() {
        for (body, expected) in [
            (&b"bad token\n"[..], "bad token"),
            (b"a\r\nb\x00c", "a  b c"),
            (
                b"client_secret=hunter22&code=a-long-c0de",
                "client_secret=***&code=***",
            ),
            (b"\xff", "\u{fffd}"),
            (b"", ""),
        ] {
            assert_eq!(shown(body, &["hunter22", "", "a", "a-long-c0de"]), expected);
        }
        assert_eq!(shown(&vec![b'x'; 1 << 20], &[]).chars().count(), 201);
    }
}
