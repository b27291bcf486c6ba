//! Administering accounts: list, invite, disable, enable, links to enrol anew.
//!
//! Called by the administration pages with the administrator as the actor, and by the command line
//! without one. Who may call is decided at the edge; what may happen is decided here.

use gatefold_kernel::{AccountId, AccountKind, AgentRole, Status, Subject};
use gatefold_store::UnitOfWork;
use gatefold_store::account::{self as rows, Account, AccountQuery, AccountSummary, NewAccount};
use gatefold_store::event::{self, Event};
use gatefold_store::invite::{self, LinkPurpose};
use gatefold_store::passkey::{self, StoredPasskey};
use gatefold_store::password;
use gatefold_store::session::{self, SessionSummary};
use serde_json::json;

use crate::audit::{Ending, Kind, Record};
use crate::enrol::NewPerson;
use crate::link::IssuedLink;
use crate::refusal::{Halt, Outcome, Refusal};
use crate::session::{Principal, end_everything};
use crate::unit::settle;
use crate::{Client, Identity};

/// How many events a detail page shows.
const RECENT_EVENTS: u32 = 30;

/// Who administers.
#[derive(Clone, Copy, Debug)]
pub struct Actor<'a> {
    /// The signed-in administrator; nobody at the command line.
    pub principal: Option<&'a Principal>,
    /// Where they are.
    pub client: &'a Client,
}

impl Actor<'_> {
    /// Asks again, in the unit of work that changes something.
    async fn still_may(&self, uow: &mut UnitOfWork) -> Result<(), Halt> {
        let Some(principal) = self.principal else {
            return Ok(());
        };
        if principal.still_fresh(uow).await?.account.is_admin() {
            return Ok(());
        }
        Err(Refusal::Forbidden.into())
    }

    fn id(&self) -> Option<AccountId> {
        self.principal.map(Principal::id)
    }
}

/// Everything an account's page shows.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The account.
    pub account: Account,
    /// Its passkeys.
    pub passkeys: Vec<StoredPasskey>,
    /// Whether it has a password.
    pub has_password: bool,
    /// Its live sessions.
    pub sessions: Vec<SessionSummary>,
    /// What happened last, newest first.
    pub events: Vec<Event>,
}

impl Identity {
    /// One page of accounts, by login.
    ///
    /// # Errors
    /// [`crate::Failure::Fault`] when the database fails.
    pub async fn accounts(&self, query: &AccountQuery) -> Outcome<Vec<AccountSummary>> {
        Ok(rows::page(&mut self.db().read().await?, query).await?)
    }

    /// One account of that kind with everything about it.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], also when the number is of the other kind.
    pub async fn account_detail(&self, subject: Subject) -> Outcome<Detail> {
        let mut reads = self.db().read().await?;
        let account = rows::by_subject(&mut reads, subject)
            .await?
            .ok_or(Refusal::NotFound)?;
        Ok(Detail {
            passkeys: passkey::list(&mut reads, account.id).await?,
            has_password: password::find(&mut reads, account.id).await?.is_some(),
            sessions: session::list(&mut reads, account.id).await?,
            events: event::recent(&mut reads, account.id, RECENT_EVENTS).await?,
            account,
        })
    }

    /// Finds an account by the name its owner signs in with.
    ///
    /// # Errors
    /// [`Refusal::NotFound`]; a fault when the database fails.
    pub async fn account_by_name(&self, kind: AccountKind, name: &str) -> Outcome<Account> {
        let key = gatefold_kernel::account::comparison_key(name.trim());
        let found = rows::by_sign_in_name(&mut self.db().read().await?, kind, &key).await?;
        Ok(found.ok_or(Refusal::NotFound)?)
    }

    /// Creates an account that waits for its invite to be followed, and issues the invite.
    ///
    /// # Errors
    /// [`Refusal::LoginTaken`], [`Refusal::EmailTaken`], [`Refusal::FreshProofRequired`]; a fault
    /// when the database fails.
    pub async fn invite(
        &self,
        actor: Actor<'_>,
        kind: AccountKind,
        role: Option<AgentRole>,
        person: &NewPerson,
    ) -> Outcome<(Account, IssuedLink)> {
        self.authorize(actor).await?;
        let mut uow = self.db().begin().await?;
        let verdict = self.invite_in(&mut uow, actor, kind, role, person).await;
        settle(uow, verdict).await
    }

    async fn invite_in(
        &self,
        uow: &mut UnitOfWork,
        actor: Actor<'_>,
        kind: AccountKind,
        role: Option<AgentRole>,
        person: &NewPerson,
    ) -> Result<(Account, IssuedLink), Halt> {
        actor.still_may(uow).await?;
        let new = NewAccount {
            kind,
            role: role
                .filter(|_| kind == AccountKind::Agent)
                .or((kind == AccountKind::Agent).then_some(AgentRole::Agent)),
            login: person.login.clone(),
            email: person.email.clone(),
            display_name: person.display_name.clone(),
            status: Status::Invited,
            user_handle: self.draw_user_handle(),
        };
        let inserted = rows::insert(uow, &new).await?;
        let id = inserted.map_err(|taken| Halt::Undo(crate::enrol::refusal_of(taken)))?;
        let account = rows::by_id(uow, id).await?.ok_or(Refusal::NotFound)?;
        audit(
            uow,
            Kind::AccountInvited,
            actor,
            &account,
            json!({ "login": account.login }),
        )
        .await?;
        let link = self
            .issue_link(uow, LinkPurpose::Invite, Some(id), actor.id())
            .await?;
        Ok((account, link))
    }

