//! The beginning of an authorization (RFC 6749 section 4.1.1, RFC 7636 section 4).

use std::time::Duration;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::form_urlencoded;

use super::provider::{Provider, ProviderKind};
use super::return_to::{self, ReturnToError};
use crate::{Clock, Entropy, Secret, UnixMillis};

/// How long a state counts if nothing else is said.
pub const STATE_TTL: Duration = Duration::from_mins(15);

/// How long a state counts at most.
pub const MAX_STATE_TTL: Duration = Duration::from_mins(60);

/// The only challenge method in use: the plain one protects nobody (RFC 7636 section 7.2).
pub const CHALLENGE_METHOD: &str = "S256";

/// Whether the code is bound to a secret of this browser (PKCE).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pkce {
    /// It is.
    Required,
    /// It is not.
    Omitted,
}

/// What is to begin.
#[derive(Debug)]
pub struct StartRequest<'a> {
    /// With whom.
    pub provider: &'a Provider,
    /// Where the person goes afterwards; empty for the default.
    pub return_to: &'a str,
    /// Whether the code is bound to this browser.
    pub pkce: Pkce,
    /// How long the state counts.
    pub state_ttl: Duration,
}

/// An authorization that has begun. The caller keeps it until the person comes back.
#[derive(Debug)]
pub struct Started {
    /// What the answer must carry (RFC 6749 section 10.12): 43 characters.
    pub state: Secret<String>,
    /// The checked path to go to afterwards.
    pub return_to: String,
    /// Until when the state counts.
    pub expires_at: UnixMillis,
    /// Where to send the person now.
    pub authorization_url: String,
    /// What proves that the same browser asks for the tokens.
    pub proof: Option<Proof>,
}

/// A code verifier and its challenge.
#[derive(Debug)]
pub struct Proof {
    /// The verifier, 86 characters; only the token endpoint may see it.
    pub verifier: Secret<String>,
    /// The challenge, 43 characters.
    pub challenge: String,
}

/// How long a state counts when the configuration says so many minutes: 15 for none or less, and
/// at most 60.
pub fn state_ttl(minutes: i64) -> Duration {
    match u64::try_from(minutes) {
        Ok(0) | Err(_) => STATE_TTL,
        Ok(minutes) => Duration::from_secs(minutes.saturating_mul(60)).min(MAX_STATE_TTL),
    }
}

/// Begins an authorization.
///
/// # Errors
/// When the path to return to is none of this site.
pub fn start(
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    request: &StartRequest<'_>,
) -> Result<Started, ReturnToError> {
    let return_to = return_to::same_site(request.return_to)?;
    let state = random::<32>(entropy);
    let proof = (request.pkce == Pkce::Required).then(|| {
        let verifier = random::<64>(entropy);
        let challenge = challenge(verifier.expose());
        Proof {
            verifier,
            challenge,
        }
    });
    let authorization_url = authorization_url(request.provider, state.expose(), proof.as_ref());
    Ok(Started {
        state,
        return_to,
        expires_at: clock.now().plus(request.state_ttl),
        authorization_url,
        proof,
    })
}

/// The challenge of a verifier (RFC 7636 section 4.2).
fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
}

fn random<const N: usize>(entropy: &dyn Entropy) -> Secret<String> {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    Secret::new(URL_SAFE_NO_PAD.encode(bytes))
}

