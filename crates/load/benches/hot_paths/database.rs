//! What a sign-in and every request after it ask of the database, on both.

use std::sync::Arc;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion};
use gatefold_identity::{Identity, Settings};
use gatefold_kernel::token::{Browser, Session};
use gatefold_kernel::{
    AccountKind, DisplayName, Entropy as _, Login, Status, Subject, Token, TokenHash,
};
use gatefold_ports::SystemEntropy;
use gatefold_store::account::{self, NewAccount};
use gatefold_store::ceremony::{self, Consumption, NewCeremony, SignIn};
use gatefold_store::session::{self, NewSession};
use gatefold_store::{Database, UnitOfWork};
use tokio::runtime::Runtime;

use crate::place::{Place, relying_party, runtime};

const MINUTE: Duration = Duration::from_secs(60);

/// The groups `ceremony` and `session`.
pub(crate) fn bench(criterion: &mut Criterion) {
    let runtime = runtime();
    let postgres = runtime.block_on(Place::postgres());
    let places = [Some(runtime.block_on(Place::sqlite())), postgres];
    for place in places.iter().flatten() {
        bench_ceremonies(criterion, &runtime, place);
        bench_session(criterion, &runtime, place);
        runtime.block_on(place.db.close());
    }
    // Dropping a server's database needs the server, and dropping connections needs the runtime.
    let inside = runtime.enter();
    drop(places);
    drop(inside);
}

fn bench_ceremonies(criterion: &mut Criterion, runtime: &Runtime, place: &Place) {
    let db = &place.db;
    let browser = Token::<Browser>::draw(&SystemEntropy).hash();
    let mut group = criterion.benchmark_group("ceremony");
    group.bench_function(BenchmarkId::new("begin", place.name), |bencher| {
        bencher.to_async(runtime).iter_batched(
            draw_challenge,
            |challenge| async move { begin(db, &challenge, browser).await },
            BatchSize::SmallInput,
        );
    });
    group.bench_function(
        BenchmarkId::new("begin-and-consume", place.name),
        |bencher| {
            bencher.to_async(runtime).iter_batched(
                draw_challenge,
                |challenge| async move {
                    begin(db, &challenge, browser).await;
                    consume(db, &challenge, &browser).await;
                },
                BatchSize::SmallInput,
            );
        },
    );
    group.finish();
}

fn bench_session(criterion: &mut Criterion, runtime: &Runtime, place: &Place) {
    let settings = Settings::new(relying_party());
    let identity = Identity::new(place.db.clone(), Arc::new(SystemEntropy), settings);
    let token = Token::<Session>::draw(&SystemEntropy);
    runtime.block_on(sign_in(&place.db, token.hash()));
    let (identity, token) = (&identity, &token);
    let mut group = criterion.benchmark_group("session");
    group.bench_function(BenchmarkId::new("authenticate", place.name), |bencher| {
        bencher.to_async(runtime).iter(|| async move {
            let found = identity.authenticate(AccountKind::Customer, token).await;
            assert!(
                found.is_ok_and(|found| found.is_some()),
                "nobody is signed in"
            );
        });
    });
    group.finish();
}

async fn begin(db: &Database, challenge: &[u8], browser: TokenHash<Browser>) {
    let ceremony = NewCeremony {
        challenge,
        browser,
        portal: AccountKind::Customer,
        account: None,
        bound: None,
        state: r#"{"v":1}"#,
        network: "192.0.2.0",
        ttl: 5 * MINUTE,
    };
    let begun = ceremony::begin::<SignIn>(db, &ceremony).await;
    begun.expect("a ceremony begins");
}

async fn consume(db: &Database, challenge: &[u8], browser: &TokenHash<Browser>) {
    let mut uow = unit(db).await;
    let consumed = ceremony::consume::<SignIn>(&mut uow, challenge, browser).await;
    assert!(
        matches!(consumed, Ok(Consumption::Fresh(_))),
        "the ceremony is gone"
    );
    uow.commit().await.expect("a commit");
}

/// An account with a session.
async fn sign_in(db: &Database, token: TokenHash<Session>) {
    let mut uow = unit(db).await;
    let new = NewAccount {
        kind: AccountKind::Customer,
        role: None,
        login: Login::parse("amira.h").expect("a login"),
        email: None,
        display_name: DisplayName::parse("Amira Haddad").expect("a name"),
        status: Status::Active,
        user_handle: [1; 64],
    };
    let id = account::insert(&mut uow, &new).await;
    let id = id.expect("a database").expect("nobody has that name");
    let kind = AccountKind::Customer;
    let session = NewSession {
        token,
        account: Subject { kind, id },
        method: "passkey",
        surface: kind,
        idle: 60 * MINUTE,
        absolute: 24 * 60 * MINUTE,
        user_agent: "Benchmark",
        network: "192.0.2.0",
    };
    let opened = session::insert(&mut uow, &session).await;
    opened.expect("a session opens");
    uow.commit().await.expect("a commit");
}

async fn unit(db: &Database) -> UnitOfWork {
    db.begin().await.expect("a unit of work begins")
}

fn draw_challenge() -> [u8; 32] {
    let mut challenge = [0; 32];
    SystemEntropy.fill(&mut challenge);
    challenge
}
