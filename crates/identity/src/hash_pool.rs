//! Password hashing off the request threads, bounded.
//!
//! Argon2id takes tens of milliseconds and 19 MiB. The pool runs as many at once as configured and
//! lets a bounded number wait; beyond that the answer is 503, so that a flood of passwords cannot
//! take memory or starve the passkeys.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gatefold_kernel::password::{self, NewPassword, PasswordProof, StoredHash, WrongPassword};
use gatefold_kernel::{Entropy, Secret, UnixMillis, Verified};
use tokio::sync::Semaphore;

use crate::refusal::Fault;

/// How many checks may wait for each thread: about five seconds' worth.
const WAITING_PER_THREAD: usize = 128;

pub(crate) struct HashPool {
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    most_waiting: usize,
    entropy: Arc<dyn Entropy>,
}

/// A correct password, with today's hash of it where the stored one was weaker.
pub(crate) struct Checked {
    pub(crate) proof: Verified<PasswordProof>,
    pub(crate) upgraded: Option<Secret<String>>,
}

impl HashPool {
    pub(crate) fn new(threads: usize, entropy: Arc<dyn Entropy>) -> Self {
        let threads = threads.max(1);
        Self {
            permits: Arc::new(Semaphore::new(threads)),
            waiting: AtomicUsize::new(0),
            most_waiting: threads * WAITING_PER_THREAD,
            entropy,
        }
    }

    /// Checks a password, or a dummy of the same cost when there is no hash.
    pub(crate) async fn verify(
        &self,
        presented: Secret<String>,
        stored: Option<StoredHash>,
        now: UnixMillis,
    ) -> Result<Result<Checked, WrongPassword>, Fault> {
        let entropy = Arc::clone(&self.entropy);
        self.run(move || {
            let proof = password::verify(&presented, stored.as_ref(), now)?;
            let upgraded = proof.upgraded(entropy.as_ref(), &presented);
            Ok(Checked { proof, upgraded })
        })
        .await
    }

    /// Hashes a new password.
    pub(crate) async fn hash(&self, password: NewPassword) -> Result<Secret<String>, Fault> {
        let entropy = Arc::clone(&self.entropy);
        self.run(move || password::hash(entropy.as_ref(), &password))
            .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let _waiting = Waiting::enter(&self.waiting, self.most_waiting)?;
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|_| Fault::HashingDied)?;
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        done.await.map_err(|_| Fault::HashingDied)
    }
}

/// Counts a caller in while it waits or hashes, and out however it ends.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn enter(count: &'a AtomicUsize, most: usize) -> Result<Self, Fault> {
        if count.fetch_add(1, Ordering::Relaxed) >= most {
            count.fetch_sub(1, Ordering::Relaxed);
            return Err(Fault::Overloaded);
        }
        Ok(Self(count))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
