//! Refusals in the words that pipelines know from go-webauthn.

use gatefold_kernel::passkey::pipeline::{LoginDenial, RegistrationDenial};
use gatefold_kernel::passkey::{
    AssertionParseError, AttestationParseError, LoginRefusal, SessionDataError, TokenBindingError,
};
use gatefold_kernel::webauthn::{
    AttestationError, AuthenticationError, CeremonyError, RegistrationError,
};

pub(super) const ANOTHER_ACCOUNT: &str = "ID mismatch for User and Session";
const EXPIRED: &str = "Session has Expired";
const CHALLENGE: &str = "Error validating challenge";
const AUTHENTICATOR: &str = "Error validating the authenticator response";
const ATTESTATION_FORMAT: &str = "Invalid attestation format";
const NOT_OWNED: &str = "The credential ID provided is not owned by the user";
const NOT_ALLOWED: &str =
    "The credential ID provided is not in the sessions allowed credential list";
const HANDLE: &str = "User handle and User ID do not match";
const UNKNOWN: &str = "Unable to find the credential for the returned credential ID";

/// Why session data cannot be read; the whole text.
pub(super) fn session_detail(error: SessionDataError) -> &'static str {
    match error {
        SessionDataError::Encoding => "invalid session_data",
        SessionDataError::Json => "invalid session data",
    }
}

/// Why a registration response cannot be read.
pub(super) fn attestation_detail(error: AttestationParseError) -> &'static str {
    match error {
        AttestationParseError::Envelope => "Parse error for Registration",
        AttestationParseError::Response => "Error parsing attestation response",
    }
}

/// Why an authentication response cannot be read.
pub(super) fn assertion_detail(error: AssertionParseError) -> &'static str {
    match error {
        AssertionParseError::Envelope => "Parse error for Assertion",
        AssertionParseError::IdMissing => "CredentialAssertionResponse with ID missing",
        AssertionParseError::IdEncoding => {
            "CredentialAssertionResponse with ID not base64url encoded"
        }
        AssertionParseError::Kind => "CredentialAssertionResponse with bad type",
        AssertionParseError::ClientData => "clientDataJSON is not the JSON of client data",
        AssertionParseError::AuthenticatorData => "Error unmarshalling auth data",
    }
}

/// Why a registration is refused.
pub(super) fn registration_detail(denial: &RegistrationDenial) -> String {
    match denial {
        RegistrationDenial::AnotherAccount => ANOTHER_ACCOUNT.to_owned(),
        RegistrationDenial::Expired => EXPIRED.to_owned(),
        RegistrationDenial::TokenBinding(error) => token_binding_detail(error),
        RegistrationDenial::Verification(error) => verification_detail(*error),
    }
}

fn verification_detail(error: RegistrationError) -> String {
    match error {
        RegistrationError::Ceremony(error) => ceremony_detail(error).to_owned(),
        RegistrationError::PublicKey(_)
        | RegistrationError::AlgorithmNotOffered
        | RegistrationError::Attestation(
            AttestationError::UnknownFormat
            | AttestationError::FormatNotAccepted
            | AttestationError::Malformed,
        ) => ATTESTATION_FORMAT.to_owned(),
        RegistrationError::Attestation(AttestationError::Member { member }) => {
            format!("Error retrieving {member} value")
        }
        RegistrationError::Attestation(error) => format!("Invalid attestation data: {error}"),
        other => format!("{AUTHENTICATOR}: {other}"),
    }
}

/// Why a sign-in is refused.
pub(super) fn login_detail(denial: &LoginDenial) -> String {
    let known = match denial {
        LoginDenial::AnotherAccount => ANOTHER_ACCOUNT,
        LoginDenial::Expired => EXPIRED,
        LoginDenial::NotAllOwned => {
            "User does not own all credentials from the allowed credential list"
        }
        LoginDenial::NotOwned => NOT_OWNED,
        LoginDenial::NotAllowed => NOT_ALLOWED,
        LoginDenial::AnotherHandle => HANDLE,
        LoginDenial::Nobody => "neither session, user_id nor user handle say who signs in",
        LoginDenial::Unknown => UNKNOWN,
        LoginDenial::TokenBinding(error) => return token_binding_detail(error),
        LoginDenial::PublicKey(error) => {
            return format!("Error parsing the assertion public key: {error}");
        }
        LoginDenial::Refused(LoginRefusal::Verification(error)) => authentication_detail(error),
        LoginDenial::Refused(refusal @ LoginRefusal::CounterRegressed { .. }) => {
            return format!("clone suspected: {refusal}");
        }
    };
    known.to_owned()
}

fn authentication_detail(error: &AuthenticationError) -> &'static str {
    match error {
        AuthenticationError::Ceremony(error) => ceremony_detail(*error),
        AuthenticationError::CredentialNotAllowed => NOT_ALLOWED,
        AuthenticationError::CredentialMismatch => UNKNOWN,
        AuthenticationError::UserHandleMissing | AuthenticationError::UserHandleMismatch => HANDLE,
        AuthenticationError::BackupEligibilityChanged => {
            "Backup Eligible flag inconsistency detected during login validation"
        }
        // "<nil>" is what Go prints for the error that there is none of.
        AuthenticationError::Signature(_) => "Error validating the assertion signature: <nil>",
        _ => AUTHENTICATOR,
    }
}

/// What is wrong with a token binding.
fn token_binding_detail(error: &TokenBindingError) -> String {
    format!("Error decoding clientData, {error}")
}

/// A check that both ceremonies share.
fn ceremony_detail(error: CeremonyError) -> &'static str {
    match error {
        CeremonyError::WrongType => "Error validating ceremony type",
        CeremonyError::ChallengeMismatch => CHALLENGE,
        CeremonyError::OriginNotAllowed
        | CeremonyError::CrossOriginForbidden
        | CeremonyError::UnexpectedTopOrigin
        | CeremonyError::TopOriginNotAllowed => "Error validating origin",
        CeremonyError::BackupStateWithoutEligibility => {
            "Backup State Flag is true but Backup Eligible flag is false which is invalid"
        }
        _ => AUTHENTICATOR,
    }
}

#[cfg(test)]
mod tests {
    use gatefold_kernel::passkey::TokenBindingError;
    use gatefold_kernel::passkey::pipeline::{LoginDenial, RegistrationDenial};

    use super::{login_detail, registration_detail};

    #[test]
    fn a_bad_token_binding_reads_alike_in_both_ceremonies() {
        let unknown = TokenBindingError::StatusUnknown {
            shown: "bogus".to_owned(),
        };
        for (error, expected) in [
            (
                TokenBindingError::StatusMissing,
                "Error decoding clientData, token binding present without status",
            ),
            (
                unknown,
                "Error decoding clientData, token binding present with invalid value: bogus",
            ),
        ] {
            let registration = RegistrationDenial::TokenBinding(error.clone());
            assert_eq!(registration_detail(&registration), expected);
            assert_eq!(login_detail(&LoginDenial::TokenBinding(error)), expected);
        }
    }
}
