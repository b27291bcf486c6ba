//! One-time links: setting up, accepting an invite, enrolling anew (V-B1, V-B2, V-B4, V-B6).

use gatefold_identity::{Client, Refusal};
use gatefold_kernel::AccountKind::{self, Agent, Customer};
use gatefold_soft_authenticator::Config;
use gatefold_testkit::visitor::{PASSWORD, Reply, Visitor, base, pending_cookie, race};
use gatefold_testkit::world::{World, everywhere, on_both};
use reqwest::StatusCode;
use serde_json::{Value, json};

const LINK: &str = "gatefold-link";
const BEGIN: &str = "/api/enrol/passkey/begin";
const FINISH: &str = "/api/enrol/passkey/finish";

#[tokio::test(flavor = "multi_thread")]
async fn setup_with_a_passkey() {
    everywhere("setup_with_a_passkey", async |world| {
        let amira = world.visitor();
        let token = world.setup_link().await;
        let reply = amira.enrol_passkey(&token, &person("amira")).await;
        reply.opened(Agent);
        is_first_administrator(world, &amira, &reply).await;
        closed(world, &token).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn setup_with_a_password() {
    everywhere("setup_with_a_password", async |world| {
        let amira = world.visitor();
        let token = world.setup_link().await;
        let fields = [("login", "amira"), ("name", "Amira"), ("email", "")];
        let reply = amira.enrol_password(&token, &fields).await;
        assert!(reply.opens(Agent), "{}", reply.body);
        is_first_administrator(world, &amira, &reply).await;
        closed(world, &token).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn setup_refuses_fields_and_stays_open() {
    on_both("setup_refuses_fields", async |world| {
        let amira = world.visitor();
        let token = world.setup_link().await;
        amira.open_link(&token).await;
        for (body, field, code) in [
            (json!({}), "login", "field_empty"),
            (json!({ "login": "amira" }), "name", "field_empty"),
            (
                json!({ "login": "a@b.example", "name": "A" }),
                "login",
                "field_not_an_address",
            ),
            (
                json!({ "login": "a", "name": "A", "email": "x" }),
                "email",
                "field_not_an_address",
            ),
        ] {
            let reply = amira.post(BEGIN, &body).await;
            reply.refused(422, code);
            assert_eq!(reply.json()["field"], field);
        }
        let fields = [("login", ""), ("name", "Amira"), ("password", PASSWORD)];
        let reply = amira.submit("/enrol", "/enrol/password", &fields).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        reply.opens_nothing();
        assert_eq!(world.count("gk_account").await, 0);
        amira
            .enrol_passkey(&token, &person("amira"))
            .await
            .opened(Agent);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn setup_is_closed_once_a_credential_exists() {
    on_both("setup_is_closed", async |world| {
        let (late, amira) = (world.visitor(), world.visitor());
        let (first, second) = (world.setup_link().await, world.setup_link().await);
        late.open_link(&second).await;
        let made = late.register(BEGIN, &person("late")).await;
        amira
            .enrol_passkey(&first, &person("amira"))
            .await
            .opened(Agent);
        // What was begun before, what begins now, and a password.
        late.post(FINISH, &made).await.refused(410, "setup_closed");
        late.post(BEGIN, &person("late"))
            .await
            .refused(410, "setup_closed");
        let page = late.open_link(&second).await;
        assert_eq!(page.status, StatusCode::GONE);
        page.opens_nothing();
        assert_eq!(world.count("gk_account").await, 1);
        let refused = world.identity.setup_link(&Client::operator()).await;
        let refused = refused.expect_err("closed");
        assert!(
            refused.to_string().contains(Refusal::SetupClosed.code()),
            "{refused}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn setup_expires() {
    on_both("setup_expires", async |world| {
        let (amira, late) = (world.visitor(), world.visitor());
        let now = world.now().await;
        world.stop_clock_at(now).await;
        let token = world.setup_link().await;
        let minutes = 60 * 1_000;
        world.stop_clock_at(now + 30 * minutes - 1).await;
        let reply = late.open_link(&token).await;
        assert_eq!(
            (reply.status, reply.goes_to()),
            (StatusCode::SEE_OTHER, "/enrol".into())
        );
        let made = late.register(BEGIN, &person("late")).await;
        world.stop_clock_at(now + 31 * minutes).await;
        late.post(FINISH, &made).await.refused(410, "link_dead");
        late.post(BEGIN, &person("late"))
            .await
            .refused(410, "link_dead");
        is_dead(&amira.open_link(&token).await);
        assert_eq!(world.count("gk_account").await, 0);
        assert_eq!(world.count("gk_credential").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn setup_parallel_50() {
    on_both("setup_parallel_50", async |world| {
        let mut requests = Vec::new();
        let shared = world.setup_link().await;
        for number in 0..50 {
            let visitor = world.visitor();
            // Half of them share a link, the others have one each.
            let token = if number % 2 == 0 {
                shared.clone()
            } else {
                world.setup_link().await
            };
            visitor.set_cookie(LINK, &token);
            let made = visitor
                .register(BEGIN, &person(&format!("admin-{number}")))
                .await;
            requests.push(visitor.json_request(FINISH, &made).await);
        }
        let replies = race(requests).await;
        let won = replies.iter().filter(|reply| reply.opens(Agent)).count();
        assert_eq!(won, 1);
        for lost in replies
            .iter()
            .filter(|reply| reply.status != StatusCode::OK)
        {
            assert_eq!(lost.status, StatusCode::GONE, "{}", lost.body);
            assert!(["setup_closed", "link_dead"].contains(&lost.code().as_str()));
            lost.opens_nothing();
        }
        for rows in [
            "gk_account",
            "gk_credential",
            "gk_session",
            "gk_user_handle",
        ] {
            assert_eq!(world.count(rows).await, 1, "{rows}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn invite_is_single_use() {
    everywhere("invite_is_single_use", async |world| {
        for portal in AccountKind::ALL {
            let (amira, thief) = (world.visitor(), world.visitor());
            let (subject, token) = amira.invited(portal, None, "amira").await;
            thief.open_link(&token).await;
            let made = thief.register(BEGIN, &json!({})).await;
            let reply = amira.enrol_passkey(&token, &json!({})).await;
            reply.opened(portal);
            assert_eq!(
                reply.goes_to(),
                format!("{}/profile/security", base(portal))
            );
            assert!(!amira.cookies().contains_key(LINK));
            thief.post(FINISH, &made).await.refused(410, "link_dead");
            is_dead(&thief.open_link(&token).await);
            let detail = world.detail(subject).await;
            assert_eq!(detail.passkeys.len(), 1);
            assert_eq!(detail.account.status.as_str(), "active");
            assert!(
                detail
                    .events
                    .iter()
                    .any(|event| event.kind == "invite_accepted")
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reset_replaces_everything() {
    everywhere("reset_replaces_everything", async |world| {
        for portal in AccountKind::ALL {
            let (amira, waiting, anew) = (world.visitor(), world.visitor(), world.visitor());
            let subject = amira.with_both(portal, "amira").await;
            waiting.password_sign_in(portal, "amira", PASSWORD).await;
            assert!(waiting.cookies().contains_key(&pending_cookie(portal)));
            let token = world.link(subject).await;
            assert!(amira.is_signed_in(portal).await, "issuing ends nothing");

            let reply = anew.enrol_passkey(&token, &json!({})).await;
            reply.opened(portal);
            assert!(!amira.is_signed_in(portal).await);
            let detail = world.detail(subject).await;
            assert_eq!((detail.passkeys.len(), detail.has_password), (1, false));
            assert_eq!(detail.sessions.len(), 1);
            assert!(
                detail
                    .events
                    .iter()
                    .any(|event| event.kind == "credentials_reset")
            );
            let begin = format!(
                "{}/2fa/webauthn/begin",
                gatefold_testkit::visitor::auth(portal)
            );
            waiting
                .post(&begin, &json!({}))
                .await
                .refused(401, "no_pending_login");
            amira
                .passkey_sign_in(portal)
                .await
                .refused(401, "unknown_credential");
            let old = amira.password_sign_in(portal, "amira", PASSWORD).await;
            old.refused(401, "invalid_credentials");
            is_dead(&world.visitor().open_link(&token).await);
            anew.forget_sessions();
            anew.passkey_sign_in(portal).await.opened(portal);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reset_that_fails_changes_nothing() {
    on_both("reset_that_fails_changes_nothing", async |world| {
        let (amira, eve) = (world.visitor(), world.visitor());
        let subject = amira.with_both(Agent, "amira").await;
        eve.take_key(Config::synced(920));
        eve.with_passkey(Agent, "eve").await;
        let token = world.link(subject).await;
        let anew = world.visitor();
        // A key that is eve's already: refused after everything of amira's was cleared away.
        anew.take_key(Config::synced(920));
        let reply = anew.enrol_passkey(&token, &json!({})).await;
        reply.refused(409, "duplicate_passkey");
        let weak = [("password", "passwordpassword")];
        let page = anew.submit("/enrol", "/enrol/password", &weak).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        page.opens_nothing();
        assert!(amira.is_signed_in(Agent).await);
        let detail = world.detail(subject).await;
        assert_eq!((detail.passkeys.len(), detail.has_password), (1, true));
        assert!(
            detail
                .events
                .iter()
                .all(|event| event.kind != "credentials_reset")
        );
        anew.take_key(Config::synced(921));
        anew.enrol_passkey(&token, &json!({})).await.opened(Agent);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_die_with_what_they_stand_for() {
    on_both("links_die", async |world| {
        let amira = world.visitor();
        let subject = amira.with_password(Agent, "amira").await;
        let reset = world.link(subject).await;
        let holder = world.visitor();
        holder.open_link(&reset).await;
        let made = holder.register(BEGIN, &json!({})).await;
        world.disable(subject).await;
        holder.post(FINISH, &made).await.refused(410, "link_dead");
        is_dead(&world.visitor().open_link(&reset).await);
        world.enable(subject).await;
        is_dead(&world.visitor().open_link(&reset).await);

        // A new link kills the earlier one.
        let (first, second) = (world.link(subject).await, world.link(subject).await);
        is_dead(&world.visitor().open_link(&first).await);
        let reply = world.visitor().open_link(&second).await;
        assert_eq!(reply.goes_to(), "/enrol");

        // An invite is worth nothing for an account that no longer waits for it.
        let basil = world.visitor();
        let (invited, invite) = basil.invited(Customer, None, "basil").await;
        world
            .run(&format!(
                "UPDATE gk_account SET status = 'active' WHERE id = {}",
                invited.id
            ))
            .await;
        is_dead(&basil.open_link(&invite).await);
        basil.set_cookie(LINK, &invite);
        basil
            .post(BEGIN, &json!({}))
            .await
            .refused(410, "link_dead");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ceremony_belongs_to_its_link() {
    on_both("a_ceremony_belongs_to_its_link", async |world| {
        let amira = world.visitor();
        let (first, for_amira) = amira.invited(Agent, None, "amira").await;
        let (second, for_basil) = amira.invited(Agent, None, "basil").await;
        amira.open_link(&for_amira).await;
        let made = amira.register(BEGIN, &json!({})).await;
        amira.open_link(&for_basil).await;
        amira
            .post(FINISH, &made)
            .await
            .refused(401, "challenge_expired");

        // Another browser that opened the same link.
        amira.open_link(&for_amira).await;
        let made = amira.register(BEGIN, &json!({})).await;
        let other = world.visitor();
        other.open_link(&for_amira).await;
        other
            .post(FINISH, &made)
            .await
            .refused(401, "challenge_expired");
        for subject in [first, second] {
            let detail = world.detail(subject).await;
            assert_eq!(detail.account.status.as_str(), "invited");
            assert!(detail.passkeys.is_empty());
        }
        amira.post(FINISH, &made).await.opened(Agent);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_is_no_link() {
    on_both("garbage_is_no_link", async |world| {
        let amira = world.visitor();
        amira.with_both(Agent, "amira").await;
        let session = amira.session(Agent).expect("a session");
        let unknown = "A".repeat(43);
        for token in ["", "garbage", "#", unknown.as_str(), session.as_str()] {
            let visitor = world.visitor();
            is_dead(&visitor.open_link(token).await);
            visitor.set_cookie(LINK, token);
            visitor
                .post(BEGIN, &json!({}))
                .await
                .refused(410, "link_dead");
            visitor.post(FINISH, &json!({})).await.opens_nothing();
        }
        // Nor is a link a session.
        let (_, token) = amira.invited(Agent, None, "basil").await;
        let visitor = world.visitor();
        visitor.set_cookie("gatefold-agent", &token);
        assert!(!visitor.is_signed_in(Agent).await);
    })
    .await;
}

fn person(login: &str) -> Value {
    json!({ "login": login, "name": "Amira Haddad", "email": "" })
}

async fn is_first_administrator(world: &World, visitor: &Visitor<'_>, reply: &Reply) {
    assert_eq!(reply.goes_to(), "/welcome");
    let page = visitor.get("/welcome").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let amira = world.identity.account_by_name(Agent, "amira").await;
    let amira = amira.expect("an account");
    assert!(amira.is_admin());
    let events = world.detail(amira.subject()).await.events;
    assert!(events.iter().any(|event| event.kind == "set_up"));
    assert_eq!(world.count("gk_account").await, 1);
}

/// A used setup link does nothing any more, opened before or after.
async fn closed(world: &World, token: &str) {
    let late = world.visitor();
    let page = late.open_link(token).await;
    assert_eq!(page.status, StatusCode::GONE);
    page.opens_nothing();
    late.set_cookie(LINK, token);
    late.post(BEGIN, &person("late"))
        .await
        .refused(410, "link_dead");
}

#[track_caller]
fn is_dead(reply: &Reply) {
    assert_eq!(reply.status, StatusCode::GONE, "{}", reply.body);
    assert!(!reply.cookies_set().iter().any(|name| name == LINK));
    reply.opens_nothing();
}
