//! Bodies, cookies and queries that no page of ours sends: each gets its refusal, none is our fault.

use gatefold_kernel::AccountKind;
use gatefold_testkit::visitor::{PASSWORD, Reply, Visitor, form_token};
use gatefold_testkit::world::{World, on_both};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, TestRng, TestRunner};
use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use AccountKind::Agent;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const LIMIT: usize = 64 * 1024;

/// Addresses that read a JSON body, as somebody signed in with an open link and a waiting login.
const JSON_READERS: [&str; 9] = [
    "/api/auth/login",
    "/api/auth/customer/login",
    "/api/auth/passkey/finish",
    "/api/auth/2fa/webauthn/finish",
    "/api/enrol/passkey/begin",
    "/api/enrol/passkey/finish",
    "/api/profile/passkeys/finish",
    "/api/profile/step-up/passkey/finish",
    "/api/profile/step-up/password",
];

/// Addresses that read a form.
const FORM_READERS: [&str; 7] = [
    "/login",
    "/customer/login",
    "/enrol/open",
    "/enrol/password",
    "/language",
    "/profile/security/password",
    "/admin/accounts/agents/invite",
];

/// Somebody with every cookie there is: an administrator's session, a waiting login, an open link.
async fn equipped(world: &World) -> Visitor<'_> {
    let person = world.visitor();
    person.admin("root").await;
    let waiting = world.visitor();
    waiting.with_both(Agent, "amira").await;
    waiting.password_sign_in(Agent, "amira", PASSWORD).await;
    let name = "gatefold-agent-pending";
    person.set_cookie(name, &waiting.cookies()[name]);
    let (_, token) = person.invited(Agent, None, "bo").await;
    person.open_link(&token).await;
    person
}

/// The token of this browser's forms, read in a browser that has not opened a link.
async fn token(person: &Visitor<'_>) -> String {
    form_token(&person.get("/enrol").await.body)
}

