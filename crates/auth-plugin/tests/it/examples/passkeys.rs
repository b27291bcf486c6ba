//! `same-app.yaml` and `admin-bootstrap.yaml`.

use gatefold_soft_authenticator::{Config, SoftAuthenticator};
use serde_json::{Value, json};

use super::app::{Answer, App, Request};
use super::{ORIGIN, assert_denied, claims, example, members, request};

/// The page's part of a registration: it asks for a passkey that the browser can offer by itself.
fn attestation(passkeys: &mut SoftAuthenticator, begun: &Answer) -> String {
    let mut options = begun.body["options"]["publicKey"].clone();
    options["authenticatorSelection"]["residentKey"] = "required".into();
    passkeys.register(&options, ORIGIN).unwrap().to_string()
}

/// The row of a statement that returns what another one was given.
fn row(members: Value) -> Value {
    json!({"found": true, "row": members})
}

fn passkeys() -> SoftAuthenticator {
    SoftAuthenticator::new(Config::synced(7)).unwrap()
}

#[tokio::test]
async fn the_first_person_signs_in_again_with_the_passkey() {
    let app = example("same-app.yaml", json!({})).await;
    let mut passkeys = passkeys();
    let nobody = json!({"existing": row(json!({"number": "0"}))});
    let code = json!({"code": "a-code-of-the-operator"});
    let begun = app
        .run("bootstrap-begin", &request(code, nobody))
        .await
        .unwrap();
    let [_, account, session_data] = begun.given("keep") else {
        panic!("{begun:?}")
    };
    let found = json!({
        "ceremony": row(json!({"account_id": account, "session_data": session_data})),
        "store": {"affected_rows": 1},
    });
    let body = json!({"ceremony_id": begun.body["ceremony_id"], "attestation": attestation(&mut passkeys, &begun)});
    let finished = app
        .run("bootstrap-finish", &request(body, found))
        .await
        .unwrap();
    assert_eq!(finished.status, 201, "{finished:?}");
    let first = claims(&finished);
    assert_eq!(
        (&first["sub"], &first["role"]),
        (&json!(account), &json!("admin"))
    );

    let [id, _, record] = finished.given("store") else {
        panic!("{finished:?}")
    };
    let stored = json!({"id": id, "account_id": account, "role": "admin", "record": record});
    let signed_in = sign_in(&app, &mut passkeys, &stored).await;
    assert_eq!(claims(&signed_in)["sub"], json!(account));
    assert_eq!(signed_in.given("update")[1], *id);

    let me = json!({"caller": {"subject": account, "role": "admin"}});
    let me = app.run("me", &request(json!({}), me)).await.unwrap();
    assert_eq!(me.body, json!({"subject": account, "role": "admin"}));
}

async fn sign_in(app: &App, passkeys: &mut SoftAuthenticator, stored: &Value) -> Answer {
    let begun = app.run("login-begin", &Request::default()).await.unwrap();
    assert_eq!(
        begun.body["options"]["publicKey"].get("allowCredentials"),
        None
    );
    let assertion = passkeys
        .authenticate(&begun.body["options"]["publicKey"], ORIGIN)
        .unwrap();
    let (body, found) = login(&begun, &assertion, stored);
    // Another ceremony's answer, and a client that says by itself that it is valid.
    let other = app.run("login-begin", &Request::default()).await.unwrap();
    let (mut wrong, found_other) = (body.clone(), login(&other, &assertion, stored).1);
    wrong["valid"] = true.into();
    let mut smuggled = request(wrong, found_other);
    smuggled.query = members(&json!({"valid": "true", "subject": "somebody"}));
    assert_denied(&app.run("login-finish", &smuggled).await.unwrap(), "finish");
    let unknown = request(
        body.clone(),
        json!({"ceremony": {"found": false, "row": {}}}),
    );
    assert_denied(&app.run("login-finish", &unknown).await.unwrap(), "deny");
    app.run("login-finish", &request(body, found))
        .await
        .unwrap()
}

fn login(begun: &Answer, assertion: &Value, stored: &Value) -> (Value, Value) {
    let body = json!({
        "ceremony_id": begun.body["ceremony_id"],
        "credential_id": assertion["id"],
        "assertion": assertion.to_string(),
    });
    let session_data = &begun.given("keep")[1];
    let found = json!({
        "ceremony": row(json!({"session_data": session_data})),
        "credential": row(stored.clone()),
    });
    (body, found)
}

