//! Beginning costs us little and pushes nobody out.

use gatefold_identity::Client;
use gatefold_kernel::AccountKind::Agent;
use gatefold_kernel::Token;
use gatefold_kernel::token::Browser;
use gatefold_store::testing::{execute, number, set_clock_offset};
use gatefold_testkit::visitor::{PASSWORD, Visitor};
use gatefold_testkit::world::{World, on_both};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// What one attacker begins, from one network.
const BEGINS: usize = 10_000;

/// Networks that flood all at once, each with more than its share.
const NETWORKS: i64 = 25;

/// Where the flood, and the people it must not harm, come from.
const CROWDED: &str = "203.0.113.7";

/// Ten thousand begins from one network, some over HTTP, the rest past it.
async fn flood(world: &World) {
    let attacker = world.visitor();
    attacker.always("x-forwarded-for", CROWDED);
    for _ in 0..100 {
        let begun = attacker.post("/api/auth/passkey/begin", &json!({})).await;
        assert_eq!(begun.status, StatusCode::OK);
    }
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..8 {
        let identity = world.identity.clone();
        tasks.spawn(async move {
            let client = Client::new(CROWDED.parse().unwrap(), "flood");
            let browser = Token::<Browser>::parse(&format!("{task}{}", "A".repeat(42))).unwrap();
            for _ in 0..(BEGINS - 100) / 8 {
                identity
                    .begin_passkey_sign_in(Agent, &browser, &client)
                    .await
                    .unwrap();
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

/// The same from many networks at once, written straight into the table.
async fn many_networks(world: &World) {
    let bytes = |text: &str| match world.backend {
        gatefold_testkit::world::Backend::Sqlite => format!("CAST({text} AS BLOB)"),
        gatefold_testkit::world::Backend::Postgres => format!("CAST({text} AS BYTEA)"),
    };
    let script = format!(
        "INSERT INTO gk_webauthn_ceremony (challenge_hash, browser_hash, purpose, portal, state, network, created_at, expires_at) \
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {NETWORKS} * 1200) \
         SELECT {}, {}, 'sign-in', 'agent', '{{}}', 'net ' || CAST(i % {NETWORKS} AS TEXT), c.now_ms, c.now_ms + 300000 \
         FROM n CROSS JOIN gk_clock c",
        bytes("'flood ' || CAST(i AS TEXT)"),
        bytes("'browser'"),
    );
    execute(&world.db, &script).await.unwrap();
}

async fn live(world: &World, condition: &str) -> i64 {
    let query = format!("SELECT COUNT(*) FROM gk_webauthn_ceremony WHERE {condition}");
    number(&world.db, &query).await.unwrap()
}

/// Somebody in the middle of enrolling, and somebody in the middle of the second step.
async fn people<'w>(world: &'w World) -> (Visitor<'w>, Value, Visitor<'w>, Value) {
    let (enrolling, signing_in) = (world.visitor(), world.visitor());
    enrolling.always("x-forwarded-for", CROWDED);
    signing_in.always("x-forwarded-for", CROWDED);
    let (_, token) = enrolling.invited(Agent, None, "bo").await;
    enrolling.open_link(&token).await;
    let credential = enrolling
        .register("/api/enrol/passkey/begin", &json!({}))
        .await;
    signing_in.with_both(Agent, "amira").await;
    signing_in.forget_sessions();
    signing_in.password_sign_in(Agent, "amira", PASSWORD).await;
    let answer = signing_in.answer("/api/auth/2fa/webauthn/begin").await;
    (enrolling, credential, signing_in, answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn begin_flood() {
    on_both("begin_flood", async |world| {
        let (enrolling, credential, signing_in, answer) = people(world).await;
        flood(world).await;
        world.identity.sweep(false).await.unwrap();
        let anonymous = "account_id IS NULL AND bound IS NULL";
        assert_eq!(
            live(world, anonymous).await,
            1_000,
            "one network keeps a thousand"
        );
        many_networks(world).await;
        world.identity.sweep(false).await.unwrap();
        assert!(
            live(world, anonymous).await <= 20_000,
            "all together keep twenty thousand"
        );
        for network in 0..NETWORKS {
            let kept = live(world, &format!("{anonymous} AND network = 'net {network}'")).await;
            assert!(kept <= 1_000, "network {network} keeps {kept}");
        }
        let reply = enrolling
            .post("/api/enrol/passkey/finish", &credential)
            .await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        let reply = signing_in
            .post("/api/auth/2fa/webauthn/finish", &answer)
            .await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        let quiet = world.visitor();
        quiet.with_passkey(Agent, "cleo").await;
        quiet.forget_sessions();
        assert_eq!(quiet.passkey_sign_in(Agent).await.status, StatusCode::OK);
        let last = number(
            &world.db,
            "SELECT MAX(expires_at) - MIN(now_ms) FROM gk_webauthn_ceremony, gk_clock",
        )
        .await;
        set_clock_offset(&world.db, last.unwrap() + 60_000)
            .await
            .unwrap();
        world.identity.sweep(false).await.unwrap();
        assert_eq!(live(world, "0 = 0").await, 0, "none a minute after expiry");
    })
    .await;
}
