//! Limits on guessing, shared by all instances through the database.
//!
//! A failure counts against the account, the network and the surface. Only guessing is slowed:
//! passkeys are never throttled by somebody else's wrong passwords, so nobody can be locked out of
//! an account that has one. Rows are written on failure only.

use std::time::Duration;

use aws_lc_rs::digest;
use gatefold_kernel::{AccountId, AccountKind};
use gatefold_store::throttle::{self, ThrottleRule};
use gatefold_store::{Reads, StoreError, UnitOfWork};

use crate::Client;
use crate::refusal::{Failure, Refusal};

/// One account, over all surfaces: after 10 failures in a day the delay grows from 2 s to 15 min.
const ACCOUNT: ThrottleRule = ThrottleRule {
    free: 10,
    window: Duration::from_secs(24 * 60 * 60),
    first_block: Duration::from_secs(2),
    max_block: Duration::from_secs(15 * 60),
};

/// One network: after 50 failures in an hour the delay grows from 2 s to 5 min.
const NETWORK: ThrottleRule = ThrottleRule {
    free: 50,
    window: Duration::from_secs(60 * 60),
    first_block: Duration::from_secs(2),
    max_block: Duration::from_secs(5 * 60),
};

/// One portal as a whole: after 2,000 failures in ten minutes guessing pauses for 1 s to 10 s.
const SURFACE: ThrottleRule = ThrottleRule {
    free: 2_000,
    window: Duration::from_secs(10 * 60),
    first_block: Duration::from_secs(1),
    max_block: Duration::from_secs(10),
};

/// What a failure is counted against.
#[derive(Clone, Copy)]
pub(crate) struct Guess {
    account: [u8; 32],
    network: [u8; 32],
    surface: [u8; 32],
}

impl Guess {
    /// A guess at a name, whether or not it belongs to somebody. Callers give the login of the
    /// account the name leads to, so that another spelling or the e-mail opens no new budget.
    pub(crate) fn at(kind: AccountKind, name_key: &str, client: &Client) -> Self {
        Self {
            account: key(&["account", kind.as_str(), name_key]),
            network: key(&["network", client.network()]),
            surface: key(&["surface", kind.as_str()]),
        }
    }

    /// A guess at fresh proof by somebody who is signed in: counted apart, so that nobody outside can
    /// keep a person from proving that it is them.
    pub(crate) fn proof(account: AccountId, client: &Client) -> Self {
        let id = account.to_string();
        Self {
            account: key(&["proof", &id]),
            network: key(&["proof network", &id, client.network()]),
            surface: key(&["proof surface", &id]),
        }
    }

    /// Refuses while one of the three is blocked.
    pub(crate) async fn check(&self, reads: &mut impl Reads) -> Result<(), Failure> {
        match throttle::check(reads, &[self.account, self.network, self.surface]).await? {
            Some(retry_after) => Err(Refusal::Throttled { retry_after }.into()),
            None => Ok(()),
        }
    }

    /// Counts one failure.
    pub(crate) async fn failed(&self, uow: &mut UnitOfWork) -> Result<(), StoreError> {
        let mut counted = [
            (self.account, &ACCOUNT),
            (self.network, &NETWORK),
            (self.surface, &SURFACE),
        ];
        // Always in the same order, so that two failures at once cannot wait for each other.
        counted.sort_unstable_by_key(|(key, _)| *key);
        for (key, rule) in counted {
            throttle::record_failure(uow, &key, rule).await?;
        }
        Ok(())
    }

    /// Forgets the account's failures after a complete sign-in. The network's stay.
    pub(crate) async fn succeeded(&self, uow: &mut UnitOfWork) -> Result<(), StoreError> {
        throttle::clear(uow, &self.account).await
    }
}

/// The stored key of a limit: a hash, so that names and networks are not readable from the table.
fn key(parts: &[&str]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.update(part.as_bytes());
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}
