//! Signing in with a passkey and adding one, and every lie a response
//! can tell.

use gatefold_kernel::AccountKind::{self, Agent, Customer};
use gatefold_soft_authenticator::{Config, Faults, SoftFlags};
use gatefold_testkit::visitor::{Visitor, auth, base, session_cookie};
use gatefold_testkit::world::{everywhere, on_both};
use reqwest::StatusCode;
use serde_json::{Value, json};

const BEGIN: &str = "/api/auth/passkey/begin";
const FINISH: &str = "/api/auth/passkey/finish";
const ADD_BEGIN: &str = "/api/profile/passkeys/begin";
const ADD_FINISH: &str = "/api/profile/passkeys/finish";

#[tokio::test(flavor = "multi_thread")]
async fn passkey_begin_a_finish_b() {
    everywhere("passkey_begin_a_finish_b", async |world| {
        for portal in AccountKind::ALL {
            let amira = world.visitor();
            amira.with_passkey(portal, "amira").await;
            amira.forget_sessions();
            assert!(!amira.is_signed_in(portal).await);
            let reply = amira.passkey_sign_in(portal).await;
            reply.opened(portal);
            assert_eq!(
                reply.goes_to(),
                format!("{}/profile/security", base(portal))
            );
            assert!(amira.is_signed_in(portal).await);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passkey_finish_twice() {
    everywhere("passkey_finish_twice", async |world| {
        let amira = world.visitor();
        amira.with_passkey(Agent, "amira").await;
        amira.forget_sessions();
        let answer = amira.answer(BEGIN).await;
        amira.post(FINISH, &answer).await.opened(Agent);
        amira.forget_sessions();
        let again = amira.post(FINISH, &answer).await;
        again.refused(401, "challenge_expired");
        assert!(!amira.is_signed_in(Agent).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passkey_wrong_cookie() {
    everywhere("passkey_wrong_cookie", async |world| {
        let amira = world.visitor();
        amira.with_passkey(Agent, "amira").await;
        amira.forget_sessions();
        let answer = amira.answer(BEGIN).await;
        let other = world.visitor();
        other.begin(BEGIN).await;
        let nobody = world.visitor();
        let garbled = world.visitor();
        garbled.set_cookie("gatefold-browser", "not-a-token");
        for thief in [&other, &nobody, &garbled] {
            let refused = thief.post(FINISH, &answer).await;
            refused.refused(401, "challenge_expired");
        }
        // What belongs to one browser stays for it, whoever else tried.
        amira.post(FINISH, &answer).await.opened(Agent);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passkey_ceremony_of_another_kind() {
    on_both("passkey_ceremony_of_another_kind", async |world| {
        let amira = world.visitor();
        amira.with_both(Agent, "amira").await;
        let step_up = amira.answer("/api/profile/step-up/passkey/begin").await;
        let registration = amira.begin(ADD_BEGIN).await;
        let wanted = json!({ "rpId": "localhost", "challenge": registration["challenge"] });
        let registration = assert_with(&amira, &wanted);
        let sign_in = amira.answer(BEGIN).await;
        let finish_step_up = "/api/profile/step-up/passkey/finish";
        let refused = amira.post(finish_step_up, &sign_in).await;
        refused.refused(401, "challenge_expired");
        let reply = amira.post(finish_step_up, &step_up).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);

        amira.forget_sessions();
        let (login, password) = ("amira", gatefold_testkit::visitor::PASSWORD);
        amira.password_sign_in(Agent, login, password).await;
        let second = amira.answer("/api/auth/2fa/webauthn/begin").await;
        let finish_second = "/api/auth/2fa/webauthn/finish";
        for (path, answer) in [
            (FINISH, &step_up),
            (FINISH, &second),
            (FINISH, &registration),
            (finish_second, &sign_in),
            (finish_second, &step_up),
        ] {
            let refused = amira.post(path, answer).await;
            refused.refused(401, "challenge_expired");
        }
        // None of it was used up on the way.
        amira.post(finish_second, &second).await.opened(Agent);
        amira.post(FINISH, &sign_in).await.opened(Agent);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passkey_customer_key_on_agent_page() {
    on_both("passkey_customer_key_on_agent_page", async |world| {
        for (owner, page) in [(Customer, Agent), (Agent, Customer)] {
            let amira = world.visitor();
            let subject = amira.with_passkey(owner, "amira").await;
            amira.forget_sessions();
            let reply = amira.passkey_sign_in(page).await;
            reply.opened(owner);
            assert_eq!(reply.goes_to(), format!("{}/profile/security", base(owner)));
            assert!(amira.is_signed_in(owner).await);
            assert!(!amira.is_signed_in(page).await);
            let detail = world.detail(subject).await;
            let event = detail.events.first().expect("an event");
            assert_eq!(
                (event.kind.as_str(), event.outcome.as_str()),
                ("sign_in", "done")
            );
            assert_eq!(event.surface, Some(page));
            assert_eq!(event.account, Some(subject));
            assert_eq!(detail.sessions[0].surface, page);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn register_two_tabs() {
    everywhere("register_two_tabs", async |world| {
        let amira = world.visitor();
        let subject = amira.with_password(Agent, "amira").await;
        let first = amira.begin(ADD_BEGIN).await;
        let second = amira.begin(ADD_BEGIN).await;
        for options in [second, first] {
            let made = make(&amira, &options);
            let reply = amira.post(ADD_FINISH, &made).await;
            assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        }
        assert_eq!(world.detail(subject).await.passkeys.len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn register_finish_other_browser() {
    everywhere("register_finish_other_browser", async |world| {
        let amira = world.visitor();
        let subject = amira.with_password(Agent, "amira").await;
        let made = amira.register(ADD_BEGIN, &json!({})).await;
        let password = gatefold_testkit::visitor::PASSWORD;
        let elsewhere = world.visitor();
        let signed_in = elsewhere.password_sign_in(Agent, "amira", password).await;
        signed_in.opened(Agent);
        let thief = world.visitor();
        thief.begin(BEGIN).await;
        let stolen = amira.session(Agent).expect("a session");
        thief.set_cookie(&session_cookie(Agent), &stolen);
        for browser in [&elsewhere, &thief] {
            let refused = browser.post(ADD_FINISH, &made).await;
            refused.refused(401, "challenge_expired");
            assert!(world.detail(subject).await.passkeys.is_empty());
        }
        let reply = amira.post(ADD_FINISH, &made).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn register_finish_other_session_of_the_browser() {
    on_both("register_finish_other_session", async |world| {
        let amira = world.visitor();
        let subject = amira.with_password(Agent, "amira").await;
        let made = amira.register(ADD_BEGIN, &json!({})).await;
        let password = gatefold_testkit::visitor::PASSWORD;
        amira.password_sign_in(Agent, "amira", password).await;
        let refused = amira.post(ADD_FINISH, &made).await;
        refused.refused(401, "challenge_expired");
        assert!(world.detail(subject).await.passkeys.is_empty());
    })
    .await;
}

/// One lie, and what it is answered with.
type Lie = (&'static str, Faults, &'static str);

fn flags(change: impl Fn(&mut SoftFlags)) -> Faults {
    let mut flags = Config::synced(0).flags;
    change(&mut flags);
    Faults {
        flags: Some(flags),
        ..Faults::default()
    }
}

/// Lies that both ceremonies must see through. `kind` is the other ceremony's type.
fn lies(kind: &str) -> Vec<Lie> {
    let text = |text: &str| Some(String::from(text));
    let none = Faults::default;
    #[rustfmt::skip]
    let lies = vec![
        ("origin", Faults { origin: text("http://evil.example"), ..none() }, "passkey_failed"),
        ("port", Faults { origin: text("http://localhost:4712"), ..none() }, "passkey_failed"),
        ("scheme", Faults { origin: text("https://localhost:4711"), ..none() }, "passkey_failed"),
        ("type", Faults { ceremony_type: text(kind), ..none() }, "passkey_failed"),
        ("relying party", Faults { rp_id: text("evil.example"), ..none() }, "passkey_failed"),
        ("frame", Faults { cross_origin: Some(true), ..none() }, "passkey_failed"),
        ("challenge", Faults { challenge: Some(vec![7; 32]), ..none() }, "challenge_expired"),
        ("not present", flags(|flags| flags.user_present = false), "passkey_failed"),
        ("not verified", flags(|flags| flags.user_verified = false), "passkey_failed"),
    ];
    lies
}

#[tokio::test(flavor = "multi_thread")]
async fn passkey_lies_are_refused() {
    on_both("passkey_lies_are_refused", async |world| {
        let amira = world.visitor();
        let subject = amira.with_passkey(Agent, "amira").await;
        amira.forget_sessions();
        let mut lies = lies("webauthn.create");
        let handle = |handle| Faults {
            user_handle: Some(handle),
            ..Faults::default()
        };
        lies.push(("no handle", handle(None), "passkey_failed"));
        lies.push(("other handle", handle(Some(vec![7; 64])), "passkey_failed"));
        let never_synced = flags(|flags| {
            flags.backup_eligible = false;
            flags.backup_state = false;
        });
        lies.push(("backup eligibility", never_synced, "passkey_failed"));
        for (lie, faults, code) in lies {
            println!("{lie}");
            set_faults(&amira, faults);
            amira.passkey_sign_in(Agent).await.refused(401, code);
        }
        set_faults(&amira, Faults::default());
        assert!(!amira.is_signed_in(Agent).await);
        let sessions = world.detail(subject).await.sessions.len();
        assert_eq!(sessions, 1, "only the one of the enrolment");
        amira.passkey_sign_in(Agent).await.opened(Agent);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn register_lies_are_refused() {
    on_both("register_lies_are_refused", async |world| {
        let amira = world.visitor();
        let subject = amira.with_password(Agent, "amira").await;
        for (lie, faults, code) in lies("webauthn.get") {
            println!("{lie}");
            set_faults(&amira, faults);
            amira.add_passkey(Agent).await.refused(401, code);
        }
        set_faults(&amira, Faults::default());
        assert!(world.detail(subject).await.passkeys.is_empty());
        assert_eq!(world.count("gk_credential").await, 1);
        let reply = amira.add_passkey(Agent).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passkey_tampered_bytes() {
    on_both("passkey_tampered_bytes", async |world| {
        let amira = world.visitor();
        amira.with_passkey(Agent, "amira").await;
        amira.forget_sessions();
        for at in [0, 32, 36] {
            lock(&amira).tamper(move |data, _| data[at] ^= 0x20);
            amira
                .passkey_sign_in(Agent)
                .await
                .refused(401, "passkey_failed");
        }
        lock(&amira).tamper(|_, client| {
            client.pop();
            client.extend_from_slice(br#","extra":1}"#);
        });
        let reply = amira.passkey_sign_in(Agent).await;
        reply.refused(401, "passkey_failed");
        lock(&amira).be_honest();
        let mut answer = amira.answer(BEGIN).await;
        turn_one_character(&mut answer["response"]["signature"]);
        let reply = amira.post(FINISH, &answer).await;
        reply.refused(401, "passkey_failed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passkey_responses_that_are_none() {
    on_both("passkey_responses_that_are_none", async |world| {
        let amira = world.visitor();
        amira.with_passkey(Agent, "amira").await;
        let made = {
            amira.take_key(Config::synced(900));
            amira.register(ADD_BEGIN, &json!({})).await
        };
        let cut = |value: &Value, member: &str, keep: usize| {
            let mut cut = value.clone();
            let text = cut["response"][member].as_str().expect("text")[..keep].to_owned();
            cut["response"][member] = text.into();
            cut
        };
        let answer = amira.answer(BEGIN).await;
        let cases = [
            (FINISH, json!({})),
            (FINISH, json!([])),
            (
                FINISH,
                json!({ "id": "AA", "rawId": "AA", "type": "public-key", "response": {} }),
            ),
            (FINISH, cut(&answer, "authenticatorData", 40)),
            (FINISH, cut(&answer, "clientDataJSON", 40)),
            (ADD_FINISH, json!({})),
            (ADD_FINISH, cut(&made, "attestationObject", 60)),
            (ADD_FINISH, cut(&made, "attestationObject", 120)),
            (ADD_FINISH, answer.clone()),
        ];
        for (path, body) in cases {
            let reply = amira.post(path, &body).await;
            reply.refused(400, "malformed_response");
        }
        let reply = amira.post(ADD_FINISH, &made).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn counter_regression() {
    on_both("counter_regression", async |world| {
        let amira = world.visitor();
        amira.take_key(Config::seeded(901));
        let subject = amira.with_passkey(Agent, "amira").await;
        amira.forget_sessions();
        for _ in 0..2 {
            amira.passkey_sign_in(Agent).await.opened(Agent);
        }
        amira.forget_sessions();
        for count in [2, 1, 0] {
            set_faults(
                &amira,
                Faults {
                    sign_count: Some(count),
                    ..Faults::default()
                },
            );
            let reply = amira.passkey_sign_in(Agent).await;
            reply.refused(401, "passkey_failed");
            let detail = world.detail(subject).await;
            assert_eq!(detail.passkeys[0].sign_count, 2);
            assert!(detail.passkeys[0].clone_suspected_at.is_some());
            let suspected =
                |event: &&gatefold_identity::views::Event| event.kind == "passkey_clone_suspected";
            assert!(detail.events.iter().take(2).any(|event| suspected(&event)));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn zero_counter_ok() {
    on_both("zero_counter_ok", async |world| {
        let amira = world.visitor();
        let subject = amira.with_passkey(Agent, "amira").await;
        for _ in 0..3 {
            amira.forget_sessions();
            amira.passkey_sign_in(Agent).await.opened(Agent);
        }
        let passkey = world.detail(subject).await.passkeys.remove(0);
        assert_eq!(passkey.sign_count, 0);
        assert!(passkey.clone_suspected_at.is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn duplicate_credential_id() {
    on_both("duplicate_credential_id", async |world| {
        let key = || Config::synced(902);
        let amira = world.visitor();
        amira.take_key(key());
        let first = amira.with_passkey(Agent, "amira").await;
        let basil = world.visitor();
        let second = basil.with_password(Customer, "basil").await;
        basil.take_key(key());
        let reply = basil.add_passkey(Customer).await;
        reply.refused(409, "duplicate_passkey");
        let detail = world.detail(second).await;
        assert!(detail.passkeys.is_empty() && detail.has_password);
        assert!(
            detail
                .events
                .iter()
                .all(|event| event.kind != "passkey_added")
        );

        let carol = world.visitor();
        carol.take_key(key());
        let (third, token) = carol.invited(Agent, None, "carol").await;
        let reply = carol.enrol_passkey(&token, &json!({})).await;
        reply.refused(409, "duplicate_passkey");
        let detail = world.detail(third).await;
        assert_eq!(detail.account.status.as_str(), "invited");
        assert!(detail.sessions.is_empty());
        assert_eq!(
            world.count("gk_credential").await,
            2,
            "amira's key, basil's password"
        );

        // The link was not used up, and the id still leads to its first owner.
        carol.take_key(Config::synced(903));
        let reply = carol.enrol_passkey(&token, &json!({})).await;
        reply.opened(Agent);
        amira.forget_sessions();
        amira.passkey_sign_in(Agent).await.opened(Agent);
        assert_eq!(world.detail(first).await.sessions.len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn account_disabled_between() {
    everywhere("account_disabled_between", async |world| {
        let amira = world.visitor();
        let subject = amira.with_passkey(Agent, "amira").await;
        amira.forget_sessions();
        let answer = amira.answer(BEGIN).await;
        world.disable(subject).await;
        let reply = amira.post(FINISH, &answer).await;
        reply.refused(401, "passkey_failed");
        assert!(world.detail(subject).await.sessions.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_credential() {
    on_both("unknown_credential", async |world| {
        let amira = world.visitor();
        amira.with_password(Agent, "amira").await;
        // Made by the authenticator and never finished here.
        amira.register(ADD_BEGIN, &json!({})).await;
        amira.forget_sessions();
        let reply = amira.passkey_sign_in(Agent).await;
        reply.refused(401, "unknown_credential");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_land_where_they_asked() {
    on_both("people_land_where_they_asked", async |world| {
        let (admin, agent, customer) = (world.visitor(), world.visitor(), world.visitor());
        admin.admin("admin").await;
        agent.with_passkey(Agent, "agent").await;
        customer.with_passkey(Customer, "customer").await;
        let own = "/customer/profile/security";
        let cases = [
            (&admin, Agent, "", "/admin/accounts"),
            (&admin, Agent, "/profile/security", "/profile/security"),
            (&admin, Agent, own, "/admin/accounts"),
            (&agent, Agent, "", "/profile/security"),
            (
                &agent,
                Agent,
                "/admin/accounts?q=a%20b#c",
                "/admin/accounts?q=a%20b#c",
            ),
            (&agent, Agent, "https://evil.example/", "/profile/security"),
            (&agent, Agent, "//evil.example", "/profile/security"),
            (&agent, Agent, "/\\evil.example", "/profile/security"),
            (&agent, Agent, "/login", "/profile/security"),
            (&agent, Agent, "/api/auth/logout", "/profile/security"),
            (&customer, Customer, "", own),
            (
                &customer,
                Customer,
                "/customer/profile/security?x",
                "/customer/profile/security?x",
            ),
            (&customer, Customer, "/admin/accounts", own),
            // The credential decides the portal, so the page that was asked for may not be theirs.
            (&customer, Agent, "/admin/accounts", own),
        ];
        for (visitor, page, asked, lands) in cases {
            visitor.forget_sessions();
            let answer = visitor
                .answer(&format!("{}/passkey/begin", auth(page)))
                .await;
            let query: String = url::form_urlencoded::byte_serialize(asked.as_bytes()).collect();
            let path = format!("{}/passkey/finish?return_to={query}", auth(page));
            let reply = visitor.post(&path, &answer).await;
            assert_eq!(reply.goes_to(), lands, "{asked}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_replaces_the_browsers_session() {
    on_both("a_sign_in_replaces_the_browsers_session", async |world| {
        let amira = world.visitor();
        let subject = amira.with_passkey(Agent, "amira").await;
        amira.with_password(Customer, "amira").await;
        let old = amira.session(Agent).expect("a session");
        amira.passkey_sign_in(Agent).await.opened(Agent);
        assert!(amira.is_signed_in(Agent).await);
        assert!(amira.is_signed_in(Customer).await, "portals are apart");
        assert_ne!(amira.session(Agent), Some(old.clone()));
        let thief = world.visitor();
        thief.set_cookie(&session_cookie(Agent), &old);
        assert!(!thief.is_signed_in(Agent).await);
        assert_eq!(world.detail(subject).await.sessions.len(), 1);
    })
    .await;
}

fn lock<'v>(
    visitor: &'v Visitor<'_>,
) -> std::sync::MutexGuard<'v, gatefold_soft_authenticator::SoftAuthenticator> {
    visitor.authenticator.lock().expect("not poisoned")
}

fn set_faults(visitor: &Visitor<'_>, faults: Faults) {
    lock(visitor).set_faults(faults);
}

/// The authenticator's newest credential answers these options.
fn assert_with(visitor: &Visitor<'_>, options: &Value) -> Value {
    let answer = lock(visitor).authenticate(options, &visitor.origin());
    answer.expect("a credential answers")
}

/// The authenticator makes a credential for these options.
fn make(visitor: &Visitor<'_>, options: &Value) -> Value {
    let made = lock(visitor).register(options, &visitor.origin());
    made.expect("a credential is made")
}

/// Another character in the middle of a base64url text.
fn turn_one_character(text: &mut Value) {
    let old = text.as_str().expect("text");
    let at = old.len() / 2;
    let turned = if &old[at..=at] == "A" { "B" } else { "A" };
    *text = format!("{}{turned}{}", &old[..at], &old[at + 1..]).into();
}
