//! What following a link does to accounts, in one unit of work.

use gatefold_kernel::token::Link;
use gatefold_kernel::{AccountId, AccountKind, AgentRole, BootstrapWindow, Status, Token};
use gatefold_store::account::{self, NewAccount, Taken};
use gatefold_store::invite::{self, LinkPurpose, LinkUse};
use gatefold_store::{Consumed, UnitOfWork, credential};
use serde_json::json;

use super::NewPerson;
use crate::Identity;
use crate::admission::{Decision, Evidence, admit, hold};
use crate::audit::{Ending, Kind, Record};
use crate::refusal::{Halt, Refusal};
use crate::session::{Arrival, SignedIn, end_everything, issue};

/// A link consumed in this unit of work, with the account it made or found, ready for a credential.
pub(super) struct Following {
    link: Consumed<LinkUse>,
    pub(super) account: AccountId,
}

/// Consumes the link and does what it stands for, short of the credential itself. From here on every
/// refusal undoes everything.
pub(super) async fn follow(
    identity: &Identity,
    uow: &mut UnitOfWork,
    token: &Token<Link>,
    person: Option<&NewPerson>,
    handle: Option<[u8; 64]>,
    arrival: &Arrival<'_>,
) -> Result<Following, Halt> {
    // Every first credential waits here, so that setting up never counts while one is being stored.
    credential::lock_bootstrap(uow).await?;
    let link = invite::consume(uow, &token.hash())
        .await?
        .ok_or(Halt::Undo(Refusal::LinkDead))?;
    let (account, kind) = match (link.facts().purpose, link.facts().account) {
        (LinkPurpose::Setup, _) => {
            let person = person.ok_or(Halt::Undo(Refusal::LinkDead))?;
            (
                first_administrator(identity, uow, person, handle).await?,
                Kind::SetUp,
            )
        }
        (LinkPurpose::Invite, Some(id)) => (accept(uow, id).await?, Kind::InviteAccepted),
        (LinkPurpose::Reset, Some(id)) => (replace(uow, id).await?, Kind::CredentialsReset),
        (LinkPurpose::Invite | LinkPurpose::Reset, None) => {
            return Err(Halt::Undo(Refusal::LinkDead));
        }
    };
    let found = account::by_id(uow, account)
        .await?
        .ok_or(Halt::Undo(Refusal::LinkDead))?;
    Record::new(kind, Ending::Done, arrival.client)
        .about(found.subject())
        .by(Some(account))
        .with(json!({ "login": found.login }))
        .append(uow)
        .await?;
    Ok(Following { link, account })
}

/// Signs in whoever followed the link, through the one policy.
pub(super) async fn enter(
    identity: &Identity,
    uow: &mut UnitOfWork,
    following: Following,
    arrival: &Arrival<'_>,
) -> Result<SignedIn, Halt> {
    // The link and the credential of this unit of work must not stay after a refusal.
    let undone = |halt| match halt {
        Halt::Refuse(refusal) => Halt::Undo(refusal),
        other => other,
    };
    let link = following.link;
    let holder = hold(uow, following.account).await.map_err(undone)?;
    match admit(Evidence::Enrolment { link, holder }).map_err(undone)? {
        Decision::Admit(admitted) => {
            // One page serves both portals: whoever enrols arrives at their own.
            let surface = admitted.account().kind;
            let arrival = Arrival {
                surface,
                ..arrival.clone()
            };
            issue(identity, uow, admitted, &arrival).await
        }
        Decision::NeedMore { .. } => Err(Halt::Undo(Refusal::LinkDead)),
    }
}

/// Creates the first administrator, if there still is no credential when it is this one's turn.
async fn first_administrator(
    identity: &Identity,
    uow: &mut UnitOfWork,
    person: &NewPerson,
    handle: Option<[u8; 64]>,
) -> Result<AccountId, Halt> {
    // V-B1, V-B4, V-B6: under the lock that `follow` took.
    let count = credential::count_all(uow).await?;
    let window = BootstrapWindow::open(count).ok_or(Halt::Undo(Refusal::SetupClosed))?;
    create_first(identity, uow, person, handle, window).await
}

async fn create_first(
    identity: &Identity,
    uow: &mut UnitOfWork,
    person: &NewPerson,
    handle: Option<[u8; 64]>,
    _open: BootstrapWindow,
) -> Result<AccountId, Halt> {
    let new = NewAccount {
        kind: AccountKind::Agent,
        role: Some(AgentRole::Admin),
        login: person.login.clone(),
        email: person.email.clone(),
        display_name: person.display_name.clone(),
        status: Status::Active,
        user_handle: handle.unwrap_or_else(|| identity.draw_user_handle()),
    };
    account::insert(uow, &new)
        .await?
        .map_err(|taken| Halt::Undo(refusal_of(taken)))
}

async fn accept(uow: &mut UnitOfWork, id: AccountId) -> Result<AccountId, Halt> {
    let account = account::lock(uow, id).await?;
    if account.is_none_or(|account| account.status != Status::Invited) {
        return Err(Halt::Undo(Refusal::LinkDead));
    }
    account::set_status(uow, id, Status::Active).await?;
    Ok(id)
}

/// Clears the way for a new credential: the old ones, every session and every pending login go.
async fn replace(uow: &mut UnitOfWork, id: AccountId) -> Result<AccountId, Halt> {
    let account = account::lock(uow, id).await?;
    if account.is_none_or(|account| account.status != Status::Active) {
        return Err(Halt::Undo(Refusal::LinkDead));
    }
    credential::delete_all(uow, id).await?;
    end_everything(uow, id).await?;
    Ok(id)
}

/// What a taken name is answered with.
pub(crate) fn refusal_of(taken: Taken) -> Refusal {
    match taken {
        Taken::Login => Refusal::LoginTaken,
        Taken::Email => Refusal::EmailTaken,
    }
}

impl Identity {
    /// 64 random bytes that name an account to authenticators.
    pub(crate) fn draw_user_handle(&self) -> [u8; 64] {
        let mut handle = [0; 64];
        self.entropy().fill(&mut handle);
        handle
    }
}
