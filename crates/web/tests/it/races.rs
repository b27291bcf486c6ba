//! Fifty callers on each one-shot thing, over real HTTP: one of them wins.

use gatefold_kernel::AccountKind::{self, Agent};
use gatefold_kernel::Status;
use gatefold_soft_authenticator::Config;
use gatefold_testkit::visitor::{PASSWORD, Reply, pending_cookie, race};
use gatefold_testkit::world::{World, on_both};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::json;

const CALLERS: usize = 50;

#[tokio::test(flavor = "multi_thread")]
async fn one_answer_opens_one_session() {
    on_both("one_answer_opens_one_session", async |world| {
        let amira = world.visitor();
        let subject = amira.with_passkey(Agent, "amira").await;
        amira.forget_sessions();
        let answer = amira.answer("/api/auth/passkey/begin").await;
        let mut requests = Vec::new();
        for _ in 0..CALLERS {
            let finish = "/api/auth/passkey/finish";
            requests.push(amira.json_request(finish, &answer).await);
        }
        let replies = race(requests).await;
        one_winner(&replies, |reply| reply.opens(Agent));
        for lost in losers(&replies) {
            lost.refused(401, "challenge_expired");
        }
        let sessions = world.detail(subject).await.sessions;
        assert_eq!(sessions.len(), 2, "one of the enrolment, one of the race");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_answers_with_one_counter_open_one_session() {
    on_both("many_answers_with_one_counter", async |world| {
        let amira = world.visitor();
        amira.take_key(Config::seeded(930));
        let subject = amira.with_passkey(Agent, "amira").await;
        amira.forget_sessions();
        let mut requests = Vec::new();
        for _ in 0..CALLERS {
            // A copied key: every answer claims to be the first use.
            let faults = gatefold_soft_authenticator::Faults {
                sign_count: Some(1),
                ..gatefold_soft_authenticator::Faults::default()
            };
            amira
                .authenticator
                .lock()
                .expect("not poisoned")
                .set_faults(faults);
            let answer = amira.answer("/api/auth/passkey/begin").await;
            let finish = "/api/auth/passkey/finish";
            requests.push(amira.json_request(finish, &answer).await);
        }
        let replies = race(requests).await;
        one_winner(&replies, |reply| reply.opens(Agent));
        for lost in losers(&replies) {
            lost.refused(401, "passkey_failed");
        }
        assert_eq!(world.detail(subject).await.sessions.len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_pending_login_opens_one_session() {
    on_both("one_pending_login_opens_one_session", async |world| {
        for same_answer in ["the same answer", "an answer each"] {
            println!("{same_answer}");
            let amira = world.visitor();
            let login = same_answer.replace(' ', "-");
            let subject = amira.with_both(Agent, &login).await;
            amira.forget_sessions();
            amira.password_sign_in(Agent, &login, PASSWORD).await;
            assert!(amira.cookies().contains_key(&pending_cookie(Agent)));
            let begin = "/api/auth/2fa/webauthn/begin";
            let mut answer = amira.answer(begin).await;
            let mut requests = Vec::new();
            for _ in 0..CALLERS {
                if same_answer == "an answer each" {
                    answer = amira.answer(begin).await;
                }
                let finish = "/api/auth/2fa/webauthn/finish";
                requests.push(amira.json_request(finish, &answer).await);
            }
            let replies = race(requests).await;
            one_winner(&replies, |reply| reply.opens(Agent));
            for lost in losers(&replies) {
                assert_eq!(lost.status, StatusCode::UNAUTHORIZED, "{}", lost.body);
                let codes = ["no_pending_login", "challenge_expired"];
                assert!(codes.contains(&lost.code().as_str()), "{}", lost.body);
                lost.opens_nothing();
            }
            let detail = world.detail(subject).await;
            assert_eq!(
                detail.sessions.len(),
                2,
                "one of the enrolment, one of the race"
            );
            assert_eq!(world.count("gk_totp_pending_session").await, 0);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_answers_at_once_all_count() {
    on_both("wrong_answers_at_once_all_count", async |world| {
        let amira = world.visitor();
        amira.with_both(Agent, "amira").await;
        amira.forget_sessions();
        amira.password_sign_in(Agent, "amira", PASSWORD).await;
        let mut requests = Vec::new();
        for _ in 0..CALLERS {
            let begin = "/api/auth/2fa/webauthn/begin";
            let mut answer = amira.answer(begin).await;
            answer["response"]["signature"] = json!("AAAA");
            let finish = "/api/auth/2fa/webauthn/finish";
            requests.push(amira.json_request(finish, &answer).await);
        }
        let replies = race(requests).await;
        let with = |code: &str| replies.iter().filter(|reply| reply.code() == code).count();
        assert_eq!(with("second_step_failed"), 4);
        assert_eq!(with("too_many_attempts"), 1);
        assert_eq!(with("no_pending_login"), CALLERS - 5);
        for lost in &replies {
            lost.opens_nothing();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_link_enrols_one_key() {
    on_both("one_link_enrols_one_key", async |world| {
        for portal in AccountKind::ALL {
            let owner = world.visitor();
            let (subject, token) = owner.invited(portal, None, "amira").await;
            let mut requests = Vec::new();
            for _ in 0..CALLERS {
                let visitor = world.visitor();
                visitor.set_cookie("gatefold-link", &token);
                let made = visitor
                    .register("/api/enrol/passkey/begin", &json!({}))
                    .await;
                let finish = "/api/enrol/passkey/finish";
                requests.push(visitor.json_request(finish, &made).await);
            }
            let replies = race(requests).await;
            one_winner(&replies, |reply| reply.opens(portal));
            for lost in losers(&replies) {
                lost.refused(410, "link_dead");
            }
            let detail = world.detail(subject).await;
            assert_eq!((detail.passkeys.len(), detail.sessions.len()), (1, 1));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_credentials_one_stays() {
    on_both("of_two_credentials_one_stays", async |world| {
        let amira = world.visitor();
        let subject = amira.with_passkey(Agent, "amira").await;
        amira.take_key(Config::synced(931));
        let reply = amira.add_passkey(Agent).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        let passkeys = world.detail(subject).await.passkeys;
        let mut requests = Vec::new();
        for passkey in passkeys.iter().cycle().take(CALLERS) {
            let path = format!("/profile/security/passkeys/{}/remove", passkey.key.get());
            requests.push(amira.form_request(&path, &[]).await);
        }
        let replies = race(requests).await;
        one_winner(&replies, |reply| reply.status == StatusCode::OK);
        for lost in losers(&replies) {
            let codes = ["last_credential", "not_found"];
            assert!(codes.contains(&lost.code().as_str()), "{}", lost.body);
        }
        assert_eq!(world.detail(subject).await.passkeys.len(), 1);
        assert_eq!(world.count("gk_credential").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_administrators_one_stays() {
    on_both("of_two_administrators_one_stays", async |world| {
        let (amira, basil) = (world.visitor(), world.visitor());
        let first = amira.admin("amira").await;
        let second = basil.admin("basil").await;
        let mut requests: Vec<RequestBuilder> = Vec::new();
        for _ in 0..CALLERS / 2 {
            for (visitor, victim) in [(&amira, second), (&basil, first)] {
                let path = format!("/admin/accounts/agents/{}/disable", victim.id);
                requests.push(visitor.form_request(&path, &[("reason", "race")]).await);
            }
        }
        let replies = race(requests).await;
        assert!(replies.iter().any(|reply| reply.status == StatusCode::OK));
        for lost in losers(&replies) {
            let codes = ["last_administrator", "not_signed_in", "account_disabled"];
            assert!(codes.contains(&lost.code().as_str()), "{}", lost.body);
        }
        assert_eq!(active(world, [first, second]).await, 1);
        let open = [&amira, &basil].map(|visitor| visitor.is_signed_in(Agent));
        let [first_open, second_open] = open;
        assert!(
            first_open.await ^ second_open.await,
            "who stays is still signed in"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_proof_rotates_the_session() {
    on_both("one_proof_rotates_the_session", async |world| {
        let amira = world.visitor();
        let subject = amira.with_passkey(Agent, "amira").await;
        let steps = "/api/profile/step-up/passkey";
        let mut requests = Vec::new();
        for _ in 0..CALLERS {
            let answer = amira.answer(&format!("{steps}/begin")).await;
            requests.push(
                amira
                    .json_request(&format!("{steps}/finish"), &answer)
                    .await,
            );
        }
        let replies = race(requests).await;
        one_winner(&replies, |reply| reply.opens(Agent));
        for lost in losers(&replies) {
            lost.refused(401, "not_signed_in");
        }
        assert_eq!(world.detail(subject).await.sessions.len(), 1);
        assert!(!amira.is_signed_in(Agent).await, "the old token is dead");
    })
    .await;
}

#[track_caller]
fn one_winner(replies: &[Reply], won: impl Fn(&Reply) -> bool) {
    let count = replies.iter().filter(|reply| won(reply)).count();
    let codes: Vec<_> = losers(replies).map(Reply::code).collect();
    assert_eq!(count, 1, "{codes:?}");
    assert_eq!(codes.len(), CALLERS - 1, "{codes:?}");
}

fn losers(replies: &[Reply]) -> impl Iterator<Item = &Reply> {
    replies
        .iter()
        .filter(|reply| reply.status != StatusCode::OK)
}

async fn active(world: &World, accounts: [gatefold_kernel::Subject; 2]) -> usize {
    let mut active = 0;
    for account in accounts {
        let status = world.detail(account).await.account.status;
        active += usize::from(status == Status::Active);
    }
    active
}
