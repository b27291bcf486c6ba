use std::time::Duration;

use gatefold_kernel::token::{Browser, TokenHash};
use gatefold_kernel::{AccountId, AccountKind};
use gatefold_store::ceremony::{
    self, Consumption, Kind, MAX_ANONYMOUS, MAX_ANONYMOUS_PER_NETWORK, NewCeremony, Registration,
    SecondStep, SignIn, StepUp, SweepReport,
};
use gatefold_store::{Database, StoreError, testing};

use crate::support::{contract, token, unique};

const TTL: Duration = Duration::from_secs(300);

pub(crate) fn new(challenge: &[u8], browser: TokenHash<Browser>) -> NewCeremony<'_> {
    NewCeremony {
        challenge,
        browser,
        portal: AccountKind::Agent,
        account: None,
        bound: None,
        state: "{\"v\":1}",
        network: "192.0.2.0/24",
        ttl: TTL,
    }
}

async fn consume<K: Kind>(
    db: &Database,
    challenge: &[u8],
    browser: &TokenHash<Browser>,
) -> Consumption<K> {
    let mut uow = db.begin().await.unwrap();
    let consumption = ceremony::consume::<K>(&mut uow, challenge, browser)
        .await
        .unwrap();
    uow.commit().await.unwrap();
    consumption
}

/// Anonymous begins of one network, written in bulk, one each millisecond up to `age` ms ago.
async fn flood(db: &Database, network: &str, rows: i64, age: i64) {
    let prefix = unique();
    let hash = match db.backend() {
        gatefold_store::Backend::Sqlite => format!("CAST('{prefix}-' || n AS BLOB)"),
        gatefold_store::Backend::Postgres => format!("convert_to('{prefix}-' || n, 'UTF8')"),
    };
    let script = format!(
        "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < {rows}) \
         INSERT INTO gk_webauthn_ceremony \
         (challenge_hash, browser_hash, purpose, portal, state, network, created_at, expires_at) \
         SELECT {hash}, {hash}, 'sign-in', 'agent', '', '{network}', c.now_ms - {rows} - {age} + n, c.now_ms + 60000 \
         FROM r CROSS JOIN gk_clock c"
    );
    testing::execute(db, &script).await.unwrap();
}

async fn rows(db: &Database, condition: &str) -> i64 {
    testing::number(
        db,
        &format!("SELECT COUNT(*) FROM gk_webauthn_ceremony WHERE {condition}"),
    )
    .await
    .unwrap()
}

