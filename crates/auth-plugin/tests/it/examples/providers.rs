//! `external-oidc.yaml` and `enterprise-sso.yaml`, with a provider of the test's own.

use gatefold_conformance::Case;
use gatefold_conformance::world::World;
use serde_json::{Value, json};

use super::app::{Answer, App};
use super::{assert_denied, claims, example, members, request};

/// A provider that gives one token and knows one person.
async fn provider(person: Value) -> World {
    let case: Case = serde_json::from_value(json!({
        "id": "example", "step": "step.auth_oauth_exchange", "mode": "typed",
        "http_stubs": {
            "token": {"body": {"access_token": "at-1", "token_type": "Bearer", "expires_in": 300}},
            "userinfo": {"body": person},
        },
    }))
    .unwrap();
    World::of(&case, &gatefold_ports::system()).await.unwrap()
}

/// The variables with which an example uses this provider.
fn variables(prefix: &str, world: &World) -> Value {
    [
        ("CLIENT_ID", "app-1".to_owned()),
        ("CLIENT_SECRET", "secret-1".to_owned()),
        (
            "REDIRECT_URL",
            "https://app.example.com/auth/corp/callback".to_owned(),
        ),
        (
            "AUTHORIZATION_URL",
            "https://id.example.com/authorize".to_owned(),
        ),
        ("TOKEN_URL", format!("{}/token", world.stubs["token"].url)),
        (
            "USERINFO_URL",
            format!("{}/userinfo", world.stubs["userinfo"].url),
        ),
    ]
    .into_iter()
    .map(|(name, value)| (format!("{prefix}_{name}"), value))
    .collect()
}

fn person(is_verified: bool) -> Value {
    json!({"sub": "s-1", "email": "Amira@Example.com", "email_verified": is_verified, "name": "Amira"})
}

/// Comes back from the provider, where the database knows this.
async fn come_back(app: &App, pipeline: &str, started: &Answer, owners: Value) -> Answer {
    let found = json!({
        "state": {"found": true, "row": {"code_verifier": started.given("keep")[1], "return_to": started.given("keep")[2]}},
        "owners": {"found": true, "row": owners},
        "create": {"affected_rows": 1},
        "link": {"affected_rows": 1},
        "account": {"found": true, "row": {"account_id": "u-9"}},
    });
    let mut back = request(
        json!({"state": started.body["state"], "code": "code-1"}),
        found,
    );
    back.query = members(
        &json!({"email_verified": "true", "linked_user_id": "u-1", "access_token": "stolen"}),
    );
    app.run(pipeline, &back).await.unwrap()
}

#[tokio::test]
async fn somebody_from_a_provider_is_signed_in_linked_or_created() {
    let world = provider(person(true)).await;
    let app = example("external-oidc.yaml", variables("OIDC", &world)).await;
    let started = app
        .run("start", &request(json!({"return_to": "/desk"}), json!({})))
        .await
        .unwrap();
    let address = started.body["authorization_url"].as_str().unwrap();
    assert!(
        address.starts_with("https://id.example.com/authorize?")
            && address.contains("code_challenge="),
        "{address}"
    );
    assert!(
        !started.body.to_string().contains(&started.given("keep")[1]),
        "the verifier stays here"
    );
    for (owners, step) in [
        (json!({"linked": "u-9", "by_email": null}), "owners"),
        (json!({"linked": null, "by_email": "u-9"}), "link"),
        (json!({"linked": null, "by_email": null}), "create"),
    ] {
        let answer = come_back(&app, "finish", &started, owners).await;
        assert_eq!(claims(&answer)["sub"], "u-9", "{answer:?}");
        assert_eq!(answer.body["return_to"], "/desk");
        assert!(answer.stored.contains_key(step), "{answer:?}");
        let done = ["link", "create"]
            .iter()
            .filter(|step| answer.stored.contains_key(**step));
        assert_eq!(done.count(), usize::from(step != "owners"));
    }
    let asked = &world.stubs["token"].asked()[0];
    assert_eq!(
        asked["form"]["code_verifier"],
        started.given("keep")[1].as_str()
    );
    let asked = &world.stubs["userinfo"].asked()[0];
    assert_eq!(asked["headers"]["authorization"], "Bearer at-1");
}

#[tokio::test]
async fn an_address_that_is_not_verified_and_another_site_end_the_pipeline() {
    let world = provider(person(false)).await;
    let app = example("external-oidc.yaml", variables("OIDC", &world)).await;
    let elsewhere = request(json!({"return_to": "https://evil.example/"}), json!({}));
    assert_denied(&app.run("start", &elsewhere).await.unwrap(), "begin");
    let started = app
        .run("start", &request(json!({"return_to": "/"}), json!({})))
        .await
        .unwrap();
    let nobody = json!({"linked": null, "by_email": null});
    assert_denied(
        &come_back(&app, "finish", &started, nobody).await,
        "profile",
    );
    let unknown = request(
        json!({"state": "guess"}),
        json!({"state": {"found": false, "row": {}}}),
    );
    assert_denied(&app.run("finish", &unknown).await.unwrap(), "deny");
}

#[tokio::test]
async fn staff_are_only_those_whom_provisioning_knows() {
    let world = provider(person(true)).await;
    let app = example("enterprise-sso.yaml", variables("IDP", &world)).await;
    let started = app
        .run("sso-start", &request(json!({}), json!({})))
        .await
        .unwrap();
    for (owners, subject) in [
        (json!({"linked": "u-1", "by_email": null}), "u-1"),
        (json!({"linked": null, "by_email": "u-2"}), "u-2"),
    ] {
        let answer = come_back(&app, "sso-finish", &started, owners).await;
        assert_eq!(claims(&answer)["sub"], subject);
    }
    let nobody = json!({"linked": null, "by_email": null});
    assert_denied(
        &come_back(&app, "sso-finish", &started, nobody).await,
        "decide",
    );
}

#[tokio::test]
async fn the_last_credential_stays() {
    let world = provider(person(true)).await;
    let app = example("enterprise-sso.yaml", variables("IDP", &world)).await;
    let found = |list: Value, rows: i64| {
        json!({
            "caller": {"subject": "u-1"},
            "owned": {"found": true, "row": {"list": list.to_string()}},
            "remove": {"affected_rows": rows},
        })
    };
    let own = |id: &str| json!({"id": id, "kind": "identity", "owner": "u-1"});
    let two = json!([own("c-1"), own("c-2")]);
    let body = json!({"credential_id": "c-1"});
    for (list, rows, status, ended_at) in [
        (two.clone(), 1, 200, "answer"),
        (two, 0, 409, "conflict"),
        (json!([own("c-1")]), 1, 401, "guard"),
        (json!([own("c-2"), own("c-3")]), 1, 401, "guard"),
    ] {
        let answer = app
            .run(
                "credential-remove",
                &request(body.clone(), found(list, rows)),
            )
            .await;
        let answer = answer.unwrap();
        assert_eq!(
            (answer.status, answer.ended_at.as_str()),
            (status, ended_at),
            "{answer:?}"
        );
    }
}
