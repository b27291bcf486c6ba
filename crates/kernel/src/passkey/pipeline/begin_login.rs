//! Begins an authentication with a passkey.

use super::options::{DescriptorJson, Milliseconds, RequestJson, wrapped};
use super::{Beginning, Site};
use crate::Entropy;
use crate::passkey::{CredentialRecord, SessionData, draw_challenge};

/// Whose sign-in begins.
#[derive(Debug, Clone, Copy)]
pub enum LoginBeginning<'a> {
    /// A known account's, with its passkeys.
    Known {
        /// The pipeline's id of the account.
        user_id: &'a str,
        /// Its passkeys, of which one must answer.
        credentials: &'a [CredentialRecord],
    },
    /// Whoever answers with a discoverable credential.
    Discoverable,
}

/// A known account without a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the account has no credentials")]
pub struct NoCredentials;

/// Draws a challenge, builds the options and what to remember.
///
/// # Errors
/// [`NoCredentials`]
pub fn begin_login(
    entropy: &dyn Entropy,
    site: Site<'_>,
    beginning: LoginBeginning<'_>,
) -> Result<Beginning, NoCredentials> {
    let (user_id, allowed) = match beginning {
        LoginBeginning::Known {
            credentials: [], ..
        } => return Err(NoCredentials),
        LoginBeginning::Known {
            user_id,
            credentials,
        } => (Some(user_id.as_bytes().to_vec()), credentials),
        LoginBeginning::Discoverable => (None, [].as_slice()),
    };
    let rp_id = site.relying_party.id();
    let session = SessionData {
        rp_id: rp_id.to_string(),
        user_id,
        allowed_credentials: allowed.iter().map(|record| record.id.clone()).collect(),
        user_verification: site.user_verification,
        ..SessionData::begun(&draw_challenge(entropy))
    };
    let options = RequestJson {
        challenge: &session.challenge,
        timeout: Milliseconds::of_a_ceremony(),
        rp_id: rp_id.as_str(),
        allow_credentials: DescriptorJson::list(allowed),
        user_verification: site.user_verification,
    };
    Ok(Beginning {
        options: wrapped(&options),
        session_data: session.write(),
    })
}