contract! {
    async fn a_ceremony_comes_back_as_it_began(case) {
        let browser = token();
        let begun = NewCeremony {
            portal: AccountKind::Customer,
            account: Some(AccountId::new(42)),
            bound: Some([3; 32]),
            ..new(b"challenge", browser)
        };
        let expires_at = ceremony::begin::<Registration>(&case.db, &begun).await.unwrap();
        let Consumption::Fresh(row) = consume::<Registration>(&case.db, b"challenge", &browser).await else {
            panic!("not fresh");
        };
        assert_eq!(row.challenge(), b"challenge");
        assert_eq!((row.portal(), row.account()), (AccountKind::Customer, Some(AccountId::new(42))));
        assert_eq!((row.bound(), row.state()), (Some([3; 32]), "{\"v\":1}"));
        let left = expires_at.since(row.at());
        assert!(left > TTL - Duration::from_secs(60) && left <= TTL, "{left:?}");
        assert!(matches!(consume::<Registration>(&case.db, b"challenge", &browser).await, Consumption::Missing));
    }

    async fn the_challenge_itself_is_not_stored(case) {
        ceremony::begin::<SignIn>(&case.db, &new(b"challenge", token())).await.unwrap();
        let stored = match case.db.backend() {
            gatefold_store::Backend::Sqlite => "CAST('challenge' AS BLOB)",
            gatefold_store::Backend::Postgres => "'challenge'::bytea",
        };
        assert_eq!(rows(&case.db, &format!("challenge_hash = {stored}")).await, 0);
        assert_eq!(rows(&case.db, "length(challenge_hash) = 32").await, 1);
        assert!(ceremony::begin::<SignIn>(&case.db, &new(b"challenge", token())).await.is_err(), "twice");
    }

    async fn another_browser_or_purpose_leaves_it_untouched(case) {
        let (browser, other) = (token(), token());
        ceremony::begin::<SignIn>(&case.db, &new(b"challenge", browser)).await.unwrap();
        assert!(matches!(consume::<SignIn>(&case.db, b"challenge", &other).await, Consumption::Missing));
        assert!(matches!(consume::<SecondStep>(&case.db, b"challenge", &browser).await, Consumption::Missing));
        assert!(matches!(consume::<StepUp>(&case.db, b"challenge", &browser).await, Consumption::Missing));
        assert!(matches!(consume::<Registration>(&case.db, b"challenge", &browser).await, Consumption::Missing));
        assert!(matches!(consume::<SignIn>(&case.db, b"Challenge", &browser).await, Consumption::Missing));
        assert!(matches!(consume::<SignIn>(&case.db, b"challenge", &browser).await, Consumption::Fresh(_)));
    }

    async fn two_tabs_do_not_disturb_each_other(case) {
        let browser = token();
        for challenge in [b"one", b"two"] {
            ceremony::begin::<SignIn>(&case.db, &new(challenge, browser)).await.unwrap();
        }
        for challenge in [b"two", b"one"] {
            assert!(matches!(consume::<SignIn>(&case.db, challenge, &browser).await, Consumption::Fresh(_)));
        }
    }

    async fn expiry_is_judged_by_the_database(case) {
        // INV-DB-TIME
        let browser = token();
        for challenge in [b"one", b"two"] {
            ceremony::begin::<SignIn>(&case.db, &new(challenge, browser)).await.unwrap();
        }
        case.later(290_000).await;
        assert!(matches!(consume::<SignIn>(&case.db, b"one", &browser).await, Consumption::Fresh(_)));
        case.later(300_001).await;
        assert!(matches!(consume::<SignIn>(&case.db, b"two", &browser).await, Consumption::Expired));
        assert!(matches!(consume::<SignIn>(&case.db, b"two", &browser).await, Consumption::Missing));
    }

    async fn a_rollback_brings_it_back(case) {
        let browser = token();
        ceremony::begin::<SignIn>(&case.db, &new(b"challenge", browser)).await.unwrap();
        let mut uow = case.begin().await;
        let consumed = ceremony::consume::<SignIn>(&mut uow, b"challenge", &browser).await.unwrap();
        assert!(matches!(consumed, Consumption::Fresh(_)));
        drop(uow);
        assert!(matches!(consume::<SignIn>(&case.db, b"challenge", &browser).await, Consumption::Fresh(_)));
    }

    async fn of_many_who_finish_one_consumes(case) {
        // INV-CONSUME-ONCE
        let browser = token();
        ceremony::begin::<SignIn>(&case.db, &new(b"challenge", browser)).await.unwrap();
        let won = case
            .race(move |db, _| async move {
                matches!(consume::<SignIn>(&db, b"challenge", &browser).await, Consumption::Fresh(_))
            })
            .await;
        assert_eq!(won, 1);
    }

    async fn of_many_attempts_at_one_ceremony_one_is_stored(case) {
        // INV-CONSUME-ONCE
        let browser = token();
        ceremony::begin::<SignIn>(&case.db, &new(b"challenge", browser)).await.unwrap();
        let won = case
            .race(move |db, n| async move {
                let mut attempt = db.attempt().await.unwrap();
                let found = ceremony::consume::<SignIn>(&mut attempt, b"challenge", &browser).await.unwrap();
                let word = format!("{n}");
                let event = gatefold_store::event::NewEvent { kind: &word, ..crate::guards::new_event("won") };
                gatefold_store::event::append(&mut attempt, &event).await.unwrap();
                match attempt.commit().await {
                    Ok(()) => matches!(found, Consumption::Fresh(_)),
                    Err(StoreError::Missed { .. }) => false,
                    Err(error) => panic!("{:?}", std::error::Error::source(&error)),
                }
            })
            .await;
        assert_eq!(won, 1);
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_webauthn_ceremony").await, 0);
    }

    async fn ten_thousand_begins_are_capped_and_enrolments_stay(case) {
        let enrolment = NewCeremony { account: Some(AccountId::new(1)), ..new(b"enrolment", token()) };
        let setup = NewCeremony { bound: Some([1; 32]), ..new(b"setup", token()) };
        ceremony::begin::<Registration>(&case.db, &enrolment).await.unwrap();
        ceremony::begin::<Registration>(&case.db, &setup).await.unwrap();
        flood(&case.db, "192.0.2.0/24", 10_000, 0).await;
        flood(&case.db, "198.51.100.0/24", 900, 50_000).await;
        let swept = ceremony::sweep(&case.db).await.unwrap();
        assert_eq!(swept, SweepReport { expired: 0, over_network_cap: 9_000, over_total_cap: 0 });
        let capped = "network = '192.0.2.0/24' AND account_id IS NULL AND bound IS NULL";
        assert_eq!(rows(&case.db, capped).await, MAX_ANONYMOUS_PER_NETWORK);
        assert_eq!(rows(&case.db, "network = '198.51.100.0/24'").await, 900);
        assert_eq!(rows(&case.db, "account_id IS NOT NULL OR bound IS NOT NULL").await, 2);
        // The oldest went.
        let newest = format!("{capped} AND created_at > (SELECT MAX(created_at) FROM gk_webauthn_ceremony WHERE {capped}) - 1000");
        assert_eq!(rows(&case.db, &newest).await, MAX_ANONYMOUS_PER_NETWORK);
        assert_eq!(ceremony::sweep(&case.db).await.unwrap(), SweepReport::default());
    }

    async fn the_total_is_capped_across_networks(case) {
        for network in 0..25 {
            flood(&case.db, &format!("203.0.{network}.0/24"), 900, (25 - network) * 1_000).await;
        }
        let swept = ceremony::sweep(&case.db).await.unwrap();
        assert_eq!(swept, SweepReport { expired: 0, over_network_cap: 0, over_total_cap: 2_500 });
        assert_eq!(rows(&case.db, "1 = 1").await, MAX_ANONYMOUS);
        for (network, kept) in [(0, 0), (1, 0), (2, 200), (3, 900), (24, 900)] {
            assert_eq!(rows(&case.db, &format!("network = '203.0.{network}.0/24'")).await, kept, "{network}");
        }
        case.later(61_000).await;
        assert_eq!(ceremony::sweep(&case.db).await.unwrap().expired, MAX_ANONYMOUS.unsigned_abs());
        assert_eq!(rows(&case.db, "1 = 1").await, 0);
    }

    async fn what_belongs_to_somebody_goes_only_when_it_expired(case) {
        let enrolment = NewCeremony { account: Some(AccountId::new(1)), ..new(b"enrolment", token()) };
        ceremony::begin::<Registration>(&case.db, &enrolment).await.unwrap();
        assert_eq!(ceremony::sweep(&case.db).await.unwrap().expired, 0);
        case.later(301_000).await;
        assert_eq!(ceremony::sweep(&case.db).await.unwrap().expired, 1);
    }

    async fn one_instance_sweeps_at_a_time(case) {
        flood(&case.db, "192.0.2.0/24", 3_000, 0).await;
        let (db, other) = (case.db.clone(), case.second().await);
        let (left, right) = tokio::join!(ceremony::sweep(&db), ceremony::sweep(&other));
        assert_eq!(left.unwrap().over_network_cap + right.unwrap().over_network_cap, 2_000);
        // A lease that its holder never gave back runs out.
        testing::execute(&db, "UPDATE gk_lock SET held_until = (SELECT now_ms FROM gk_clock) + 20000").await.unwrap();
        flood(&db, "192.0.2.0/24", 100, 0).await;
        assert_eq!(ceremony::sweep(&other).await.unwrap(), SweepReport::default());
        case.later(21_000).await;
        assert_eq!(ceremony::sweep(&other).await.unwrap().over_network_cap, 100);
    }
}
