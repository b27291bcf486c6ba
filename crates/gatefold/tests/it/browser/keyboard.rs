//! Without a mouse: everything is reached by Tab, seen when it is, and works by Enter and Escape.

use gatefold_store::testing::set_clock_offset;
use gatefold_testkit::browser::VirtualAuthenticator;

use super::stage::{PASSWORD, SIGN_IN, SIX_MINUTES, Stage};

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";

/// More stops than any page here has.
const MOST_STOPS: usize = 40;

/// Open, and no longer on its way in.
const DIALOG_IS_OPEN: &str =
    "(each => each.open && !each.getAnimations().length)(document.querySelector('#step-up'))";

/// Where the focus is: the element by its id or its words, whether it is drawn around, and seen at all.
const STOP: &str = "
    const each = document.activeElement, style = getComputedStyle(each), box = each.getBoundingClientRect();
    return {
        name: each === document.body ? 'BODY' : each.id ? '#' + each.id : each.innerText.trim(),
        outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
        seen: each.checkVisibility({ opacityProperty: true }) && box.width >= 1 && box.height >= 1
            && box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight,
    }";

#[tokio::test]
async fn everything_works_by_keyboard() -> anyhow::Result<()> {
    let Some((program, stage)) = Stage::start("everything_works_by_keyboard").await else {
        return Ok(());
    };
    let browser = &stage.browser;
    let key = stage.provider().await?;
    stage.set_up(&program).await?;
    stage.open("/profile/security").await?;
    stage.set_password().await?;
    key.set_automatic_presence(false).await?;
    stage.sign_out("/login").await?;

    the_door_has_these_stops(&stage).await?;
    the_skip_link_skips(&stage).await?;
    name_and_password(&stage).await?;
    second_step(&stage, &key).await?;

    // The passkey button, pressed by Enter.
    browser.forget_cookies().await?;
    stage.open_pending("/login", &key).await?;
    tab_to(&stage, SIGN_IN).await?;
    browser.press(ENTER).await?;
    browser.until_at("/admin/accounts/agents").await?;

    let database = program.database().await;
    set_clock_offset(&database, SIX_MINUTES).await?;
    database.close().await;
    the_dialog(&stage).await?;
    program.stop();
    Ok(())
}

/// Presses Tab and gives the name of what has the focus then, which must be seen.
async fn tab(stage: &Stage) -> anyhow::Result<String> {
    stage.browser.press(TAB).await?;
    let stop = stage.browser.peek(STOP).await?;
    let name = stop["name"].as_str().unwrap_or_default().to_owned();
    // After the last stop the focus is on the page itself.
    if name != "BODY" {
        assert_eq!(stop["outlined"], true, "no outline around {name}");
        assert_eq!(
            stop["seen"], true,
            "{name} has the focus and cannot be seen"
        );
    }
    Ok(name)
}

async fn tab_to(stage: &Stage, selector: &str) -> anyhow::Result<()> {
    let here = format!(
        "return document.activeElement.matches({})",
        serde_json::Value::from(selector)
    );
    for _ in 0..MOST_STOPS {
        tab(stage).await?;
        if stage.browser.peek(&here).await? == true {
            return Ok(());
        }
    }
    anyhow::bail!("{selector} is not reached by Tab")
}

async fn the_door_has_these_stops(stage: &Stage) -> anyhow::Result<()> {
    stage.open("/login").await?;
    stage
        .browser
        .until("document.activeElement.id === 'login'")
        .await?;
    let mut stops = vec![String::from("#login")];
    loop {
        let stop = tab(stage).await?;
        if stop == "#login" {
            break;
        }
        stops.push(stop);
        anyhow::ensure!(stops.len() < MOST_STOPS, "{stops:?}");
    }
    stops.retain(|stop| stop != "BODY");
    let expected = [
        "#login",
        "#password",
        "Show",
        "Continue",
        "Skip to the content",
        "Gatefold",
        "customer sign-in",
        "#language-wide",
        "Change",
        "Sign in with a passkey",
    ];
    assert_eq!(stops, expected);
    Ok(())
}

