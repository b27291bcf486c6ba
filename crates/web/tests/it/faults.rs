//! The line to PostgreSQL is cut before and after every statement of every flow: the answer is 503
//! without a cookie, and the tables hold the state before or the state after, never one between.

use std::collections::BTreeMap;

use gatefold_identity::Client;
use gatefold_identity::account::Actor;
use gatefold_kernel::{AccountKind, Subject};
use gatefold_store::testing::{execute, number};
use gatefold_store::{ConnectOptions, Database};
use gatefold_testkit::cut_proxy::{Cut, CutProxy};
use gatefold_testkit::postgres::{TestDatabase, skip_without_postgres};
use gatefold_testkit::visitor::{PASSWORD, Reply, Visitor, form_token};
use gatefold_testkit::world::{Backend, World, on_both, rows};
use gatefold_web::guard::Access;
use gatefold_web::routes::catalogue;
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
        Self {
            method: Method::GET,
            path: path.to_owned(),
            content_type: "",
            body: String::new(),
        }
    }

    fn json(path: &str, body: &Value) -> Self {
        Self {
            method: Method::POST,
            path: path.to_owned(),
            content_type: "application/json",
            body: body.to_string(),
        }
    }

    /// A form, with the token from a page.
    async fn form(person: &Visitor<'_>, page: &str, path: &str, fields: &[(&str, &str)]) -> Self {
        let token = form_token(&person.get(page).await.body);
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let body = form
            .extend_pairs(fields)
            .append_pair("_csrf", &token)
            .finish();
        let content_type = "application/x-www-form-urlencoded";
        Self {
            method: Method::POST,
            path: path.to_owned(),
            content_type,
            body,
        }
    }
}

/// A world behind the proxy, with a way around it.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) proxy: CutProxy,
    direct: Database,
    database: TestDatabase,
}

impl Stage {
    pub(crate) async fn set(test: &str) -> Option<Self> {
        let database = skip_without_postgres(test)?
            .create_database()
            .await
            .unwrap();
        let proxy = CutProxy::start(&database.url).await.unwrap();
        let world = World::over_database(Backend::Postgres, proxy.url().to_owned())
            .await
            .unwrap();
        let direct = Database::connect(&database.url, &ConnectOptions::default())
            .await
            .unwrap();
        Some(Self {
            world,
            proxy,
            direct,
            database,
        })
    }

    /// Forgets everybody, so that each cut starts from the same tables.
    async fn wipe(&self) {
        let all = [
            "gk_account",
            "gk_throttle",
            "gk_webauthn_ceremony",
            "gk_invite",
        ];
        let script: String = all
            .iter()
            .map(|table| format!("DELETE FROM {table};"))
            .collect();
        execute(&self.direct, &script).await.unwrap();
    }

    async fn rows(&self) -> Vec<String> {
        rows(&self.database.url).await.unwrap()
    }

    pub(crate) async fn strike(self) {
        self.world.stop().await;
        self.direct.close().await;
    }
}

