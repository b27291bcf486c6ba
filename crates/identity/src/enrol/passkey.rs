//! Following a link with a passkey.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatefold_kernel::Token;
use gatefold_kernel::passkey::{self, RegistrationRequest};
use gatefold_kernel::token::{Browser, Link};
use gatefold_kernel::webauthn::{CreationOptions, RegistrationResponse, UserHandle};
use gatefold_store::invite::LinkPurpose;
use gatefold_store::{UnitOfWork, account, ceremony};
use serde::{Deserialize, Serialize};

use super::complete::{enter, follow};
use super::{NewPerson, OpenLink, PersonFields};
use crate::Identity;
use crate::audit::{Ending, Kind, Record};
use crate::ceremonies::{Ownership, consume};
use crate::profile::{insert_passkey, to_store};
use crate::refusal::{Fault, Halt, Outcome, Refusal};
use crate::session::{Arrival, SignedIn, bound};
use crate::unit::settle;

/// What an enrolment remembers between begin and finish.
#[derive(Debug, Serialize, Deserialize)]
struct State {
    v: u8,
    /// The handle the authenticator was given, base64url.
    handle: String,
    /// Who is to be created, when setting up.
    person: Option<PersonFields>,
}

impl Identity {
    /// Begins enrolling a passkey through a link. When setting up, `fields` say who is created.
    ///
    /// # Errors
    /// [`Refusal::LinkDead`], [`Refusal::SetupClosed`], a field that is not acceptable, a name that
    /// is taken; a fault when the database fails.
    pub async fn begin_enrolment(
        &self,
        token: &Token<Link>,
        fields: &PersonFields,
        browser: &Token<Browser>,
        arrival: &Arrival<'_>,
    ) -> Outcome<CreationOptions> {
        let link = self.open_link(token).await?;
        let state = self.enrolment_state(&link, fields).await?;
        let handle = state.handle()?;
        let (name, display_name) = match &link.account {
            Some(account) => (account.login.as_str(), account.display_name.as_str()),
            None => (fields.login.trim(), fields.name.trim()),
        };
        let request = RegistrationRequest {
            relying_party: self.relying_party(),
            handle: &UserHandle::new(handle.to_vec()).map_err(|_| Fault::Corrupt("user handle"))?,
            name,
            display_name,
            exclude: Vec::new(),
        };
        let begun = passkey::begin_register(self.entropy(), request);
        let state = serde_json::to_string(&state).map_err(|_| Fault::Corrupt("enrolment state"))?;
        let of = Ownership {
            browser,
            portal: link.portal(),
            account: link.account.as_ref().map(|account| account.id),
            bound: Some(bound(&token.hash())),
            client: arrival.client,
        };
        self.remember::<ceremony::Registration>(&begun.challenge, of, &state)
            .await?;
        Ok(begun.options)
    }

    async fn enrolment_state(&self, link: &OpenLink, fields: &PersonFields) -> Outcome<State> {
        let handle = match &link.account {
            Some(account) => account::user_handle(&mut self.db().read().await?, account.id).await?,
            None => self.draw_user_handle(),
        };
        let person = match link.purpose {
            LinkPurpose::Setup => {
                fields.parse()?;
                Some(fields.clone())
            }
            LinkPurpose::Invite | LinkPurpose::Reset => None,
        };
        Ok(State {
            v: 1,
            handle: URL_SAFE_NO_PAD.encode(handle),
            person,
        })
    }

    /// Finishes it and signs in.
    ///
    /// # Errors
    /// [`Refusal::ChallengeExpired`], [`Refusal::PasskeyFailed`], [`Refusal::LinkDead`],
    /// [`Refusal::SetupClosed`], [`Refusal::DuplicatePasskey`], a name that is taken; a fault when
    /// the database fails.
    pub async fn finish_enrolment(
        &self,
        token: &Token<Link>,
        browser: &Token<Browser>,
        response: &RegistrationResponse,
        arrival: &Arrival<'_>,
    ) -> Outcome<SignedIn> {
        let mut uow = self.db().begin().await?;
        let verdict = self
            .enrol_passkey_in(&mut uow, token, browser, response, arrival)
            .await;
        settle(uow, verdict).await
    }

    async fn enrol_passkey_in(
        &self,
        uow: &mut UnitOfWork,
        token: &Token<Link>,
        browser: &Token<Browser>,
        response: &RegistrationResponse,
        arrival: &Arrival<'_>,
    ) -> Result<SignedIn, Halt> {
        let ceremony =
            consume::<ceremony::Registration>(uow, response.challenge(), browser).await?;
        if ceremony.bound() != Some(bound(&token.hash())) {
            return Err(Refusal::ChallengeExpired.into());
        }
        let state: State = serde_json::from_str(ceremony.state())
            .map_err(|_| Fault::Corrupt("enrolment state"))?;
        let passkey = to_store(&self.verify_registration(&ceremony, response)?)?;
        let person = state.person()?;
        let following = follow(
            self,
            uow,
            token,
            person.as_ref(),
            Some(state.handle()?),
            arrival,
        )
        .await?;
        let added = insert_passkey(uow, following.account, &passkey).await?;
        let owner = account::by_id(uow, following.account)
            .await?
            .ok_or(Fault::Corrupt("account"))?;
        Record::new(Kind::PasskeyAdded, Ending::Done, arrival.client)
            .about(owner.subject())
            .by(Some(owner.id))
            .with(serde_json::json!({ "passkey": added.name }))
            .append(uow)
            .await?;
        enter(self, uow, following, arrival).await
    }
}

impl State {
    fn handle(&self) -> Result<[u8; 64], Fault> {
        let bytes = URL_SAFE_NO_PAD
            .decode(&self.handle)
            .map_err(|_| Fault::Corrupt("enrolment state"))?;
        <[u8; 64]>::try_from(bytes).map_err(|_| Fault::Corrupt("enrolment state"))
    }

    fn person(&self) -> Result<Option<NewPerson>, Halt> {
        self.person
            .as_ref()
            .map(PersonFields::parse)
            .transpose()
            .map_err(Halt::from)
    }
}
