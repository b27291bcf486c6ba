//! The line to PostgreSQL is cut before and after every statement of every flow: the answer is 503
//! without a cookie, and the tables hold the state before or the state after, never one between.

use std::collections::BTreeMap;

use gatefold_kernel::{AccountKind, Subject};
use gatefold_store::testing::execute;
use gatefold_store::{ConnectOptions, Database};
use gatefold_testkit::cut_proxy::{Cut, CutProxy};
use gatefold_testkit::postgres::{TestDatabase, skip_without_postgres};
use gatefold_testkit::visitor::{PASSWORD, Reply, Visitor, form_token};
use gatefold_testkit::world::{Backend, World, on_both, rows};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use AccountKind::{Agent, Customer};

/// A request that is ready to be sent.
struct Ready {
    method: Method,
    path: String,
    content_type: &'static str,
    body: String,
}

impl Ready {
    fn get(path: &str) -> Self {
        Self { method: Method::GET, path: path.to_owned(), content_type: "", body: String::new() }
    }

    fn json(path: &str, body: &Value) -> Self {
        Self { method: Method::POST, path: path.to_owned(), content_type: "application/json", body: body.to_string() }
    }

    /// A form, with the token from a page.
    async fn form(person: &Visitor<'_>, page: &str, path: &str, fields: &[(&str, &str)]) -> Self {
        let token = form_token(&person.get(page).await.body);
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let body = form.extend_pairs(fields).append_pair("_csrf", &token).finish();
        let content_type = "application/x-www-form-urlencoded";
        Self { method: Method::POST, path: path.to_owned(), content_type, body }
    }
}

/// A world behind the proxy, with a way around it.
struct Stage {
    world: World,
    proxy: CutProxy,
    direct: Database,
    database: TestDatabase,
}

impl Stage {
    async fn set(test: &str) -> Option<Self> {
        let database = skip_without_postgres(test)?.create_database().await.unwrap();
        let proxy = CutProxy::start(&database.url).await.unwrap();
        let world = World::over_database(Backend::Postgres, proxy.url().to_owned()).await.unwrap();
        let direct = Database::connect(&database.url, &ConnectOptions::default()).await.unwrap();
        Some(Self { world, proxy, direct, database })
    }

    /// Forgets everybody, so that each cut starts from the same tables.
    async fn wipe(&self) {
        let all = ["gk_account", "gk_throttle", "gk_webauthn_ceremony", "gk_invite"];
        let script: String = all.iter().map(|table| format!("DELETE FROM {table};")).collect();
        execute(&self.direct, &script).await.unwrap();
    }

    async fn rows(&self) -> Vec<String> {
        rows(&self.database.url).await.unwrap()
    }

    async fn strike(self) {
        self.world.stop().await;
        self.direct.close().await;
    }
}

async fn send(person: &Visitor<'_>, ready: &Ready) -> Reply {
    person.send(ready.method.clone(), &ready.path, ready.content_type, ready.body.clone()).await
}

/// What changed between two dumps, without what differs from run to run: numbers, names, hashes
/// and moments.
fn change(before: &[String], after: &[String]) -> BTreeMap<String, i64> {
    let mut counts: BTreeMap<&String, i64> = BTreeMap::new();
    for row in after {
        *counts.entry(row).or_default() += 1;
    }
    for row in before {
        *counts.entry(row).or_default() -= 1;
    }
    let mut change = BTreeMap::new();
    for (row, count) in counts.into_iter().filter(|(_, count)| *count != 0) {
        let side = if count > 0 { "+" } else { "-" };
        *change.entry(format!("{side} {}", stable(row))).or_default() += count;
    }
    change
}

/// Columns whose value a flow decides.
const DECIDED: [&str; 15] = [
    "kind", "role", "status", "purpose", "portal", "surface", "method", "outcome", "attempts", "failures", "account_kind",
    "display_name", "sign_count", "backup_state", "return_to",
];

/// A row with the decided columns as they are; of the others, whether they hold something.
fn stable(row: &str) -> String {
    let (table, columns) = row.split_once(' ').expect("a table and its row");
    let columns: BTreeMap<String, Value> = serde_json::from_str(columns).expect("a row");
    let shown = columns.iter().map(|(name, value)| {
        if DECIDED.contains(&name.as_str()) {
            format!("{name}={value}")
        } else {
            format!("{name}{}", if value.is_null() { "-" } else { "" })
        }
    });
    format!("{table} {}", shown.collect::<Vec<_>>().join(" "))
}

/// Cuts one flow everywhere. `arrange` starts from empty tables and gives the request that is cut.
async fn cut_everywhere(stage: &Stage, name: &str, arrange: impl AsyncFn(&World, &Visitor<'_>) -> Ready) {
    // Twice, because the first time a connection also learns about types.
    uncut(stage, name, &arrange).await;
    let (count, expected) = uncut(stage, name, &arrange).await;
    assert!(count > 0, "{name} asks the database nothing");
    let mut stored = 0;
    for at in 1..=count {
        for cut in [Cut::Before(at), Cut::After(at)] {
            stored += u64::from(cut_once(stage, &format!("{name}, {cut:?} of {count}"), cut, &expected, &arrange).await);
        }
    }
    println!("{name}: {count} statements, {stored} cuts after the deciding one");
    assert!(expected.is_empty() || stored > 0, "{name}: no cut came after the commit");
}

/// How many statements the flow needs, and what it changes.
async fn uncut(
    stage: &Stage,
    name: &str,
    arrange: &impl AsyncFn(&World, &Visitor<'_>) -> Ready,
) -> (u64, BTreeMap<String, i64>) {
    stage.wipe().await;
    let person = stage.world.visitor();
    let ready = arrange(&stage.world, &person).await;
    let before = stage.rows().await;
    stage.proxy.reset();
    let reply = send(&person, &ready).await;
    let refused = name.starts_with("refused");
    assert_eq!(reply.status.is_client_error(), refused, "{name}: {} {}", reply.status, reply.body);
    assert!(!reply.status.is_server_error(), "{name}: {} {}", reply.status, reply.body);
    (stage.proxy.count(), change(&before, &stage.rows().await))
}

/// Cuts once; says whether the tables hold the state after.
async fn cut_once(
    stage: &Stage,
    told: &str,
    cut: Cut,
    expected: &BTreeMap<String, i64>,
    arrange: &impl AsyncFn(&World, &Visitor<'_>) -> Ready,
) -> bool {
    stage.wipe().await;
    let person = stage.world.visitor();
    let ready = arrange(&stage.world, &person).await;
    let before = stage.rows().await;
    stage.proxy.reset();
    stage.proxy.cut(cut);
    let reply = send(&person, &ready).await;
    assert!(stage.proxy.is_cut(), "{told}: nothing was cut");
    assert_unavailable(&reply, told);
    stage.proxy.heal();
    let change = change(&before, &stage.rows().await);
    let stored = !change.is_empty();
    if stored {
        assert_eq!(&change, expected, "{told}: {:#?}", stage.proxy.statements());
    }
    recovers(stage, told).await;
    stored
}

fn assert_unavailable(reply: &Reply, told: &str) {
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE, "{told}: {}", reply.body);
    assert!(reply.headers.get("set-cookie").is_none(), "{told}: {:?}", reply.headers);
    assert!(reply.headers.contains_key("retry-after"), "{told}");
}

/// The pool finds its way back by itself.
async fn recovers(stage: &Stage, told: &str) {
    let reply = stage.world.visitor().get("/health/ready").await;
    assert_eq!(reply.status, StatusCode::OK, "{told}: not ready again");
}
