//! Walks the catalogue: whoever may not call an address is refused there, whatever they send. A new
//! address is tried here before anybody writes a test for it.

use std::collections::BTreeSet;

use gatefold_kernel::AccountKind;
use gatefold_testkit::visitor::{Reply, Visitor, base, form_token};
use gatefold_testkit::world::{Backend, Topology, World, rows};
use gatefold_web::guard::{Access, Rule};
use gatefold_web::routes::{Route, catalogue};
use reqwest::{Method, StatusCode};

const HOST: (&str, &str) = ("host", "localhost:4711");
const ORIGIN: (&str, &str) = ("origin", "http://localhost:4711");
const JSON: (&str, &str) = ("accept", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// Every address with values in its gaps, and each method it takes.
fn calls() -> Vec<(Method, String, Rule)> {
    let mut calls = Vec::new();
    for Route {
        path,
        methods,
        rule,
        ..
    } in catalogue(true)
    {
        for method in methods {
            let method = method.parse().expect("a method");
            calls.push((method, concrete(&path), rule));
        }
    }
    calls
}

fn concrete(path: &str) -> String {
    path.replace("{kind}", "agents")
        .replace("{id}", "1")
        .replace("{hash}", "0")
        .replace("{*path}", "css/none.css")
}

fn is_api(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/customer/api/")
}

/// Posts that carry a form: all but the JSON addresses, and signing out.
fn is_form(path: &str) -> bool {
    !is_api(path) || path.ends_with("/logout")
}

/// Refused for want of a session: the door for pages, a problem for programs.
fn assert_sent_to_the_door(reply: &Reply, path: &str, rule: Rule, how: &str) {
    let told = format!("{path} {how}: {} {}", reply.status, reply.body);
    if is_api(path) {
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{told}");
        assert_eq!(reply.code(), "not_signed_in", "{told}");
        assert_eq!(
            reply.headers["content-type"], "application/problem+json",
            "{told}"
        );
    } else {
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{told}");
        let door = format!("{}/login?return_to=", base(rule.portal));
        assert!(reply.goes_to().starts_with(&door), "{told}");
    }
    let sessions = ["gatefold-agent", "gatefold-customer"];
    let set = reply.cookies_set();
    assert!(
        set.iter().all(|name| !sessions.contains(&name.as_str())),
        "{told}"
    );
}

/// An administrator, an agent and a customer, each signed in.
async fn people(world: &World) -> [Visitor<'_>; 3] {
    let people = [world.visitor(), world.visitor(), world.visitor()];
    people[0].admin("root").await;
    people[1].with_passkey(AccountKind::Agent, "agent").await;
    people[2]
        .with_passkey(AccountKind::Customer, "customer")
        .await;
    people
}

/// One browser that holds an administrator's and a customer's session.
async fn both(world: &World) -> Visitor<'_> {
    let [admin, _, customer] = people(world).await;
    admin.set_cookie(
        "gatefold-customer",
        &customer.cookies()["gatefold-customer"],
    );
    admin
}

async fn on_postgres(test: &str) -> Option<World> {
    World::start(test, Backend::Postgres, Topology::Single).await
}

