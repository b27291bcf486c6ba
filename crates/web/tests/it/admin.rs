//! The administration: finding, inviting, disabling, enabling, and what nobody may do to themselves.

use gatefold_kernel::AccountKind::{Agent, Customer};
use gatefold_kernel::{AccountKind, Subject};
use gatefold_store::testing::{number, set_clock_offset};
use gatefold_testkit::visitor::{PASSWORD, Reply, Visitor};
use gatefold_testkit::world::{World, on_both};
use reqwest::{Method, StatusCode};

const FORM: &str = "application/x-www-form-urlencoded";

/// A page's text as a browser reads its attributes.
fn read(page: &Reply) -> String {
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    unescape(&page.body)
}

fn unescape(text: &str) -> String {
    let entities = [
        ("&#x2f;", "/"),
        ("&#x27;", "'"),
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ];
    entities
        .iter()
        .fold(text.to_owned(), |text, (entity, plain)| {
            text.replace(entity, plain)
        })
}

/// The accounts on a page of the list, by number, in its order.
fn listed(page: &str, kind: &str) -> Vec<i64> {
    let link = format!("href=\"/admin/accounts/{kind}/");
    let pieces = page.split(&link).skip(1);
    pieces
        .filter_map(|rest| rest.split('"').next()?.parse().ok())
        .collect()
}

/// Where the button with this relation leads.
fn linked(page: &str, relation: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("rel=\"{relation}\" href=\""))?;
    rest.split('"').next().map(str::to_owned)
}

async fn search(admin: &Visitor<'_>, kind: &str, query: &str) -> Vec<i64> {
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("q", query)
        .finish();
    listed(
        &read(&admin.get(&format!("/admin/accounts/{kind}?{query}")).await),
        kind,
    )
}

/// Posts to an account's address, as the button on its page does.
async fn act(admin: &Visitor<'_>, subject: Subject, word: &str) -> Reply {
    let fields = [("reason", "left the company")];
    admin
        .submit("/enrol", &format!("{}/{word}", at(subject)), &fields)
        .await
}

fn at(subject: Subject) -> String {
    format!("/admin/accounts/{}s/{}", subject.kind, subject.id)
}

async fn invited(admin: &Visitor<'_>, kind: AccountKind, logins: &[String]) -> Vec<i64> {
    let mut ids = Vec::new();
    for login in logins {
        ids.push(admin.invited(kind, None, login).await.0.id.get());
    }
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_accounts_leave_nobody_out() {
    on_both("pages_of_accounts_leave_nobody_out", async |world| {
        let admin = world.visitor();
        admin.admin("root").await;
        // In another order than that of their names.
        let logins: Vec<String> = (0..120).map(|n| format!("c{:03}", n * 7 % 120)).collect();
        let ids = invited(&admin, Customer, &logins).await;
        let mut pairs: Vec<(&String, i64)> = logins.iter().zip(ids).collect();
        pairs.sort();
        let sorted: Vec<i64> = pairs.into_iter().map(|(_, id)| id).collect();
        let (mut seen, mut path, mut pages) = (
            Vec::new(),
            Some(String::from("/admin/accounts/customers")),
            Vec::new(),
        );
        while let Some(next) = path {
            let page = read(&admin.get(&next).await);
            pages.push(listed(&page, "customers"));
            seen.extend(listed(&page, "customers"));
            path = linked(&page, "next");
            if path.is_none() {
                backwards(&admin, &page, &pages).await;
            }
        }
        assert_eq!(seen, sorted);
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [50, 50, 20]);
        let found = search(&admin, "customers", "c01").await;
        assert_eq!(found.len(), 10);
        assert_eq!(search(&admin, "agents", "c01").await, [0_i64; 0]);
    })
    .await;
}

