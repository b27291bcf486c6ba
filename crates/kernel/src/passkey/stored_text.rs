//! JSON and base64 as pipelines keep them: written as Go's encoders write them, read with what its
//! decoders forgive. Two plugins serve one site while it is upgraded, so each reads the other's.

use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, Engine as _};
use base64::{DecodeError, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

const FORGIVING: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const ANY_STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, FORGIVING);
const ANY_URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, FORGIVING);

/// Bytes in padded base64 of the standard alphabet, as stored formats have them.
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Bytes in padded base64url, as the outputs name credentials.
pub fn base64url_padded(bytes: &[u8]) -> String {
    URL_SAFE.encode(bytes)
}

/// Bytes in unpadded base64url, as WebAuthn JSON has them.
pub fn base64url(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads padded base64 of the standard alphabet and nothing else.
pub(super) fn read_standard(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Reads base64url, padded or not.
pub(super) fn read_url_safe(text: &str) -> Option<Vec<u8>> {
    ANY_URL_SAFE.decode(text).ok()
}

/// Reads base64 of either alphabet, padded or not; line breaks in it do not count.
///
/// # Errors
/// The offset of the first byte that cannot be read.
pub(super) fn read_any(text: &str) -> Result<Vec<u8>, usize> {
    if text.contains(['\r', '\n']) {
        return read_any(&text.replace(['\r', '\n'], ""));
    }
    let engine = if text.contains(['-', '_']) {
        &ANY_URL_SAFE
    } else {
        &ANY_STANDARD
    };
    engine.decode(text).map_err(|error| match error {
        DecodeError::InvalidByte(offset, _) | DecodeError::InvalidLastSymbol(offset, _) => offset,
        DecodeError::InvalidLength(_) | DecodeError::InvalidPadding => text.len(),
    })
}

/// Reads a JSON object and nothing after it. An array is none, though serde would take its elements for
/// the members of a struct.
pub(super) fn read_object<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Option<T> {
    let first = json.iter().find(|byte| !byte.is_ascii_whitespace());
    let is_object = first == Some(&b'{');
    is_object
        .then(|| serde_json::from_slice(json).ok())
        .flatten()
}

/// A value as JSON with `<`, `>`, `&` and the line separators escaped, so that it may stand in a
/// page's script.
pub(super) fn json<T: Serialize>(value: &T) -> String {
    let json = serde_json::to_string(value)
        .expect("structs of texts, numbers and lists have no key that JSON lacks");
    if !json.contains(ESCAPED) {
        return json;
    }
    // Outside texts JSON has none of these characters.
    let mut escaped = String::with_capacity(json.len() + 32);
    for character in json.chars() {
        match character {
            '<' => escaped.push_str(r"\u003c"),
            '>' => escaped.push_str(r"\u003e"),
            '&' => escaped.push_str(r"\u0026"),
            '\u{2028}' => escaped.push_str(r"\u2028"),
            '\u{2029}' => escaped.push_str(r"\u2029"),
            other => escaped.push(other),
        }
    }
    escaped
}

const ESCAPED: [char; 5] = ['<', '>', '&', '\u{2028}', '\u{2029}'];

#[cfg(test)]
mod tests {
    use super::{json, read_any, read_standard, read_url_safe};

    #[test]
    fn base64_is_read_in_any_form_where_records_are_read() {
        for (text, expected) in [
            ("+//uAQI=", Ok(vec![0xfb, 0xff, 0xee, 1, 2])),
            ("+//uAQI", Ok(vec![0xfb, 0xff, 0xee, 1, 2])),
            ("-__uAQI=", Ok(vec![0xfb, 0xff, 0xee, 1, 2])),
            ("-__u\r\nAQI", Ok(vec![0xfb, 0xff, 0xee, 1, 2])),
            ("AB==", Ok(vec![0])),
            ("", Ok(vec![])),
            ("+_AA", Err(0)),
            ("AA*A", Err(2)),
            ("A", Err(1)),
        ] {
            assert_eq!(read_any(text), expected, "{text:?}");
        }
        assert_eq!(read_standard("e30"), None, "padding is not optional here");
        assert_eq!(read_standard("-__u"), None);
        assert_eq!(read_url_safe("-__uAQI="), read_url_safe("-__uAQI"));
        assert_eq!(read_url_safe("+//u"), None);
    }

    #[test]
    fn json_may_stand_in_a_script() {
        assert_eq!(
            json(&["</script>&\u{2028}"]),
            r#"["\u003c/script\u003e\u0026\u2028"]"#
        );
    }
}
