//! Application services: signing in, enrolling, sessions, accounts, and the audit that goes with them.
//!
//! *What it is:* each service reads as its policy. `sign_in::passkey` consumes the ceremony,
//! verifies the response, finds the account by its credential, admits, issues, audits and commits,
//! and each line's output is the next line's argument, so that leaving one out does not compile.
//!
//! *What it is not:* it knows no HTTP and no pages, and keeps nothing about authentication in
//! memory: any instance can answer the next request.
//!
//! *Where to start:* [`admission`] for the one policy every path goes through, [`sign_in`] for the
//! paths, [`refusal`] for everything that can be answered with "no".

pub mod account;
pub mod admission;
mod audit;
pub mod authenticators;
mod ceremonies;
pub mod client;
pub mod enrol;
mod hash_pool;
pub mod link;
pub mod maintenance;
pub mod profile;
pub mod refusal;
pub mod session;
pub mod sign_in;
pub mod step_up;
mod throttle;
mod unit;
pub mod views;

use std::sync::Arc;
use std::time::Duration;

use gatefold_kernel::webauthn::RelyingParty;
use gatefold_kernel::{Entropy, UnixMillis};
use gatefold_store::Database;

pub use client::Client;
pub use refusal::{Failure, Fault, Outcome, Refusal};

use hash_pool::HashPool;

/// How sessions live and how many passwords are hashed at once.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The pinned relying party. Never derived from a request (V5).
    pub relying_party: RelyingParty,
    /// A session ends after this long without a request.
    pub session_idle: Duration,
    /// A session ends after this long whatever happens.
    pub session_absolute: Duration,
    /// How many passwords are hashed at the same time.
    pub password_threads: usize,
}

impl Settings {
    /// Defaults for everything but the relying party: idle 1 hour, absolute 24 hours
    /// (NIST SP 800-63B-4 section 2.2.3), two hashing threads.
    #[must_use]
    pub fn new(relying_party: RelyingParty) -> Self {
        Self {
            relying_party,
            session_idle: Duration::from_secs(60 * 60),
            session_absolute: Duration::from_secs(24 * 60 * 60),
            password_threads: 2,
        }
    }
}

/// The services of one instance. Cheap to clone; holds no authentication state.
#[derive(Clone)]
pub struct Identity {
    inner: Arc<Inner>,
}

// INV-NO-PROCESS-STATE: nothing here outlives a request but connections, threads and settings.
struct Inner {
    db: Database,
    entropy: Arc<dyn Entropy>,
    passwords: HashPool,
    settings: Settings,
}

impl Identity {
    /// Services over one database.
    #[must_use]
    pub fn new(db: Database, entropy: Arc<dyn Entropy>, settings: Settings) -> Self {
        let passwords = HashPool::new(settings.password_threads, Arc::clone(&entropy));
        Self {
            inner: Arc::new(Inner {
                db,
                entropy,
                passwords,
                settings,
            }),
        }
    }

    /// Whether the database answers, with its time. The readiness probe.
    ///
    /// # Errors
    /// [`Fault`] when it does not.
    pub async fn ready(&self) -> Result<UnixMillis, Fault> {
        Ok(self.db().now().await?)
    }

    /// The relying party every ceremony of this instance is bound to.
    #[must_use]
    pub fn relying_party(&self) -> &RelyingParty {
        &self.inner.settings.relying_party
    }

    fn db(&self) -> &Database {
        &self.inner.db
    }

    fn entropy(&self) -> &dyn Entropy {
        self.inner.entropy.as_ref()
    }

    fn passwords(&self) -> &HashPool {
        &self.inner.passwords
    }

    fn settings(&self) -> &Settings {
        &self.inner.settings
    }
}