/// A way of not being signed in.
struct Stranger {
    how: &'static str,
    query: String,
    header: (&'static str, String),
}

fn strangers(agent: &str, customer: &str) -> Vec<Stranger> {
    let nobody = "A".repeat(43);
    let cookies = |agent: &str, customer: &str| {
        format!("gatefold-agent={agent}; gatefold-customer={customer}")
    };
    let authorizations = [
        ("Bearer", format!("Bearer {agent}")),
        ("Bearer of a customer", format!("Bearer {customer}")),
        ("Basic", String::from("Basic cm9vdDpyb290")),
        ("gf_", String::from("gf_0123456789")),
        ("Bearer gf_", String::from("Bearer gf_0123456789")),
        ("empty", String::new()),
        ("huge", "A".repeat(20_000)),
    ];
    let queries = [
        ("nobody", String::new()),
        ("?token=", format!("?token={agent}")),
        ("?access_token=", format!("?access_token={customer}")),
    ];
    let jars = [
        ("the other kind's token", cookies(customer, agent)),
        ("a token of nobody", cookies(&nobody, &nobody)),
    ];
    let with = |header| {
        move |(how, value)| Stranger {
            how,
            query: String::new(),
            header: (header, value),
        }
    };
    let mut all: Vec<Stranger> = authorizations.map(with("authorization")).into();
    all.extend(jars.map(with("cookie")));
    all.extend(queries.map(|(how, query)| Stranger {
        how,
        query,
        header: ("x-nothing", String::new()),
    }));
    all
}

// Garbage in the Authorization header and tokens in the query, each on every address.
#[tokio::test(flavor = "multi_thread")]
async fn strangers_pass_no_gate() {
    // INV-ONE-GUARD
    let Some(world) = on_postgres("strangers_pass_no_gate").await else {
        return;
    };
    let [admin, _, customer] = people(&world).await;
    let (agent, customer) = (
        admin.cookies()["gatefold-agent"].clone(),
        customer.cookies()["gatefold-customer"].clone(),
    );
    let before = rows(world.database_url()).await.unwrap();
    for Stranger { how, query, header } in strangers(&agent, &customer) {
        for (method, path, rule) in calls() {
            if !matches!(rule.access, Access::SignedIn | Access::Admin) {
                continue;
            }
            let headers = [HOST, ORIGIN, (header.0, header.1.as_str())];
            let reply = admin
                .raw(method, &format!("{path}{query}"), &headers, "")
                .await;
            assert_sent_to_the_door(&reply, &path, rule, how);
        }
    }
    assert_eq!(rows(world.database_url()).await.unwrap(), before);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_is_no_administrator_is_forbidden() {
    let Some(world) = on_postgres("an_agent_who_is_no_administrator_is_forbidden").await else {
        return;
    };
    let [_, agent, _] = people(&world).await;
    let cookies = agent.cookie_line();
    let before = rows(world.database_url()).await.unwrap();
    for (method, path, rule) in calls() {
        if rule.access == Access::Admin {
            let headers = [HOST, ORIGIN, JSON, ("cookie", cookies.as_str())];
            let reply = agent.raw(method, &path, &headers, "").await;
            assert_eq!(reply.status, StatusCode::FORBIDDEN, "{path}");
            assert_eq!(reply.code(), "forbidden", "{path}");
        }
    }
    assert_eq!(rows(world.database_url()).await.unwrap(), before);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_from_elsewhere_are_refused() {
    let Some(world) = on_postgres("posts_from_elsewhere_are_refused").await else {
        return;
    };
    let person = both(&world).await;
    let (cookies, page) = (person.cookie_line(), person.get("/enrol").await);
    let form = format!("_csrf={}", form_token(&page.body));
    let elsewhere: [&[(&str, &str)]; 10] = [
        &[],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "")],
        &[("origin", "http://localhost:4712")],
        &[("origin", "https://localhost:4711")],
        &[("origin", "http://localhost:4711/")],
        &[ORIGIN, ("origin", "https://evil.example")],
        &[("sec-fetch-site", "cross-site")],
        &[
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "same-origin"),
        ],
    ];
    let before = rows(world.database_url()).await.unwrap();
    for (method, path, _) in calls() {
        for extra in elsewhere.iter().filter(|_| method == Method::POST) {
            let mut headers = vec![HOST, JSON, FORM, ("cookie", cookies.as_str())];
            headers.extend_from_slice(extra);
            let reply = person
                .raw(Method::POST, &path, &headers, form.clone())
                .await;
            assert_eq!(reply.status, StatusCode::FORBIDDEN, "{path} {extra:?}");
            assert_eq!(reply.code(), "cross_site", "{path} {extra:?}");
        }
    }
    assert_eq!(rows(world.database_url()).await.unwrap(), before);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_need_the_browsers_own_token() {
    let Some(world) = on_postgres("forms_need_the_browsers_own_token").await else {
        return;
    };
    let person = both(&world).await;
    let cookies = person.cookie_line();
    let other = form_token(&world.visitor().get("/enrol").await.body);
    let bodies = [
        String::new(),
        String::from("_csrf="),
        String::from("_csrf=nonsense"),
        format!("_csrf={other}"),
        format!("_CSRF={other}"),
        format!("_csrf={}", person.cookies()["gatefold-browser"]),
    ];
    let before = rows(world.database_url()).await.unwrap();
    for (method, path, _) in calls() {
        for body in bodies
            .iter()
            .filter(|_| method == Method::POST && is_form(&path))
        {
            let headers = [HOST, ORIGIN, JSON, FORM, ("cookie", cookies.as_str())];
            let reply = person
                .raw(Method::POST, &path, &headers, body.clone())
                .await;
            assert_eq!(reply.status, StatusCode::FORBIDDEN, "{path} {body}");
            assert_eq!(reply.code(), "form_expired", "{path} {body}");
        }
    }
    assert_eq!(rows(world.database_url()).await.unwrap(), before);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_methods_are_told_the_right_ones() {
    let Some(world) = World::start("wrong_methods", Backend::Sqlite, Topology::Single).await else {
        return;
    };
    let person = both(&world).await;
    let cookies = person.cookie_line();
    for route in catalogue(true) {
        let path = concrete(&route.path);
        for method in [
            "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW",
        ] {
            if route.methods.contains(&method) {
                continue;
            }
            let headers = [HOST, ORIGIN, ("cookie", cookies.as_str())];
            let reply = person
                .raw(method.parse().unwrap(), &path, &headers, "")
                .await;
            assert_eq!(
                reply.status,
                StatusCode::METHOD_NOT_ALLOWED,
                "{method} {path}"
            );
            let allow = reply.headers["allow"].to_str().unwrap();
            let allowed: BTreeSet<&str> = allow.split(',').map(str::trim).collect();
            let mut expected: BTreeSet<&str> = route.methods.iter().copied().collect();
            if expected.contains("GET") {
                expected.insert("HEAD");
            }
            assert_eq!(allowed, expected, "{method} {path}");
        }
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_else_is_there() {
    let Some(world) = World::start("nothing_else", Backend::Sqlite, Topology::Single).await else {
        return;
    };
    let person = both(&world).await;
    let cookies = person.cookie_line();
    let unknown = [
        "/nothing",
        "/login/",
        "//login",
        "/LOGIN",
        "/admin/",
        "/admin/accounts/robots",
        "/admin/accounts/agents/x",
        "/admin/accounts/agents/999999999",
        "/admin/accounts/agents/99999999999999999999",
        "/admin/accounts/agents/-1",
        "/api",
        "/api/nothing",
        "/customer/",
        "/customer/admin/accounts",
        "/customer/api/nothing",
        "/assets/0/../../etc",
        "/assets/0/nothing.css",
        "/assets/0/..%2f..%2fCargo.toml",
        "/.well-known/nothing",
        "/%00",
        "/%ff",
    ];
    for path in unknown {
        for accept in ["application/json", "text/html"] {
            let headers = [HOST, ("accept", accept), ("cookie", cookies.as_str())];
            let reply = person.raw(Method::GET, path, &headers, "").await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path} {}", reply.body);
            assert!(!reply.body.is_empty(), "{path}");
        }
        let headers = [HOST, ORIGIN, ("cookie", cookies.as_str())];
        let reply = person.raw(Method::POST, path, &headers, "").await;
        let refused = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED];
        assert!(
            refused.contains(&reply.status),
            "POST {path}: {}",
            reply.status
        );
    }
    world.stop().await;
}

/// Nothing an administrator sends without a body is our fault.
#[tokio::test(flavor = "multi_thread")]
async fn empty_requests_are_answered() {
    let Some(world) = World::start("empty_requests", Backend::Sqlite, Topology::Single).await
    else {
        return;
    };
    let person = both(&world).await;
    let cookies = person.cookie_line();
    for content_type in ["", "application/json", "application/x-www-form-urlencoded"] {
        for (method, path, _) in calls() {
            let headers = [
                HOST,
                ORIGIN,
                ("content-type", content_type),
                ("cookie", cookies.as_str()),
            ];
            let reply = person.raw(method.clone(), &path, &headers, "").await;
            assert!(
                !reply.status.is_server_error(),
                "{method} {path}: {} {}",
                reply.status,
                reply.body
            );
        }
    }
    world.stop().await;
}

#[test]
fn an_address_is_in_the_catalogue_once() {
    let mut seen = BTreeSet::new();
    for route in catalogue(true) {
        assert!(
            seen.insert(route.path.clone()),
            "{} is there twice",
            route.path
        );
        assert!(!route.methods.is_empty(), "{} takes no method", route.path);
        let admin = route.path.starts_with("/admin");
        assert!(
            !admin || route.rule.access == Access::Admin,
            "{} is open",
            route.path
        );
        let portal = if route.path.starts_with("/customer")
            || route.path.starts_with("/api/auth/customer")
        {
            AccountKind::Customer
        } else {
            AccountKind::Agent
        };
        assert_eq!(route.rule.portal, portal, "{}", route.path);
    }
}
