//! Passkeys: registration and sign-in, each begun and finished by a step of its own. What they decide is
//! decided in [`gatefold_kernel::passkey::pipeline`].

mod about;
mod denials;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use gatefold_kernel::passkey::pipeline::{
    self, LoginAnswer, LoginBeginning, LoginDenial, RegistrationAnswer, RegistrationBeginning,
    SignedIn, Site,
};
use gatefold_kernel::passkey::{
    ClientAssertion, ClientAttestation, CredentialRecord, LoginRefusal, RecordError, SessionData,
    base64, base64url, base64url_padded,
};
use gatefold_kernel::{Document, webauthn};

use self::denials::{assertion_detail, attestation_detail, login_detail, registration_detail};
use crate::call::Call;
use crate::catalogue::{Body, Guard, LookedUp, Run};
use crate::modules::{CredentialModule, UserVerification};
use crate::provenance;
use crate::reply::{Reply, StepError, StepResult};
use crate::schema::Schema;

pub(crate) static BEGIN_REGISTER: Body = Body {
    run: Run::Now(begin_register),
    verdict: None,
    guard: Guard {
        looked_up: LookedUp::These(&["exclude_credentials"]),
        secrets: &[],
    },
    about: about::BEGIN_REGISTER,
};

pub(crate) static FINISH_REGISTER: Body = Body {
    run: Run::Now(finish_register),
    verdict: Some("valid"),
    guard: Guard {
        looked_up: LookedUp::These(&["session_data"]),
        secrets: &[],
    },
    about: about::FINISH_REGISTER,
};

pub(crate) static BEGIN_LOGIN: Body = Body {
    run: Run::Now(begin_login),
    verdict: None,
    guard: Guard {
        looked_up: LookedUp::These(&["credentials"]),
        secrets: &[],
    },
    about: about::BEGIN_LOGIN,
};

pub(crate) static FINISH_LOGIN: Body = Body {
    run: Run::Now(finish_login),
    verdict: Some("valid"),
    guard: Guard {
        looked_up: LookedUp::These(&["session_data", "credentials"]),
        secrets: &[],
    },
    about: about::FINISH_LOGIN,
};

fn begin_register(call: &Call) -> StepResult {
    let module = module(call)?;
    let exclude = records(call.input.text("exclude_credentials")).map_err(unreadable_records)?;
    let name = call.input.text("email");
    let beginning = RegistrationBeginning {
        site: site(&module),
        user_id: call.input.text("user_id"),
        name,
        display_name: call.input.first_text(&["display_name"]).unwrap_or(name),
        exclude: &exclude,
    };
    let begun = pipeline::begin_register(call.ports.entropy.as_ref(), &beginning);
    Ok(reply(begun))
}

fn finish_register(call: &Call) -> StepResult {
    let module = module(call)?;
    let outcome = register(call, &module);
    let refused = Reply::new().with("valid", false).with("sign_count", 0);
    Ok(match outcome {
        Ok(record) => {
            let authenticator = &record.authenticator;
            let bytes = |bytes: &Option<Vec<u8>>| base64(bytes.as_deref().unwrap_or_default());
            Reply::new()
                .with("valid", true)
                .with("credential_id", base64url_padded(&record.id))
                .with("public_key", bytes(&record.public_key))
                .with("aaguid", bytes(&authenticator.aaguid))
                .with("sign_count", authenticator.sign_count)
                .with("credential", record.write())
        }
        Err(error) => refused.error(error),
    })
}

/// The record of a verified registration, or the text of the refusal.
fn register(call: &Call, module: &CredentialModule) -> Result<CredentialRecord, String> {
    let attestation = call.input.text("attestation");
    let session = session(&call.input, attestation)
        .ok_or("missing session_data or attestation")?
        .map_err(denials::session_detail)?;
    let attestation = ClientAttestation::read(attestation)
        .map_err(|error| format!("parse attestation: {}", attestation_detail(error)))?;
    let answer = RegistrationAnswer {
        site: site(module),
        user_id: call.input.text("user_id"),
        session: &session,
        attestation,
    };
    pipeline::finish_register(call.ports.clock.as_ref(), answer)
        .map_err(|denial| format!("verify attestation: {}", registration_detail(&denial)))
}

fn begin_login(call: &Call) -> StepResult {
    let module = module(call)?;
    let user_id = call.input.text("user_id");
    let is_known = !user_id.is_empty() && !call.input.text("credentials").is_empty();
    let credentials = if is_known {
        records(call.input.text("credentials")).map_err(unreadable_records)?
    } else {
        Vec::new()
    };
    let beginning = if is_known {
        LoginBeginning::Known {
            user_id,
            credentials: &credentials,
        }
    } else {
        LoginBeginning::Discoverable
    };
    pipeline::begin_login(call.ports.entropy.as_ref(), site(&module), beginning)
        .map(reply)
        .map_err(|_| StepError::new("begin login: Found no credentials for user"))
}