#[tokio::test]
async fn nobody_becomes_first_with_a_wrong_code_or_too_late() {
    let app = example("same-app.yaml", json!({})).await;
    for (code, number) in [
        ("a-guess-of-some-length", "0"),
        ("a-code-of-the-operator", "1"),
    ] {
        let found = json!({"existing": row(json!({"number": number}))});
        let mut asked = request(json!({"code": code}), found);
        asked.query = members(&json!({"existing_admin_count": "0", "redeemed": "true"}));
        assert_denied(&app.run("bootstrap-begin", &asked).await.unwrap(), "redeem");
    }
    let mut passkeys = passkeys();
    let code = json!({"code": "a-code-of-the-operator"});
    let found = json!({"existing": row(json!({"number": "0"}))});
    let begun = app
        .run("bootstrap-begin", &request(code, found))
        .await
        .unwrap();
    let body = json!({"ceremony_id": "c", "attestation": attestation(&mut passkeys, &begun)});
    for (session_data, rows, ended_at) in [
        (begun.given("keep")[2].as_str(), 0, "deny"),
        ("e30=", 1, "finish"),
    ] {
        let found = json!({
            "ceremony": row(json!({"account_id": begun.given("keep")[1], "session_data": session_data})),
            "store": {"affected_rows": rows},
        });
        let answer = app
            .run("bootstrap-finish", &request(body.clone(), found))
            .await
            .unwrap();
        assert_denied(&answer, ended_at);
    }
}

#[tokio::test]
async fn administrators_come_by_code_and_by_invitation() {
    let app = example("admin-bootstrap.yaml", json!({})).await;
    let found = json!({"existing": row(json!({"number": "0"}))});
    let code = json!({"code": "a-code-of-the-operator"});
    let first = app
        .run("bootstrap", &request(code, found.clone()))
        .await
        .unwrap();
    assert_eq!(first.status, 201, "{first:?}");
    accept(&app, &first, "super_admin").await;
    let wrong = request(json!({"code": "a-guess-of-some-length"}), found);
    assert_denied(&app.run("bootstrap", &wrong).await.unwrap(), "redeem");

    let caller = |role: &str| json!({"caller": {"subject": "u-1", "role": role}});
    let wish = |role: &str| json!({"email": "Next@Example.com", "role": role});
    let second = request(wish("tenant_admin"), caller("super_admin"));
    accept(
        &app,
        &app.run("invite", &second).await.unwrap(),
        "tenant_admin",
    )
    .await;
    let not_offered = request(wish("owner"), caller("super_admin"));
    assert_denied(&app.run("invite", &not_offered).await.unwrap(), "issue");
    let not_allowed = request(wish("tenant_admin"), caller("tenant_admin"));
    assert_eq!(app.run("invite", &not_allowed).await.unwrap().status, 403);
    let signed_out = request(wish("tenant_admin"), json!({"caller": null}));
    assert_eq!(
        app.run("invite", &signed_out).await.unwrap().ended_at,
        "caller"
    );
}

/// Accepts an invitation; somebody with another address or token cannot.
async fn accept(app: &App, invited: &Answer, expected_role: &str) {
    let [hash, email, role, expires_at] = invited.given("keep") else {
        panic!("{invited:?}")
    };
    assert_eq!(role, expected_role);
    let invite =
        row(json!({"token_hash": hash, "email": email, "role": role, "expires_at": expires_at}));
    let found = json!({"invite": invite});
    let token = invited.body["token"].as_str().unwrap();
    for (email, token) in [("thief@example.com", token), (email, "another-token")] {
        let body = json!({"email": email, "token": token});
        let answer = app
            .run("accept-begin", &request(body, found.clone()))
            .await
            .unwrap();
        assert_denied(&answer, "redeem");
    }
    let late = row(
        json!({"token_hash": hash, "email": email, "role": role, "expires_at": "2020-01-01T00:00:00Z"}),
    );
    let body = json!({"email": email, "token": token});
    let answer = app
        .run(
            "accept-begin",
            &request(body.clone(), json!({"invite": late})),
        )
        .await;
    assert_denied(&answer.unwrap(), "redeem");

    let begun = app
        .run("accept-begin", &request(body, found))
        .await
        .unwrap();
    let [_, kept, account, session_data] = begun.given("keep") else {
        panic!("{begun:?}")
    };
    assert_eq!(kept, hash);
    let found = json!({
        "ceremony": row(json!({"invite": hash, "account_id": account, "session_data": session_data})),
        "store": row(json!({"account_id": account, "role": role})),
    });
    let body = json!({"ceremony_id": "c", "attestation": attestation(&mut passkeys(), &begun)});
    let accepted = app
        .run("accept-finish", &request(body, found))
        .await
        .unwrap();
    let claims = claims(&accepted);
    assert_eq!(
        (&claims["sub"], &claims["role"]),
        (&json!(account), &json!(role))
    );
}
