//! Sessions: opaque, hashed, bound to one portal, ended everywhere at once.

use std::time::Duration;

use gatefold_kernel::token::Session as SessionPurpose;
use gatefold_kernel::{AccountId, AccountKind, Token, TokenHash, UnixMillis};
use gatefold_store::account::Account;
use gatefold_store::session::{self as rows, LiveSession, NewSession};
use gatefold_store::{StoreError, Unit, UnitOfWork};

use crate::admission::{Admitted, Method};
use crate::audit::{Ending, Kind, Record};
use crate::refusal::{Halt, Outcome, ProofMethod, Refusal};
use crate::unit::settle;
use crate::{Client, Failure, Identity};

/// How long a proof counts as fresh for changing credentials.
pub const FRESH_FOR: Duration = Duration::from_secs(5 * 60);

/// A session's token.
pub type SessionToken = Token<SessionPurpose>;

/// What a completed sign-in gives the edge.
#[derive(Debug)]
pub struct SignedIn {
    /// The token for the session cookie of [`SignedIn::portal`].
    pub token: SessionToken,
    /// Which portal the session opens: that of the account, whichever page started.
    pub portal: AccountKind,
    /// Whether to land on the administration.
    pub is_admin: bool,
    /// How.
    pub method: Method,
}

/// Somebody signed in, as every handler behind the access check receives it.
#[derive(Clone, Debug)]
pub struct Principal {
    hash: TokenHash<SessionPurpose>,
    live: LiveSession,
}

impl Principal {
    /// The account, as it was read with the session in this request.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.live.account
    }

    /// Whether the last proof is younger than [`FRESH_FOR`], by database time.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.live.now.since(self.live.authenticated_at) < FRESH_FOR
    }

    /// The session's public name, to mark it in a list.
    #[must_use]
    pub fn session_ref(&self) -> &str {
        &self.live.public_ref
    }

    /// The database's time when the session was checked.
    #[must_use]
    pub fn now(&self) -> UnixMillis {
        self.live.now
    }

    /// Asks again, in the unit of work that changes something: a request can take its time between
    /// the guard and here, and a session that ended meanwhile changes nothing any more.
    pub(crate) async fn still_live(&self, uow: &mut UnitOfWork) -> Result<LiveSession, Halt> {
        let live = rows::find(uow, &self.hash).await?;
        live.ok_or_else(|| Refusal::NotSignedIn.into())
    }

    /// The same, and the proof is still fresh.
    pub(crate) async fn still_fresh(&self, uow: &mut UnitOfWork) -> Result<LiveSession, Halt> {
        let live = self.still_live(uow).await?;
        if live.now.since(live.authenticated_at) < FRESH_FOR {
            return Ok(live);
        }
        let methods = Vec::new();
        Err(Refusal::FreshProofRequired { methods }.into())
    }

    pub(crate) fn hash(&self) -> &TokenHash<SessionPurpose> {
        &self.hash
    }

    pub(crate) fn id(&self) -> AccountId {
        self.live.account.id
    }

    /// The hash as ceremonies remember it.
    pub(crate) fn bound(&self) -> [u8; 32] {
        bound(&self.hash)
    }
}

/// A token's hash as the `bound` of a ceremony.
pub(crate) fn bound<P: gatefold_kernel::token::Purpose>(hash: &TokenHash<P>) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(hash.as_bytes());
    out
}

/// Where a sign-in comes from.
#[derive(Clone, Debug)]
pub struct Arrival<'a> {
    /// Who asks.
    pub client: &'a Client,
    /// The portal whose page was used.
    pub surface: AccountKind,
    /// The sessions this browser holds, by portal: the new one replaces that of its own portal.
    pub held: Held,
}

/// The sessions a browser holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Held {
    /// On the agents' portal.
    pub agent: Option<TokenHash<SessionPurpose>>,
    /// On the customers' portal.
    pub customer: Option<TokenHash<SessionPurpose>>,
}

impl Held {
    fn on(&self, portal: AccountKind) -> Option<&TokenHash<SessionPurpose>> {
        match portal {
            AccountKind::Agent => self.agent.as_ref(),
            AccountKind::Customer => self.customer.as_ref(),
        }
    }
}

/// Issues a session. Nothing but an [`Admitted`] does.
pub(crate) async fn issue(
    identity: &Identity,
    unit: &mut impl Unit,
    admitted: Admitted,
    arrival: &Arrival<'_>,
) -> Result<SignedIn, Halt> {
    let token = SessionToken::draw(identity.entropy());
    let account = admitted.account();
    if let Some(old) = arrival.held.on(account.kind) {
        rows::end(unit, old).await?;
    }
    rows::insert(
        unit,
        &NewSession {
            token: token.hash(),
            account: account.subject(),
            method: admitted.method().as_str(),
            surface: arrival.surface,
            idle: identity.settings().session_idle,
            absolute: identity.settings().session_absolute,
            user_agent: arrival.client.user_agent(),
            network: arrival.client.network(),
        },
    )
    .await?;
    let detail = serde_json::json!({ "method": admitted.method().as_str(), "surface": arrival.surface.as_str() });
    Record::new(Kind::SignIn, Ending::Done, arrival.client)
        .about(account.subject())
        .on(arrival.surface)
        .with(detail)
        .append(unit)
        .await?;
    if arrival.surface != account.kind {
        tracing::info!(account = %account.subject(), surface = %arrival.surface, "signed in from the other portal's page");
    }
    Ok(SignedIn {
        token,
        portal: account.kind,
        is_admin: account.is_admin(),
        method: admitted.method(),
    })
}