async fn the_skip_link_skips(stage: &Stage) -> anyhow::Result<()> {
    stage.open("/login").await?;
    tab_to(stage, ".skip").await?;
    stage.browser.press(ENTER).await?;
    stage.browser.until("location.hash === '#main'").await?;
    assert_eq!(tab(stage).await?, "Sign in with a passkey");
    Ok(())
}

/// Typed, looked at, hidden again, sent.
async fn name_and_password(stage: &Stage) -> anyhow::Result<()> {
    let browser = &stage.browser;
    stage.open("/login").await?;
    browser
        .until("document.activeElement.id === 'login'")
        .await?;
    browser.press("ada").await?;
    assert_eq!(tab(stage).await?, "#password");
    browser.press(PASSWORD).await?;
    assert_eq!(tab(stage).await?, "Show");
    browser.press(ENTER).await?;
    assert_eq!(browser.peek("return password.type").await?, "text");
    browser.press(ENTER).await?;
    assert_eq!(browser.peek("return password.type").await?, "password");
    assert_eq!(tab(stage).await?, "Continue");
    browser.press(ENTER).await?;
    browser.until_at("/login/2fa").await
}

/// The page asks by itself once it has the focus, in vain; then Enter on the button asks again.
async fn second_step(stage: &Stage, key: &VirtualAuthenticator<'_>) -> anyhow::Result<()> {
    let browser = &stage.browser;
    let passkey = key.credentials().await?.remove(0);
    key.remove_credential(&passkey.credential_id).await?;
    key.set_automatic_presence(true).await?;
    stage.open("/login/2fa").await?;
    tab(stage).await?;
    browser
        .until("globalThis.asked === 1 && !document.querySelector('[aria-busy]')")
        .await?;
    key.add_credential(&passkey).await?;
    tab_to(stage, "[data-passkey=second-step]").await?;
    browser.press(ENTER).await?;
    browser.until_at("/admin/accounts/agents").await
}

/// Fresh proof: opened by a change, left by Escape, answered by the passkey.
async fn the_dialog(stage: &Stage) -> anyhow::Result<()> {
    let browser = &stage.browser;
    stage.open("/profile/security").await?;
    tab_to(stage, "section[aria-labelledby=password-title] summary").await?;
    browser.press(ENTER).await?;
    tab_to(stage, "#new-password").await?;
    browser.press("granite lantern orbit thimble").await?;
    browser.press(ENTER).await?;
    browser.until(DIALOG_IS_OPEN).await?;
    let inside = "return document.querySelector('#step-up').contains(document.activeElement)";
    assert_eq!(browser.peek(inside).await?, true);

    let mut stops = Vec::new();
    for _ in 0..MOST_STOPS {
        let stop = tab(stage).await?;
        if stops.contains(&stop) {
            break;
        }
        stops.push(stop);
    }
    stops.retain(|stop| stop != "BODY");
    stops.sort();
    // A passkey is there, so a password is no fresh proof; the page behind has no stops.
    assert_eq!(stops, ["Cancel", "Confirm with your passkey"]);

    browser.press(ESCAPE).await?;
    browser
        .until("!document.querySelector('#step-up').checkVisibility()")
        .await?;
    browser
        .until("document.querySelector('#quiet').innerText !== ''")
        .await?;
    tab_to(stage, "form[action$='/password'] button:not([type])").await?;
    browser.press(ENTER).await?;
    browser.until(DIALOG_IS_OPEN).await?;
    if browser
        .peek("return document.activeElement.dataset.stepUp !== 'passkey'")
        .await?
        == true
    {
        tab_to(stage, "[data-step-up=passkey]").await?;
    }
    browser.press(ENTER).await?;
    stage.notice("Your password is changed.").await
}
