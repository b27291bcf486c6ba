//! Other people: a customer who was invited, and an account with a password and a key.

use gatefold_testkit::browser::VirtualAuthenticator;

use super::stage::{ENROL, PASSWORD, SIGN_IN, Stage};

const CUSTOMER_HOME: &str = "/customer/profile/security";

#[tokio::test]
async fn a_customer_comes_by_a_link_and_the_credential_decides_the_portal() -> anyhow::Result<()> {
    let test = "a_customer_comes_by_a_link_and_the_credential_decides_the_portal";
    let Some((program, stage)) = Stage::start(test).await else {
        return Ok(());
    };
    let browser = &stage.browser;
    stage.set_up_with_password(&program).await?;
    let link = stage.invite("customers", "grace", "Grace Hopper").await?;

    // Another person, with another device.
    browser.forget_cookies().await?;
    let key = stage.provider().await?;
    browser.open(&link).await?;
    browser.until_at("/enrol").await?;
    browser
        .until("document.querySelector('main').innerText.includes('Grace Hopper')")
        .await?;
    browser.click(ENROL).await?;
    browser.until_at(CUSTOMER_HOME).await?;
    let said = browser.text("main").await?;
    assert!(
        said.contains("One passkey, and no password to remember."),
        "{said}"
    );
    assert!(said.contains("Synced"), "{said}");

    // Their key on the agents' page opens their own portal.
    key.set_automatic_presence(false).await?;
    stage.sign_out("/customer/login").await?;
    stage.open_pending("/login", &key).await?;
    browser.click(SIGN_IN).await?;
    browser.until_at(CUSTOMER_HOME).await?;
    stage.quiet(&[]).await?;

    // And nothing of the agents'.
    key.set_automatic_presence(false).await?;
    stage.open("/admin/accounts").await?;
    browser.until_at("/login").await?;
    program.stop();
    Ok(())
}

#[tokio::test]
async fn a_password_then_the_key() -> anyhow::Result<()> {
    let Some((program, stage)) = Stage::start("a_password_then_the_key").await else {
        return Ok(());
    };
    let browser = &stage.browser;
    let key = stage.provider().await?;
    stage.set_up(&program).await?;
    stage.open("/profile/security").await?;
    stage.set_password().await?;
    key.set_automatic_presence(false).await?;
    stage.sign_out("/login").await?;

    wrong_password(&stage).await?;
    browser.fill("#password", PASSWORD).await?;
    browser.press("\u{e007}").await?;
    browser.until_at("/login/2fa").await?;
    stage.quiet(&["401 (Unauthorized)"]).await?;

    second_step(&stage, &key).await?;
    stage.quiet(&[]).await?;
    program.stop();
    Ok(())
}

/// The name stays, the password does not, and the focus is where it is said.
async fn wrong_password(stage: &Stage) -> anyhow::Result<()> {
    stage
        .sign_in_with_password("/login", "ada", "not the one at all")
        .await?;
    let shown = "document.querySelector('#alert')?.checkVisibility()";
    stage.browser.until(shown).await?;
    let told = "That name and password do not match. Check both, or use your passkey.";
    assert_eq!(stage.browser.text("#alert").await?, told);
    let fields = "return [login.value, password.value]";
    assert_eq!(
        stage.browser.peek(fields).await?,
        serde_json::json!(["ada", ""])
    );
    stage.alert(told).await
}

/// The page asks for the key by itself once; after that it waits for the button.
async fn second_step(stage: &Stage, key: &VirtualAuthenticator<'_>) -> anyhow::Result<()> {
    let browser = &stage.browser;
    browser.until("globalThis.asked === 1").await?;
    // A password alone opens nothing meanwhile.
    stage.open("/profile/security").await?;
    browser.until_at("/login").await?;

    let passkey = key.credentials().await?.remove(0);
    key.remove_credential(&passkey.credential_id).await?;
    key.set_automatic_presence(true).await?;
    stage.open("/login/2fa").await?;
    browser
        .until("globalThis.asked === 1 && !document.querySelector('[aria-busy]')")
        .await?;
    assert_eq!(
        browser.text("#alert").await?,
        "",
        "nobody asked for anything yet"
    );
    key.add_credential(&passkey).await?;
    browser.click("[data-passkey=second-step]").await?;
    browser.until_at("/admin/accounts/agents").await
}
