use std::time::Duration;

use gatefold_kernel::{AccountKind, Subject};
use gatefold_store::event::{self, NewEvent};
use gatefold_store::throttle::{self, ThrottleRule};
use gatefold_store::{setting, testing};
use serde_json::json;

use crate::support::{Case, contract};

const RULE: ThrottleRule = ThrottleRule {
    free: 3,
    window: Duration::from_secs(900),
    first_block: Duration::from_secs(1),
    max_block: Duration::from_secs(60),
};

async fn fail(case: &Case, key: &[u8; 32], rule: &ThrottleRule) -> u64 {
    let mut uow = case.begin().await;
    let block = throttle::record_failure(&mut uow, key, rule).await.unwrap();
    uow.commit().await.unwrap();
    block.as_secs()
}

async fn blocked(case: &Case, keys: &[[u8; 32]]) -> Option<Duration> {
    throttle::check(&mut case.read().await, keys).await.unwrap()
}

pub(crate) fn new_event(outcome: &str) -> NewEvent<'_> {
    NewEvent {
        kind: "sign-in",
        outcome,
        account: None,
        actor: None,
        surface: Some(AccountKind::Agent),
        network: "192.0.2.0/24",
        user_agent: "Firefox",
        detail: json!({ "method": "passkey" }),
    }
}

contract! {
    async fn blocks_double_after_the_free_failures(case) {
        let key = [1; 32];
        let mut blocks = Vec::new();
        for _ in 0..12 {
            blocks.push(fail(case, &key, &RULE).await);
        }
        assert_eq!(blocks, [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        let left = blocked(case, &[[2; 32], key]).await.unwrap();
        assert!(left > Duration::from_secs(30) && left <= Duration::from_secs(60), "{left:?}");
        assert_eq!(blocked(case, &[[2; 32]]).await, None);
        assert_eq!(blocked(case, &[]).await, None);
        case.later(61_000).await;
        assert_eq!(blocked(case, &[key]).await, None);
        assert_eq!(fail(case, &key, &RULE).await, 60, "waiting out a block does not forget");
    }

    async fn a_window_without_failures_forgets(case) {
        let key = [1; 32];
        for _ in 0..4 {
            fail(case, &key, &RULE).await;
        }
        case.later(902_000).await;
        assert_eq!(fail(case, &key, &RULE).await, 0);
        case.later(1_900_000).await;
        assert_eq!(gatefold_store::sweep(&case.db).await.unwrap().throttles, 1);
    }

    async fn a_failure_once_in_a_while_never_blocks(case) {
        let key = [1; 32];
        for round in 0..40_i64 {
            case.later(round * 300_000).await;
            assert_eq!(fail(case, &key, &RULE).await, 0, "round {round}");
        }
    }

    async fn success_forgets(case) {
        let key = [1; 32];
        for _ in 0..5 {
            fail(case, &key, &RULE).await;
        }
        let mut uow = case.begin().await;
        throttle::clear(&mut uow, &key).await.unwrap();
        uow.commit().await.unwrap();
        assert_eq!(blocked(case, &[key]).await, None);
        assert_eq!(fail(case, &key, &RULE).await, 0);
    }

    async fn parallel_failures_of_a_key_all_count(case) {
        let counted = case.race(|db, _| async move {
            let mut uow = db.begin().await.unwrap();
            throttle::record_failure(&mut uow, &[1; 32], &RULE).await.unwrap();
            uow.commit().await.is_ok()
        }).await;
        assert_eq!(counted, crate::support::RACERS);
        assert_eq!(case.number("SELECT failures FROM gk_throttle").await, 50);
    }

    async fn odd_rules_stay_within_their_limits(case) {
        let none_free = ThrottleRule { free: 0, ..RULE };
        assert_eq!(fail(case, &[1; 32], &none_free).await, 1);
        assert_eq!(fail(case, &[1; 32], &none_free).await, 2);
        let short = ThrottleRule { free: 0, max_block: Duration::ZERO, ..RULE };
        assert_eq!(fail(case, &[2; 32], &short).await, 0);
        for _ in 0..30 {
            assert!(fail(case, &[1; 32], &none_free).await <= 60);
        }
        let keys: Vec<[u8; 32]> = (0..11).map(|n| [n; 32]).collect();
        assert!(blocked(case, &keys).await.is_some(), "more keys than one statement takes");
    }

    async fn events_are_listed_newest_first(case) {
        let id = case.admin("amira").await;
        let other = case.customer("ben").await;
        let account = Some(Subject { kind: AccountKind::Agent, id });
        for outcome in ["refused", "accepted"] {
            let mut uow = case.begin().await;
            event::append(&mut uow, &NewEvent { account, actor: Some(other), ..new_event(outcome) }).await.unwrap();
            uow.commit().await.unwrap();
        }
        event::append_now(&case.db, &new_event("unknown")).await.unwrap();
        let events = event::recent(&mut case.read().await, id, 10).await.unwrap();
        assert_eq!(events.iter().map(|event| event.outcome.as_str()).collect::<Vec<_>>(), ["accepted", "refused"]);
        assert_eq!((events[0].account, events[0].actor), (account, Some(other)));
        assert_eq!((events[0].surface, &events[0].detail), (Some(AccountKind::Agent), &json!({ "method": "passkey" })));
        assert_eq!(event::recent(&mut case.read().await, id, 1).await.unwrap().len(), 1);
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_auth_event").await, 3);
    }

    async fn a_rolled_back_unit_of_work_leaves_no_event(case) {
        let mut uow = case.begin().await;
        event::append(&mut uow, &new_event("accepted")).await.unwrap();
        drop(uow);
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_auth_event").await, 0);
    }

    async fn the_audit_only_grows(case) {
        event::append_now(&case.db, &new_event("accepted")).await.unwrap();
        for change in ["UPDATE gk_auth_event SET outcome = 'refused'", "DELETE FROM gk_auth_event"] {
            let refused = testing::execute(&case.db, change).await.unwrap_err();
            let reason = std::error::Error::source(&refused).unwrap().to_string();
            assert!(reason.contains("append-only"), "{change}: {reason}");
        }
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_auth_event WHERE outcome = 'accepted'").await, 1);
    }

    async fn settings_are_set_replaced_and_removed(case) {
        let mut uow = case.begin().await;
        assert_eq!(setting::get(&mut uow, "portal.agent").await.unwrap(), None);
        setting::set(&mut uow, "portal.agent", "one").await.unwrap();
        setting::set(&mut uow, "portal.agent", "two 🔑").await.unwrap();
        setting::set(&mut uow, "Portal.agent", "case matters").await.unwrap();
        uow.commit().await.unwrap();
        assert_eq!(setting::get(&mut case.read().await, "portal.agent").await.unwrap().as_deref(), Some("two 🔑"));
        let mut uow = case.begin().await;
        assert!(setting::remove(&mut uow, "portal.agent").await.unwrap());
        assert!(!setting::remove(&mut uow, "portal.agent").await.unwrap());
        assert_eq!(setting::get(&mut uow, "portal.agent").await.unwrap(), None);
    }
}
