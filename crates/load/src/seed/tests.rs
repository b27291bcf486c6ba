use std::collections::HashSet;
use std::future::{pending, poll_fn};
use std::task::Poll;

use gatefold_kernel::account::comparison_key;
use gatefold_kernel::password::{StoredHash, verify};
use gatefold_kernel::{AccountKind, DisplayName, EmailAddress, Login, Secret, Status};
use gatefold_store::account::{self, AccountQuery, AccountSummary, NewAccount};
use gatefold_store::testing::number;
use gatefold_store::{ConnectOptions, Database, passkey, password};
use gatefold_testkit::postgres::{TestDatabase, skip_without_postgres};
use tempfile::TempDir;

use super::*;
use crate::person::PASSWORD;

const ACCOUNTS: i64 = 500;

/// A database of a test's own, empty and not migrated.
struct Case {
    url: String,
    _folder: TempDir,
    _database: Option<TestDatabase>,
}

/// Runs a scenario on both databases.
async fn on_both(test: &str, scenario: impl AsyncFn(&Case)) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data/gatefold.db");
    scenario(&Case {
        url: format!("sqlite://{}", file.display()),
        _folder: folder,
        _database: None,
    })
    .await;
    if let Some(cluster) = skip_without_postgres(test) {
        let database = cluster.create_database().await.unwrap();
        scenario(&Case {
            url: database.url.clone(),
            _folder: tempfile::tempdir().unwrap(),
            _database: Some(database),
        })
        .await;
    }
}

impl Case {
    async fn open(&self) -> Database {
        let options = ConnectOptions { max_connections: 2 };
        Database::connect(&self.url, &options).await.unwrap()
    }

    /// The database with the accounts of seed 1.
    async fn filled(&self) -> Database {
        fill(&self.url, &plan(1, Existing::Refuse), pending())
            .await
            .unwrap();
        self.open().await
    }
}

fn plan(seed: u64, into_existing: Existing) -> Plan {
    Plan {
        accounts: ACCOUNTS.unsigned_abs(),
        seed,
        into_existing,
    }
}

async fn count(db: &Database, rows: &str) -> i64 {
    let query = format!("SELECT COUNT(*) FROM {rows}");
    number(db, &query).await.unwrap()
}

/// All accounts of a kind with this beginning of a name, read page by page as the product does.
async fn all(db: &Database, kind: AccountKind, prefix: Option<&str>) -> Vec<AccountSummary> {
    let mut reader = db.read().await.unwrap();
    let mut query = AccountQuery {
        kind,
        prefix: prefix.map(comparison_key),
        after: None,
        before: None,
        limit: 50,
    };
    let mut found: Vec<AccountSummary> = Vec::new();
    loop {
        let page = account::page(&mut reader, &query).await.unwrap();
        let Some(last) = page.last() else {
            return found;
        };
        query.after = Some(last.cursor.clone());
        found.extend(page);
    }
}

/// Everybody of both kinds.
async fn everybody(db: &Database) -> Vec<AccountSummary> {
    let mut found = all(db, AccountKind::Customer, None).await;
    found.extend(all(db, AccountKind::Agent, None).await);
    found
}

async fn logins(db: &Database) -> HashSet<String> {
    let found = everybody(db).await;
    found.into_iter().map(|one| one.account.login).collect()
}

/// Creates an account the way the product does, and gives its id.
async fn by_the_product(db: &Database, login: &str) -> i64 {
    let new = NewAccount {
        kind: AccountKind::Customer,
        role: None,
        login: Login::parse(login).unwrap(),
        email: Some(EmailAddress::parse(&format!("{login}@example.org")).unwrap()),
        display_name: DisplayName::parse("Amira Haddad").unwrap(),
        status: Status::Active,
        user_handle: [login.len().to_le_bytes()[0]; 64],
    };
    let mut uow = db.begin().await.unwrap();
    let id = account::insert(&mut uow, &new).await.unwrap().unwrap();
    password::set(&mut uow, id, "$2b$04$x").await.unwrap();
    uow.commit().await.unwrap();
    id.get()
}

