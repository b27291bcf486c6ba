//! Where a person goes after signing in: a path on the same site, never an address elsewhere.
//!
//! Browsers read `\` as `/`, drop tabs and line breaks, and servers in between decode escapes. What
//! any of them could take for another site is refused (an open redirect, B4).

/// Where people go when nothing else is said.
pub const DEFAULT: &str = "/auth/callback";

/// Longest accepted path, in bytes.
pub const MAX_BYTES: usize = 2_048;

/// Why a path is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReturnToError {
    /// It is no reference at all (RFC 3986): a control character, a broken escape, too long.
    #[error("invalid return_to")]
    Invalid,
    /// It leads, or could be read as leading, to another site.
    #[error("return_to must be a same-site path")]
    OtherSite,
}

/// The path to return to, beginning with exactly one `/`.
///
/// # Errors
/// When it is no path of this site.
pub fn same_site(text: &str) -> Result<String, ReturnToError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(DEFAULT.to_owned());
    }
    if text.len() > MAX_BYTES || text.chars().any(char::is_control) {
        return Err(ReturnToError::Invalid);
    }
    if text.contains('\\') || text.starts_with("//") || has_scheme(text) {
        return Err(ReturnToError::OtherSite);
    }
    let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
    let path = rest.split('?').next().unwrap_or_default();
    let first = path.split('/').next().unwrap_or_default();
    if first.contains(':') || has_bad_escape(path) || has_bad_escape(fragment) {
        return Err(ReturnToError::Invalid);
    }
    let full = if text.starts_with('/') {
        text.to_owned()
    } else {
        format!("/{text}")
    };
    if could_begin_elsewhere(path) {
        return Err(ReturnToError::OtherSite);
    }
    Ok(full)
}

/// Whether it begins with a scheme (RFC 3986 section 3.1).
fn has_scheme(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

fn has_bad_escape(text: &str) -> bool {
    text.split('%').skip(1).any(|after| {
        let digits = after.as_bytes().get(..2);
        !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

/// Whether the path, read as it stands or with its escapes decoded as often as anybody might, begins
/// with two slashes, a backslash, a blank or a control character.
fn could_begin_elsewhere(path: &str) -> bool {
    let mut bytes = path.strip_prefix('/').unwrap_or(path).as_bytes().to_vec();
    for _ in 0..MAX_DECODINGS {
        let is_odd = |byte: &u8| b"/\\ ".contains(byte) || byte.is_ascii_control();
        if bytes.first().is_some_and(is_odd) {
            return true;
        }
        let decoded = decoded(&bytes);
        if bytes.first() != Some(&b'%') || decoded == bytes {
            return false;
        }
        bytes = decoded;
    }
    true
}

/// How often escapes are decoded; a path that is still escaped then is refused.
const MAX_DECODINGS: usize = 8;

/// The bytes with each escape replaced by what it stands for.
fn decoded(bytes: &[u8]) -> Vec<u8> {
    let digit = |at: usize| {
        bytes
            .get(at)
            .and_then(|&byte| char::from(byte).to_digit(16))
    };
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => u8::try_from(high * 16 + low).ok(),
            _ => None,
        };
        out.push(escaped.unwrap_or(byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{ReturnToError, same_site};

    #[test]
    fn only_paths_of_this_site_are_returned_to() {
        use ReturnToError::{Invalid, OtherSite};
        for (text, expected) in [
            ("", Ok("/auth/callback")),
            (" /a ", Ok("/a")),
            ("foo", Ok("/foo")),
            ("?x=1", Ok("/?x=1")),
            ("#frag", Ok("/#frag")),
            ("/a?b=c#d", Ok("/a?b=c#d")),
            (
                "/a?u=https://example.com/%zz",
                Ok("/a?u=https://example.com/%zz"),
            ),
            ("/a%20b", Ok("/a%20b")),
            ("/%7Ejane", Ok("/%7Ejane")),
            ("/a:b", Ok("/a:b")),
            ("//evil.com", Err(OtherSite)),
            ("///evil.com", Err(OtherSite)),
            ("javascript:alert(1)", Err(OtherSite)),
            ("mailto:a@b", Err(OtherSite)),
            ("http:evil", Err(OtherSite)),
            ("https://evil.com/", Err(OtherSite)),
            // B4
            ("/\\evil.com", Err(OtherSite)),
            ("\\\\evil.com", Err(OtherSite)),
            ("/a\\b", Err(OtherSite)),
            ("/%2fevil.com", Err(OtherSite)),
            ("/%2Fevil.com", Err(OtherSite)),
            ("/%5cevil.com", Err(OtherSite)),
            ("%2f%2fevil.com", Err(OtherSite)),
            ("/%252fevil.com", Err(OtherSite)),
            ("/%25252fevil.com", Err(OtherSite)),
            ("/%25%32%66evil.com", Err(OtherSite)),
            ("/%09/evil.com", Err(OtherSite)),
            ("/%0d%0aLocation:x", Err(OtherSite)),
            ("/%20/evil.com", Err(OtherSite)),
            ("/\tevil", Err(Invalid)),
            ("/\u{85}evil", Err(Invalid)),
            ("/%zz", Err(Invalid)),
            ("/%2", Err(Invalid)),
            ("/a#%zz", Err(Invalid)),
            (":evil", Err(Invalid)),
            ("1a:evil", Err(Invalid)),
        ] {
            assert_eq!(
                same_site(text).as_deref(),
                expected.as_ref().map(|path| *path),
                "{text:?}"
            );
        }
        assert_eq!(same_site(&"a".repeat(2_049)), Err(Invalid));
        assert!(same_site(&format!("/{}", "%25".repeat(600))).is_ok());
        let deep = format!("/%{}2fevil.com", "25".repeat(20));
        assert_eq!(same_site(&deep), Err(OtherSite));
    }
}
