//! Following a link with a password.

use gatefold_kernel::token::Link;
use gatefold_kernel::{Secret, Token};
use gatefold_store::UnitOfWork;
use gatefold_store::invite::LinkPurpose;
use gatefold_store::password as rows;

use super::complete::{enter, follow};
use super::{NewPerson, PersonFields};
use crate::Identity;
use crate::refusal::{Halt, Outcome};
use crate::session::{Arrival, SignedIn};
use crate::unit::settle;

impl Identity {
    /// Enrols a password through a link and signs in.
    ///
    /// # Errors
    /// [`crate::Refusal::LinkDead`], [`crate::Refusal::SetupClosed`], a field or password that is not
    /// acceptable, a name that is taken; a fault when the database fails. A refusal leaves the link
    /// as it was.
    pub async fn enrol_password(
        &self,
        token: &Token<Link>,
        fields: &PersonFields,
        password: Secret<String>,
        arrival: &Arrival<'_>,
    ) -> Outcome<SignedIn> {
        let link = self.open_link(token).await?;
        let person = match link.purpose {
            LinkPurpose::Setup => Some(fields.parse()?),
            LinkPurpose::Invite | LinkPurpose::Reset => None,
        };
        let about = match &link.account {
            Some(account) => vec![account.login.as_str(), &account.display_name],
            None => vec![fields.login.as_str(), &fields.name, &fields.email],
        };
        let hash = self.hash_new(&password, &about).await?;
        let mut uow = self.db().begin().await?;
        let verdict = self
            .enrol_password_in(&mut uow, token, person.as_ref(), &hash, arrival)
            .await;
        settle(uow, verdict).await
    }

    async fn enrol_password_in(
        &self,
        uow: &mut UnitOfWork,
        token: &Token<Link>,
        person: Option<&NewPerson>,
        hash: &Secret<String>,
        arrival: &Arrival<'_>,
    ) -> Result<SignedIn, Halt> {
        let following = follow(self, uow, token, person, None, arrival).await?;
        rows::set(uow, following.account, hash.expose()).await?;
        enter(self, uow, following, arrival).await
    }
}
