//! A link that came back.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use subtle::ConstantTimeEq as _;

use super::hash;
use crate::{Clock, Secret, UnixMillis};

/// What came back, and what was stored.
#[derive(Debug)]
pub struct Presented<'a> {
    /// The token of the link.
    pub token: Secret<String>,
    /// The hash that was stored when the link was sent.
    pub stored_hash: &'a str,
    /// Until when the link counts (RFC 3339); empty if the caller has looked itself.
    pub expires_at: &'a str,
    /// The signature, where it counts.
    pub signature: Option<Signature<'a>>,
}

/// The signature of a link that must be right (B11).
#[derive(Debug)]
pub struct Signature<'a> {
    /// What the link carries: base64url, padded or not.
    pub signature: &'a str,
    /// The address that the link was for, exactly as it was given then.
    pub email: &'a str,
    /// The secret it was signed with.
    pub secret: Secret<String>,
}

/// The verdict on a link whose facts were complete and in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The token is the one that was sent.
    Valid,
    /// It is another one.
    Invalid,
}

/// Why a link is refused before its token is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// There is nothing to compare.
    #[error("missing token or stored_hash")]
    Missing,
    /// The expiry is no moment: a link that cannot be judged does not count (B10).
    #[error("invalid expires_at")]
    BadExpiry,
    /// Its time is over.
    #[error("token expired")]
    Expired,
    /// The configuration demands a signature, and it or its address is not there.
    #[error("missing signature or email")]
    MissingSignature,
    /// The signature is another one.
    #[error("invalid signature")]
    BadSignature,
}

/// Judges a link that came back. A link counts up to and including its last moment.
///
/// # Errors
/// Why it is refused without looking at the token.
pub fn verify(clock: &dyn Clock, presented: &Presented<'_>) -> Result<Verdict, LinkError> {
    let token = presented.token.expose();
    if token.is_empty() || presented.stored_hash.is_empty() {
        return Err(LinkError::Missing);
    }
    if !presented.expires_at.is_empty() {
        let expiry = UnixMillis::parse_rfc3339(presented.expires_at).ok_or(LinkError::BadExpiry)?;
        if clock.now() > expiry {
            return Err(LinkError::Expired);
        }
    }
    if let Some(signature) = &presented.signature {
        signature.check(token, presented.expires_at)?;
    }
    let hash = hash::token_hash(token);
    let is_same: bool = hash
        .as_bytes()
        .ct_eq(presented.stored_hash.as_bytes())
        .into();
    Ok(if is_same {
        Verdict::Valid
    } else {
        Verdict::Invalid
    })
}

impl Signature<'_> {
    fn check(&self, token: &str, expires_at: &str) -> Result<(), LinkError> {
        if self.signature.is_empty() || self.email.is_empty() {
            return Err(LinkError::MissingSignature);
        }
        let is_token = token.len() == TOKEN_LENGTH && token.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_token || expires_at.len() != EXPIRY_LENGTH {
            return Err(LinkError::BadSignature);
        }
        let tag = BASE64
            .decode(self.signature)
            .map_err(|_| LinkError::BadSignature)?;
        let signed = hash::signed(token, self.email, expires_at);
        hmac::verify(&hash::key(self.secret.expose()), &signed, &tag)
            .map_err(|_| LinkError::BadSignature)
    }
}

/// How long a token is.
const TOKEN_LENGTH: usize = 64;

/// How long an expiry is as links carry it: `2026-11-22T10:00:00Z`.
const EXPIRY_LENGTH: usize = 20;

/// Base64url that may have lost its padding on its way through an address.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[cfg(test)]
mod tests {
    use super::{LinkError, Presented, Signature, Verdict, verify};
    use crate::Secret;
    use crate::magic_link::generate;
    use crate::testing::{At, Fixed};

    const HASH: &str = "e4c0a87e760240da600e6d0c5c37516742a3d691feb803a33dcbbe8405e64b1e";

