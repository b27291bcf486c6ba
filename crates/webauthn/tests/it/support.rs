//! One relying party, one account, one software authenticator, and both verifications with codes for refusals.

use gatefold_soft_authenticator::{Config, SoftAuthenticator};
use gatefold_webauthn::{
    Authenticated, AuthenticationExpectations, AuthenticationResponse, Challenge, CreationOptions,
    Origin, Registered, RegistrationExpectations, RegistrationResponse, RelyingParty,
    RequestOptions, ResidentKey, RpId, StoredCredential, UnixSeconds, UserEntity, UserHandle,
    UserHandleRule, verify_authentication, verify_registration,
};
use serde_json::Value;

pub(crate) const RP_ID: &str = "example.org";
pub(crate) const ORIGIN: &str = "https://login.example.org";
pub(crate) const NOW: UnixSeconds = 1_800_000_000;

/// A verdict; refusals are their codes.
pub(crate) type Verdict<T> = Result<T, &'static str>;

pub(crate) fn relying_party(id: &str, origin: &str) -> RelyingParty {
    RelyingParty::new(
        RpId::parse(id).expect("a valid id"),
        "Example".to_owned(),
        vec![Origin::parse(origin).expect("a valid origin")],
    )
    .expect("a valid relying party")
}

pub(crate) fn decode(text: &Value) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(text.as_str().expect("a text"))
        .expect("base64url")
}

pub(crate) fn encode(bytes: &[u8]) -> Value {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD
        .encode(bytes)
        .into()
}

/// The response with one binary member of `response` replaced.
pub(crate) fn with_member(json: &Value, member: &str, bytes: &[u8]) -> Value {
    let mut json = json.clone();
    json["response"][member] = encode(bytes);
    json
}

/// Everything a pair of ceremonies needs.
pub(crate) struct World {
    pub(crate) party: RelyingParty,
    pub(crate) handle: UserHandle,
    pub(crate) challenge: Challenge,
    pub(crate) authenticator: SoftAuthenticator,
}

impl World {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            party: relying_party(RP_ID, ORIGIN),
            handle: UserHandle::new(vec![9; 64]).expect("64 bytes"),
            challenge: Challenge::new(vec![7; 32]).expect("32 bytes"),
            authenticator: SoftAuthenticator::new(config).expect("an authenticator"),
        }
    }

    pub(crate) fn register(&mut self) -> Value {
        let user = UserEntity {
            handle: &self.handle,
            name: "ada",
            display_name: "Ada",
        };
        let options = CreationOptions::new(&self.party, &self.challenge, user)
            .resident_key(ResidentKey::Required)
            .cred_props(true);
        let options = serde_json::to_value(options).expect("JSON");
        self.authenticator
            .register(&options, ORIGIN)
            .expect("a registration")
    }

    pub(crate) fn authenticate(&mut self) -> Value {
        let options = RequestOptions::new(&self.party, &self.challenge);
        let options = serde_json::to_value(options).expect("JSON");
        self.authenticator
            .authenticate(&options, ORIGIN)
            .expect("an authentication")
    }

    /// Registers and gives what a relying party would store.
    pub(crate) fn enrol(&mut self) -> StoredCredential {
        let json = self.register();
        let registered = self
            .check_registration(&json)
            .expect("a valid registration");
        self.stored(registered)
    }

    pub(crate) fn stored(&self, registered: Registered) -> StoredCredential {
        StoredCredential {
            id: registered.credential_id,
            public_key: registered.public_key,
            sign_count: registered.sign_count,
            backup_eligible: registered.flags.backup_eligible,
            user_handle: Some(self.handle.clone()),
        }
    }

    pub(crate) fn registration_expectations(&self) -> RegistrationExpectations<'_> {
        RegistrationExpectations::new(&self.party, &self.challenge, NOW)
    }

    pub(crate) fn authentication_expectations(&self) -> AuthenticationExpectations<'_> {
        AuthenticationExpectations::new(&self.party, &self.challenge)
            .user_handle(UserHandleRule::Required)
    }

    pub(crate) fn check_registration(&self, json: &Value) -> Verdict<Registered> {
        check_registration(&self.registration_expectations(), json)
    }

    pub(crate) fn check_authentication(
        &self,
        stored: &StoredCredential,
        json: &Value,
    ) -> Verdict<Authenticated> {
        check_authentication(&self.authentication_expectations(), stored, json)
    }
}

pub(crate) fn check_registration(
    expectations: &RegistrationExpectations<'_>,
    json: &Value,
) -> Verdict<Registered> {
    let response = RegistrationResponse::from_json(json.to_string().as_bytes());
    let response = response.map_err(|error| error.code())?;
    verify_registration(expectations, &response).map_err(|error| error.code())
}

pub(crate) fn check_authentication(
    expectations: &AuthenticationExpectations<'_>,
    stored: &StoredCredential,
    json: &Value,
) -> Verdict<Authenticated> {
    let response = AuthenticationResponse::from_json(json.to_string().as_bytes());
    let response = response.map_err(|error| error.code())?;
    verify_authentication(expectations, stored, &response).map_err(|error| error.code())
}
