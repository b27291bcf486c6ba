//! Signing in with a passkey: the first administrator, by the button, by autofill, too late.

use gatefold_store::testing::set_clock_offset;
use gatefold_testkit::browser::VirtualAuthenticator;

use super::program::Program;
use super::stage::{ENROL, SIGN_IN, SIX_MINUTES, Stage};

/// Holds the next answer of the authenticator back until the page's `release()`.
const HOLD_BACK: &str = "
    const get = navigator.credentials.get.bind(navigator.credentials);
    navigator.credentials.get = async (options) => {
        navigator.credentials.get = get;
        const credential = await get(options);
        await new Promise((resolve) => { globalThis.release = resolve; });
        return credential;
    }";

/// Somebody comes back to the tab after longer than a ceremony waits.
const COME_BACK: &str = "
    const now = Date.now.bind(Date);
    Date.now = () => now() + 360_000;
    document.dispatchEvent(new Event('visibilitychange'));";

/// Lets a timer of minutes go off after a thousandth of its time.
const HURRY: &str = "
    {
        const wait = globalThis.setTimeout;
        globalThis.setTimeout = (work, delay, ...rest) =>
            wait(work, delay > 60_000 ? delay / 1_000 : delay, ...rest);
    }";

#[tokio::test]
async fn a_passkey_opens_the_door() -> anyhow::Result<()> {
    let test = "a_passkey_opens_the_door";
    let Some((program, stage)) = Stage::start(test).await else {
        return Ok(());
    };
    let browser = &stage.browser;
    let key = stage.provider().await?;

    first_administrator(&program, &stage).await?;
    key.set_automatic_presence(false).await?;
    stage.sign_out("/login").await?;
    stage.notice("You are signed out.").await?;

    // The button ends a pending autofill, which nobody answered, and goes on in its place.
    stage.open_pending("/login", &key).await?;
    browser.click(SIGN_IN).await?;
    browser.until_at("/admin/accounts/agents").await?;
    stage.quiet(&[]).await?;

    // Autofill needs no button at all, and leads to the page that was asked for.
    browser.forget_cookies().await?;
    stage.open("/profile/security").await?;
    browser.until_at("/profile/security").await?;
    stage.quiet(&[]).await?;

    too_late(&program, &stage, &key).await?;
    stage.quiet(&["401 (Unauthorized)"]).await?;
    left_open(&stage, &key).await?;
    drop(key);
    program.stop();
    Ok(())
}

/// Setup link, fields, passkey, and the two addresses to hand out.
async fn first_administrator(program: &Program, stage: &Stage) -> anyhow::Result<()> {
    let browser = &stage.browser;
    let link = program.setup_link();
    browser.open(&link).await?;
    browser.until_at("/enrol").await?;
    let left = browser.peek("return location.hash").await?;
    assert_eq!(left, "", "the code leaves the address");

    // What is missing is asked for before a passkey is made.
    browser.fill("#login", "ada").await?;
    browser.click(ENROL).await?;
    browser
        .until("document.activeElement.id === 'name'")
        .await?;
    browser.fill("#name", "Ada Lovelace").await?;
    browser.click(ENROL).await?;
    browser.until_at("/welcome").await?;
    assert_eq!(browser.text("h1").await?, "You are in");
    assert_eq!(
        browser.text("#agent-url").await?,
        format!("{}/login", stage.url)
    );
    assert_eq!(
        browser.text("#customer-url").await?,
        format!("{}/customer/login", stage.url)
    );

    // The link worked once.
    browser.forget_cookies().await?;
    browser.open(&link).await?;
    browser
        .until("document.querySelector('h1').innerText === 'This link does not work any more'")
        .await?;
    stage
        .quiet(&["410 (Gone)", "404 (Not Found)", "409 (Conflict)"])
        .await?;
    stage.open("/login").await?;
    browser.until_at("/admin/accounts/agents").await
}

/// A page that was left open renews its pending autofill: on return to the tab, and before the
/// ceremony expires. The offer that nobody answered stays unanswered; only a new one signs in.
async fn left_open(stage: &Stage, key: &VirtualAuthenticator<'_>) -> anyhow::Result<()> {
    let browser = &stage.browser;
    browser.forget_cookies().await?;
    stage.open_pending("/login", key).await?;
    browser.peek(COME_BACK).await?;
    browser.until_at("/admin/accounts/agents").await?;

    browser.forget_cookies().await?;
    browser.run_first(HURRY).await?;
    key.set_automatic_presence(false).await?;
    stage.open("/login").await?;
    browser.until("globalThis.asked >= 3").await?;
    key.set_automatic_presence(true).await?;
    browser.until_at("/admin/accounts/agents").await?;
    stage.quiet(&[]).await
}

/// Between begin and finish the ceremony expires; the page begins again by itself.
async fn too_late(
    program: &Program,
    stage: &Stage,
    key: &VirtualAuthenticator<'_>,
) -> anyhow::Result<()> {
    let browser = &stage.browser;
    browser.forget_cookies().await?;
    stage.open_pending("/login", key).await?;
    browser.evaluate(HOLD_BACK, &[]).await?;
    browser.click(SIGN_IN).await?;
    browser.until("globalThis.release").await?;
    let database = program.database().await;
    set_clock_offset(&database, SIX_MINUTES).await?;
    database.close().await;
    browser.peek("globalThis.release()").await?;
    browser.until_at("/admin/accounts/agents").await
}