    #[test]
    fn a_token_counts_until_its_expiry_and_never_without_a_readable_one() {
        use Verdict::{Invalid, Valid};
        let now = 1_767_225_600_000; // 2026-01-01T00:00:00Z
        for (token, stored_hash, expires_at, expected) in [
            ("test-token-12345", HASH, "", Ok(Valid)),
            ("test-token-12345", HASH, "2026-01-01T00:00:00Z", Ok(Valid)),
            (
                "test-token-12345",
                HASH,
                "2026-01-01T05:00:00.5+05:00",
                Ok(Valid),
            ),
            (
                "test-token-12345",
                HASH,
                "2025-12-31T23:59:59.999Z",
                Err(LinkError::Expired),
            ),
            (
                "other",
                HASH,
                "2025-12-31T23:59:59Z",
                Err(LinkError::Expired),
            ),
            // B10
            (
                "test-token-12345",
                HASH,
                "2999-01-01 00:00:00+00",
                Err(LinkError::BadExpiry),
            ),
            ("test-token-12345", HASH, " ", Err(LinkError::BadExpiry)),
            (
                "test-token-12345",
                HASH,
                "{{ .row.expires_at }}",
                Err(LinkError::BadExpiry),
            ),
            ("test-token-1234", HASH, "", Ok(Invalid)),
            ("test-token-12345", &HASH.to_uppercase(), "", Ok(Invalid)),
            ("test-token-12345", &HASH[1..], "", Ok(Invalid)),
            ("", HASH, "", Err(LinkError::Missing)),
            ("t", "", "", Err(LinkError::Missing)),
        ] {
            let presented = Presented {
                token: Secret::new(token.to_owned()),
                stored_hash,
                expires_at,
                signature: None,
            };
            assert_eq!(
                verify(&At(now), &presented),
                expected,
                "{token} {expires_at}"
            );
        }
    }

    #[test]
    fn a_signature_binds_token_address_and_expiry() {
        // B11
        let secret = || Secret::new("test-secret-key".to_owned());
        let link = generate(&At(0), &Fixed(7), "a@b", &secret());
        let judge = |signature: &str, email: &str, expires_at: &str, secret: Secret<String>| {
            verify(
                &At(0),
                &Presented {
                    token: link.token.clone(),
                    stored_hash: &link.token_hash,
                    expires_at,
                    signature: Some(Signature {
                        signature,
                        email,
                        secret,
                    }),
                },
            )
        };
        let (right, until) = (link.signature.as_str(), link.expires_at.as_str());
        let other = Secret::new("other".to_owned());
        for (found, expected) in [
            (judge(right, "a@b", until, secret()), Ok(Verdict::Valid)),
            (
                judge(right.trim_end_matches('='), "a@b", until, secret()),
                Ok(Verdict::Valid),
            ),
            (
                judge("", "a@b", until, secret()),
                Err(LinkError::MissingSignature),
            ),
            (
                judge(right, "", until, secret()),
                Err(LinkError::MissingSignature),
            ),
            (
                judge(right, "b@b", until, secret()),
                Err(LinkError::BadSignature),
            ),
            (
                judge(right, "a@b", "", secret()),
                Err(LinkError::BadSignature),
            ),
            (
                judge(right, "a@b", "1970-01-01T00:15:01Z", secret()),
                Err(LinkError::BadSignature),
            ),
            (
                judge(right, "a@b", until, other),
                Err(LinkError::BadSignature),
            ),
            (
                judge("x", "a@b", until, secret()),
                Err(LinkError::BadSignature),
            ),
            (
                judge("/+", "a@b", until, secret()),
                Err(LinkError::BadSignature),
            ),
        ] {
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_signature_cannot_be_cut_into_other_parts() {
        let secret = || Secret::new("test-secret-key".to_owned());
        let link = generate(&At(0), &Fixed(7), "a@b", &secret());
        let token = link.token.expose();
        let email = format!("{}a@b", &token[60..]);
        let presented = Presented {
            token: Secret::new(token[..60].to_owned()),
            stored_hash: &link.token_hash,
            expires_at: &link.expires_at,
            signature: Some(Signature {
                signature: &link.signature,
                email: &email,
                secret: secret(),
            }),
        };
        assert_eq!(verify(&At(0), &presented), Err(LinkError::BadSignature));
    }
}
