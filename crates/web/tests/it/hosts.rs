//! Host and forwarding headers decide nothing.

use gatefold_kernel::AccountKind;
use gatefold_testkit::visitor::Visitor;
use gatefold_testkit::world::{Backend, Topology, World};
use reqwest::{Method, StatusCode};
use serde_json::Value;

const BEGIN: &str = "/api/auth/passkey/begin";
const ORIGIN: (&str, &str) = ("origin", "http://localhost:4711");

/// A small generator with a fixed seed: a failure names the value, and comes back on the next run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides).unwrap()).unwrap()
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len())]
    }

    /// Something that resembles a host.
    fn host(&mut self) -> String {
        let pieces = [
            "localhost",
            "evil.example",
            "127.0.0.1",
            "[::1]",
            "4711",
            ":",
            ":4711",
            ":443",
            ":0",
            ":+4711",
            ":04711",
            ".",
            "@",
            "/",
            "\\",
            "?",
            "#",
            "%00",
            " ",
            "\t",
            ",",
            ";",
            "user:pass@",
            "LOCALHOST",
            "xn--",
            "é",
            "http://",
            "//",
            "-",
            "_",
            "0x7f000001",
            "2130706433",
            "[::ffff:127.0.0.1]",
            "localhost.",
            "[",
            "]",
            "localhost:4711",
        ];
        let count = 1 + self.roll(4);
        (0..count).map(|_| self.one(&pieces)).collect()
    }
}

/// What the site tells browsers about itself.
fn policy(options: &Value) -> Value {
    let mut policy = options["options"]["publicKey"].clone();
    if let Some(map) = policy.as_object_mut() {
        map.remove("challenge");
    }
    policy
}

async fn begin(person: &Visitor<'_>, headers: &[(&str, &str)]) -> (StatusCode, String) {
    let mut all = vec![ORIGIN];
    all.extend_from_slice(headers);
    let reply = person.raw(Method::POST, BEGIN, &all, "").await;
    let evil = reply
        .headers
        .values()
        .any(|value| String::from_utf8_lossy(value.as_bytes()).contains("evil.example"));
    assert!(
        !evil && !reply.body.contains("evil.example"),
        "{headers:?}: {}",
        reply.body
    );
    (reply.status, reply.body)
}

async fn start(test: &str) -> World {
    let world = World::start(test, Backend::Sqlite, Topology::Single).await;
    world.expect("SQLite is always there")
}

#[tokio::test(flavor = "multi_thread")]
async fn host_header_fuzz() {
    let world = start("host_header_fuzz").await;
    let person = world.visitor();
    let (status, body) = begin(&person, &[("host", "localhost:4711")]).await;
    assert_eq!(status, StatusCode::OK);
    let pinned = policy(&serde_json::from_str(&body).unwrap());
    assert_eq!(pinned["rpId"], "localhost");
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut served = 0;
    for round in 0..1_000 {
        let (host, forwarded) = (dice.host(), dice.host());
        let name = dice.one(&[
            "x-forwarded-host",
            "x-forwarded-proto",
            "forwarded",
            "x-original-host",
            "x-forwarded-port",
        ]);
        // Every other round the host is ours, so that the forwarding headers are looked at alone.
        let host = if round % 2 == 0 {
            host.as_str()
        } else {
            "localhost:4711"
        };
        let (status, body) = begin(&person, &[("host", host), (name, &forwarded)]).await;
        let told = format!("host {host:?}, {name} {forwarded:?}: {status} {body}");
        match status.as_u16() {
            400 | 421 => assert_ne!(host, "localhost:4711", "{told}"),
            200 => {
                served += 1;
                assert!(host.trim().eq_ignore_ascii_case("localhost:4711"), "{told}");
                assert_eq!(
                    policy(&serde_json::from_str(&body).unwrap()),
                    pinned,
                    "{told}"
                );
            }
            _ => panic!("{told}"),
        }
    }
    assert!(served >= 500, "{served}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forwarding_headers_move_no_ceremony_elsewhere() {
    let world = start("forwarding_headers").await;
    let person = world.visitor();
    person.with_passkey(AccountKind::Agent, "amira").await;
    person.forget_sessions();
    person.always("x-forwarded-host", "evil.example");
    person.always("x-forwarded-proto", "https");
    person.always("forwarded", "host=evil.example;proto=https");
    let begun = person.post(BEGIN, &serde_json::json!({})).await.json();
    let options = &begun["options"]["publicKey"];
    let answer = person
        .authenticator
        .lock()
        .unwrap()
        .authenticate(options, "https://evil.example")
        .unwrap();
    let reply = person.post("/api/auth/passkey/finish", &answer).await;
    assert_eq!(reply.code(), "passkey_failed");
    assert!(reply.cookies_set().is_empty());
    assert_eq!(
        person.passkey_sign_in(AccountKind::Agent).await.status,
        StatusCode::OK
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn loopback_addresses_lead_to_localhost() {
    let world = start("loopback_addresses").await;
    let person = world.visitor();
    for host in ["127.0.0.1:4711", "[::1]:4711", "127.9.9.9:4711"] {
        let reply = person
            .raw(Method::GET, "/login?return_to=%2Fa", &[("host", host)], "")
            .await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{host}");
        assert_eq!(
            reply.goes_to(),
            "http://localhost:4711/login?return_to=%2Fa"
        );
        let (status, _) = begin(&person, &[("host", host)]).await;
        assert_eq!(status, StatusCode::MISDIRECTED_REQUEST, "{host}");
    }
    for host in [
        "127.0.0.1",
        "127.0.0.1:4712",
        "10.0.0.1:4711",
        "[::2]:4711",
        "0.0.0.0:4711",
    ] {
        let reply = person
            .raw(Method::GET, "/login", &[("host", host)], "")
            .await;
        assert_eq!(reply.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
    }
    let twice = [("host", "localhost:4711"), ("host", "localhost:4711")];
    let reply = person.raw(Method::GET, "/login", &twice, "").await;
    assert!(
        [400, 421].contains(&reply.status.as_u16()),
        "{}",
        reply.status
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn machines_ask_under_any_name() {
    let world = start("machines_ask").await;
    let person = world.visitor();
    for host in [
        "evil.example",
        "10.1.2.3:8080",
        "gatefold-0.gatefold.svc",
        "127.0.0.1",
    ] {
        for (path, status) in [
            ("/health/live", 200),
            ("/health/ready", 200),
            ("/metrics", 404),
        ] {
            let reply = person.raw(Method::GET, path, &[("host", host)], "").await;
            assert_eq!(reply.status.as_u16(), status, "{host} {path}");
            assert!(reply.headers.get("set-cookie").is_none(), "{path}");
        }
    }
    world.stop().await;
}
