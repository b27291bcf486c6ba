//! A number of one kind is nobody among the other, and what belongs to one
//! person is not found by another.

use gatefold_kernel::{AccountKind, Subject};
use gatefold_testkit::visitor::{Visitor, auth, base, form_token};
use gatefold_testkit::world::{Backend, Topology, World, rows};
use gatefold_web::routes::catalogue;
use reqwest::{Method, StatusCode};
use serde_json::json;

use AccountKind::{Agent, Customer};

async fn on_postgres(test: &str) -> Option<World> {
    World::start(test, Backend::Postgres, Topology::Single).await
}

/// The addresses about one account or one thing of an account, with their methods.
fn about(prefix: &str) -> Vec<(Method, String)> {
    let routes = catalogue(true);
    let about = routes
        .iter()
        .filter(|route| route.path.starts_with(prefix) && route.path.contains("{id}"));
    let each = about.flat_map(|route| {
        let methods = route
            .methods
            .iter()
            .map(|method| method.parse().expect("a method"));
        methods.map(|method| (method, route.path.clone()))
    });
    each.collect()
}

/// Sends a form, or reads a page.
async fn call(
    person: &Visitor<'_>,
    method: Method,
    path: &str,
) -> gatefold_testkit::visitor::Reply {
    let token = form_token(&person.get("/enrol").await.body);
    let form = "application/x-www-form-urlencoded";
    let body = format!("_csrf={token}&reason=left&name=Mine");
    if method == Method::GET {
        person.get(path).await
    } else {
        person.send(method, path, form, body).await
    }
}

fn plural(kind: AccountKind) -> &'static str {
    match kind {
        Agent => "agents",
        Customer => "customers",
    }
}

fn other(kind: AccountKind) -> AccountKind {
    match kind {
        Agent => Customer,
        Customer => Agent,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn same_numeric_id_agent_customer() {
    let Some(world) = on_postgres("same_numeric_id_agent_customer").await else {
        return;
    };
    let admin = world.visitor();
    admin.admin("root").await;
    let people = [
        world.visitor().with_both(Agent, "amira").await,
        world.visitor().with_both(Customer, "amira").await,
    ];
    let table = about("/admin/accounts/{kind}/{id}");
    assert!(table.len() >= 6, "{table:?}");
    let before = rows(world.database_url()).await.unwrap();
    for Subject { kind, id } in people {
        for (method, path) in &table {
            let at = |kind| {
                path.replace("{kind}", plural(kind))
                    .replace("{id}", &id.to_string())
            };
            let reply = call(&admin, method.clone(), &at(other(kind))).await;
            assert_eq!(
                reply.status,
                StatusCode::NOT_FOUND,
                "{method} {}",
                at(other(kind))
            );
            assert!(!reply.body.contains("amira"), "{path}: {}", reply.body);
        }
    }
    assert_eq!(rows(world.database_url()).await.unwrap(), before);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_somebody_elses_is_not_found() {
    let Some(world) = on_postgres("what_is_somebody_elses_is_not_found").await else {
        return;
    };
    for kind in AccountKind::ALL {
        let (amira, bo) = (world.visitor(), world.visitor());
        amira.with_both(kind, &format!("amira-{kind}")).await;
        bo.with_both(kind, &format!("bo-{kind}")).await;
        // A second session, so that her page names the first.
        amira.forget_sessions();
        amira.passkey_sign_in(kind).await;
        let page = amira
            .get(&format!("{}/profile/security", base(kind)))
            .await
            .body
            .replace("&#x2f;", "/");
        let before = rows(world.database_url()).await.unwrap();
        for (method, path) in about(&format!("{}/profile", base(kind))) {
            let before_id = path.split("{id}").next().unwrap();
            let hers = between(&page, before_id, "/");
            for id in [
                hers,
                "0",
                "-1",
                "x",
                "99999999999999999999",
                "%00",
                "%ff",
                "..",
                "%2e%2e",
                "1%27--",
            ] {
                let reply = call(&bo, method.clone(), &path.replace("{id}", id)).await;
                let told = format!("{method} {path} {id}: {} {}", reply.status, reply.body);
                let refused = [
                    StatusCode::NOT_FOUND,
                    StatusCode::BAD_REQUEST,
                    StatusCode::METHOD_NOT_ALLOWED,
                ];
                assert!(refused.contains(&reply.status), "{told}");
            }
        }
        assert_eq!(rows(world.database_url()).await.unwrap(), before);
    }
    world.stop().await;
}

/// What a page names between these two.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let start = page
        .find(before)
        .unwrap_or_else(|| panic!("{before} is not on the page: {page}"))
        + before.len();
    let rest = &page[start..];
    &rest[..rest.find(after).expect("an end")]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_opens_its_own_portal_only() {
    let Some(world) = on_postgres("a_session_opens_its_own_portal_only").await else {
        return;
    };
    for kind in AccountKind::ALL {
        let person = world.visitor();
        person.with_both(kind, &format!("amira-{kind}")).await;
        let token = person.cookies()[&format!("gatefold-{kind}")].clone();
        let there = other(kind);
        person.set_cookie(&format!("gatefold-{there}"), &token);
        person.set_cookie(&format!("gatefold-{there}-pending"), &token);
        let reply = person
            .get(&format!("{}/profile/security", base(there)))
            .await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER);
        let own = format!("{}/profile/security", base(kind));
        assert_eq!(person.get(&own).await.status, StatusCode::OK);
        let step = format!("{}/2fa/webauthn/begin", auth(there));
        let reply = person.post(&step, &json!({})).await;
        assert_eq!(
            (reply.status, reply.code()),
            (StatusCode::UNAUTHORIZED, String::from("no_pending_login"))
        );
        // Leaving the other portal with this token ends nothing here.
        call(&person, Method::POST, &format!("{}/logout", auth(there))).await;
        assert_eq!(person.get(&own).await.status, StatusCode::OK);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_waits_is_of_one_portal() {
    let Some(world) = on_postgres("a_login_that_waits_is_of_one_portal").await else {
        return;
    };
    for kind in AccountKind::ALL {
        let person = world.visitor();
        person.with_both(kind, &format!("amira-{kind}")).await;
        person.forget_sessions();
        let login = format!("amira-{kind}");
        person
            .password_sign_in(kind, &login, gatefold_testkit::visitor::PASSWORD)
            .await;
        let answer = person
            .answer(&format!("{}/2fa/webauthn/begin", auth(kind)))
            .await;
        let there = other(kind);
        let token = person.cookies()[&format!("gatefold-{kind}-pending")].clone();
        person.set_cookie(&format!("gatefold-{there}-pending"), &token);
        let reply = person
            .post(&format!("{}/2fa/webauthn/finish", auth(there)), &answer)
            .await;
        assert_eq!(reply.code(), "no_pending_login");
        assert!(reply.cookies_set().is_empty());
        assert_eq!(person.second_step(kind).await.status, StatusCode::OK);
    }
    world.stop().await;
}
