//! Finishes the registration of a passkey.

use gatefold_webauthn::{
    Algorithm, CeremonyError, OriginComparison, Registered, RegistrationError,
    RegistrationExpectations, RegistrationResponse, UserPresence,
};

use super::Site;
use crate::Clock;
use crate::passkey::{
    ClientAttestation, CredentialRecord, RecordAttestation, RecordAuthenticator, RecordFlags,
    SessionData, TokenBindingError,
};

/// A registration as it arrives at its second half.
#[derive(Debug)]
pub struct RegistrationAnswer<'a> {
    /// The site.
    pub site: Site<'a>,
    /// The pipeline's id of the account.
    pub user_id: &'a str,
    /// What was remembered.
    pub session: &'a SessionData,
    /// What the browser sent.
    pub attestation: ClientAttestation,
}

/// Why a registration was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationDenial {
    /// The ceremony belongs to somebody else, or to nobody.
    #[error("the ceremony is of another account")]
    AnotherAccount,
    /// The ceremony is over.
    #[error("the ceremony has expired")]
    Expired,
    /// The client data's token binding is malformed.
    #[error(transparent)]
    TokenBinding(#[from] TokenBindingError),
    /// A check of WebAuthn Level 3 section 7.1 failed.
    #[error(transparent)]
    Verification(#[from] RegistrationError),
}

impl From<CeremonyError> for RegistrationDenial {
    fn from(error: CeremonyError) -> Self {
        Self::Verification(error.into())
    }
}

/// Verifies a registration response (WebAuthn Level 3 section 7.1) and makes the record to store.
/// That no other account has the credential's id (step 26) is the caller's to see to.
///
/// # Errors
/// See [`RegistrationDenial`].
pub fn finish_register(
    clock: &dyn Clock,
    answer: RegistrationAnswer<'_>,
) -> Result<CredentialRecord, RegistrationDenial> {
    let (session, now) = (answer.session, clock.now());
    if answer.user_id.is_empty() || !session.is_of(answer.user_id) {
        return Err(RegistrationDenial::AnotherAccount);
    }
    if session.is_over(now) {
        return Err(RegistrationDenial::Expired);
    }
    let attestation = answer.attestation;
    let claims = &attestation.claims;
    let challenge = claims.check_answers(session, "webauthn.create")?;
    // Type and challenge are there, so what may be missing is the origin.
    let response = attestation.response.as_ref();
    let response = response.ok_or(CeremonyError::OriginNotAllowed)?;
    let offered = session.algorithms.iter();
    let offered: Vec<_> = offered
        .filter_map(|id| Algorithm::from_cose_id(*id))
        .collect();
    let presence = match session.mediation.as_str() {
        "conditional" => UserPresence::WaivedForConditionalCreate,
        _ => UserPresence::Required,
    };
    let site = answer.site;
    let party = site.judging_party();
    let expectations = RegistrationExpectations::new(&party, &challenge, now.seconds())
        .algorithms(&offered)
        .user_verification(site.demanded(session))
        .user_presence(presence)
        .origin_comparison(OriginComparison::Parsed);
    expectations.check_client_data(response.client_data())?;
    claims.check_token_binding()?;
    let proof = crate::passkey::finish_register::judge(&expectations, response, now)?;
    let registered = proof.method().registered();
    Ok(record(registered, response, &attestation))
}

/// The record of a verified registration.
fn record(
    registered: &Registered,
    response: &RegistrationResponse,
    claims: &ClientAttestation,
) -> CredentialRecord {
    let (flags, client_data) = (registered.flags, response.client_data());
    let transports = &claims.transports;
    CredentialRecord {
        id: registered.credential_id.as_bytes().to_vec(),
        public_key: Some(registered.public_key.to_canonical_cose()),
        attestation_type: registered.attestation.format.to_owned(),
        transports: (!transports.is_empty()).then(|| transports.clone()),
        flags: Some(RecordFlags {
            user_present: flags.user_present,
            user_verified: flags.user_verified,
            backup_eligible: flags.backup_eligible,
            backup_state: flags.backup_state,
        }),
        authenticator: RecordAuthenticator {
            aaguid: Some(registered.aaguid.0.to_vec()),
            sign_count: registered.sign_count,
            clone_warning: false,
            attachment: claims.attachment.clone(),
        },
        attestation: RecordAttestation {
            client_data_json: Some(client_data.as_bytes().to_vec()),
            client_data_hash: Some(client_data.hash().to_vec()),
            authenticator_data: claims.authenticator_data.clone(),
            public_key_algorithm: claims.public_key_algorithm,
            object: Some(claims.object.clone()),
        },
    }
}
