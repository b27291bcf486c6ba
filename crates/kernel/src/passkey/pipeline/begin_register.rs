//! Begins the registration of a passkey.

use gatefold_webauthn::Algorithm;

use super::options::{
    CreationJson, DescriptorJson, Milliseconds, PartyJson, SelectionJson, UserJson, wrapped,
};
use super::{Beginning, Site};
use crate::Entropy;
use crate::passkey::session_data::Parameter;
use crate::passkey::stored_text::base64url;
use crate::passkey::{CredentialRecord, SessionData, draw_challenge};

/// Who registers.
#[derive(Debug)]
pub struct RegistrationBeginning<'a> {
    /// The site.
    pub site: Site<'a>,
    /// The pipeline's id of the account. Authenticators keep it and hand it back.
    pub user_id: &'a str,
    /// What the passkey manager lists.
    pub name: &'a str,
    /// How the person is called.
    pub display_name: &'a str,
    /// The passkeys the account has, so that an authenticator refuses a second one (B18).
    pub exclude: &'a [CredentialRecord],
}

/// Draws a challenge, builds the options and what to remember. An account id of more than 64 bytes is
/// passed on; the browser refuses it (WebAuthn Level 3 section 5.4.3).
pub fn begin_register(entropy: &dyn Entropy, beginning: &RegistrationBeginning<'_>) -> Beginning {
    let RegistrationBeginning { site, user_id, .. } = *beginning;
    let relying_party = site.relying_party;
    let session = SessionData {
        rp_id: relying_party.id().to_string(),
        user_id: Some(user_id.as_bytes().to_vec()),
        user_verification: site.user_verification,
        algorithms: Algorithm::ALL.map(Algorithm::cose_id).to_vec(),
        ..SessionData::begun(&draw_challenge(entropy))
    };
    let options = CreationJson {
        rp: PartyJson {
            name: relying_party.name(),
            id: relying_party.id().as_str(),
        },
        user: UserJson {
            name: beginning.name,
            display_name: beginning.display_name,
            id: base64url(user_id.as_bytes()),
        },
        challenge: &session.challenge,
        pub_key_cred_params: Parameter::all(),
        timeout: Milliseconds::of_a_ceremony(),
        exclude_credentials: DescriptorJson::list(beginning.exclude),
        authenticator_selection: SelectionJson {
            user_verification: site.user_verification,
        },
    };
    Beginning {
        options: wrapped(&options),
        session_data: session.write(),
    }
}