/// The provider's address with our query in place of its own, in the order of the names.
fn authorization_url(provider: &Provider, state: &str, proof: Option<&Proof>) -> String {
    let scope = provider.scopes.join(" ");
    let mut query = form_urlencoded::Serializer::new(String::new());
    let is_google = provider.kind == ProviderKind::Google;
    if is_google {
        query.append_pair("access_type", "offline");
    }
    query.append_pair("client_id", &provider.client_id);
    if let Some(proof) = proof {
        query.append_pair("code_challenge", &proof.challenge);
        query.append_pair("code_challenge_method", CHALLENGE_METHOD);
    }
    if is_google {
        query.append_pair("prompt", "consent");
    }
    query.append_pair("redirect_uri", &provider.redirect_url);
    query.append_pair("response_type", "code");
    query.append_pair("scope", &scope);
    query.append_pair("state", state);
    let (address, fragment) = match provider.authorization_url.split_once('#') {
        Some((address, fragment)) => (address, Some(fragment)),
        None => (provider.authorization_url.as_str(), None),
    };
    let base = address.split('?').next().unwrap_or_default();
    // Forms and queries differ in two characters; providers compare some values as text.
    let query = query.finish().replace('*', "%2A").replace("%7E", "~");
    let full = format!("{base}?{query}");
    match fragment {
        Some(fragment) => format!("{full}#{fragment}"),
        None => full,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{At, Fixed};
    use std::time::Duration;

    use super::{Pkce, StartRequest, challenge, start, state_ttl};
    use crate::oauth::resolve;
    use crate::{Document, UnixMillis};

    fn settings(provider: &str) -> Document {
        let mut settings = Document::default();
        for (member, value) in [
            ("client_id", "the id"),
            ("client_secret", "hunter2"),
            ("redirect_url", "https://app.example.com/cb"),
        ] {
            settings.set(&format!("{provider}_oauth_{member}"), value);
        }
        settings
    }

    #[test]
    fn a_challenge_is_that_of_rfc_7636_appendix_b() {
        assert_eq!(
            challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn the_address_holds_what_the_provider_needs_and_no_secret() {
        let mut google = settings("google");
        google.set(
            "google_oauth_authorization_url",
            "https://accounts.google.com/x?old=1#frag",
        );
        for (provider, settings, pkce, expected) in [
            (
                "google",
                google,
                Pkce::Omitted,
                "https://accounts.google.com/x?access_type=offline&client_id=the+id&prompt=consent\
                 &redirect_uri=https%3A%2F%2Fapp.example.com%2Fcb&response_type=code\
                 &scope=openid+email+profile&state=BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc#frag",
            ),
            (
                // T-AUTH-5
                "facebook",
                settings("facebook"),
                Pkce::Required,
                "https://www.facebook.com/v18.0/dialog/oauth?client_id=the+id\
                 &code_challenge=3eiKmPEKQF1QG9FnLlXDPV-0nl9vcG8AZbARzVS-Cd8\
                 &code_challenge_method=S256\
                 &redirect_uri=https%3A%2F%2Fapp.example.com%2Fcb&response_type=code\
                 &scope=email+public_profile&state=BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc",
            ),
        ] {
            let request = StartRequest {
                provider: &resolve(provider, &settings).unwrap(),
                return_to: "",
                pkce,
                state_ttl: Duration::from_secs(60),
            };
            let started = start(&At(0), &Fixed(7), &request).unwrap();
            assert_eq!(started.expires_at, UnixMillis::new(60_000));
            assert_eq!(started.return_to, "/auth/callback");
            let verifier = started
                .proof
                .as_ref()
                .map(|proof| proof.verifier.expose().len());
            assert_eq!(verifier, (pkce == Pkce::Required).then_some(86));
            if pkce == Pkce::Omitted {
                assert_eq!(started.authorization_url, expected);
            } else {
                let proof = started.proof.unwrap();
                assert_eq!(proof.challenge, challenge(proof.verifier.expose()));
                let own = format!("code_challenge={}&", proof.challenge);
                let known = "code_challenge=3eiKmPEKQF1QG9FnLlXDPV-0nl9vcG8AZbARzVS-Cd8&";
                assert_eq!(started.authorization_url.replace(&own, known), expected);
            }
        }
    }

    #[test]
    fn a_state_counts_for_a_bounded_time() {
        for (minutes, seconds) in [
            (0, 900),
            (-5, 900),
            (7, 420),
            (60, 3_600),
            (61, 3_600),
            (i64::MAX, 3_600),
            (i64::MIN, 900),
        ] {
            assert_eq!(state_ttl(minutes).as_secs(), seconds, "{minutes}");
        }
    }
}