async fn send(person: &Visitor<'_>, ready: &Ready) -> Reply {
    person
        .send(
            ready.method.clone(),
            &ready.path,
            ready.content_type,
            ready.body.clone(),
        )
        .await
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
    "kind",
    "role",
    "status",
    "purpose",
    "portal",
    "surface",
    "method",
    "outcome",
    "attempts",
    "failures",
    "account_kind",
    "display_name",
    "sign_count",
    "backup_state",
    "return_to",
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
async fn cut_everywhere(
    stage: &Stage,
    name: &str,
    arrange: impl AsyncFn(&World, &Visitor<'_>) -> Ready,
) {
    // Twice, because the first time a connection also learns about types.
    uncut(stage, name, &arrange).await;
    let (count, expected) = uncut(stage, name, &arrange).await;
    assert!(count > 0, "{name} asks the database nothing");
    let mut stored = 0;
    for at in 1..=count {
        for cut in [Cut::Before(at), Cut::After(at)] {
            stored += u64::from(
                cut_once(
                    stage,
                    &format!("{name}, {cut:?} of {count}"),
                    cut,
                    &expected,
                    &arrange,
                )
                .await,
            );
        }
    }
    assert!(
        expected.is_empty() || stored > 0,
        "{name}: no cut came after the commit"
    );
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
    assert_eq!(
        reply.status.is_client_error(),
        refused,
        "{name}: {} {}",
        reply.status,
        reply.body
    );
    assert!(
        !reply.status.is_server_error(),
        "{name}: {} {}",
        reply.status,
        reply.body
    );
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
    assert_eq!(
        reply.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{told}: {}",
        reply.body
    );
    assert!(
        reply.headers.get("set-cookie").is_none(),
        "{told}: {:?}",
        reply.headers
    );
    assert!(reply.headers.contains_key("retry-after"), "{told}");
}

/// How many answers an outage may cost after it is over, of the twelve connections that died in it.
const LATE: usize = 2;

/// The pools find their way back by themselves: the first connection that turns out to be dead puts
/// the others in doubt.
async fn recovers(stage: &Stage, told: &str) {
    let person = stage.world.visitor();
    let (mut arranging, mut serving) = (false, false);
    for _ in 0..=LATE {
        arranging = arranging || stage.world.db.now().await.is_ok();
        serving = serving || person.get("/health/ready").await.status == StatusCode::OK;
        if arranging && serving {
            return;
        }
    }
    panic!("{told}: not ready again");
}

const WRONG_ORIGIN: &str = "https://evil.example";

/// The page every browser can read its form token from.
const ANY_FORM: &str = "/enrol";

async fn operator_link(world: &World, subject: Subject) -> String {
    let client = Client::operator();
    let actor = Actor {
        principal: None,
        client: &client,
    };
    let link = world.identity.account_link(actor, subject).await.unwrap();
    link.token.to_text().expose().clone()
}

async fn setup_link(world: &World) -> String {
    let link = world
        .identity
        .setup_link(&Client::operator())
        .await
        .unwrap();
    link.token.to_text().expose().clone()
}

/// Who is created when setting up.
fn first() -> Value {
    json!({ "login": "root", "name": "Root", "email": "root@a.example" })
}

/// Somebody with a password and a passkey who has given the password.
async fn half_way(person: &Visitor<'_>) {
    person.with_both(Agent, "amira").await;
    person.forget_sessions();
    let reply = person.password_sign_in(Agent, "amira", PASSWORD).await;
    assert_eq!(reply.json()["requires_2fa"], true);
}

/// The number of the passkey that was added last.
async fn last_passkey(world: &World) -> i64 {
    number(
        &world.db,
        "SELECT MAX(credential_key) FROM gk_webauthn_credential",
    )
    .await
    .unwrap()
}

fn typed(password: &str) -> Ready {
    Ready::json(
        "/api/auth/login",
        &json!({ "login": "amira", "password": password }),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in() {
    let Some(stage) = Stage::set("signing_in").await else {
        return;
    };
    cut_everywhere(&stage, "passkey begin", async |_, _| {
        Ready::json("/api/auth/passkey/begin", &json!({}))
    })
    .await;
    cut_everywhere(&stage, "passkey finish", async |_, person| {
        person.with_passkey(Customer, "amira").await;
        person.forget_sessions();
        Ready::json(
            "/api/auth/passkey/finish",
            &person.answer("/api/auth/passkey/begin").await,
        )
    })
    .await;
    cut_everywhere(&stage, "password", async |_, person| {
        person.with_password(Agent, "amira").await;
        person.forget_sessions();
        typed(PASSWORD)
    })
    .await;
    cut_everywhere(&stage, "password, then a second step", async |_, person| {
        person.with_both(Agent, "amira").await;
        person.forget_sessions();
        typed(PASSWORD)
    })
    .await;
    cut_everywhere(&stage, "refused password", async |_, person| {
        person.with_password(Agent, "amira").await;
        person.forget_sessions();
        typed("wrong wrong wrong wrong")
    })
    .await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_step_and_leaving() {
    let Some(stage) = Stage::set("the_second_step_and_leaving").await else {
        return;
    };
    let steps = "/api/auth/2fa/webauthn";
    let (begin, finish) = (format!("{steps}/begin"), format!("{steps}/finish"));
    cut_everywhere(&stage, "second step begin", async |_, person| {
        half_way(person).await;
        Ready::json(&begin, &json!({}))
    })
    .await;
    cut_everywhere(&stage, "second step finish", async |_, person| {
        half_way(person).await;
        Ready::json(&finish, &person.answer(&begin).await)
    })
    .await;
    cut_everywhere(&stage, "refused second step", async |_, person| {
        half_way(person).await;
        let begun = person.post(&begin, &json!({})).await.json();
        let options = &begun["options"]["publicKey"];
        let answer = person
            .authenticator
            .lock()
            .unwrap()
            .authenticate(options, WRONG_ORIGIN)
            .unwrap();
        Ready::json(&finish, &answer)
    })
    .await;
    cut_everywhere(&stage, "logout", async |_, person| {
        person.with_password(Agent, "amira").await;
        Ready::form(person, ANY_FORM, "/api/auth/logout", &[]).await
    })
    .await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fresh_proof_and_passkeys() {
    let Some(stage) = Stage::set("fresh_proof_and_passkeys").await else {
        return;
    };
    let (proof, keys) = ("/api/profile/step-up", "/api/profile/passkeys");
    cut_everywhere(&stage, "step-up begin", async |_, person| {
        person.with_passkey(Agent, "amira").await;
        Ready::json(&format!("{proof}/passkey/begin"), &json!({}))
    })
    .await;
    cut_everywhere(&stage, "step-up finish", async |_, person| {
        person.with_passkey(Agent, "amira").await;
        let answer = person.answer(&format!("{proof}/passkey/begin")).await;
        Ready::json(&format!("{proof}/passkey/finish"), &answer)
    })
    .await;
    cut_everywhere(&stage, "step-up with the password", async |_, person| {
        person.with_password(Agent, "amira").await;
        Ready::json(
            &format!("{proof}/password"),
            &json!({ "password": PASSWORD }),
        )
    })
    .await;
    cut_everywhere(&stage, "add a passkey: begin", async |_, person| {
        person.with_password(Agent, "amira").await;
        Ready::json(&format!("{keys}/begin"), &json!({}))
    })
    .await;
    cut_everywhere(&stage, "add a passkey: finish", async |_, person| {
        person.with_password(Agent, "amira").await;
        let credential = person.register(&format!("{keys}/begin"), &json!({})).await;
        Ready::json(&format!("{keys}/finish"), &credential)
    })
    .await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ones_own_account() {
    let Some(stage) = Stage::set("ones_own_account").await else {
        return;
    };
    let own = "/profile/security";
    cut_everywhere(&stage, "rename", async |world, person| {
        person.with_passkey(Agent, "amira").await;
        let path = format!("{own}/passkeys/{}/rename", last_passkey(world).await);
        Ready::form(person, ANY_FORM, &path, &[("name", "Blue key")]).await
    })
    .await;
    cut_everywhere(&stage, "remove", async |world, person| {
        person.with_both(Agent, "amira").await;
        let path = format!("{own}/passkeys/{}/remove", last_passkey(world).await);
        Ready::form(person, ANY_FORM, &path, &[]).await
    })
    .await;
    cut_everywhere(&stage, "set the password", async |_, person| {
        person.with_passkey(Agent, "amira").await;
        Ready::form(
            person,
            ANY_FORM,
            &format!("{own}/password"),
            &[("new_password", PASSWORD)],
        )
        .await
    })
    .await;
    cut_everywhere(&stage, "end the other sessions", async |world, person| {
        person.with_password(Agent, "amira").await;
        world
            .visitor()
            .password_sign_in(Agent, "amira", PASSWORD)
            .await;
        Ready::form(person, ANY_FORM, &format!("{own}/sessions/end-others"), &[]).await
    })
    .await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setup_link() {
    link("setup").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invite_link() {
    link("invite").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_link() {
    link("reset").await;
}

/// Opens a link of this purpose and follows it, with a passkey and with a password.
async fn link(purpose: &str) {
    let Some(stage) = Stage::set(purpose).await else {
        return;
    };
    let begin = "/api/enrol/passkey/begin";
    let typed = [
        ("login", "root"),
        ("name", "Root"),
        ("email", ""),
        ("password", PASSWORD),
    ];
    cut_everywhere(
        &stage,
        &format!("{purpose}: open"),
        async |world, person| {
            let token = issued(world, person, purpose).await;
            Ready::form(person, ANY_FORM, "/enrol/open", &[("token", &token)]).await
        },
    )
    .await;
    cut_everywhere(
        &stage,
        &format!("{purpose}: passkey begin"),
        async |world, person| {
            follow(world, person, purpose).await;
            Ready::json(begin, &first())
        },
    )
    .await;
    cut_everywhere(
        &stage,
        &format!("{purpose}: passkey finish"),
        async |world, person| {
            follow(world, person, purpose).await;
            Ready::json(
                "/api/enrol/passkey/finish",
                &person.register(begin, &first()).await,
            )
        },
    )
    .await;
    cut_everywhere(
        &stage,
        &format!("{purpose}: password"),
        async |world, person| {
            follow(world, person, purpose).await;
            Ready::form(person, ANY_FORM, "/enrol/password", &typed).await
        },
    )
    .await;
    stage.strike().await;
}

/// The token of a link of this purpose.
async fn issued(world: &World, person: &Visitor<'_>, purpose: &str) -> String {
    match purpose {
        "setup" => setup_link(world).await,
        "invite" => person.invited(Customer, None, "amira").await.1,
        _ => {
            let subject = person.with_both(Customer, "amira").await;
            person.forget_sessions();
            operator_link(world, subject).await
        }
    }
}

/// Opens a link of this purpose.
async fn follow(world: &World, person: &Visitor<'_>, purpose: &str) {
    let token = issued(world, person, purpose).await;
    person.open_link(&token).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn administration() {
    let Some(stage) = Stage::set("administration").await else {
        return;
    };
    cut_everywhere(&stage, "invite", async |_, admin| {
        admin.admin("root").await;
        let fields = [
            ("login", "amira"),
            ("name", "Amira"),
            ("email", "amira@a.example"),
        ];
        Ready::form(admin, ANY_FORM, "/admin/accounts/customers/invite", &fields).await
    })
    .await;
    for act in ["disable", "end-sessions", "reset-link", "enable"] {
        cut_everywhere(&stage, act, async |world, admin| {
            admin.admin("root").await;
            let subject = world.visitor().with_both(Customer, "amira").await;
            if act == "enable" {
                let client = Client::operator();
                let actor = Actor {
                    principal: None,
                    client: &client,
                };
                world.identity.disable(actor, subject, "").await.unwrap();
            }
            let path = format!("/admin/accounts/customers/{}/{act}", subject.id);
            Ready::form(admin, ANY_FORM, &path, &[("reason", "left")]).await
        })
        .await;
    }
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_only_read() {
    let Some(stage) = Stage::set("pages_that_only_read").await else {
        return;
    };
    for page in [
        "/",
        "/login",
        "/logout",
        "/profile/security",
        "/profile/security/confirm",
        "/admin/accounts/agents",
        "/admin/accounts/agents/invite",
        "/welcome",
    ] {
        cut_everywhere(&stage, page, async |_, admin| {
            admin.admin("root").await;
            Ready::get(page)
        })
        .await;
    }
    cut_everywhere(&stage, "an account", async |_, admin| {
        let subject = admin.admin("root").await;
        Ready::get(&format!("/admin/accounts/agents/{}", subject.id))
    })
    .await;
    cut_everywhere(&stage, "an open link", async |world, person| {
        follow(world, person, "invite").await;
        Ready::get("/enrol")
    })
    .await;
    cut_everywhere(&stage, "the second step", async |_, person| {
        half_way(person).await;
        Ready::get("/login/2fa")
    })
    .await;
    stage.strike().await;
}

/// Not knowing whether a second step is needed is never "no".
#[tokio::test(flavor = "multi_thread")]
async fn mfa_lookup_error() {
    on_both("mfa_lookup_error", async |world| {
        let amira = world.visitor();
        amira.with_both(Agent, "amira").await;
        amira.forget_sessions();
        for table in ["gk_credential", "gk_webauthn_credential"] {
            execute(
                &world.db,
                &format!("ALTER TABLE {table} RENAME TO elsewhere"),
            )
            .await
            .unwrap();
            let reply = amira.password_sign_in(Agent, "amira", PASSWORD).await;
            execute(
                &world.db,
                &format!("ALTER TABLE elsewhere RENAME TO {table}"),
            )
            .await
            .unwrap();
            if table == "gk_credential" {
                assert_unavailable(&reply, table);
                assert_eq!(reply.code(), "auth_unavailable");
            } else {
                assert!(
                    !reply
                        .cookies_set()
                        .contains(&String::from("gatefold-agent")),
                    "{table}"
                );
            }
            let sessions = number(
                &world.db,
                "SELECT COUNT(*) FROM gk_session WHERE expires_at > 0",
            )
            .await
            .unwrap();
            assert_eq!(sessions, 1, "{table}: only the first one");
        }
        let reply = amira.password_sign_in(Agent, "amira", PASSWORD).await;
        assert_eq!(reply.json()["requires_2fa"], true);
    })
    .await;
}

/// Addresses with a session in hand, and whether they ask the database.
async fn assert_all_unavailable(person: &Visitor<'_>) {
    let cookies = person.cookie_line();
    for route in catalogue(true) {
        if !matches!(
            route.rule.access,
            Access::Public | Access::SignedIn | Access::Admin
        ) {
            continue;
        }
        let path = route.path.replace("{kind}", "agents").replace("{id}", "1");
        for method in route.methods {
            let headers = [
                ("host", "localhost:4711"),
                ("origin", "http://localhost:4711"),
                ("accept", "application/json"),
                ("cookie", cookies.as_str()),
            ];
            let reply = person
                .raw(method.parse().unwrap(), &path, &headers, "")
                .await;
            if path != "/_components" || reply.status != StatusCode::OK {
                assert_unavailable(&reply, &format!("{method} {path}"));
                assert_eq!(reply.code(), "auth_unavailable", "{method} {path}");
            }
        }
    }
}

/// A database that is away is not "signed out": nobody loses a cookie, and it heals by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away() {
    // INV-FAIL-CLOSED
    let Some(stage) = Stage::set("a_database_that_is_away").await else {
        return;
    };
    let (admin, customer) = (stage.world.visitor(), stage.world.visitor());
    admin.admin("root").await;
    customer.with_passkey(Customer, "customer").await;
    admin.set_cookie(
        "gatefold-customer",
        &customer.cookies()["gatefold-customer"],
    );
    stage.proxy.reset();
    stage.proxy.cut(Cut::Before(1));
    assert_eq!(
        admin.get("/health/ready").await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert!(stage.proxy.is_cut());
    assert_eq!(admin.get("/health/live").await.status, StatusCode::OK);
    assert_all_unavailable(&admin).await;
    for begin in [
        "/api/auth/passkey/begin",
        "/api/auth/customer/passkey/begin",
    ] {
        assert_unavailable(&stage.world.visitor().post(begin, &json!({})).await, begin);
    }
    assert_unavailable(
        &stage
            .world
            .visitor()
            .password_sign_in(Agent, "root", PASSWORD)
            .await,
        "password",
    );
    assert_eq!(
        admin.get("/health/ready").await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    stage.proxy.heal();
    recovers(&stage, "after the outage").await;
    assert_eq!(admin.get("/profile/security").await.status, StatusCode::OK);
    assert_eq!(
        admin.get("/customer/profile/security").await.status,
        StatusCode::OK
    );
    stage.strike().await;
}
