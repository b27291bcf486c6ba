//! Creating accounts, with the names that must belong to nobody else.

use gatefold_kernel::{
    AccountId, AccountKind, AgentRole, DisplayName, EmailAddress, Login, Status,
};

use crate::database::sealed::Linked as _;
use crate::database::sql::{statements, values};
use crate::{StoreError, UnitOfWork};

statements! {
    "gk_account":
    INSERT = "INSERT INTO gk_account \
        (kind, role, login, email, display_name, status, created_at, updated_at) \
        SELECT $1, $2, $3, $4, $5, $6, c.now_ms, c.now_ms FROM gk_clock c RETURNING id";
    INSERT_NAME = "INSERT INTO gk_sign_in_name (kind, name_key, alias_of, account_id) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (kind, name_key) DO NOTHING";
    INSERT_HANDLE = "INSERT INTO gk_user_handle (account_id, handle) VALUES ($1, $2)";
    TAKE_BACK = "DELETE FROM gk_account WHERE id = $1";
}

/// An account to be created.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Agent or customer.
    pub kind: AccountKind,
    /// Required for agents, absent for customers; the database refuses anything else.
    pub role: Option<AgentRole>,
    /// What the person types to say who they are.
    pub login: Login,
    /// An address that works as a login too.
    pub email: Option<EmailAddress>,
    /// How the person is called.
    pub display_name: DisplayName,
    /// Usually [`Status::Invited`] or [`Status::Active`].
    pub status: Status,
    /// The WebAuthn user handle: 64 random bytes.
    pub user_handle: [u8; 64],
}

/// Which name somebody else of the same kind signs in with already, be it as login or as e-mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The login.
    Login,
    /// The e-mail address.
    Email,
}

/// Creates an account with its names and its user handle. A name is claimed by inserting it, so
/// of two accounts that want the same name at once one gets it. When a name is taken, nothing
/// stays behind and the unit of work goes on.
///
/// # Errors
/// [`StoreError::Unavailable`] also for a role that does not fit the kind and for a user handle
/// that exists.
pub async fn insert(
    uow: &mut UnitOfWork,
    new: &NewAccount,
) -> Result<Result<AccountId, Taken>, StoreError> {
    let email = new.email.as_ref();
    let account = values![
        new.kind,
        new.role.map(AgentRole::as_str),
        new.login.as_str(),
        email.map(EmailAddress::as_str),
        new.display_name.as_str(),
        new.status.as_str(),
    ];
    let id = uow.link().one(&INSERT, account).await?.account_id("id")?;
    let login = new.login.key();
    let mut names = vec![(login, None, Taken::Login)];
    names.extend(
        email
            .map(|email| (email.key(), Some(login), Taken::Email))
            .filter(|(key, ..)| *key != login),
    );
    // In one order for everybody, so that two who want each other's names cannot wait in a circle.
    names.sort_unstable_by_key(|(key, ..)| *key);
    for (key, alias_of, taken) in names {
        if uow
            .link()
            .execute(&INSERT_NAME, values![new.kind, key, alias_of, id])
            .await?
            == 0
        {
            uow.link().execute(&TAKE_BACK, values![id]).await?;
            return Ok(Err(taken));
        }
    }
    uow.link()
        .execute(&INSERT_HANDLE, values![id, new.user_handle.as_slice()])
        .await?;
    Ok(Ok(id))
}
