//! The widest and the most alike values that people and authenticators bring.

use gatefold_identity::enrol::PersonFields;
use gatefold_kernel::AccountKind::{Agent, Customer};
use gatefold_soft_authenticator::Config;
use gatefold_testkit::visitor::{PASSWORD, Visitor};
use gatefold_testkit::world::on_both;
use reqwest::StatusCode;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn long_login_255() {
    on_both("long_login_255", async |world| {
        let logins = [
            "a".repeat(255),
            "Ünïcødé-ß-".repeat(25) + "ÄÖÜ-1",
            "🗝".repeat(255),
            "أميرة".repeat(51),
        ];
        for login in logins {
            assert_eq!(login.chars().count(), 255);
            let amira = world.visitor();
            let subject = amira.with_both(Agent, &login).await;
            assert_eq!(world.detail(subject).await.account.login, login);
            amira.forget_sessions();
            let other_case = login.to_lowercase();
            let reply = amira.password_sign_in(Agent, &other_case, PASSWORD).await;
            assert_eq!(reply.json()["requires_2fa"], true, "{}", reply.body);
            amira.second_step(Agent).await.opened(Agent);
            amira.forget_sessions();
            amira.passkey_sign_in(Agent).await.opened(Agent);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn long_login_256_is_refused() {
    on_both("long_login_256_is_refused", async |world| {
        let amira = world.visitor();
        let token = world.setup_link().await;
        amira.open_link(&token).await;
        let begin = "/api/enrol/passkey/begin";
        for login in ["ß".repeat(256), "a".repeat(10_000)] {
            let body = json!({ "login": login, "name": "Amira" });
            let reply = amira.post(begin, &body).await;
            reply.refused(422, "field_too_long");
            assert_eq!(reply.json()["field"], "login");
            // Nor does it break signing in.
            let reply = amira.password_sign_in(Agent, &login, PASSWORD).await;
            reply.refused(401, "invalid_credentials");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn long_login_that_grows_when_compared() {
    on_both("long_login_that_grows_when_compared", async |world| {
        // One ligature of 18 letters: 255 characters shown, 4,590 compared.
        let login = "\u{fdfa}".repeat(255);
        let amira = world.visitor();
        let token = world.setup_link().await;
        amira.open_link(&token).await;
        let body = json!({ "login": login, "name": "Amira" });
        let reply = amira.post("/api/enrol/passkey/begin", &body).await;
        reply.refused(422, "field_too_long");
        let reply = amira.password_sign_in(Agent, &login, PASSWORD).await;
        reply.refused(401, "invalid_credentials");
        let email = format!("{}@northwind.example", "\u{fdfa}".repeat(200));
        let fields = PersonFields {
            login: String::from("amira"),
            name: String::from("Amira"),
            email,
        };
        let refused = fields.parse().expect_err("too long");
        assert_eq!(refused.code(), "field_too_long");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credential_id_1023() {
    on_both("credential_id_1023", async |world| {
        for (number, bytes) in [1023, 16, 1].into_iter().enumerate() {
            let amira = world.visitor();
            let seed = 940 + u64::try_from(number).expect("small");
            amira.take_key(with_id(seed, bytes));
            let login = format!("amira-{bytes}");
            let subject = amira.with_both(Agent, &login).await;
            let stored = world.detail(subject).await.passkeys.remove(0);
            assert_eq!(stored.credential_id.len(), bytes);
            amira.forget_sessions();
            amira.passkey_sign_in(Agent).await.opened(Agent);
            amira.forget_sessions();
            amira.password_sign_in(Agent, &login, PASSWORD).await;
            amira.second_step(Agent).await.opened(Agent);
            amira.step_up(Agent).await.opened(Agent);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credential_id_1024_is_refused() {
    on_both("credential_id_1024_is_refused", async |world| {
        let amira = world.visitor();
        amira.take_key(with_id(943, 1024));
        let subject = amira.with_password(Agent, "amira").await;
        let reply = amira.add_passkey(Agent).await;
        reply.refused(400, "malformed_response");
        assert!(world.detail(subject).await.passkeys.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn case_variant_credential_id() {
    on_both("case_variant_credential_id", async |world| {
        // The same letters in base64url, apart from their case: zero bytes, and these.
        let upper = vec![0; 24];
        let lower = [0x69, 0xa6, 0x9a].repeat(8);
        let names = ["A".repeat(32), "a".repeat(32)];
        let mut people = Vec::new();
        for (name, id) in names.iter().zip([upper, lower]) {
            let visitor = world.visitor();
            let login = format!("holder-of-{}", id[0]);
            visitor.with_password(Customer, &login).await;
            let made = forged(&visitor, id, name).await;
            let finish = "/customer/api/profile/passkeys/finish";
            let reply = visitor.post(finish, &made).await;
            assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
            people.push((visitor, login, name));
        }
        assert_eq!(world.count("gk_webauthn_credential").await, 2);
        for (visitor, login, name) in people {
            visitor.forget_sessions();
            let begin = "/api/auth/customer/passkey/begin";
            let options = visitor.begin(begin).await;
            let mut answer = {
                let mut key = visitor.authenticator.lock().expect("not poisoned");
                key.be_honest();
                let answer = key.authenticate(&options, &visitor.origin());
                answer.expect("a credential answers")
            };
            renamed(&mut answer, name);
            let finish = "/api/auth/customer/passkey/finish";
            visitor.post(finish, &answer).await.opened(Customer);
            let owner = world.identity.account_by_name(Customer, &login).await;
            let owner = owner.expect("an account").subject();
            assert_eq!(world.detail(owner).await.sessions.len(), 2);
        }
    })
    .await;
}

fn with_id(seed: u64, credential_id_bytes: usize) -> Config {
    Config {
        credential_id_bytes,
        ..Config::synced(seed)
    }
}

/// A registration whose credential has this id.
async fn forged(visitor: &Visitor<'_>, id: Vec<u8>, name: &str) -> Value {
    let begin = "/customer/api/profile/passkeys/begin";
    visitor
        .authenticator
        .lock()
        .expect("not poisoned")
        .forge(move |data, _| {
            // The length is behind hash, flags, counter and AAGUID; our key's own id has 32 bytes.
            let at = 32 + 1 + 4 + 16;
            let length = u16::try_from(id.len()).expect("short").to_be_bytes();
            data.splice(at..at + 2 + 32, [&length[..], &id[..]].concat());
        });
    let mut made = visitor.register(begin, &json!({})).await;
    renamed(&mut made, name);
    made
}

fn renamed(response: &mut Value, name: &str) {
    response["id"] = name.into();
    response["rawId"] = name.into();
}
