//! Databases to test on, and short ways to fill them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gatefold_kernel::token::{Purpose, Token, TokenHash};
use gatefold_kernel::{
    AccountId, AccountKind, AgentRole, DisplayName, EmailAddress, Entropy, Login, Status,
    UnixMillis,
};
use gatefold_store::account::{self, NewAccount, Taken};
use gatefold_store::passkey::NewPasskey;
use gatefold_store::{ConnectOptions, Database, Reader, UnitOfWork, testing};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

#[path = "../../../testkit/src/postgres/mod.rs"]
#[expect(
    dead_code,
    unreachable_pub,
    reason = "included from gatefold-testkit, which depends on this crate"
)]
mod postgres;

/// How many callers race for what can be had once.
pub(crate) const RACERS: usize = 50;

/// Declares contract tests, each run on both databases.
macro_rules! contract {
    ($($(#[$meta:meta])* async fn $name:ident($case:ident) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            #[expect(clippy::allow_attributes, reason = "not every test uses every import of its file")]
            #[allow(unused_imports, reason = "not every test uses every import of its file")]
            use super::*;

            async fn run($case: &$crate::support::Case) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                run(&$crate::support::Case::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(case) = $crate::support::Case::postgres(stringify!($name)).await {
                    run(&case).await;
                }
            }
        }
    )*};
}
pub(crate) use contract;

/// A migrated database of its own for one test.
pub(crate) struct Case {
    pub(crate) db: Database,
    pub(crate) url: String,
    _home: Home,
}

/// What goes away with the case.
#[expect(dead_code, reason = "held for its Drop")]
enum Home {
    Folder(Folder),
    Server(Box<postgres::TestDatabase>),
}

struct Folder(std::path::PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Case {
    pub(crate) async fn sqlite() -> Self {
        let folder = std::env::temp_dir().join(format!(
            "gatefold-store-{}-{}",
            std::process::id(),
            unique()
        ));
        let url = format!("sqlite://{}/data/gatefold.db", folder.display());
        Self::open(url, Home::Folder(Folder(folder))).await
    }

    pub(crate) async fn postgres(test: &str) -> Option<Self> {
        let cluster = postgres::skip_without_postgres(test)?;
        let database = cluster.create_database().await.unwrap();
        Some(Self::open(database.url.clone(), Home::Server(Box::new(database))).await)
    }

    async fn open(url: String, home: Home) -> Self {
        let db = connect(&url).await;
        db.migrate().await.unwrap();
        Self {
            db,
            url,
            _home: home,
        }
    }

    /// Another instance on the same database.
    pub(crate) async fn second(&self) -> Database {
        connect(&self.url).await
    }

    pub(crate) async fn begin(&self) -> UnitOfWork {
        self.db.begin().await.unwrap()
    }

    pub(crate) async fn read(&self) -> Reader {
        self.db.read().await.unwrap()
    }

    pub(crate) async fn now(&self) -> UnixMillis {
        self.db.now().await.unwrap()
    }

    /// Lets time pass, for the database.
    pub(crate) async fn later(&self, millis: i64) {
        testing::set_clock_offset(&self.db, millis).await.unwrap();
    }

    pub(crate) async fn number(&self, query: &str) -> i64 {
        testing::number(&self.db, query).await.unwrap()
    }

    /// An active customer.
    pub(crate) async fn customer(&self, login: &str) -> AccountId {
        self.create(&new_account(AccountKind::Customer, login, None))
            .await
            .unwrap()
    }

    /// An active administrator.
    pub(crate) async fn admin(&self, login: &str) -> AccountId {
        let new = NewAccount {
            role: Some(AgentRole::Admin),
            ..new_account(AccountKind::Agent, login, None)
        };
        self.create(&new).await.unwrap()
    }

    pub(crate) async fn create(&self, new: &NewAccount) -> Result<AccountId, Taken> {
        let mut uow = self.begin().await;
        let id = account::insert(&mut uow, new).await.unwrap();
        uow.commit().await.unwrap();
        id
    }

    /// Runs the same attempt many times at once, on two instances, and counts those that won.
    pub(crate) async fn race<F>(&self, attempt: impl Fn(Database, usize) -> F) -> usize
    where
        F: Future<Output = bool> + Send + 'static,
    {
        let other = self.second().await;
        let barrier = Arc::new(Barrier::new(RACERS));
        let mut racers = JoinSet::new();
        for n in 0..RACERS {
            let db = if n % 2 == 0 {
                self.db.clone()
            } else {
                other.clone()
            };
            let (barrier, attempt) = (barrier.clone(), attempt(db, n));
            racers.spawn(async move {
                barrier.wait().await;
                attempt.await
            });
        }
        let won = racers
            .join_all()
            .await
            .into_iter()
            .filter(|won| *won)
            .count();
        other.close().await;
        won
    }
}

/// Lets `second` run while the unit of work is open, long enough to finish unless something makes
/// it wait; then commits the unit of work and returns what became of `second`.
pub(crate) async fn overlap<T: Send + 'static>(
    uow: UnitOfWork,
    second: impl Future<Output = T> + Send + 'static,
) -> T {
    let mut second = tokio::spawn(second);
    let early = tokio::time::timeout(Duration::from_millis(300), &mut second).await;
    uow.commit().await.unwrap();
    match early {
        Ok(finished) => finished.unwrap(),
        Err(_) => second.await.unwrap(),
    }
}

pub(crate) async fn connect(url: &str) -> Database {
    Database::connect(
        url,
        &ConnectOptions {
            max_connections: 12,
        },
    )
    .await
    .unwrap()
}

pub(crate) fn new_account(kind: AccountKind, login: &str, email: Option<&str>) -> NewAccount {
    NewAccount {
        kind,
        role: (kind == AccountKind::Agent).then_some(AgentRole::Agent),
        login: Login::parse(login).unwrap(),
        email: email.map(|email| EmailAddress::parse(email).unwrap()),
        display_name: DisplayName::parse("Amira Haddad").unwrap(),
        status: Status::Active,
        user_handle: handle(),
    }
}

pub(crate) fn new_passkey(credential_id: &[u8]) -> NewPasskey {
    NewPasskey {
        credential_id: credential_id.to_vec(),
        public_key: vec![0xa5, 0, 1],
        algorithm: -7,
        sign_count: 0,
        backup_eligible: true,
        backup_state: false,
        discoverable: Some(true),
        transports: vec!["hybrid".to_owned(), "internal".to_owned()],
        aaguid: [7; 16],
        attestation_format: "none".to_owned(),
        attachment: None,
        name: "Phone".to_owned(),
    }
}

/// A number nobody else got.
pub(crate) fn unique() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A user handle nobody else has.
fn handle() -> [u8; 64] {
    let mut handle = [0; 64];
    handle[..8].copy_from_slice(&unique().to_be_bytes());
    handle
}

struct Distinct;

impl Entropy for Distinct {
    fn fill(&self, out: &mut [u8]) {
        out.fill(0);
        out[..8].copy_from_slice(&unique().to_be_bytes());
    }
}

/// The hash of a new token.
pub(crate) fn token<P: Purpose>() -> TokenHash<P> {
    Token::draw(&Distinct).hash()
}