#[tokio::test]
async fn the_product_reads_what_was_seeded() {
    on_both("the_product_reads_what_was_seeded", async |case| {
        let db = case.filled().await;
        let everybody = everybody(&db).await;
        assert_eq!(everybody.len(), 500);
        let mut reader = db.read().await.unwrap();
        for one in &everybody {
            let invited = one.account.status == Status::Invited;
            let expected = if invited { 0..=0 } else { 1..=4 };
            assert!(expected.contains(&one.passkeys), "{one:?}");
            assert!(!(invited && one.has_password), "{one:?}");
            let passkeys = passkey::list(&mut reader, one.account.id).await.unwrap();
            assert_eq!(i64::try_from(passkeys.len()), Ok(one.passkeys));
            let made = one.account.created_at;
            assert!(passkeys.iter().all(|key| key.created_at >= made), "{one:?}");
        }
        let found = all(&db, AccountKind::Customer, Some(PREFIX)).await.len();
        assert!((20..=80).contains(&found), "{found} customers begin so");
    })
    .await;
}

#[tokio::test]
async fn names_handles_and_credentials_fit_their_accounts() {
    let test = "names_handles_and_credentials_fit_their_accounts";
    on_both(test, async |case| {
        let db = case.filled().await;
        assert_eq!(count(&db, "gk_account").await, ACCOUNTS);
        let handles = "(SELECT DISTINCT handle FROM gk_user_handle WHERE length(handle) = 64) one";
        assert_eq!(count(&db, handles).await, ACCOUNTS);
        let kinds = "gk_credential c LEFT JOIN gk_webauthn_credential w ON w.credential_key = c.id \
            AND w.account_id = c.account_id AND c.kind = 'passkey' \
            LEFT JOIN gk_password p ON p.credential_key = c.id AND p.account_id = c.account_id \
            AND c.kind = 'password'";
        let credentials = count(&db, kinds).await;
        assert!((1_000..=1_500).contains(&credentials), "{credentials}");
        let alone = format!("{kinds} WHERE w.credential_key IS NULL AND p.credential_key IS NULL");
        assert_eq!(count(&db, &alone).await, 0);
        let parts = count(&db, "gk_webauthn_credential").await + count(&db, "gk_password").await;
        assert_eq!(parts, credentials);
        let mut reader = db.read().await.unwrap();
        for one in everybody(&db).await {
            let emails = one.account.email.iter();
            for name in emails.chain([&one.account.login]) {
                let key = comparison_key(name);
                let named = account::by_sign_in_name(&mut reader, one.account.kind, &key).await;
                assert_eq!(
                    named.unwrap().map(|it| it.id),
                    Some(one.account.id),
                    "{name}"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_seeded_password_verifies() {
    on_both("a_seeded_password_verifies", async |case| {
        let db = case.filled().await;
        let people = all(&db, AccountKind::Customer, None).await;
        let one = people.iter().find(|one| one.has_password).unwrap();
        let key = comparison_key(&one.account.login);
        let mut reader = db.read().await.unwrap();
        let found = password::with_account(&mut reader, AccountKind::Customer, &key).await;
        let (account, stored, passkeys) = found.unwrap().unwrap();
        assert_eq!((account.id, passkeys), (one.account.id, one.passkeys));
        let stored = StoredHash {
            account: account.id,
            hash: Secret::new(stored.unwrap().hash),
        };
        let now = db.now().await.unwrap();
        let typed = |text: &str| verify(&Secret::new(text.to_owned()), Some(&stored), now);
        let proof = typed(PASSWORD).unwrap();
        assert!(!proof.method().needs_upgrade());
        assert!(typed("vellum quartz heron").is_err());
    })
    .await;
}

#[tokio::test]
async fn accounts_of_the_product_and_of_the_seed_get_along() {
    let test = "accounts_of_the_product_and_of_the_seed_get_along";
    on_both(test, async |case| {
        let db = case.open().await;
        db.migrate().await.unwrap();
        let first = by_the_product(&db, "first").await;
        fill(&case.url, &plan(1, Existing::Add), pending())
            .await
            .unwrap();
        let second = by_the_product(&db, "second").await;
        assert_eq!(count(&db, "gk_account").await, ACCOUNTS + 2);
        assert!(second > first + ACCOUNTS, "{first} {second}");
        fill(&case.url, &plan(2, Existing::Add), pending())
            .await
            .unwrap();
        assert_eq!(count(&db, "gk_account").await, 2 * ACCOUNTS + 2);
    })
    .await;
}

#[tokio::test]
async fn a_database_with_accounts_is_refused_and_left_alone() {
    let test = "a_database_with_accounts_is_refused_and_left_alone";
    on_both(test, async |case| {
        let db = case.open().await;
        db.migrate().await.unwrap();
        by_the_product(&db, "first").await;
        let refused = fill(&case.url, &plan(2, Existing::Refuse), pending()).await;
        let refused = refused.unwrap_err();
        assert_eq!(Exit::of(&refused), Exit::NoTarget);
        assert!(refused.to_string().contains("--add"), "{refused}");
        assert_eq!(count(&db, "gk_account").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_seed_that_is_there_already_changes_nothing() {
    let test = "a_seed_that_is_there_already_changes_nothing";
    on_both(test, async |case| {
        let db = case.filled().await;
        let before = logins(&db).await;
        let refused = fill(&case.url, &plan(1, Existing::Add), pending())
            .await
            .unwrap_err();
        assert_eq!(Exit::of(&refused), Exit::NoTarget);
        assert!(refused.to_string().contains("--seed"), "{refused}");
        assert_eq!(logins(&db).await, before);
        by_the_product(&db, "afterwards").await;
    })
    .await;
}

#[tokio::test]
async fn of_two_seeds_at_once_one_is_stored() {
    on_both("of_two_seeds_at_once_one_is_stored", async |case| {
        case.open().await.migrate().await.unwrap();
        let (one, other) = (plan(1, Existing::Refuse), plan(1, Existing::Refuse));
        let (one, other) = tokio::join!(
            fill(&case.url, &one, pending()),
            fill(&case.url, &other, pending())
        );
        let refused = match (one, other) {
            (Ok(()), Err(refused)) | (Err(refused), Ok(())) => refused,
            both => panic!("{both:?}"),
        };
        assert_eq!(Exit::of(&refused), Exit::NoTarget, "{refused:#}");
        let db = case.open().await;
        assert_eq!(count(&db, "gk_account").await, ACCOUNTS);
    })
    .await;
}

#[tokio::test]
async fn the_same_seed_gives_the_same_logins() {
    on_both("the_same_seed_gives_the_same_logins", async |case| {
        let mut people = people::People::of(1);
        let expected: HashSet<String> = (0..ACCOUNTS)
            .map(|_| people.next_person().unwrap().login.as_str().to_owned())
            .collect();
        assert_eq!(logins(&case.filled().await).await, expected);
    })
    .await;
}

#[tokio::test]
async fn an_interrupted_seed_leaves_nothing() {
    on_both("an_interrupted_seed_leaves_nothing", async |case| {
        let mut polled = 0;
        // Ready in the middle: storing takes more turns than these.
        let stop = poll_fn(|_| {
            polled += 1;
            if polled > 10 {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        });
        let ended = fill(&case.url, &plan(1, Existing::Refuse), stop).await;
        assert_eq!(Exit::of(&ended.unwrap_err()), Exit::Interrupted);
        let again = fill(&case.url, &plan(1, Existing::Refuse), pending()).await;
        again.unwrap();
        let db = case.open().await;
        assert_eq!(count(&db, "gk_account").await, ACCOUNTS);
    })
    .await;
}