/// From the last page to the first, each as it was on the way there.
async fn backwards(admin: &Visitor<'_>, last: &str, pages: &[Vec<i64>]) {
    let mut page = last.to_owned();
    for expected in pages.iter().rev().skip(1) {
        page = read(
            &admin
                .get(&linked(&page, "prev").expect("a page before"))
                .await,
        );
        assert_eq!(&listed(&page, "customers"), expected);
    }
    assert_eq!(linked(&page, "prev"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_found_by_the_beginning_of_a_name() {
    on_both(
        "accounts_are_found_by_the_beginning_of_a_name",
        async |world| {
            let admin = world.visitor();
            admin.admin("root").await;
            let logins = [
                "Émile",
                "emilia",
                "100%",
                "100_",
                "a\\b",
                "Straße",
                "ﬁona",
                "мария",
                "李雷",
                "x'y\"z",
            ]
            .map(String::from);
            let ids = invited(&admin, Customer, &logins).await;
            let fields = [
                ("login", "zoe"),
                ("name", "Zoe"),
                ("email", "Quark@B.example"),
            ];
            let reply = admin
                .submit("/enrol", "/admin/accounts/customers/invite", &fields)
                .await;
            assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
            let zoe = number(&world.db, "SELECT MAX(id) FROM gk_account")
                .await
                .unwrap();
            let table: [(&str, &[i64]); 19] = [
                ("émi", &ids[0..1]),
                ("E\u{301}MI", &ids[0..1]),
                ("emi", &ids[1..2]),
                ("100", &ids[2..4]),
                ("100%", &ids[2..3]),
                ("100_", &ids[3..4]),
                ("%", &[]),
                ("_", &[]),
                ("1%", &[]),
                ("a\\", &ids[4..5]),
                ("\\", &[]),
                ("STRASS", &[]),
                ("straß", &ids[5..6]),
                ("fi", &ids[6..7]),
                ("МАР", &ids[7..8]),
                ("李", &ids[8..9]),
                ("x'y\"", &ids[9..10]),
                ("quark@", &[zoe]),
                ("uark", &[]),
            ];
            for (query, expected) in table {
                assert_eq!(
                    search(&admin, "customers", query).await,
                    expected,
                    "{query:?}"
                );
            }
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invite_keeps_what_was_typed() {
    on_both("an_invite_keeps_what_was_typed", async |world| {
        let admin = world.visitor();
        admin.admin("root").await;
        let page = "/admin/accounts/agents/invite";
        let taken = [
            ("login", "amira"),
            ("name", "Amira"),
            ("email", "amira@a.example"),
        ];
        assert_eq!(
            admin.submit(page, page, &taken).await.status,
            StatusCode::OK
        );
        let accounts = number(&world.db, "SELECT COUNT(*) FROM gk_account")
            .await
            .unwrap();
        let table = [
            ("AMIRA", "Other Amira", "", 409),
            ("bo", "Bo of B", "AMIRA@a.example", 409),
            ("bo@b.example", "Bo of B", "", 422),
            ("bo@b.example", "Bo of B", "cleo@b.example", 422),
            ("amira@a.example", "Not Amira", "amira@a.example", 409),
            ("bo", "Bo of B", "nonsense", 422),
            ("", "Bo of B", "bo@b.example", 422),
            ("bo", "", "bo@b.example", 422),
        ];
        for (login, name, email, status) in table {
            let fields = [
                ("login", login),
                ("name", name),
                ("email", email),
                ("admin", "on"),
            ];
            let reply = admin.submit(page, page, &fields).await;
            let told = format!("{login:?} {name:?} {email:?}: {}", reply.body);
            assert_eq!(reply.status.as_u16(), status, "{told}");
            let body = unescape(&reply.body);
            for typed in [login, name, email] {
                assert!(
                    body.contains(&format!("value=\"{typed}\"")) || typed.is_empty(),
                    "{typed:?} of {told}"
                );
            }
            assert!(body.contains("checked"), "{told}");
            assert!(body.contains("aria-invalid=\"true\""), "{told}");
        }
        assert_eq!(
            number(&world.db, "SELECT COUNT(*) FROM gk_account")
                .await
                .unwrap(),
            accounts
        );
        // A customer may be called like an agent.
        let reply = admin
            .submit(page, "/admin/accounts/customers/invite", &taken)
            .await;
        assert_eq!(reply.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn disabling_ends_everything_and_enabling_brings_it_back() {
    on_both("disabling_ends_everything", async |world| {
        let (admin, amira) = (world.visitor(), world.visitor());
        admin.admin("root").await;
        let subject = amira.with_both(Customer, "amira").await;
        let waiting = world.visitor();
        waiting.password_sign_in(Customer, "amira", PASSWORD).await;
        let reply = act(&admin, subject, "disable").await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
        assert_eq!(
            reply.goes_to(),
            format!("{}?done=account-disabled", at(subject))
        );
        assert_eq!(
            amira.get("/customer/profile/security").await.status,
            StatusCode::SEE_OTHER
        );
        amira.forget_sessions();
        let reply = amira.passkey_sign_in(Customer).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{}", reply.body);
        let reply = amira.password_sign_in(Customer, "amira", PASSWORD).await;
        assert_eq!(reply.code(), "invalid_credentials");
        let reply = waiting
            .post(
                "/api/auth/customer/2fa/webauthn/begin",
                &serde_json::json!({}),
            )
            .await;
        assert_eq!(reply.code(), "no_pending_login");
        let reply = act(&admin, subject, "reset-link").await;
        assert_eq!(reply.status, StatusCode::CONFLICT);
        assert_eq!(
            act(&admin, subject, "enable").await.status,
            StatusCode::SEE_OTHER
        );
        assert_eq!(amira.passkey_sign_in(Customer).await.status, StatusCode::OK);
        let page = read(&admin.get(&at(subject)).await);
        for shown in ["amira", "left the company"] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_always_administers() {
    on_both("somebody_always_administers", async |world| {
        let (root, second) = (world.visitor(), world.visitor());
        let own = root.admin("root").await;
        let other = second.admin("second").await;
        root.always("accept", "application/json");
        let reply = act(&root, own, "disable").await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (StatusCode::CONFLICT, "own_account")
        );
        assert_eq!(act(&root, other, "disable").await.status, StatusCode::OK);
        let status = "SELECT COUNT(*) FROM gk_account WHERE role = 'admin' AND status = 'active'";
        assert_eq!(number(&world.db, status).await.unwrap(), 1);
        // The last one, by whoever has no account of their own: an operator.
        let client = gatefold_identity::Client::operator();
        let actor = gatefold_identity::account::Actor {
            principal: None,
            client: &client,
        };
        let refused = world.identity.disable(actor, own, "").await.unwrap_err();
        assert_eq!(refused.to_string(), "refused: last_administrator");
        assert_eq!(number(&world.db, status).await.unwrap(), 1);
        assert_eq!(
            second.get("/admin/accounts/agents").await.status,
            StatusCode::SEE_OTHER
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_administrators_who_disable_each_other_leave_one() {
    on_both("two_administrators", async |world| {
        let (root, second) = (world.visitor(), world.visitor());
        let (first, other) = (root.admin("root").await, second.admin("second").await);
        let both = tokio::join!(act(&root, other, "disable"), act(&second, first, "disable"));
        let active = "SELECT COUNT(*) FROM gk_account WHERE role = 'admin' AND status = 'active'";
        assert_eq!(
            number(&world.db, active).await.unwrap(),
            1,
            "{} {}",
            both.0.status,
            both.1.status
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ending_sessions_leaves_the_account() {
    on_both("ending_sessions_leaves_the_account", async |world| {
        let (admin, amira) = (world.visitor(), world.visitor());
        admin.admin("root").await;
        let subject = amira.with_passkey(Agent, "amira").await;
        let reply = act(&admin, subject, "end-sessions").await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER);
        assert_eq!(
            amira.get("/profile/security").await.status,
            StatusCode::SEE_OTHER
        );
        amira.forget_sessions();
        assert_eq!(amira.passkey_sign_in(Agent).await.status, StatusCode::OK);
    })
    .await;
}

/// The link on the page that shows it once.
fn shown_link(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("/enrol#")?;
    Some(
        rest.chars()
            .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
            .collect(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_link_is_shown_once_and_works_once() {
    on_both("a_reset_link_is_shown_once", async |world| {
        let (admin, amira) = (world.visitor(), world.visitor());
        admin.admin("root").await;
        let subject = amira.with_both(Customer, "amira").await;
        let first = shown_link(&read(&act(&admin, subject, "reset-link").await)).expect("a link");
        let token = shown_link(&read(&act(&admin, subject, "reset-link").await)).expect("a link");
        assert_eq!(token.len(), 43);
        assert_eq!(shown_link(&read(&admin.get(&at(subject)).await)), None);
        let renewed = world.visitor();
        let dead = renewed
            .submit("/enrol", "/enrol/open", &[("token", &first)])
            .await;
        assert_eq!(dead.status, StatusCode::GONE, "an earlier link dies");
        let reply = renewed.enrol_passkey(&token, &serde_json::json!({})).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        // Whatever was there before is gone: the session, the passkey, the password.
        assert_eq!(
            amira.get("/customer/profile/security").await.status,
            StatusCode::SEE_OTHER
        );
        amira.forget_sessions();
        assert_eq!(
            amira.passkey_sign_in(Customer).await.status,
            StatusCode::UNAUTHORIZED
        );
        assert_eq!(
            amira
                .password_sign_in(Customer, "amira", PASSWORD)
                .await
                .status,
            StatusCode::UNAUTHORIZED
        );
        let again = world
            .visitor()
            .submit("/enrol", "/enrol/open", &[("token", &token)])
            .await;
        assert_eq!(again.status, StatusCode::GONE);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invite_link_makes_an_account() {
    on_both("an_invite_link_makes_an_account", async |world| {
        let (admin, amira) = (world.visitor(), world.visitor());
        admin.admin("root").await;
        let page = "/admin/accounts/agents/invite";
        let fields = [
            ("login", "amira"),
            ("name", "Amira <b>"),
            ("email", ""),
            ("admin", "on"),
        ];
        let reply = admin.submit(page, page, &fields).await;
        assert!(
            !reply.body.contains("Amira <b>"),
            "names are text, not markup"
        );
        let token = shown_link(&read(&reply)).expect("a link");
        let reply = amira.enrol_passkey(&token, &serde_json::json!({})).await;
        assert_eq!(reply.goes_to(), "/welcome");
        assert_eq!(
            amira.get("/admin/accounts/agents").await.status,
            StatusCode::OK
        );
    })
    .await;
}

/// What an administrator can do to an account, as a path and a method.
fn acts(subject: Subject) -> Vec<(Method, String)> {
    let words = [
        "disable",
        "enable",
        "end-sessions",
        "invite-link",
        "reset-link",
    ];
    let mut acts: Vec<(Method, String)> = words
        .iter()
        .map(|word| (Method::POST, format!("{}/{word}", at(subject))))
        .collect();
    acts.push((Method::POST, String::from("/admin/accounts/agents/invite")));
    acts
}

async fn post_all(
    world: &World,
    person: &Visitor<'_>,
    subject: Subject,
    check: impl Fn(&Reply, &str),
) {
    let token = gatefold_testkit::visitor::form_token(&person.get("/enrol").await.body);
    let events = "SELECT COUNT(*) FROM gk_auth_event";
    let before = number(&world.db, events).await.unwrap();
    for (method, path) in acts(subject) {
        let fields = format!("_csrf={token}&login=new&name=New&reason=x");
        check(&person.send(method, &path, FORM, fields).await, &path);
    }
    assert_eq!(
        number(&world.db, events).await.unwrap(),
        before,
        "nothing happened"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_administers_nothing() {
    on_both("an_agent_administers_nothing", async |world| {
        let (admin, agent) = (world.visitor(), world.visitor());
        let root = admin.admin("root").await;
        agent.with_passkey(Agent, "amira").await;
        post_all(world, &agent, root, |reply, path| {
            assert_eq!(reply.status, StatusCode::FORBIDDEN, "{path}");
        })
        .await;
        for page in [
            "/admin",
            "/admin/accounts/agents",
            "/admin/accounts/customers",
            "/admin/accounts/agents/invite",
            &at(root),
        ] {
            assert_eq!(
                agent.get(page).await.status,
                StatusCode::FORBIDDEN,
                "{page}"
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_proof_is_renewed_first() {
    on_both("an_old_proof_is_renewed_first", async |world| {
        let (admin, amira) = (world.visitor(), world.visitor());
        admin.admin("root").await;
        let subject = amira.with_passkey(Agent, "amira").await;
        set_clock_offset(&world.db, 6 * 60 * 1_000).await.unwrap();
        post_all(world, &admin, subject, |reply, path| {
            assert_eq!(
                reply.status,
                StatusCode::SEE_OTHER,
                "{path}: {}",
                reply.body
            );
            let to = reply.goes_to();
            assert!(
                to.starts_with("/profile/security/confirm?return_to=%2Fadmin%2Faccounts%2Fagents"),
                "{to}"
            );
        })
        .await;
        admin.always("accept", "application/json");
        post_all(world, &admin, subject, |reply, path| {
            assert_eq!(reply.code(), "fresh_proof_required", "{path}");
            assert_eq!(
                reply.json()["methods"],
                serde_json::json!(["passkey"]),
                "{path}"
            );
        })
        .await;
        assert_eq!(admin.step_up(Agent).await.status, StatusCode::OK);
        assert_eq!(act(&admin, subject, "disable").await.status, StatusCode::OK);
    })
    .await;
}