fn finish_login(call: &Call) -> StepResult {
    let module = module(call)?;
    Ok(match login(call, &module)? {
        Ok(Named { signed_in, named }) => {
            let record = &signed_in.record;
            Reply::new()
                .with("valid", true)
                .with("credential_id", base64url_padded(&record.id))
                .with("sign_count", record.authenticator.sign_count)
                .with("credential", record.write())
                .with("user_id", named)
                .with("user_handle", base64url(&signed_in.user_id))
                .with("clone_warning", record.authenticator.clone_warning)
        }
        Err(refused) => Reply::new()
            .with("valid", false)
            .with("sign_count", 0)
            .with("user_id", "")
            .with("clone_warning", refused.clone_suspected)
            .error(refused.error),
    })
}

/// A sign-in, and the account as the pipeline named it. What only the user handle says is no name:
/// nothing signs it.
struct Named {
    signed_in: SignedIn,
    named: String,
}

/// A sign-in that was refused.
struct RefusedLogin {
    /// The text of the refusal.
    error: String,
    /// Whether everything was in order but the counter (B20).
    clone_suspected: bool,
}

impl From<String> for RefusedLogin {
    fn from(error: String) -> Self {
        Self {
            error,
            clone_suspected: false,
        }
    }
}

/// Who signed in, or why nobody did.
///
/// # Errors
/// A step error: what the pipeline has produced so far cannot be read.
fn login(call: &Call, module: &CredentialModule) -> Result<Result<Named, RefusedLogin>, StepError> {
    let answered = match answered(call) {
        Ok(answered) => answered,
        Err(error) => return Ok(Err(error.into())),
    };
    let user_id = user_id(call, &answered.session)?;
    let answer = LoginAnswer {
        site: site(module),
        user_id: &user_id,
        session: &answered.session,
        credentials: answered.credentials,
        assertion: answered.assertion,
    };
    let outcome = pipeline::finish_login(call.ports.clock.as_ref(), answer);
    let outcome = outcome.map(|signed_in| Named {
        signed_in,
        named: user_id.clone(),
    });
    Ok(outcome.map_err(|denial| RefusedLogin {
        error: format!("validate login: {}", login_detail(&denial)),
        clone_suspected: matches!(
            denial,
            LoginDenial::Refused(LoginRefusal::CounterRegressed { .. })
        ),
    }))
}

/// The parsed input of a sign-in.
struct Answered {
    session: SessionData,
    assertion: ClientAssertion,
    credentials: Vec<CredentialRecord>,
}

fn answered(call: &Call) -> Result<Answered, String> {
    let assertion = call.input.text("assertion");
    let session = session(&call.input, assertion).ok_or("missing session_data or assertion")?;
    let assertion = ClientAssertion::read(assertion)
        .map_err(|error| format!("parse assertion: {}", assertion_detail(error)))?;
    let credentials = records(call.input.text("credentials"))
        .map_err(|error| format!("parse credentials: {error}"))?;
    let session = session.map_err(|error| {
        // A session of nobody is not the named account's (B1).
        if call.input.text("user_id").is_empty() {
            denials::session_detail(error).to_owned()
        } else {
            format!("validate login: {}", denials::ANOTHER_ACCOUNT)
        }
    })?;
    Ok(Answered {
        session,
        assertion,
        credentials,
    })
}

/// The account's id as the pipeline says it. Where the session names nobody it decides who signs in, and
/// then it does not count if only the request's query says it.
fn user_id(call: &Call, session: &SessionData) -> Result<String, StepError> {
    const LOOKED_UP: Guard = Guard {
        looked_up: LookedUp::These(&["user_id"]),
        secrets: &[],
    };
    let user_id = call.input.text("user_id").to_owned();
    if session.is_anybodys() && !user_id.is_empty() {
        let mut input = Document::default();
        input.set("user_id", user_id);
        provenance::refuse(
            Schema::named("PasskeyFinishLoginInput"),
            &LOOKED_UP,
            &mut input,
            &call.pipeline,
        )?;
        return Ok(input.text("user_id").to_owned());
    }
    Ok(user_id)
}

/// The module instance that the configuration names.
fn module(call: &Call) -> Result<Arc<CredentialModule>, StepError> {
    call.modules.module(call.config.text("module"))
}

fn site(module: &CredentialModule) -> Site<'_> {
    Site {
        relying_party: &module.relying_party,
        user_verification: match module.user_verification {
            UserVerification::Unset => None,
            UserVerification::Preferred => Some(webauthn::UserVerification::Preferred),
            UserVerification::Required => Some(webauthn::UserVerification::Required),
            UserVerification::Discouraged => Some(webauthn::UserVerification::Discouraged),
        },
    }
}

/// The session data; nothing if they or the browser's answer are missing.
fn session(
    input: &Document,
    answer: &str,
) -> Option<Result<SessionData, gatefold_kernel::passkey::SessionDataError>> {
    let text = input.text("session_data");
    (!text.is_empty() && !answer.is_empty()).then(|| SessionData::read(text))
}

/// The records in a text; none if there is none.
fn records(text: &str) -> Result<Vec<CredentialRecord>, RecordError> {
    match text {
        "" => Ok(Vec::new()),
        text => CredentialRecord::read_list(text),
    }
}

fn unreadable_records(error: RecordError) -> StepError {
    StepError::new(format!("parse credentials: {error}"))
}

fn reply(begun: pipeline::Beginning) -> Reply {
    Reply::new()
        .with("options", begun.options)
        .with("session_data", begun.session_data)
}
