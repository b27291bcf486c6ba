//! Ceremonies whose state a pipeline keeps: begun and finished with [`SessionData`] in between, over
//! [`CredentialRecord`](super::CredentialRecord)s that the pipeline stores.
//!
//! Two plugins may serve one site while it is upgraded, so options, session data and records are those
//! of go-webauthn. Verification is the host's: the same functions of `gatefold-webauthn`, the same rule
//! for the counter.

mod begin_login;
mod begin_register;
mod finish_login;
mod finish_register;
mod options;

use gatefold_webauthn::{CrossOrigin, RelyingParty, UserVerification};

pub use begin_login::{LoginBeginning, NoCredentials, begin_login};
pub use begin_register::{RegistrationBeginning, begin_register};
pub use finish_login::{LoginAnswer, LoginDenial, SignedIn, finish_login};
pub use finish_register::{RegistrationAnswer, RegistrationDenial, finish_register};

use super::SessionData;

/// The relying party of a pipeline and what it asks about the person.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// Who we are.
    pub relying_party: &'a RelyingParty,
    /// What options ask for; nothing to say nothing and demand nothing.
    pub user_verification: Option<UserVerification>,
}

impl Site<'_> {
    /// Who finished ceremonies are judged for. Which sites may frame a pipeline's pages, its pages say
    /// themselves, with the headers they are served with; client data are not asked.
    fn judging_party(&self) -> RelyingParty {
        let party = self.relying_party.clone();
        party.with_cross_origin(CrossOrigin::Ignored)
    }

    /// What a finished ceremony must fulfil: verified if the site or the session says so. A session
    /// can only add to what the site demands.
    fn demanded(&self, session: &SessionData) -> UserVerification {
        let required = Some(UserVerification::Required);
        if self.user_verification == required || session.user_verification == required {
            UserVerification::Required
        } else {
            UserVerification::Preferred
        }
    }
}

/// What a pipeline gets when a ceremony begins.
#[derive(Debug, PartialEq, Eq)]
pub struct Beginning {
    /// The options for the browser, `{"publicKey":{...}}`.
    pub options: String,
    /// What to remember, as [`SessionData::write`] writes it.
    pub session_data: String,
}

#[cfg(test)]
mod tests;
