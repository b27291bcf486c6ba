//! Reading a profile (OpenID Connect Core section 5.3; RFC 6750 section 2.1).

use serde_json::{Map, Value};

use super::answer::{self, Endpoint, EndpointError};
use super::provider::{Provider, ProviderKind};
use crate::Secret;
use crate::ports::{HttpEgress, HttpMethod, HttpRequest};

/// Whose profile is to be read.
#[derive(Debug)]
pub struct ProfileRequest<'a> {
    /// At which provider.
    pub provider: &'a Provider,
    /// The token that the provider gave for it.
    pub access_token: Secret<String>,
    /// What is asked of the e-mail address.
    pub email: EmailPolicy,
}

/// What is asked of a profile's e-mail address (V3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailPolicy {
    /// Nothing: the caller looks at it.
    Any,
    /// There must be one, and the provider must say that it is verified.
    Verified,
}

/// A profile.
#[derive(Debug)]
pub struct Profile {
    /// Who this is at the provider; never empty.
    pub subject: String,
    /// The e-mail address, or nothing.
    pub email: String,
    /// Whether the provider says that it has verified the address.
    pub is_email_verified: bool,
    /// How the person is called, or nothing.
    pub name: String,
    /// The address of a picture, or nothing.
    pub picture: String,
    /// Everything that the provider said.
    pub claims: Map<String, Value>,
}

/// Why there is no profile.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// There is no token.
    #[error("missing access_token")]
    MissingToken,
    /// The token has characters that no bearer token has.
    #[error("invalid access_token")]
    BadToken,
    /// The endpoint gave nothing that can be used.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The profile does not say whose it is (B3): all such people would be one.
    #[error("userinfo endpoint returned no subject")]
    NoSubject,
    /// The address is not verified, and the configuration demands that it is (V3).
    #[error("email_not_verified")]
    EmailNotVerified,
}

/// Reads a profile.
///
/// # Errors
/// When there is none, it names nobody, or its address does not suffice.
pub async fn userinfo(
    http: &dyn HttpEgress,
    request: &ProfileRequest<'_>,
) -> Result<Profile, ProfileError> {
    let token = request.access_token.expose();
    if token.is_empty() {
        return Err(ProfileError::MissingToken);
    }
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ProfileError::BadToken);
    }
    let provider = request.provider;
    let asked = HttpRequest {
        method: HttpMethod::Get,
        url: provider.userinfo_url.clone(),
        headers: vec![
            ("Accept", Secret::new("application/json".to_owned())),
            ("Authorization", Secret::new(format!("Bearer {token}"))),
        ],
        body: Secret::new(Vec::new()),
        inner_addresses: provider.inner_addresses,
    };
    let answer = answer::ask(http, Endpoint::Userinfo, asked, &[token]).await?;
    let profile = profile(provider.kind, answer.unwrap_or_default())?;
    let is_verified = profile.is_email_verified && !profile.email.trim().is_empty();
    if request.email == EmailPolicy::Verified && !is_verified {
        return Err(ProfileError::EmailNotVerified);
    }
    Ok(profile)
}

