//! Requests that take their time: what was true at the guard is asked again where it counts.

use gatefold_identity::session::{Principal, SessionToken};
use gatefold_identity::{Client, Failure, Refusal};
use gatefold_kernel::{AccountKind, Secret};
use gatefold_store::testing::set_clock_offset;
use gatefold_testkit::visitor::Visitor;
use gatefold_testkit::world::{World, on_both};
use reqwest::StatusCode;

const AGENT: AccountKind = AccountKind::Agent;
const NEW: &str = "copper lantern orchard ninety";

/// Who a visitor is, as the guard found out.
async fn principal(world: &World, visitor: &Visitor<'_>) -> Principal {
    let token = SessionToken::parse(&visitor.session(AGENT).unwrap()).unwrap();
    let found = world.identity.authenticate(AGENT, &token).await.unwrap();
    found.expect("a session")
}

async fn set_password(world: &World, principal: &Principal) -> Result<(), Failure> {
    let client = Client::operator();
    let new = Secret::new(NEW.to_owned());
    world.identity.set_password(principal, new, &client).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ended_meanwhile_changes_nothing() {
    on_both("a_session_that_ended_meanwhile", async |world| {
        let amira = world.visitor();
        let subject = amira.with_password(AGENT, "amira").await;
        let thief = principal(world, &amira).await;
        world.disable(subject).await;
        world.enable(subject).await;
        let refused = set_password(world, &thief).await.unwrap_err();
        assert!(
            matches!(refused, Failure::Refused(Refusal::NotSignedIn)),
            "{refused:?}"
        );
        let reply = amira.password_sign_in(AGENT, "amira", NEW).await;
        reply.refused(401, "invalid_credentials");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_that_grew_old_meanwhile_changes_nothing() {
    on_both("a_proof_that_grew_old_meanwhile", async |world| {
        let amira = world.visitor();
        amira.with_password(AGENT, "amira").await;
        let slow = principal(world, &amira).await;
        set_clock_offset(&world.db, 6 * 60 * 1_000).await.unwrap();
        let refused = set_password(world, &slow).await.unwrap_err();
        assert!(
            matches!(
                refused,
                Failure::Refused(Refusal::FreshProofRequired { .. })
            ),
            "{refused:?}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_a_passkey_ends_the_sessions_of_whoever_holds_it() {
    on_both("removing_a_passkey_ends_sessions", async |world| {
        let amira = world.visitor();
        amira.with_both(AGENT, "amira").await;
        let here = amira.session(AGENT).unwrap();
        amira.forget_sessions();
        assert_eq!(amira.passkey_sign_in(AGENT).await.status, StatusCode::OK);
        let elsewhere = amira.session(AGENT).unwrap();
        assert_ne!(here, elsewhere);
        let page = amira.get("/profile/security").await.body;
        let action = page
            .split('"')
            .map(|text| text.replace("&#x2f;", "/"))
            .find(|text| text.ends_with("/remove"))
            .unwrap();
        let reply = amira.submit("/profile/security", &action, &[]).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
        assert!(amira.is_signed_in(AGENT).await);
        amira.set_cookie("gatefold-agent", &here);
        assert!(!amira.is_signed_in(AGENT).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_cache_may_keep_carries_no_cookie() {
    on_both("what_a_cache_may_keep", async |world| {
        let page = world.visitor().get("/login").await.body;
        let sheet = page.split('"').find(|text| text.ends_with("gatefold.css"));
        let sheet = sheet.unwrap().replace("&#x2f;", "/");
        for path in [sheet.as_str(), "/favicon.ico"] {
            let reply = world.visitor().get(path).await;
            assert_eq!(reply.status, StatusCode::OK, "{path}");
            assert!(
                reply.headers["cache-control"]
                    .to_str()
                    .unwrap()
                    .contains("public")
            );
            assert!(reply.headers.get("set-cookie").is_none(), "{path}");
        }
    })
    .await;
}
