//! What every response carries: cookies as a snapshot, security headers, and never a secret in a
//! body or in the log.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Debug, Write as _};

use gatefold_kernel::AccountKind;
use gatefold_testkit::visitor::{PASSWORD, Reply, Visitor, auth, form_token};
use gatefold_testkit::world::World;
use reqwest::{Method, StatusCode};
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};

use AccountKind::{Agent, Customer};

const FORM: &str = "application/x-www-form-urlencoded";

/// Everything a browser was sent.
#[derive(Default)]
struct Seen {
    /// Cookies as they were set, values replaced by their length.
    cookies: BTreeSet<String>,
    /// The values themselves, links and passwords: what must be in no body and no log.
    secrets: BTreeSet<String>,
    bodies: Vec<String>,
}

impl Seen {
    fn note(&mut self, reply: &Reply) {
        assert!(
            !reply.status.is_server_error(),
            "{} {}",
            reply.status,
            reply.body
        );
        for line in reply.headers.get_all("set-cookie") {
            let (pair, attributes) = line.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let shown = if value.is_empty() { "" } else { "[value]" };
            self.cookies.insert(format!("{name}={shown};{attributes}"));
            if value.len() > 10 {
                self.secrets.insert(value.to_owned());
            }
        }
        self.bodies.push(reply.body.clone());
    }
}

/// Enrols, signs in by password and passkey, chooses a language, makes mistakes and leaves, on one
/// portal.
async fn tour(world: &World, kind: AccountKind, seen: &mut Seen) {
    let person = world.visitor();
    let api = auth(kind);
    let (_, token) = person.invited(kind, None, "amira").await;
    seen.secrets.extend([token.clone(), PASSWORD.to_owned()]);
    seen.note(&person.get("/enrol").await);
    let csrf = form_token(&person.get("/enrol").await.body);
    let form = |fields: &str| format!("_csrf={csrf}&{fields}");
    let post =
        async |path: &str, fields: &str| person.send(Method::POST, path, FORM, form(fields)).await;
    seen.note(&post("/enrol/open", "token=nonsense").await);
    seen.note(&post("/enrol/open", &format!("token={token}")).await);
    seen.note(&person.get("/enrol").await);
    seen.note(
        &post(
            "/enrol/password",
            &format!("password={}", PASSWORD.replace(' ', "+")),
        )
        .await,
    );
    seen.note(&person.add_passkey(kind).await);
    seen.note(&person.step_up(kind).await);
    seen.note(
        &person
            .get(&format!(
                "{}/profile/security",
                gatefold_testkit::visitor::base(kind)
            ))
            .await,
    );
    seen.note(&post(&format!("{api}/logout"), "").await);
    seen.note(&person.password_sign_in(kind, "amira", "wrong").await);
    seen.note(&person.password_sign_in(kind, "amira", PASSWORD).await);
    seen.note(&person.second_step(kind).await);
    seen.note(&person.passkey_sign_in(kind).await);
    seen.note(&post("/language", "tag=en&return_to=%2Flogin").await);
    seen.note(
        &person
            .post(&format!("{api}/passkey/finish"), &json!({}))
            .await,
    );
}

async fn toured(public_url: &str) -> Seen {
    let world = World::start_at(public_url).await;
    let mut seen = Seen::default();
    for kind in AccountKind::ALL {
        tour(&world, kind, &mut seen).await;
    }
    world.stop().await;
    seen
}

