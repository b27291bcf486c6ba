//! A new link.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use data_encoding::HEXLOWER;

use super::hash;
use crate::{Clock, Entropy, Secret};

/// How long a link counts.
pub const LIFETIME: Duration = Duration::from_mins(15);

/// A new link.
#[derive(Debug)]
pub struct Link {
    /// What the link carries: 64 hexadecimal digits.
    pub token: Secret<String>,
    /// What is stored of it: hexadecimal SHA-256.
    pub token_hash: String,
    /// HMAC-SHA-256 over token, address and expiry, in padded base64url.
    pub signature: String,
    /// Until when it counts, RFC 3339 in UTC with whole seconds: 20 characters.
    pub expires_at: String,
}

/// Draws a link for an e-mail address, which is signed as it stands.
pub fn generate(
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    email: &str,
    signing_secret: &Secret<String>,
) -> Link {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    let token = HEXLOWER.encode(&bytes);
    let expires_at = clock.now().plus(LIFETIME).rfc3339();
    let signed = hash::signed(&token, email, &expires_at);
    let signature = hmac::sign(&hash::key(signing_secret.expose()), &signed);
    Link {
        token_hash: hash::token_hash(&token),
        token: Secret::new(token),
        signature: URL_SAFE.encode(signature.as_ref()),
        expires_at,
    }
}

#[cfg(test)]
mod tests {
    use super::generate;
    use crate::Secret;
    use crate::testing::{At, Fixed};

    #[test]
    fn a_link_is_that_of_the_go_plugin() {
        let secret = Secret::new("test-secret-key".to_owned());
        let link = generate(&At(1_577_836_800_000), &Fixed(7), "a@b", &secret);
        assert_eq!(link.token.expose(), &"07".repeat(32));
        assert_eq!(link.expires_at, "2020-01-01T00:15:00Z");
        assert_eq!(
            link.token_hash,
            "1967c0fdaed0b8f2618d3b1f4a9f8541ed315505acc26f5a41f382da8bdd9954"
        );
        assert_eq!(
            link.signature,
            "dMSvxsEADjxAbPG2l85_w59RY7F8OYaaF0y4laOK1Og="
        );
    }
}
