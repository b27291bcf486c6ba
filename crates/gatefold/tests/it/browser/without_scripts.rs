//! With scripts off: all but passkeys works, and the pages say so.

use gatefold_store::testing::set_clock_offset;

use super::stage::{PASSWORD, SIX_MINUTES, Stage};

const NEEDED: &str = "Passkeys need JavaScript, which is switched off in this browser. Everything else works without it.";
const OTHER: &str = "granite lantern orbit thimble";

#[tokio::test]
async fn everything_but_passkeys_works_without_scripts() -> anyhow::Result<()> {
    let test = "everything_but_passkeys_works_without_scripts";
    let Some((program, stage)) = Stage::start(test).await else {
        return Ok(());
    };
    let browser = &stage.browser;
    browser.allow_scripts(false).await?;

    // The link's code is entered by hand.
    stage.open("/enrol").await?;
    browser.fill("#token", &program.setup_link()).await?;
    browser.click("#open-link button").await?;
    browser.until("document.querySelector('#enrol')").await?;
    assert_eq!(browser.text("noscript").await?, NEEDED);
    browser.fill("#login", "ada").await?;
    browser.fill("#name", "Ada Lovelace").await?;
    browser.fill("#password", PASSWORD).await?;
    browser.click("#enrol button:not([type])").await?;
    browser.until_at("/welcome").await?;
    stage.sign_out("/login").await?;
    assert_eq!(browser.text("noscript").await?, NEEDED);

    // Two sessions, the first of which is then ended.
    sign_in(&stage).await?;
    browser.forget_cookies().await?;
    sign_in(&stage).await?;
    stage.open("/profile/security").await?;
    assert_eq!(browser.text("noscript").await?, NEEDED);
    browser.click("form[action$='/end'] button").await?;
    stage.notice("The session has ended.").await?;

    password_with_fresh_proof(&program, &stage).await?;
    let link = stage.invite("agents", "grace", "Grace Hopper").await?;
    assert!(link.starts_with(&format!("{}/enrol#", stage.url)), "{link}");
    browser
        .click("a.button[href^='/admin/accounts/agents/']")
        .await?;
    stage.disable("Never came").await?;
    stage.quiet(&[]).await?;
    program.stop();
    Ok(())
}

async fn sign_in(stage: &Stage) -> anyhow::Result<()> {
    stage
        .sign_in_with_password("/login", "ada", PASSWORD)
        .await?;
    stage.browser.until_at("/admin/accounts/agents").await
}

/// Proof that is too old leads to a page that asks for it, and back.
async fn password_with_fresh_proof(
    program: &super::program::Program,
    stage: &Stage,
) -> anyhow::Result<()> {
    let browser = &stage.browser;
    let database = program.database().await;
    set_clock_offset(&database, SIX_MINUTES).await?;
    database.close().await;
    let change = async || {
        browser
            .click("section[aria-labelledby=password-title] summary")
            .await?;
        browser.fill("#new-password", OTHER).await?;
        browser
            .click("form[action$='/password'] button:not([type])")
            .await
    };
    change().await?;
    browser.until_at("/profile/security/confirm").await?;
    browser.fill("#password", PASSWORD).await?;
    browser.click("#confirm button:not([type])").await?;
    browser.until_at("/profile/security").await?;
    change().await?;
    stage.notice("Your password is changed.").await
}
