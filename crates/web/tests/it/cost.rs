//! What a sign-in asks of the database, statement by statement: each one is a round trip that every
//! person waits for, so another one needs a reason.

use gatefold_kernel::AccountKind::Customer;
use gatefold_testkit::visitor::auth;
use reqwest::StatusCode;
use serde_json::json;

use crate::faults::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_sign_in_asks_four_times() {
    let Some(stage) = Stage::set("a_passkey_sign_in_asks_four_times").await else {
        return;
    };
    let amira = stage.world.visitor();
    amira.with_passkey(Customer, "amira").await;
    amira.forget_sessions();
    stage.proxy.reset();
    let answer = amira
        .answer(&format!("{}/passkey/begin", auth(Customer)))
        .await;
    let begin = verbs(&stage);
    assert_eq!(begin, ["INSERT INTO gk_webauthn_ceremony"]);
    stage.proxy.reset();
    let finish = format!("{}/passkey/finish", auth(Customer));
    assert_eq!(amira.post(&finish, &answer).await.status, StatusCode::OK);
    let finish = verbs(&stage);
    assert_eq!(
        finish,
        [
            "SELECT c.portal, c.account_id,",
            "SELECT w.credential_key, w.account_id,",
            "WITH w0 AS",
        ]
    );
    stage.proxy.reset();
    let check = "/customer/api/profile/step-up/check";
    assert_eq!(amira.post(check, &json!({})).await.status, StatusCode::OK);
    assert_eq!(verbs(&stage).len(), 1, "a session is checked in one read");
    stage.strike().await;
}

/// The first three words of each statement; chores of the instance do not run in a world.
fn verbs(stage: &Stage) -> Vec<String> {
    let statements = stage.proxy.statements();
    let words = |text: &String| {
        text.split_whitespace()
            .take(3)
            .collect::<Vec<_>>()
            .join(" ")
    };
    statements.iter().map(words).collect()
}
