//! The shortest way through: set up, leave, come back.

use gatefold_kernel::AccountKind;
use gatefold_testkit::world::everywhere;
use reqwest::StatusCode;

#[tokio::test(flavor = "multi_thread")]
async fn an_invite_then_a_passkey_sign_in() {
    // INV-NO-PROCESS-STATE
    everywhere("an_invite_then_a_passkey_sign_in", async |world| {
        let amira = world.visitor();
        amira.with_passkey(AccountKind::Agent, "amira").await;
        amira.forget_sessions();
        let reply = amira.passkey_sign_in(AccountKind::Agent).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        assert_eq!(reply.goes_to(), "/profile/security");
        assert_eq!(reply.cookies_set(), ["gatefold-agent"]);
    })
    .await;
}
