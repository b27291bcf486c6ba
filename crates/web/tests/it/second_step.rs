//! A password, then a key as the second step.

use gatefold_kernel::AccountKind::{self, Agent, Customer};
use gatefold_kernel::Token;
use gatefold_kernel::token::Pending;
use gatefold_soft_authenticator::Faults;
use gatefold_testkit::visitor::{PASSWORD, Reply, Visitor, auth, base, pending_cookie};
use gatefold_testkit::world::{Backend, World, everywhere, on_both};
use reqwest::StatusCode;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn two_instances_password_then_key() {
    everywhere("two_instances_password_then_key", async |world| {
        for portal in AccountKind::ALL {
            let amira = world.visitor();
            let subject = amira.with_both(portal, "amira").await;
            amira.forget_sessions();
            let reply = amira.password_sign_in(portal, "amira", PASSWORD).await;
            asks_for_more(&reply, portal);
            assert!(!amira.is_signed_in(portal).await);
            let page = amira.get(&format!("{}/login/2fa", base(portal))).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.body);

            let reply = amira.second_step(portal).await;
            reply.opened(portal);
            assert_eq!(
                reply.goes_to(),
                format!("{}/profile/security", base(portal))
            );
            assert!(amira.is_signed_in(portal).await);
            assert!(!amira.cookies().contains_key(&pending_cookie(portal)));
            let sessions = world.detail(subject).await.sessions;
            assert!(
                sessions
                    .iter()
                    .any(|each| each.method == "password+passkey")
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pending_single_use_across_instances() {
    everywhere("pending_single_use_across_instances", async |world| {
        let amira = world.visitor();
        amira.with_both(Agent, "amira").await;
        let waiting = wait(&amira, Agent).await;
        let next = amira.answer(&begin(Agent)).await;
        amira.second_step(Agent).await.opened(Agent);
        amira.forget_sessions();
        amira.set_cookie(&pending_cookie(Agent), &waiting);
        let replay = amira.post(&finish(Agent), &next).await;
        replay.refused(401, "no_pending_login");
        amira.set_cookie(&pending_cookie(Agent), &waiting);
        let replay = amira.post(&begin(Agent), &json!({})).await;
        replay.refused(401, "no_pending_login");
        let page = amira.get("/login/2fa").await;
        assert_eq!(
            (page.status, page.goes_to()),
            (StatusCode::SEE_OTHER, "/login".into())
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pending_attempts_global() {
    everywhere("pending_attempts_global", async |world| {
        let (amira, eve) = (world.visitor(), world.visitor());
        amira.with_both(Agent, "amira").await;
        eve.with_passkey(Agent, "eve").await;
        let waiting = wait(&amira, Agent).await;
        let good = amira.answer(&begin(Agent)).await;
        for left in [4, 3, 2, 1] {
            let answer = if left % 2 == 0 {
                answer_of(&eve, &amira).await
            } else {
                lie(&amira).await
            };
            let reply = amira.post(&finish(Agent), &answer).await;
            reply.refused(401, "second_step_failed");
            assert_eq!(reply.json()["attempts_remaining"], left);
        }
        let answer = answer_of(&eve, &amira).await;
        let reply = amira.post(&finish(Agent), &answer).await;
        reply.refused(401, "too_many_attempts");
        assert!(
            !amira.cookies().contains_key(&pending_cookie(Agent)),
            "cleared"
        );
        // Gone on every instance, for a right answer too.
        for answer in [&good, &good] {
            amira.set_cookie(&pending_cookie(Agent), &waiting);
            let reply = amira.post(&finish(Agent), answer).await;
            reply.refused(401, "no_pending_login");
        }
        assert!(!amira.is_signed_in(Agent).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pending_attempts_are_shown_and_survive_a_success_elsewhere() {
    on_both("pending_attempts_are_kept_apart", async |world| {
        let amira = world.visitor();
        amira.with_both(Agent, "amira").await;
        wait(&amira, Agent).await;
        let answer = lie(&amira).await;
        let reply = amira.post(&finish(Agent), &answer).await;
        reply.refused(401, "second_step_failed");
        // A second login of the same person has its own five.
        let other = world.visitor();
        other.password_sign_in(Agent, "amira", PASSWORD).await;
        let options = other.begin(&begin(Agent)).await;
        let answer = amira_answers(&amira, &options);
        other.post(&finish(Agent), &answer).await.opened(Agent);
        amira.second_step(Agent).await.opened(Agent);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pending_of_the_other_portal() {
    on_both("pending_of_the_other_portal", async |world| {
        for (own, other) in [(Agent, Customer), (Customer, Agent)] {
            let amira = world.visitor();
            amira.with_both(own, "amira").await;
            let waiting = wait(&amira, own).await;
            let answer = amira.answer(&begin(own)).await;
            for _ in 0..6 {
                amira.set_cookie(&pending_cookie(other), &waiting);
                let reply = amira.post(&begin(other), &json!({})).await;
                reply.refused(401, "no_pending_login");
                let reply = amira.post(&finish(other), &answer).await;
                reply.refused(401, "no_pending_login");
            }
            // It costs nothing where the login belongs.
            amira.post(&finish(own), &answer).await.opened(own);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pending_wrong_or_missing() {
    on_both("pending_wrong_or_missing", async |world| {
        let amira = world.visitor();
        amira.with_both(Agent, "amira").await;
        wait(&amira, Agent).await;
        let answer = amira.answer(&begin(Agent)).await;
        let token = "A".repeat(43);
        for cookie in ["", "garbage", token.as_str(), "\u{65}\u{3d}"] {
            amira.set_cookie(&pending_cookie(Agent), cookie);
            let reply = amira.post(&begin(Agent), &json!({})).await;
            reply.refused(401, "no_pending_login");
            amira.set_cookie(&pending_cookie(Agent), cookie);
            let reply = amira.post(&finish(Agent), &answer).await;
            reply.refused(401, "no_pending_login");
            let page = amira.get("/login/2fa").await;
            assert_eq!(page.goes_to(), "/login");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn second_step_of_another_browser_or_login() {
    everywhere("second_step_of_another_browser", async |world| {
        let amira = world.visitor();
        amira.with_both(Agent, "amira").await;
        let waiting = wait(&amira, Agent).await;
        let answer = amira.answer(&begin(Agent)).await;
        let thief = world.visitor();
        thief.begin("/api/auth/passkey/begin").await;
        thief.set_cookie(&pending_cookie(Agent), &waiting);
        let reply = thief.post(&finish(Agent), &answer).await;
        reply.refused(401, "challenge_expired");
        // The same browser with another login: the answer was asked for by the first one.
        let later = wait(&amira, Agent).await;
        assert_ne!(later, waiting);
        let reply = amira.post(&finish(Agent), &answer).await;
        reply.refused(401, "challenge_expired");
        amira.second_step(Agent).await.opened(Agent);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_alone_opens_an_account_without_keys() {
    everywhere("a_password_alone", async |world| {
        for portal in AccountKind::ALL {
            let amira = world.visitor();
            amira.with_password(portal, "amira").await;
            amira.forget_sessions();
            let reply = amira.password_sign_in(portal, "amira", PASSWORD).await;
            reply.opened(portal);
            assert_eq!(reply.json()["requires_2fa"], Value::Null);
            assert!(amira.is_signed_in(portal).await);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn second_step_keeps_where_to_go() {
    everywhere("second_step_keeps_where_to_go", async |world| {
        let amira = world.visitor();
        amira.with_both(Agent, "amira").await;
        for (asked, lands) in [
            ("/admin/accounts?q=x", "/admin/accounts?q=x"),
            ("//evil.example", "/profile/security"),
            ("/customer/profile/security", "/profile/security"),
        ] {
            amira.forget_sessions();
            let body = json!({ "login": "amira", "password": PASSWORD, "return_to": asked });
            let reply = amira.post("/api/auth/login", &body).await;
            asks_for_more(&reply, Agent);
            assert_eq!(amira.second_step(Agent).await.goes_to(), lands);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn disabled_between_password_and_key() {
    everywhere("disabled_between_password_and_key", async |world| {
        let amira = world.visitor();
        let subject = amira.with_both(Agent, "amira").await;
        let waiting = wait(&amira, Agent).await;
        let answer = amira.answer(&begin(Agent)).await;
        world.disable(subject).await;
        let reply = amira.post(&finish(Agent), &answer).await;
        reply.refused(401, "no_pending_login");
        world.enable(subject).await;
        amira.set_cookie(&pending_cookie(Agent), &waiting);
        let reply = amira.post(&begin(Agent), &json!({})).await;
        reply.refused(401, "no_pending_login");
        assert!(world.detail(subject).await.sessions.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pending_is_stored_hashed() {
    on_both("pending_is_stored_hashed", async |world| {
        let amira = world.visitor();
        amira.with_both(Agent, "amira").await;
        let waiting = wait(&amira, Agent).await;
        let token = Token::<Pending>::parse(&waiting).expect("a token");
        let hash = hex(world, token.hash().as_bytes());
        let table = "gk_totp_pending_session";
        assert_eq!(world.count(table).await, 1);
        assert_eq!(
            world
                .count(&format!("{table} WHERE token_hash = {hash}"))
                .await,
            1
        );
        let raw = hex(world, &decode(&waiting));
        assert_eq!(
            world
                .count(&format!("{table} WHERE token_hash = {raw}"))
                .await,
            0
        );
        let told = format!("gk_auth_event WHERE detail LIKE '%{waiting}%'");
        assert_eq!(world.count(&told).await, 0);
    })
    .await;
}

fn begin(portal: AccountKind) -> String {
    format!("{}/2fa/webauthn/begin", auth(portal))
}

fn finish(portal: AccountKind) -> String {
    format!("{}/2fa/webauthn/finish", auth(portal))
}

/// A right password that is not enough: one cookie, and the way to the second step.
#[track_caller]
fn asks_for_more(reply: &Reply, portal: AccountKind) {
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    assert_eq!(reply.cookies_set(), [pending_cookie(portal)]);
    assert_eq!(reply.json()["requires_2fa"], true);
    assert_eq!(reply.json()["success"], true);
    assert_eq!(reply.goes_to(), format!("{}/login/2fa", base(portal)));
}

/// Types the password; gives the pending cookie.
async fn wait(visitor: &Visitor<'_>, portal: AccountKind) -> String {
    visitor.forget_sessions();
    let reply = visitor.password_sign_in(portal, "amira", PASSWORD).await;
    asks_for_more(&reply, portal);
    visitor
        .cookies()
        .remove(&pending_cookie(portal))
        .expect("a pending cookie")
}

/// A new ceremony of `asked`, answered by the only key of somebody else.
async fn answer_of(eve: &Visitor<'_>, asked: &Visitor<'_>) -> Value {
    let options = asked.begin(&begin(Agent)).await;
    let mut key = eve.authenticator.lock().expect("not poisoned");
    let id = key.credentials()[0].id().to_vec();
    let answer = key.authenticate_as(&id, &options, &eve.origin());
    answer.expect("a credential answers")
}

/// A new ceremony, answered by the right key on a wrong page.
async fn lie(visitor: &Visitor<'_>) -> Value {
    let origin = Some(String::from("http://evil.example"));
    let faults = Faults {
        origin,
        ..Faults::default()
    };
    visitor
        .authenticator
        .lock()
        .expect("not poisoned")
        .set_faults(faults);
    let answer = visitor.answer(&begin(Agent)).await;
    visitor
        .authenticator
        .lock()
        .expect("not poisoned")
        .be_honest();
    answer
}

fn amira_answers(amira: &Visitor<'_>, options: &Value) -> Value {
    let mut key = amira.authenticator.lock().expect("not poisoned");
    let answer = key.authenticate(options, &amira.origin());
    answer.expect("a credential answers")
}

/// Bytes as the database writes them.
fn hex(world: &World, bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    match world.backend {
        Backend::Sqlite => format!("X'{digits}'"),
        Backend::Postgres => format!("'\\x{digits}'::bytea"),
    }
}

/// Unpadded base64url.
fn decode(text: &str) -> Vec<u8> {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (mut out, mut bits, mut held) = (Vec::new(), 0_u32, 0_u32);
    for byte in text.bytes() {
        let digit = alphabet
            .iter()
            .position(|each| *each == byte)
            .expect("base64url");
        held = held << 6 | u32::try_from(digit).expect("below 64");
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits & 0xff) as u8);
        }
    }
    out
}