impl Identity {
    /// Who holds a session of this portal; `None` when the token opens nothing here. One indexed
    /// read; the last-seen time moves at most once a minute.
    ///
    /// # Errors
    /// [`Failure::Fault`] when the database fails: never "nobody".
    pub async fn authenticate(
        &self,
        portal: AccountKind,
        token: &SessionToken,
    ) -> Outcome<Option<Principal>> {
        let hash = token.hash();
        let live = rows::find(&mut self.db().read().await?, &hash).await?;
        let Some(live) = live.filter(|live| live.account.kind == portal) else {
            return Ok(None);
        };
        if live.touch_due() {
            rows::touch(self.db(), &hash, self.settings().session_idle).await?;
        }
        Ok(Some(Principal { hash, live }))
    }

    /// Ends this session.
    ///
    /// # Errors
    /// [`Failure::Fault`] when the database fails.
    pub async fn sign_out(&self, principal: &Principal, client: &Client) -> Outcome<()> {
        let mut uow = self.db().begin().await?;
        let done = end_one(&mut uow, principal, client).await;
        settle(uow, done).await
    }

    /// Ends one of the account's own sessions by its public name.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when it is not the account's, or ended already.
    pub async fn end_session(
        &self,
        principal: &Principal,
        session_ref: &str,
        client: &Client,
    ) -> Outcome<()> {
        self.require_fresh(principal).await?;
        let mut uow = self.db().begin().await?;
        let done = async {
            principal.still_fresh(&mut uow).await?;
            if !rows::end_by_ref(&mut uow, principal.id(), session_ref).await? {
                return Err(Refusal::NotFound.into());
            }
            ended(&mut uow, principal, client, 1).await
        }
        .await;
        settle(uow, done).await
    }

    /// Ends all of the account's sessions but this one; says how many.
    ///
    /// # Errors
    /// [`Failure::Fault`] when the database fails.
    pub async fn end_other_sessions(&self, principal: &Principal, client: &Client) -> Outcome<u64> {
        self.require_fresh(principal).await?;
        let mut uow = self.db().begin().await?;
        let done = async {
            principal.still_fresh(&mut uow).await?;
            let count = rows::end_all(&mut uow, principal.id(), Some(principal.hash())).await?;
            ended(&mut uow, principal, client, count).await?;
            Ok(count)
        }
        .await;
        settle(uow, done).await
    }
}

async fn end_one(uow: &mut UnitOfWork, principal: &Principal, client: &Client) -> Result<(), Halt> {
    rows::end(uow, principal.hash()).await?;
    Ok(Record::new(Kind::SignOut, Ending::Done, client)
        .about(principal.account().subject())
        .append(uow)
        .await?)
}

async fn ended(
    uow: &mut UnitOfWork,
    principal: &Principal,
    client: &Client,
    count: u64,
) -> Result<(), Halt> {
    Ok(Record::new(Kind::SessionsEnded, Ending::Done, client)
        .about(principal.account().subject())
        .by(Some(principal.id()))
        .with(serde_json::json!({ "count": count }))
        .append(uow)
        .await?)
}

impl Identity {
    /// Refuses unless the proof is fresh, and says how fresh proof can be given: with a passkey
    /// where the account has one, else with the password.
    ///
    /// # Errors
    /// [`Refusal::FreshProofRequired`]; a fault when the database fails.
    pub async fn require_fresh(&self, principal: &Principal) -> Outcome<()> {
        if principal.is_fresh() {
            return Ok(());
        }
        let methods = self.proof_methods(principal).await?;
        Err(Failure::Refused(Refusal::FreshProofRequired { methods }))
    }

    /// How this account can give fresh proof.
    ///
    /// # Errors
    /// [`Failure::Fault`] when the database fails.
    pub async fn proof_methods(&self, principal: &Principal) -> Outcome<Vec<ProofMethod>> {
        let mut reads = self.db().read().await?;
        if !gatefold_store::passkey::list(&mut reads, principal.id())
            .await?
            .is_empty()
        {
            return Ok(vec![ProofMethod::Passkey]);
        }
        let password = gatefold_store::password::find(&mut reads, principal.id()).await?;
        Ok(password
            .map(|_| ProofMethod::Password)
            .into_iter()
            .collect())
    }
}

/// Puts a new token in place of a session's, after fresh proof. The old one is dead at once.
pub(crate) async fn rotate(
    identity: &Identity,
    uow: &mut UnitOfWork,
    principal: &Principal,
) -> Result<SessionToken, Halt> {
    let token = SessionToken::draw(identity.entropy());
    if !rows::rotate(uow, principal.hash(), &token.hash(), true).await? {
        return Err(Refusal::NotSignedIn.into());
    }
    Ok(token)
}

/// Ends every session and pending login of an account, for disabling and resetting.
pub(crate) async fn end_everything(
    uow: &mut UnitOfWork,
    account: AccountId,
) -> Result<u64, StoreError> {
    gatefold_store::pending::delete_for(uow, account).await?;
    rows::end_all(uow, account, None).await
}
