//! Expiry by the database's time, whatever the processes' clocks say.

use gatefold_kernel::AccountKind::Agent;
use gatefold_store::testing::set_clock_offset;
use gatefold_testkit::visitor::PASSWORD;
use gatefold_testkit::world::{World, everywhere};
use reqwest::StatusCode;
use serde_json::json;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// How far the database's clock is from those of the instances.
const SKEWS: [i64; 2] = [-10 * MINUTE, 10 * MINUTE];

#[tokio::test(flavor = "multi_thread")]
async fn clock_skew() {
    everywhere("clock_skew", async |world| {
        for (number, skew) in SKEWS.into_iter().enumerate() {
            set_clock_offset(&world.db, skew).await.expect("a clock");
            let login = format!("amira-{number}");
            let amira = world.visitor();
            amira.with_both(Agent, &login).await;
            assert!(amira.is_signed_in(Agent).await);
            amira.step_up(Agent).await.opened(Agent);
            amira.forget_sessions();
            amira.passkey_sign_in(Agent).await.opened(Agent);
            amira.forget_sessions();
            amira.password_sign_in(Agent, &login, PASSWORD).await;
            amira.second_step(Agent).await.opened(Agent);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clock_ceremony() {
    everywhere("clock_ceremony", async |world| {
        let amira = world.visitor();
        amira.with_passkey(Agent, "amira").await;
        for skew in SKEWS {
            amira.forget_sessions();
            let (begin, finish) = ("/api/auth/passkey/begin", "/api/auth/passkey/finish");
            let start = skewed(world, skew).await;
            let (first, second) = (amira.answer(begin).await, amira.answer(begin).await);
            let end = start + 5 * MINUTE + 15 * SECOND;
            world.stop_clock_at(end - 1).await;
            amira.post(finish, &first).await.opened(Agent);
            amira.forget_sessions();
            world.stop_clock_at(end).await;
            amira
                .post(finish, &second)
                .await
                .refused(401, "challenge_expired");
            // An expired ceremony begins again by itself, with nothing left of the old one.
            amira.passkey_sign_in(Agent).await.opened(Agent);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clock_pending() {
    everywhere("clock_pending", async |world| {
        let amira = world.visitor();
        amira.with_both(Agent, "amira").await;
        for skew in SKEWS {
            for (after, lives) in [(5 * MINUTE - 1, true), (5 * MINUTE, false)] {
                let start = skewed(world, skew).await;
                amira.forget_sessions();
                let reply = amira.password_sign_in(Agent, "amira", PASSWORD).await;
                assert_eq!(reply.json()["requires_2fa"], true, "{}", reply.body);
                let answer = amira.answer("/api/auth/2fa/webauthn/begin").await;
                world.stop_clock_at(start + after).await;
                let finish = "/api/auth/2fa/webauthn/finish";
                let reply = amira.post(finish, &answer).await;
                if lives {
                    reply.opened(Agent);
                } else {
                    reply.refused(401, "no_pending_login");
                }
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clock_session_idle() {
    everywhere("clock_session_idle", async |world| {
        let amira = world.visitor();
        amira.with_passkey(Agent, "amira").await;
        for skew in SKEWS {
            let start = skewed(world, skew).await;
            amira.passkey_sign_in(Agent).await.opened(Agent);
            world.stop_clock_at(start + HOUR - 1).await;
            assert!(amira.is_signed_in(Agent).await, "and so used again");
            let used = start + HOUR - 1;
            world.stop_clock_at(used + HOUR - 1).await;
            assert!(amira.is_signed_in(Agent).await);
            world.stop_clock_at(used + HOUR - 1 + HOUR).await;
            assert!(!amira.is_signed_in(Agent).await);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clock_session_absolute() {
    everywhere("clock_session_absolute", async |world| {
        let amira = world.visitor();
        amira.with_passkey(Agent, "amira").await;
        for skew in SKEWS {
            let start = skewed(world, skew).await;
            amira.passkey_sign_in(Agent).await.opened(Agent);
            for half_hours in 1..48 {
                world.stop_clock_at(start + half_hours * 30 * MINUTE).await;
                assert!(amira.is_signed_in(Agent).await, "{half_hours}");
            }
            world.stop_clock_at(start + 24 * HOUR - 1).await;
            assert!(amira.is_signed_in(Agent).await);
            world.stop_clock_at(start + 24 * HOUR).await;
            assert!(!amira.is_signed_in(Agent).await, "used or not");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clock_fresh_proof() {
    everywhere("clock_fresh_proof", async |world| {
        let amira = world.visitor();
        amira.with_passkey(Agent, "amira").await;
        for skew in SKEWS {
            let start = skewed(world, skew).await;
            amira.passkey_sign_in(Agent).await.opened(Agent);
            let check = "/api/profile/step-up/check";
            world.stop_clock_at(start + 5 * MINUTE - 1).await;
            let reply = amira.post(check, &json!({})).await;
            assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
            world.stop_clock_at(start + 5 * MINUTE).await;
            let reply = amira.post(check, &json!({})).await;
            reply.refused(403, "fresh_proof_required");
        }
    })
    .await;
}

/// Stops the database's clock that far from the real one; gives its time.
async fn skewed(world: &World, skew: i64) -> i64 {
    set_clock_offset(&world.db, skew).await.expect("a clock");
    let now = world.now().await;
    world.stop_clock_at(now).await;
    now
}