    /// Issues a link for an account: an invite while it waits for one, else a link to enrol anew.
    /// An earlier one dies.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::AccountDisabled`], [`Refusal::FreshProofRequired`]; a fault
    /// when the database fails.
    pub async fn account_link(&self, actor: Actor<'_>, subject: Subject) -> Outcome<IssuedLink> {
        self.authorize(actor).await?;
        let mut uow = self.db().begin().await?;
        let verdict = self.account_link_in(&mut uow, actor, subject).await;
        settle(uow, verdict).await
    }

    async fn account_link_in(
        &self,
        uow: &mut UnitOfWork,
        actor: Actor<'_>,
        subject: Subject,
    ) -> Result<IssuedLink, Halt> {
        actor.still_may(uow).await?;
        let account = locked(uow, subject).await?;
        let purpose = match account.status {
            Status::Invited => LinkPurpose::Invite,
            Status::Active => LinkPurpose::Reset,
            Status::Disabled => return Err(Refusal::AccountDisabled.into()),
        };
        let word = if purpose == LinkPurpose::Reset {
            "reset"
        } else {
            "invite"
        };
        audit(
            uow,
            Kind::LinkIssued,
            actor,
            &account,
            json!({ "purpose": word }),
        )
        .await?;
        self.issue_link(uow, purpose, Some(account.id), actor.id())
            .await
    }

    /// Disables an account and ends all its sessions, pending logins and links. Says how many
    /// sessions ended.
    ///
    /// # Errors
    /// [`Refusal::LastAdministrator`], [`Refusal::OwnAccount`], [`Refusal::NotFound`],
    /// [`Refusal::FreshProofRequired`]; a fault when the database fails.
    pub async fn disable(&self, actor: Actor<'_>, subject: Subject, reason: &str) -> Outcome<u64> {
        self.authorize(actor).await?;
        if actor.id() == Some(subject.id) {
            return Err(Refusal::OwnAccount.into());
        }
        let mut uow = self.db().begin().await?;
        let verdict = disable_in(&mut uow, actor, subject, reason).await;
        settle(uow, verdict).await
    }

    /// Enables a disabled account. One that never followed its invite waits for it again.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::FreshProofRequired`]; a fault when the database fails.
    pub async fn enable(&self, actor: Actor<'_>, subject: Subject) -> Outcome<()> {
        self.authorize(actor).await?;
        let mut uow = self.db().begin().await?;
        let verdict = enable_in(&mut uow, actor, subject).await;
        settle(uow, verdict).await
    }

    /// Ends all sessions of an account; says how many.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::FreshProofRequired`]; a fault when the database fails.
    pub async fn end_sessions_of(&self, actor: Actor<'_>, subject: Subject) -> Outcome<u64> {
        self.authorize(actor).await?;
        let mut uow = self.db().begin().await?;
        let verdict: Result<u64, Halt> = async {
            actor.still_may(&mut uow).await?;
            let account = locked(&mut uow, subject).await?;
            let ended = end_everything(&mut uow, account.id).await?;
            audit(
                &mut uow,
                Kind::SessionsEnded,
                actor,
                &account,
                json!({ "count": ended }),
            )
            .await?;
            Ok(ended)
        }
        .await;
        settle(uow, verdict).await
    }

    /// A signed-in actor is an administrator with fresh proof; the command line is the operator.
    async fn authorize(&self, actor: Actor<'_>) -> Outcome<()> {
        let Some(principal) = actor.principal else {
            return Ok(());
        };
        if !principal.account().is_admin() {
            return Err(Refusal::Forbidden.into());
        }
        self.require_fresh(principal).await
    }
}

async fn disable_in(
    uow: &mut UnitOfWork,
    actor: Actor<'_>,
    subject: Subject,
    reason: &str,
) -> Result<u64, Halt> {
    // Administrators first and always in the same order: two of them disabling each other leave one.
    rows::lock_admins(uow).await?;
    actor.still_may(uow).await?;
    let account = locked(uow, subject).await?;
    let last = account.is_admin()
        && account.status == Status::Active
        && rows::other_active_admins(uow, account.id).await? == 0;
    if last {
        return Err(Refusal::LastAdministrator.into());
    }
    rows::set_status(uow, account.id, Status::Disabled).await?;
    let ended = end_everything(uow, account.id).await?;
    invite::delete_for(uow, account.id).await?;
    let reason: String = reason.chars().take(500).collect();
    audit(
        uow,
        Kind::AccountDisabled,
        actor,
        &account,
        json!({ "reason": reason, "sessions_ended": ended }),
    )
    .await?;
    Ok(ended)
}

async fn enable_in(uow: &mut UnitOfWork, actor: Actor<'_>, subject: Subject) -> Result<(), Halt> {
    actor.still_may(uow).await?;
    let account = locked(uow, subject).await?;
    if account.status != Status::Disabled {
        return Ok(());
    }
    let enrolled = !gatefold_store::credential::load_set(uow, account.id)
        .await?
        .is_empty();
    let status = if enrolled {
        Status::Active
    } else {
        Status::Invited
    };
    rows::set_status(uow, account.id, status).await?;
    Ok(audit(uow, Kind::AccountEnabled, actor, &account, json!({})).await?)
}

async fn locked(uow: &mut UnitOfWork, subject: Subject) -> Result<Account, Halt> {
    let account = rows::lock(uow, subject.id).await?;
    account
        .filter(|account| account.kind == subject.kind)
        .ok_or_else(|| Refusal::NotFound.into())
}

async fn audit(
    uow: &mut UnitOfWork,
    kind: Kind,
    actor: Actor<'_>,
    account: &Account,
    detail: serde_json::Value,
) -> Result<(), gatefold_store::StoreError> {
    Record::new(kind, Ending::Done, actor.client)
        .about(account.subject())
        .by(actor.id())
        .with(detail)
        .append(uow)
        .await
}