/// The profile in an answer. Only the JSON `true` says that an address is verified; Facebook never
/// says so.
fn profile(kind: ProviderKind, claims: Map<String, Value>) -> Result<Profile, ProfileError> {
    let text = |name: &str| {
        let value = claims.get(name).and_then(Value::as_str);
        value.unwrap_or_default().to_owned()
    };
    let is_facebook = kind == ProviderKind::Facebook;
    let subject = text(if is_facebook { "id" } else { "sub" });
    if subject.trim().is_empty() {
        return Err(ProfileError::NoSubject);
    }
    let is_email_verified = claims.get("email_verified") == Some(&Value::Bool(true));
    Ok(Profile {
        subject,
        email: text("email"),
        is_email_verified: is_email_verified && !is_facebook,
        name: text("name"),
        picture: text("picture"),
        claims,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{EmailPolicy, Profile, ProfileRequest, userinfo};
    use crate::oauth::provider::resolve;
    use crate::oauth::testing::Canned;
    use crate::{Document, Secret};

    fn ask(
        canned: &Canned,
        provider: &str,
        token: &str,
        email: EmailPolicy,
    ) -> Result<Profile, String> {
        let settings = json!({
            "google_oauth_client_id": "i", "google_oauth_client_secret": "s",
            "google_oauth_redirect_url": "r", "facebook_oauth_client_id": "i",
            "facebook_oauth_client_secret": "s", "facebook_oauth_redirect_url": "r",
        });
        let settings = Document::new(settings.as_object().cloned().unwrap());
        let provider = resolve(provider, &settings).unwrap();
        let request = ProfileRequest {
            provider: &provider,
            access_token: Secret::new(token.to_owned()),
            email,
        };
        canned
            .run(userinfo(canned, &request))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_token_is_sent_as_a_bearer_token() {
        let canned = Canned::answer(200, r#"{"sub":"s"}"#);
        ask(&canned, "google", "acc3ss-t0ken", EmailPolicy::Any).unwrap();
        assert_eq!(
            canned.asked(),
            "Get https://openidconnect.googleapis.com/v1/userinfo\nAccept: application/json\n\
             Authorization: Bearer acc3ss-t0ken\n"
        );
        for (token, expected) in [
            ("", "missing access_token"),
            ("a\r\nHost: x", "invalid access_token"),
            ("a b", "invalid access_token"),
            ("ä", "invalid access_token"),
        ] {
            let canned = Canned::answer(200, "{}");
            let refused = ask(&canned, "google", token, EmailPolicy::Any).unwrap_err();
            assert_eq!(
                (refused.as_str(), canned.asked().as_str()),
                (expected, ""),
                "{token:?}"
            );
        }
    }

    #[test]
    fn a_profile_names_somebody() {
        let none = "userinfo endpoint returned no subject";
        for (provider, body, expected) in [
            ("google", r#"{"sub":"s"}"#, Ok(("s", "", false))),
            (
                "google",
                r#"{"sub":"s","email":"e","email_verified":true}"#,
                Ok(("s", "e", true)),
            ),
            (
                "google",
                r#"{"sub":"s","email":"e","email_verified":"true"}"#,
                Ok(("s", "e", false)),
            ),
            ("google", r#"{"sub":"s","email":5}"#, Ok(("s", "", false))),
            // B3
            ("google", r#"{"id":"s"}"#, Err(none)),
            ("google", r#"{"sub":""}"#, Err(none)),
            ("google", r#"{"sub":" "}"#, Err(none)),
            ("google", r#"{"sub":7}"#, Err(none)),
            ("google", "null", Err(none)),
            (
                "facebook",
                r#"{"id":"f","email":"e","email_verified":true}"#,
                Ok(("f", "e", false)),
            ),
            ("facebook", r#"{"sub":"f"}"#, Err(none)),
        ] {
            let canned = Canned::answer(200, body);
            let found = ask(&canned, provider, "t", EmailPolicy::Any);
            let found = found.as_ref().map(|profile| {
                (
                    profile.subject.as_str(),
                    profile.email.as_str(),
                    profile.is_email_verified,
                )
            });
            assert_eq!(found.map_err(String::as_str), expected, "{provider} {body}");
        }
    }

    #[test]
    fn an_unverified_address_is_refused_where_that_is_demanded() {
        // V3
        for (provider, body, is_accepted) in [
            (
                "google",
                r#"{"sub":"s","email":"e","email_verified":true}"#,
                true,
            ),
            (
                "google",
                r#"{"sub":"s","email":"e","email_verified":"true"}"#,
                false,
            ),
            ("google", r#"{"sub":"s","email":"e"}"#, false),
            ("google", r#"{"sub":"s","email_verified":true}"#, false),
            (
                "facebook",
                r#"{"id":"s","email":"e","email_verified":true}"#,
                false,
            ),
        ] {
            let canned = Canned::answer(200, body);
            match ask(&canned, provider, "t", EmailPolicy::Verified) {
                Ok(_) => assert!(is_accepted, "{body}"),
                Err(error) => assert!(!is_accepted && error == "email_not_verified", "{body}"),
            }
        }
    }

    #[test]
    fn an_error_does_not_show_the_token() {
        let canned = Canned::answer(401, "bad token acc3ss-t0ken\n");
        let refused = ask(&canned, "google", "acc3ss-t0ken", EmailPolicy::Any).unwrap_err();
        assert_eq!(refused, "userinfo endpoint returned 401: bad token ***");
    }
}
