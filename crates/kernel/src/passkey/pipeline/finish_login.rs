//! Finishes an authentication with a passkey.

use gatefold_webauthn::{
    AuthenticationError, AuthenticationExpectations, AuthenticationResponse, CeremonyError,
    OriginComparison, PublicKey, PublicKeyError, StoredCredential, UserHandle,
};

use super::Site;
use crate::Clock;
use crate::passkey::{
    ClientAssertion, CredentialRecord, LoginRefusal, PasskeyAssertion, RecordFlags, SessionData,
    TokenBindingError,
};

/// A sign-in as it arrives at its second half.
#[derive(Debug)]
pub struct LoginAnswer<'a> {
    /// The site.
    pub site: Site<'a>,
    /// The pipeline's id of the account. May be empty where a discoverable credential was asked for.
    pub user_id: &'a str,
    /// What was remembered.
    pub session: &'a SessionData,
    /// The account's passkeys, or the one that the assertion names. Whose they are, the pipeline knows.
    pub credentials: Vec<CredentialRecord>,
    /// What the browser sent.
    pub assertion: ClientAssertion,
}

/// Who signed in.
#[derive(Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The account's id, never empty: the pipeline's, or where that is silent the user handle.
    pub user_id: Vec<u8>,
    /// The record to store: counter and flags are new.
    pub record: CredentialRecord,
}

/// Why a sign-in was refused.
#[derive(Debug, thiserror::Error)]
pub enum LoginDenial {
    /// The ceremony belongs to somebody else.
    #[error("the ceremony is of another account")]
    AnotherAccount,
    /// The ceremony is over.
    #[error("the ceremony has expired")]
    Expired,
    /// A credential that the session allows is not among those given.
    #[error("an allowed credential is not among those of the account")]
    NotAllOwned,
    /// The credential that answered is not among those given, although the session allows some.
    #[error("the credential is not one of the account's")]
    NotOwned,
    /// The credential that answered is not one that the session allows.
    #[error("the credential was not allowed")]
    NotAllowed,
    /// The user handle names another account.
    #[error("the user handle is of another account")]
    AnotherHandle,
    /// Neither session, pipeline nor user handle say who signs in (WebAuthn Level 3 section 7.2, step 6).
    #[error("nobody is named")]
    Nobody,
    /// The credential that answered is not among those given.
    #[error("the credential is not known")]
    Unknown,
    /// The client data's token binding is malformed.
    #[error(transparent)]
    TokenBinding(#[from] TokenBindingError),
    /// The record holds no public key that we can verify with.
    #[error("the stored public key cannot be used: {0}")]
    PublicKey(PublicKeyError),
    /// Verification failed, or the counter went back.
    #[error(transparent)]
    Refused(#[from] LoginRefusal),
}

impl From<CeremonyError> for LoginDenial {
    fn from(error: CeremonyError) -> Self {
        Self::Refused(AuthenticationError::from(error).into())
    }
}

/// Verifies an authentication response (WebAuthn Level 3 section 7.2) with the one record it names.
/// Nothing of the response is believed before its signature is verified (B19).
///
/// # Errors
/// See [`LoginDenial`].
pub fn finish_login(clock: &dyn Clock, answer: LoginAnswer<'_>) -> Result<SignedIn, LoginDenial> {
    let now = clock.now();
    let (session, site) = (answer.session, answer.site);
    let user_id = who(&answer)?;
    if session.is_over(now) {
        return Err(LoginDenial::Expired);
    }
    check_allowed(&answer)?;
    let handle = &answer.assertion.user_handle;
    if handle.as_ref().is_some_and(|handle| *handle != user_id) {
        return Err(LoginDenial::AnotherHandle);
    }
    let id = answer.assertion.credential_id.as_bytes();
    let mut records = answer.credentials.into_iter();
    let record = records.find(|record| record.id == id);
    let record = record.ok_or(LoginDenial::Unknown)?;
    let claims = &answer.assertion.claims;
    let challenge = claims.check_answers(session, "webauthn.get")?;
    // Type and challenge are there, so what may be missing is the origin.
    let response = answer.assertion.response.as_ref();
    let response = response.ok_or(CeremonyError::OriginNotAllowed)?;
    let party = site.judging_party();
    let expectations = AuthenticationExpectations::new(&party, &challenge)
        .user_verification(site.demanded(session))
        .origin_comparison(OriginComparison::Parsed);
    expectations.check_client_data(response.client_data())?;
    claims.check_token_binding()?;
    let stored = stored(&record, response, &user_id)?;
    let proof = crate::passkey::finish_login::judge(&expectations, &stored, response, now)?;
    Ok(SignedIn {
        user_id,
        record: updated(record, proof.method()),
    })
}

/// The account that signs in. A session that belongs to somebody is only that person's; one that belongs
/// to nobody is for whom the pipeline or else the user handle names (B17).
fn who(answer: &LoginAnswer<'_>) -> Result<Vec<u8>, LoginDenial> {
    let named = answer.user_id.as_bytes();
    match (answer.session.owner(), &answer.assertion.user_handle) {
        (Some(owner), _) if owner != named => Err(LoginDenial::AnotherAccount),
        (None, Some(handle)) if named.is_empty() => Ok(handle.clone()),
        (None, None) if named.is_empty() => Err(LoginDenial::Nobody),
        _ => Ok(named.to_vec()),
    }
}

/// Whether the session's list of credentials, if it has one, lets this one answer.
fn check_allowed(answer: &LoginAnswer<'_>) -> Result<(), LoginDenial> {
    let allowed = &answer.session.allowed_credentials;
    if allowed.is_empty() {
        return Ok(());
    }
    let is_owned = |id: &[u8]| answer.credentials.iter().any(|record| record.id == id);
    if !allowed.iter().all(|id| is_owned(id)) {
        return Err(LoginDenial::NotAllOwned);
    }
    let id = answer.assertion.credential_id.as_bytes();
    if !is_owned(id) {
        return Err(LoginDenial::NotOwned);
    }
    if !allowed.iter().any(|allowed| allowed == id) {
        return Err(LoginDenial::NotAllowed);
    }
    Ok(())
}

/// The record as verification takes it. A record that does not say whether the credential may be backed
/// up takes that from the response, which counts once its signature is verified.
fn stored(
    record: &CredentialRecord,
    response: &AuthenticationResponse,
    user_id: &[u8],
) -> Result<StoredCredential, LoginDenial> {
    let key = record.public_key.as_deref().unwrap_or_default();
    let claimed = response.authenticator_data().flags().backup_eligible;
    Ok(StoredCredential {
        id: response.credential_id().clone(),
        public_key: PublicKey::from_cose(key).map_err(LoginDenial::PublicKey)?,
        sign_count: record.authenticator.sign_count,
        backup_eligible: record.flags.map_or(claimed, |flags| flags.backup_eligible),
        user_handle: UserHandle::new(user_id.to_vec()).ok(),
    })
}

/// The record after a verified authentication.
fn updated(record: CredentialRecord, proof: &PasskeyAssertion) -> CredentialRecord {
    let mut record = record;
    record.authenticator.sign_count = proof.sign_count();
    record.flags = Some(RecordFlags {
        user_present: true,
        user_verified: proof.user_verified(),
        backup_eligible: proof.backup_eligible(),
        backup_state: proof.backup_state(),
    });
    record
}
