//! Changing one's own account: fresh proof, passkeys, sessions, signing out.

use gatefold_kernel::AccountKind::{self, Agent};
use gatefold_kernel::Subject;
use gatefold_soft_authenticator::Config;
use gatefold_store::testing::set_clock_offset;
use gatefold_testkit::visitor::{PASSWORD, Reply, Visitor, auth, base, session_cookie};
use gatefold_testkit::world::{World, everywhere, on_both};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// Longer than a proof counts as fresh.
const STALE: i64 = 6 * 60 * 1_000;

#[tokio::test(flavor = "multi_thread")]
async fn stale_session_needs_fresh_proof() {
    everywhere("stale_session_needs_fresh_proof", async |world| {
        for portal in AccountKind::ALL {
            let amira = world.visitor();
            let subject = amira.with_both(portal, "amira").await;
            let key = passkeys(world, subject).await[0];
            age(world, STALE).await;
            let old = amira.session(portal).expect("a session");
            for path in changes(key) {
                let path = format!("{}{path}", base(portal));
                asks_for_proof(&change(&amira, &path).await, json!(["passkey"]));
            }
            let page = amira
                .get(&format!("{}/profile/security", base(portal)))
                .await;
            assert_eq!(page.status, StatusCode::OK, "reading needs none");

            proved(&amira.step_up(portal).await, portal);
            let new = amira.session(portal).expect("a session");
            assert_ne!(new, old);
            assert!(dead(world, portal, &old).await);
            let rename = format!("{}/profile/security/passkeys/{key}/rename", base(portal));
            done(&amira.act(&rename, &[("name", "Blue key")]).await);
            age(world, 0).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn step_up_with_the_password_where_there_is_no_key() {
    everywhere("step_up_with_the_password", async |world| {
        let amira = world.visitor();
        amira.with_password(Agent, "amira").await;
        age(world, STALE).await;
        let old = amira.session(Agent).expect("a session");
        let begin = "/api/profile/passkeys/begin";
        asks_for_proof(&amira.post(begin, &json!({})).await, json!(["password"]));
        let prove = "/api/profile/step-up/password";
        let reply = amira.post(prove, &json!({ "password": "wrong" })).await;
        reply.refused(401, "invalid_credentials");
        asks_for_proof(&amira.post(begin, &json!({})).await, json!(["password"]));
        let reply = amira
            .post("/api/profile/step-up/passkey/begin", &json!({}))
            .await;
        reply.refused(404, "not_found");
        proved(
            &amira.post(prove, &json!({ "password": PASSWORD })).await,
            Agent,
        );
        assert!(dead(world, Agent, &old).await);
        let reply = amira.add_passkey(Agent).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn step_up_with_a_password_is_refused_where_there_is_a_key() {
    on_both("step_up_with_a_password_is_refused", async |world| {
        let amira = world.visitor();
        amira.with_both(Agent, "amira").await;
        age(world, STALE).await;
        let body = json!({ "password": PASSWORD });
        let reply = amira.post("/api/profile/step-up/password", &body).await;
        asks_for_proof(&reply, json!(["passkey"]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn step_up_with_somebody_elses_key() {
    on_both("step_up_with_somebody_elses_key", async |world| {
        let (amira, eve) = (world.visitor(), world.visitor());
        amira.with_passkey(Agent, "amira").await;
        eve.with_passkey(Agent, "eve").await;
        age(world, STALE).await;
        let steps = "/api/profile/step-up/passkey";
        let options = amira.begin(&format!("{steps}/begin")).await;
        let answer = {
            let mut key = eve.authenticator.lock().expect("not poisoned");
            let id = key.credentials()[0].id().to_vec();
            let answer = key.authenticate_as(&id, &options, &eve.origin());
            answer.expect("a credential answers")
        };
        let finish = format!("{steps}/finish");
        amira
            .post(&finish, &answer)
            .await
            .refused(401, "passkey_failed");
        // A ceremony of one session does nothing for another.
        let answer = amira.answer(&format!("{steps}/begin")).await;
        eve.post(&finish, &answer)
            .await
            .refused(401, "challenge_expired");
        let begin = "/api/profile/passkeys/begin";
        asks_for_proof(&amira.post(begin, &json!({})).await, json!(["passkey"]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn last_credential() {
    everywhere("last_credential", async |world| {
        for portal in AccountKind::ALL {
            let amira = world.visitor();
            let subject = amira.with_passkey(portal, "amira").await;
            let key = passkeys(world, subject).await[0];
            let security = format!("{}/profile/security", base(portal));
            let remove = format!("{security}/passkeys/{key}/remove");
            amira
                .act(&remove, &[])
                .await
                .refused(409, "last_credential");
            let page = amira.submit(&security, &remove, &[]).await;
            assert_eq!(page.status, StatusCode::CONFLICT, "a page says so too");
            page.opens_nothing();
            assert_eq!(passkeys(world, subject).await, [key]);

            let set = format!("{security}/password");
            done(&amira.act(&set, &[("new_password", PASSWORD)]).await);
            done(&amira.act(&remove, &[]).await);
            assert!(passkeys(world, subject).await.is_empty());
            amira.act(&remove, &[]).await.refused(404, "not_found");
            amira.forget_sessions();
            let reply = amira.password_sign_in(portal, "amira", PASSWORD).await;
            reply.opened(portal);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_passkeys_is_removed() {
    on_both("one_of_two_passkeys_is_removed", async |world| {
        let amira = world.visitor();
        let subject = amira.with_passkey(Agent, "amira").await;
        let first = passkeys(world, subject).await[0];
        amira.take_key(Config::synced(910));
        let reply = amira.add_passkey(Agent).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        let second = reply.json()["credential"]["id"].as_i64().expect("a number");
        done(&amira.act(&removal(first), &[]).await);
        assert_eq!(passkeys(world, subject).await, [second]);
        amira
            .act(&removal(second), &[])
            .await
            .refused(409, "last_credential");
        amira.forget_sessions();
        amira.passkey_sign_in(Agent).await.opened(Agent);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passkeys_are_renamed() {
    on_both("passkeys_are_renamed", async |world| {
        let amira = world.visitor();
        let subject = amira.with_passkey(Agent, "amira").await;
        let key = passkeys(world, subject).await[0];
        let rename = format!("/profile/security/passkeys/{key}/rename");
        let longest = "ß".repeat(64);
        for name in ["B", "Blue key", "مفتاح <b>", &longest] {
            done(&amira.act(&rename, &[("name", name)]).await);
            assert_eq!(world.detail(subject).await.passkeys[0].name, name);
        }
        let too_long = "ß".repeat(65);
        for (name, code) in [
            ("", "field_empty"),
            ("  ", "field_empty"),
            (too_long.as_str(), "field_too_long"),
            ("a\u{7}b", "field_unprintable"),
        ] {
            let reply = amira.act(&rename, &[("name", name)]).await;
            reply.refused(422, code);
            assert_eq!(reply.json()["field"], "name");
        }
        assert_eq!(world.detail(subject).await.passkeys[0].name, longest);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_passkey_and_session_are_not_found() {
    on_both("somebody_elses_are_not_found", async |world| {
        let (amira, eve) = (world.visitor(), world.visitor());
        let subject = amira.with_passkey(Agent, "amira").await;
        eve.with_both(Agent, "eve").await;
        let key = passkeys(world, subject).await[0];
        let session = world.detail(subject).await.sessions[0].public_ref.clone();
        for key in [
            key.to_string(),
            String::from("0"),
            String::from("-1"),
            String::from("x"),
        ] {
            let path = format!("/profile/security/passkeys/{key}");
            let reply = eve
                .act(&format!("{path}/rename"), &[("name", "mine")])
                .await;
            reply.refused(404, "not_found");
            eve.act(&format!("{path}/remove"), &[])
                .await
                .refused(404, "not_found");
        }
        for session in [session.as_str(), "nonsense"] {
            let path = format!("/profile/security/sessions/{session}/end");
            eve.act(&path, &[]).await.refused(404, "not_found");
        }
        assert_eq!(passkeys(world, subject).await, [key]);
        assert!(amira.is_signed_in(Agent).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_ended() {
    everywhere("sessions_are_listed_and_ended", async |world| {
        let here = world.visitor();
        let subject = here.with_password(Agent, "amira").await;
        let others = [world.visitor(), world.visitor(), world.visitor()];
        let own = world.detail(subject).await.sessions[0].public_ref.clone();
        for other in &others {
            let reply = other.password_sign_in(Agent, "amira", PASSWORD).await;
            reply.opened(Agent);
        }
        let listed = world.detail(subject).await.sessions;
        assert_eq!(listed.len(), 4);
        let page = here.get("/profile/security").await.body;
        assert!(
            listed
                .iter()
                .filter(|each| each.public_ref != own)
                .all(|each| page.contains(&each.public_ref))
        );

        let one = listed
            .iter()
            .find(|each| each.public_ref != own)
            .expect("another");
        let end = format!("/profile/security/sessions/{}/end", one.public_ref);
        done(&here.act(&end, &[]).await);
        here.act(&end, &[]).await.refused(404, "not_found");
        assert_eq!(open(&others).await, 2);
        done(&here.act("/profile/security/sessions/end-others", &[]).await);
        assert_eq!(open(&others).await, 0);
        assert!(here.is_signed_in(Agent).await);
        let ended = world.detail(subject).await.events;
        assert_eq!(
            ended
                .iter()
                .filter(|event| event.kind == "sessions_ended")
                .count(),
            2
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_session_dead_everywhere() {
    everywhere("killed_session_dead_everywhere", async |world| {
        for portal in AccountKind::ALL {
            let (amira, elsewhere) = (world.visitor(), world.visitor());
            let subject = amira.with_password(portal, "amira").await;
            let reply = elsewhere.password_sign_in(portal, "amira", PASSWORD).await;
            reply.opened(portal);
            let killed = elsewhere.session(portal).expect("a session");
            assert!(
                !dead(world, portal, &killed).await,
                "alive without any other cookie"
            );
            let end = format!("{}/profile/security/sessions/end-others", base(portal));
            done(&amira.act(&end, &[]).await);
            // With all its cookies, and with nothing but the token, on every instance.
            for _ in 0..2 {
                assert!(!elsewhere.is_signed_in(portal).await);
                assert!(dead(world, portal, &killed).await);
            }
            let page = elsewhere
                .get(&format!("{}/profile/security", base(portal)))
                .await;
            assert_eq!(page.status, StatusCode::SEE_OTHER);
            assert!(
                page.goes_to()
                    .starts_with(&format!("{}/login?return_to=", base(portal)))
            );

            world.disable(subject).await;
            let last = amira.session(portal).expect("a session");
            assert!(dead(world, portal, &last).await);
            world.enable(subject).await;
            assert!(
                dead(world, portal, &last).await,
                "enabling brings none back"
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_kills_the_token() {
    everywhere("signing_out_kills_the_token", async |world| {
        for portal in AccountKind::ALL {
            let amira = world.visitor();
            let subject = amira.with_password(portal, "amira").await;
            let token = amira.session(portal).expect("a session");
            let logout = format!("{}/logout", auth(portal));
            let reply = amira.get(&logout).await;
            assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
            assert!(amira.is_signed_in(portal).await);
            let reply = amira.act(&logout, &[]).await;
            assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
            assert_eq!(
                reply.goes_to(),
                format!("{}/login?signed-out", base(portal))
            );
            assert!(reply.headers.contains_key("clear-site-data"));
            assert_eq!(amira.session(portal), None);
            assert!(dead(world, portal, &token).await);
            let events = world.detail(subject).await.events;
            assert_eq!(events[0].kind, "sign_out");
        }
    })
    .await;
}

/// Every address that changes one's own account.
fn changes(key: i64) -> Vec<String> {
    vec![
        String::from("/api/profile/step-up/check"),
        String::from("/api/profile/passkeys/begin"),
        format!("/profile/security/passkeys/{key}/rename"),
        format!("/profile/security/passkeys/{key}/remove"),
        String::from("/profile/security/password"),
        String::from("/profile/security/sessions/end-others"),
        String::from("/profile/security/sessions/anything/end"),
    ]
}

async fn change(visitor: &Visitor<'_>, path: &str) -> Reply {
    if path.contains("/api/") {
        return visitor.post(path, &json!({})).await;
    }
    let fields = [("name", "Blue key"), ("new_password", PASSWORD)];
    visitor.act(path, &fields).await
}

fn removal(key: i64) -> String {
    format!("/profile/security/passkeys/{key}/remove")
}

#[track_caller]
fn asks_for_proof(reply: &Reply, methods: Value) {
    reply.refused(403, "fresh_proof_required");
    assert_eq!(reply.json()["methods"], methods);
}

#[track_caller]
fn proved(reply: &Reply, portal: AccountKind) {
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    assert_eq!(reply.cookies_set(), [session_cookie(portal)]);
}

#[track_caller]
fn done(reply: &Reply) {
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    assert!(
        reply.goes_to().contains("/profile/security?done="),
        "{}",
        reply.body
    );
}

async fn age(world: &World, millis: i64) {
    set_clock_offset(&world.db, millis).await.expect("a clock");
}

async fn passkeys(world: &World, subject: Subject) -> Vec<i64> {
    let passkeys = world.detail(subject).await.passkeys;
    passkeys.iter().map(|each| each.key.get()).collect()
}

/// Whether a token opens nothing any more, for somebody who holds no other cookie.
async fn dead(world: &World, portal: AccountKind, token: &str) -> bool {
    let holder = world.visitor();
    holder.set_cookie(&session_cookie(portal), token);
    !holder.is_signed_in(portal).await
}

async fn open(visitors: &[Visitor<'_>]) -> usize {
    let mut open = 0;
    for visitor in visitors {
        open += usize::from(visitor.is_signed_in(Agent).await);
    }
    open
}