fn assert_clean(reply: &Reply, told: &str) {
    assert!(
        reply.status.is_client_error(),
        "{told}: {} {}",
        reply.status,
        reply.body
    );
    assert!(
        !reply
            .cookies_set()
            .iter()
            .any(|name| name == "gatefold-agent"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn too_large() {
    on_both("too_large", async |world| {
        let person = equipped(world).await;
        let token = token(&person).await;
        person.always("accept", JSON);
        for (paths, kind, fill) in [
            (&JSON_READERS[..], JSON, "[1,"),
            (&FORM_READERS[..], FORM, "a=b&"),
        ] {
            for path in paths {
                let told = |encoding: &str| {
                    format!("{path} HTTP/1.1\r\ncontent-type: {kind}\r\n{encoding}")
                };
                let declared = told(&format!("content-length: {}", LIMIT + 1));
                let answer = spoken(world, &person, &declared, b"").await;
                assert!(answer.starts_with("HTTP/1.1 413"), "{path}: {answer}");
                // One byte too many, and no end in sight: the server has to judge by what it read.
                let body = fill.repeat(LIMIT)[..LIMIT + 1].to_owned();
                let body = format!("{:x}\r\n{body}\r\n", body.len());
                let answer = spoken(
                    world,
                    &person,
                    &told("transfer-encoding: chunked"),
                    body.as_bytes(),
                )
                .await;
                assert!(answer.starts_with("HTTP/1.1 413"), "{path}: {answer}");
            }
        }
        // The largest that is allowed is read.
        let body = format!(
            "_csrf={token}&token={}",
            "a".repeat(LIMIT - token.len() - 13)
        );
        assert_eq!(body.len(), LIMIT);
        let reply = person
            .send(Method::POST, "/enrol/open", FORM, body.clone())
            .await;
        assert_eq!(reply.status, StatusCode::GONE, "{}", reply.body);
        let reply = person
            .send(Method::POST, "/enrol/open", FORM, body + "a")
            .await;
        assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    })
    .await;
}

/// Sends this head, then this body; gives the head of the answer.
async fn spoken(world: &World, person: &Visitor<'_>, head: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(world.address().await).await.unwrap();
    let head = format!(
        "POST {head}\r\nhost: localhost:4711\r\norigin: http://localhost:4711\r\ncookie: {}\r\n\
         accept: {JSON}\r\nconnection: close\r\n\r\n",
        person.cookie_line()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = [0; 64];
    let read = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..read]).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_content_type() {
    on_both("wrong_content_type", async |world| {
        let person = equipped(world).await;
        person.always("accept", JSON);
        let odd = [
            "",
            "text/plain",
            "multipart/form-data; boundary=x",
            "application/jsonp",
            "json",
            "application/json2",
            "*/*",
        ];
        for (paths, wrong) in [(&JSON_READERS[..], FORM), (&FORM_READERS[..], JSON)] {
            for path in paths {
                for kind in odd.iter().chain([&wrong]) {
                    let reply = person
                        .send(Method::POST, path, kind, String::from("{}"))
                        .await;
                    assert_eq!(
                        reply.status,
                        StatusCode::UNSUPPORTED_MEDIA_TYPE,
                        "{path} {kind:?}"
                    );
                    assert_eq!(reply.code(), "wrong_content_type", "{path} {kind:?}");
                }
            }
        }
    })
    .await;
}

/// A JSON body that is none, for every address that reads one.
#[tokio::test(flavor = "multi_thread")]
async fn not_json() {
    on_both("not_json", async |world| {
        let person = equipped(world).await;
        let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
        let deep_id = format!(
            "{{\"id\":{}1{}}}",
            "{\"a\":".repeat(9_000),
            "}".repeat(9_000)
        );
        let bodies: [&[u8]; 12] = [
            b"",
            b"{",
            b"null",
            b"[]",
            b"1e999",
            b"\"\"",
            b"{\"id\":\"\xff\xfe\"}",
            b"\xef\xbb\xbf{}",
            b"{\"login\":\"\xff\"}",
            b"{\"id\":\"\\ud800\"}",
            deep.as_bytes(),
            deep_id.as_bytes(),
        ];
        let cookies = person.cookie_line();
        for path in JSON_READERS {
            for body in bodies {
                let headers = [
                    ("host", "localhost:4711"),
                    ("origin", "http://localhost:4711"),
                    ("content-type", JSON),
                    ("cookie", cookies.as_str()),
                ];
                let reply = person.raw(Method::POST, path, &headers, body).await;
                let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
                let told = format!("{path} {shown:?}: {} {}", reply.status, reply.body);
                // All fields of who follows an invite are known, so an empty body is enough there.
                let begins = path == "/api/enrol/passkey/begin" && reply.status == StatusCode::OK;
                assert!(begins || reply.status.is_client_error(), "{told}");
            }
        }
    })
    .await;
}

/// Every beginning of a credential's JSON, and of the CBOR inside it, is malformed and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn truncated_credentials() {
    let world = world().await;
    let person = world.visitor();
    person.with_password(Agent, "amira").await;
    let keys = "/api/profile/passkeys";
    let credential = person.register(&format!("{keys}/begin"), &json!({})).await;
    let text = credential.to_string();
    for length in (0..text.len()).step_by(17) {
        let reply = person
            .send(
                Method::POST,
                &format!("{keys}/finish"),
                JSON,
                text[..length].to_owned(),
            )
            .await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (StatusCode::BAD_REQUEST, "malformed_response"),
            "{length}"
        );
    }
    let whole = credential["response"]["attestationObject"]
        .as_str()
        .unwrap();
    for length in (0..whole.len()).step_by(7) {
        let mut cut = credential.clone();
        cut["response"]["attestationObject"] = json!(whole[..length]);
        let reply = person.post(&format!("{keys}/finish"), &cut).await;
        let code = reply.code();
        assert!(
            ["malformed_response", "passkey_failed", "challenge_expired"].contains(&code.as_str()),
            "{length}: {code}"
        );
        assert_clean(&reply, &format!("{length}"));
    }
    let other = world.visitor();
    other.with_passkey(Agent, "bo").await;
    let answer = other.answer("/api/auth/passkey/begin").await;
    let data = answer["response"]["authenticatorData"].as_str().unwrap();
    for length in 0..data.len() {
        let mut cut = answer.clone();
        cut["response"]["authenticatorData"] = json!(data[..length]);
        assert_clean(
            &person.post("/api/auth/passkey/finish", &cut).await,
            &format!("{length}"),
        );
    }
    world.stop().await;
}

async fn world() -> World {
    use gatefold_testkit::world::{Backend, Topology};
    World::start("bodies", Backend::Sqlite, Topology::Single)
        .await
        .expect("SQLite is always there")
}

/// Names that databases, files and pages trip over. Encoded, the longest still fits into a body.
fn odd_names() -> Vec<String> {
    let mut names: Vec<String> = [
        "\0",
        "a\0b",
        "\u{1}",
        "\u{202e}",
        "\u{feff}",
        "\u{fffe}",
        "\u{10ffff}",
        "'; DROP TABLE gk_account;--",
        "%",
        "_",
        "\\",
        "<script>",
        "{{ 7 * 7 }}",
        "a\r\nb",
        "\t",
        "",
        " ",
        "ﷺ",
        "e\u{301}",
    ]
    .map(String::from)
    .to_vec();
    names.push("a".repeat(300));
    names.push("ß".repeat(10_000));
    names.push(format!("e{}", "\u{301}".repeat(10_000)));
    names
}

/// PostgreSQL takes no NUL in text: that must be our refusal, not its failure.
#[tokio::test(flavor = "multi_thread")]
async fn odd_names_are_refused_or_kept() {
    on_both("odd_names_are_refused_or_kept", async |world| {
        let person = world.visitor();
        person.admin("root").await;
        let token = token(&person).await;
        for name in odd_names() {
            let told = format!("{:?}", name.chars().take(20).collect::<String>());
            let stranger = world.visitor();
            let reply = stranger.password_sign_in(Agent, &name, &name).await;
            let refused = [401, 413, 429];
            assert!(
                refused.contains(&reply.status.as_u16()),
                "login {told}: {} {}",
                reply.status,
                reply.body
            );
            for fields in [
                [("login", name.as_str()), ("name", "N")],
                [("login", "ok"), ("name", &name)],
            ] {
                let reply = invite(&person, &token, &fields).await;
                assert!(
                    !reply.status.is_server_error(),
                    "invite {told}: {} {}",
                    reply.status,
                    reply.body
                );
            }
            let query: String = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("q", &name)
                .append_pair("after", &format!("1.{name}"))
                .finish();
            // A query longer than this no server takes.
            if query.len() < 8_000 {
                for query in [query.clone(), query.replace("after=", "before=")] {
                    let reply = person.get(&format!("/admin/accounts/agents?{query}")).await;
                    assert!(
                        !reply.status.is_server_error(),
                        "search {told}: {}",
                        reply.status
                    );
                }
            }
        }
    })
    .await;
}

async fn invite(person: &Visitor<'_>, token: &str, fields: &[(&str, &str)]) -> Reply {
    let form: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .append_pair("_csrf", token)
        .finish();
    person
        .send(Method::POST, "/admin/accounts/agents/invite", FORM, form)
        .await
}

/// Other fields that reach the database as text.
#[tokio::test(flavor = "multi_thread")]
async fn nul_bytes_reach_no_database() {
    on_both("nul_bytes_reach_no_database", async |world| {
        let person = equipped(world).await;
        person.set_cookie("gatefold-link", "");
        let token = token(&person).await;
        let forms = [
            ("/login", "login=a%00b&password=a%00b&return_to=%2F%00"),
            ("/enrol/open", "token=%00"),
            ("/language", "tag=%00&return_to=%2F%00"),
            (
                "/profile/security/password",
                "new_password=vellum+quartz%00heron+tundra",
            ),
            ("/profile/security/confirm", "password=%00&return_to=%2F%00"),
            ("/profile/security/sessions/%00/end", ""),
            ("/profile/security/sessions/a%00b/end", ""),
            ("/profile/security/passkeys/1/rename", "name=%00"),
            ("/admin/accounts/agents/1/disable", "reason=%00"),
            (
                "/admin/accounts/agents/invite",
                "login=x%00&name=y%00&email=z%00%40a.example",
            ),
        ];
        for (path, fields) in forms {
            let reply = person
                .send(Method::POST, path, FORM, format!("_csrf={token}&{fields}"))
                .await;
            assert!(
                !reply.status.is_server_error(),
                "{path}: {} {}",
                reply.status,
                reply.body
            );
        }
        for path in [
            "/admin/accounts/agents?q=%00",
            "/admin/accounts/agents?after=1.%00",
            "/admin/accounts/agents?before=1.a%00",
            "/login?return_to=%2F%00",
            "/profile/security?done=%00",
        ] {
            let reply = person.get(path).await;
            assert!(!reply.status.is_server_error(), "{path}: {}", reply.status);
        }
        person.always("user-agent", "\u{e9}\u{ff}");
        person.forget_sessions();
        assert_eq!(person.passkey_sign_in(Agent).await.status, StatusCode::OK);
    })
    .await;
}

/// Forms that are no forms.
#[tokio::test(flavor = "multi_thread")]
async fn odd_forms() {
    let world = world().await;
    let person = equipped(&world).await;
    person.set_cookie("gatefold-link", "");
    let token = token(&person).await;
    let huge = format!("{}=1", "n".repeat(60_000));
    let many = "a=1&".repeat(15_000);
    for path in FORM_READERS {
        for extra in [
            "%ff=%ff",
            "=&=&=",
            "login=a&login=b",
            "a[b][c]=d",
            "%",
            "%zz=%1",
            &huge,
            &many,
        ] {
            let reply = person
                .send(Method::POST, path, FORM, format!("_csrf={token}&{extra}"))
                .await;
            let shown: String = extra.chars().take(20).collect();
            assert!(
                !reply.status.is_server_error(),
                "{path} {shown}: {} {}",
                reply.status,
                reply.body
            );
        }
    }
    world.stop().await;
}

/// A cookie of another shape is as good as none.
#[tokio::test(flavor = "multi_thread")]
async fn odd_cookies_are_absent() {
    on_both("odd_cookies_are_absent", async |world| {
        let person = world.visitor();
        person.with_passkey(Agent, "amira").await;
        let token = person.cookies()["gatefold-agent"].clone();
        let odd = [
            String::new(),
            String::from("x"),
            token[..42].to_owned(),
            format!("{token}A"),
            format!("{token}="),
            format!("{}+", &token[..42]),
            format!("{}%", &token[..42]),
            format!("\"{}\"x", &token[..41]),
            "A".repeat(43),
            "A".repeat(6_000),
            token.to_ascii_uppercase(),
            format!("%{:02x}{}", token.as_bytes()[0], &token[3..]),
        ];
        for value in odd {
            let names = [
                "agent",
                "customer",
                "agent-pending",
                "link",
                "browser",
                "language",
            ];
            let line: Vec<String> = names
                .iter()
                .map(|name| format!("gatefold-{name}={value}"))
                .collect();
            let headers = [("host", "localhost:4711"), ("cookie", &line.join("; "))];
            let shown: String = value.chars().take(50).collect();
            let reply = person
                .raw(Method::GET, "/profile/security", &headers, "")
                .await;
            assert_eq!(reply.status, StatusCode::SEE_OTHER, "{shown}");
            for page in ["/login", "/enrol"] {
                let reply = person.raw(Method::GET, page, &headers, "").await;
                assert!(
                    [200, 410].contains(&reply.status.as_u16()),
                    "{page} {shown}: {}",
                    reply.status
                );
            }
            let reply = person.raw(Method::GET, "/login/2fa", &headers, "").await;
            assert_eq!(reply.status, StatusCode::SEE_OTHER, "{shown}");
        }
    })
    .await;
}

/// Wherever somebody asks to land, it is on this site.
#[tokio::test(flavor = "multi_thread")]
async fn return_to_stays_here() {
    let world = world().await;
    let person = world.visitor();
    person.with_passkey(Agent, "amira").await;
    let token = form_token(&person.get("/enrol").await.body);
    let here = world.public_url.clone();
    let pieces = proptest::sample::select(vec![
        "/",
        "//",
        "\\",
        "/\\",
        "evil.example",
        "http:",
        "https://",
        "javascript:",
        "data:",
        "@",
        "..",
        ".",
        "%2f",
        "%5c",
        "%0d%0a",
        "\t",
        "\n",
        "\r",
        "\0",
        " ",
        "?",
        "#",
        "localhost:4711",
        "profile",
        "é",
        "\u{2028}",
        "\u{3000}",
        ";",
        ":",
        "customer",
    ]);
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(
        config,
        TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let paths = proptest::collection::vec(pieces, 1..6);
    for _ in 0..300 {
        let path = paths.new_tree(&mut runner).unwrap().current().concat();
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("return_to", &path)
            .finish();
        let replies = [
            person.get(&format!("/login?{query}")).await,
            person
                .send(
                    Method::POST,
                    "/language",
                    FORM,
                    format!("_csrf={token}&tag=en&{query}"),
                )
                .await,
        ];
        for reply in replies {
            assert_eq!(
                reply.status,
                StatusCode::SEE_OTHER,
                "{path:?}: {}",
                reply.body
            );
            let bytes = reply.headers["location"].as_bytes();
            let to = here.join(&String::from_utf8_lossy(bytes)).unwrap();
            assert_eq!(to.origin(), here.origin(), "{path:?} leads to {to}");
        }
    }
    world.stop().await;
}