fn snapshot(seen: &Seen) -> String {
    seen.cookies.iter().cloned().collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn cookie_snapshot_in_production() {
    insta::assert_snapshot!(snapshot(&toured("https://id.example.org").await), @r"
    __Host-gatefold-agent-pending=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0
    __Host-gatefold-agent-pending=[value]; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=300
    __Host-gatefold-agent=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0
    __Host-gatefold-agent=[value]; HttpOnly; SameSite=Lax; Secure; Path=/
    __Host-gatefold-browser=[value]; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=2592000
    __Host-gatefold-customer-pending=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0
    __Host-gatefold-customer-pending=[value]; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=300
    __Host-gatefold-customer=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0
    __Host-gatefold-customer=[value]; HttpOnly; SameSite=Lax; Secure; Path=/
    __Host-gatefold-language=[value]; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=31536000
    __Host-gatefold-link=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0
    __Host-gatefold-link=[value]; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=3600
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn cookie_snapshot_on_loopback() {
    insta::assert_snapshot!(snapshot(&toured("http://localhost:4711").await), @r"
    gatefold-agent-pending=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0
    gatefold-agent-pending=[value]; HttpOnly; SameSite=Lax; Path=/; Max-Age=300
    gatefold-agent=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0
    gatefold-agent=[value]; HttpOnly; SameSite=Lax; Path=/
    gatefold-browser=[value]; HttpOnly; SameSite=Lax; Path=/; Max-Age=2592000
    gatefold-customer-pending=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0
    gatefold-customer-pending=[value]; HttpOnly; SameSite=Lax; Path=/; Max-Age=300
    gatefold-customer=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0
    gatefold-customer=[value]; HttpOnly; SameSite=Lax; Path=/
    gatefold-language=[value]; HttpOnly; SameSite=Lax; Path=/; Max-Age=31536000
    gatefold-link=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0
    gatefold-link=[value]; HttpOnly; SameSite=Lax; Path=/; Max-Age=3600
    ");
}

/// Cookies of the plain names open nothing in production, where a sibling site could set them.
#[tokio::test(flavor = "multi_thread")]
async fn plain_names_are_not_read_in_production() {
    let world = World::start_at("https://id.example.org").await;
    let person = world.visitor();
    person.with_passkey(Agent, "amira").await;
    let token = person.cookies()["__Host-gatefold-agent"].clone();
    assert_eq!(person.get("/profile/security").await.status, StatusCode::OK);
    for name in [
        "gatefold-agent",
        "__Secure-gatefold-agent",
        "__host-gatefold-agent",
    ] {
        let headers = [
            ("host", "id.example.org"),
            ("cookie", &format!("{name}={token}")),
        ];
        let reply = person
            .raw(Method::GET, "/profile/security", &headers, "")
            .await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{name}");
    }
    world.stop().await;
}

/// The headers that every response must have, with their values.
const HARDENED: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("strict-transport-security", "max-age=63072000"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_hardened() {
    let world = World::start_at("https://id.example.org").await;
    let person = world.visitor();
    person.with_passkey(Customer, "amira").await;
    let asset = gatefold_pages::assets::url("css/gatefold.css");
    let immutable = "public, max-age=31536000, immutable";
    let table = [
        (Method::GET, "/login", 200, "no-store"),
        (Method::GET, "/customer/profile/security", 200, "no-store"),
        (Method::GET, "/profile/security", 303, "no-store"),
        (Method::POST, "/api/auth/passkey/begin", 200, "no-store"),
        (Method::POST, "/api/profile/step-up/check", 401, "no-store"),
        (Method::PUT, "/login", 405, "no-store"),
        (Method::GET, "/nothing", 404, "no-store"),
        (Method::GET, "/health/ready", 200, "no-store"),
        (Method::GET, asset.as_str(), 200, immutable),
        (Method::GET, "/favicon.ico", 200, "public, max-age=86400"),
    ];
    for (method, path, status, caching) in table {
        let reply = person.send(method, path, "", String::new()).await;
        assert_eq!(reply.status.as_u16(), status, "{path}: {}", reply.body);
        assert_eq!(reply.headers["cache-control"], caching, "{path}");
        for (name, value) in HARDENED {
            assert_eq!(reply.headers[name], value, "{path} {name}");
        }
        let policy = reply.headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self';"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert!(
            policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"),
            "{path}: {policy}"
        );
    }
    let headers = [("host", "evil.example")];
    let reply = person.raw(Method::GET, "/login", &headers, "").await;
    assert_eq!(reply.status, StatusCode::MISDIRECTED_REQUEST);
    assert!(
        HARDENED
            .iter()
            .all(|(name, value)| reply.headers[*name] == *value)
    );
    world.stop().await;
}

/// Pages hold nothing inline, or the policy above would be worth less than it says.
#[tokio::test(flavor = "multi_thread")]
async fn pages_have_nothing_inline() {
    let world = World::start_at("http://localhost:4711").await;
    let person = world.visitor();
    let subject = person.admin("root").await;
    let account = format!("/admin/accounts/agents/{}", subject.id);
    let pages = [
        "/customer/login",
        "/enrol",
        "/logout",
        "/profile/security",
        "/profile/security/confirm",
        "/welcome",
        "/admin/accounts/agents",
        "/admin/accounts/agents/invite",
        "/nothing",
        "/_components",
        &account,
    ];
    for page in pages {
        let body = person.get(page).await.body.to_lowercase();
        for inline in [
            " style=",
            " onclick=",
            " onload=",
            " onsubmit=",
            "<style",
            "javascript:",
        ] {
            assert!(!body.contains(inline), "{page} has {inline}");
        }
        let bare =
            body.matches("<script").count() - body.matches("<script type=\"module\" src=").count();
        assert_eq!(bare, 0, "{page} has a script without an address");
    }
    world.stop().await;
}

thread_local! {
    /// What was logged on this thread since somebody began to listen.
    static LOG: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Writes down everything that is logged on a thread that listens, at every level.
struct Listener;

/// Writes fields into the log.
struct Written<'a>(&'a mut String);

impl Visit for Written<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

fn note(metadata: &Metadata<'_>, record: impl FnOnce(&mut Written<'_>)) {
    LOG.with_borrow_mut(|log| {
        if let Some(log) = log {
            let _ = write!(log, "\n{} {}", metadata.target(), metadata.name());
            record(&mut Written(log));
        }
    });
}

impl Subscriber for Listener {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, _: &Metadata<'_>) -> bool {
        LOG.with_borrow(Option::is_some)
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        note(attributes.metadata(), |written| attributes.record(written));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        LOG.with_borrow_mut(|log| {
            if let Some(log) = log {
                values.record(&mut Written(log));
            }
        });
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        note(event.metadata(), |written| event.record(written));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// On one thread, so that the log of this world alone is read.
#[tokio::test(flavor = "current_thread")]
async fn no_secret_is_shown_or_logged() {
    tracing::subscriber::set_global_default(Listener).expect("nobody else listens");
    LOG.set(Some(String::new()));
    let seen = toured("http://localhost:4711").await;
    let logged = LOG.take().expect("a log");
    assert!(logged.contains("gatefold_web"), "the log was listened to");
    assert!(seen.secrets.len() > 10, "there were secrets to look for");
    for secret in &seen.secrets {
        assert!(!logged.contains(secret.as_str()), "{secret} is in the log");
        let shown = seen
            .bodies
            .iter()
            .any(|body| body.contains(secret.as_str()));
        assert!(!shown, "{secret} is in a body");
    }
}

/// Every cookie a visitor holds is new after signing in again: none is fixed beforehand.
#[tokio::test(flavor = "multi_thread")]
async fn a_planted_session_is_replaced() {
    let world = World::start_at("http://localhost:4711").await;
    let person: Visitor<'_> = world.visitor();
    person.with_passkey(Agent, "amira").await;
    let first: BTreeMap<String, String> = person.cookies();
    person.passkey_sign_in(Agent).await;
    assert_ne!(first["gatefold-agent"], person.cookies()["gatefold-agent"]);
    person.set_cookie("gatefold-agent", &first["gatefold-agent"]);
    assert_eq!(
        person.get("/profile/security").await.status,
        StatusCode::SEE_OTHER
    );
    world.stop().await;
}
