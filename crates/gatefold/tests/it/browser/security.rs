//! One's own security page: passkeys, fresh proof, sessions.

use gatefold_store::testing::set_clock_offset;

use super::program::Program;
use super::stage::{SIX_MINUTES, Stage};

const HOME: &str = "/profile/security";
const ONLY_WAY: &str = "This is your only way to sign in, so it cannot be removed. Add another passkey or a password first.";
const STAYS: &str =
    "This is your only way to sign in, so it stays. Add another passkey or a password first.";

#[tokio::test]
async fn passkeys_fresh_proof_and_sessions() -> anyhow::Result<()> {
    let Some((program, stage)) = Stage::start("passkeys_fresh_proof_and_sessions").await else {
        return Ok(());
    };
    let browser = &stage.browser;
    let laptop = stage.provider().await?;
    stage.set_up(&program).await?;
    stage.open(HOME).await?;
    browser
        .click("section[aria-labelledby=passkeys-title] summary")
        .await?;
    assert_eq!(browser.text("details .note").await?, ONLY_WAY);

    // A second device.
    laptop.remove().await?;
    let phone = stage.provider().await?;
    let laptop = names(&stage).await?.remove(0);
    add_and_rename(&stage).await?;
    stage.quiet(&[]).await?;
    stale_proof(&program, &stage, &laptop).await?;
    stage.quiet(&["403 (Forbidden)"]).await?;

    // A third, on a page that does not know yet that the second is gone.
    phone.remove().await?;
    let _tablet = stage.provider().await?;
    last_credential(&stage).await?;
    stage.quiet(&["409 (Conflict)"]).await?;
    sessions(&stage).await?;
    stage.quiet(&[]).await?;
    program.stop();
    Ok(())
}

/// The names of the passkeys on the page, in its order.
async fn names(stage: &Stage) -> anyhow::Result<Vec<String>> {
    let names =
        "return [...document.querySelectorAll('section[aria-labelledby=passkeys-title] .name b')]
        .map(each => each.innerText)";
    Ok(serde_json::from_value(stage.browser.peek(names).await?)?)
}

/// Opens what can be done with a passkey, and gives the selector of one of its forms.
async fn form_of(stage: &Stage, name: &str, act: &str) -> anyhow::Result<String> {
    let name = serde_json::Value::from(name);
    let action = stage
        .browser
        .peek(&format!(
            "const item = [...document.querySelectorAll('li.item')]
                .find(each => each.querySelector('.name b')?.innerText === {name});
             item.querySelector('details').open = true;
             return item.querySelector('form[action$={act}]').getAttribute('action')"
        ))
        .await?;
    Ok(format!("form[action={action}]"))
}

async fn add_and_rename(stage: &Stage) -> anyhow::Result<()> {
    let browser = &stage.browser;
    browser.click("[data-passkey=add]").await?;
    browser
        .until("document.activeElement?.id === 'new-passkey-name'")
        .await?;
    browser.fill("#new-passkey-name", "Phone").await?;
    browser
        .click("#name-passkey form button:not([type])")
        .await?;
    stage.notice("The passkey has its new name.").await?;
    let names_now = names(stage).await?;
    assert_eq!(names_now.len(), 2);
    assert!(names_now.contains(&String::from("Phone")), "{names_now:?}");

    let form = form_of(stage, "Phone", "rename").await?;
    browser
        .fill(&format!("{form} input[name=name]"), "Pocket phone")
        .await?;
    browser.click(&format!("{form} button")).await?;
    let renamed =
        "[...document.querySelectorAll('.name b')].some(each => each.innerText === 'Pocket phone')";
    browser.until(renamed).await?;
    stage.notice("The passkey has its new name.").await
}

/// Six minutes later a change asks who it is, and then goes on by itself.
async fn stale_proof(program: &Program, stage: &Stage, laptop: &str) -> anyhow::Result<()> {
    let browser = &stage.browser;
    let database = program.database().await;
    set_clock_offset(&database, SIX_MINUTES).await?;
    database.close().await;
    let remove = form_of(stage, laptop, "remove").await?;
    browser.click(&format!("{remove} button")).await?;
    browser
        .until("document.querySelector('#step-up')?.open")
        .await?;
    // Closing the dialog is cancelling: nothing happens.
    browser.press("\u{e00c}").await?;
    browser
        .until("!document.querySelector('#step-up').open")
        .await?;
    assert_eq!(
        browser.text("#quiet").await?,
        "Nothing happened. You can try again whenever you like."
    );
    browser.click(&format!("{remove} button")).await?;
    browser.click("#step-up [data-step-up=passkey]").await?;
    stage
        .notice("The passkey is removed. It no longer signs you in.")
        .await?;
    assert_eq!(names(stage).await?, ["Pocket phone"]);
    Ok(())
}

async fn last_credential(stage: &Stage) -> anyhow::Result<()> {
    let browser = &stage.browser;
    browser.click("[data-passkey=add]").await?;
    browser.click("#name-passkey [data-close]").await?;
    browser
        .until("document.querySelectorAll('form[action$=\"/remove\"]').length === 2")
        .await?;
    let newest = names(stage)
        .await?
        .into_iter()
        .find(|name| name != "Pocket phone");
    let newest = form_of(stage, &newest.unwrap_or_default(), "remove").await?;
    let other = form_of(stage, "Pocket phone", "remove").await?;
    let elsewhere = "const form = document.querySelector(args[0]);
        const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
        return answer.status";
    let removed = browser.evaluate(elsewhere, &[other.into()]).await?;
    assert_eq!(removed, 200);
    browser.click(&format!("{newest} button")).await?;
    stage.alert(STAYS).await
}

async fn sessions(stage: &Stage) -> anyhow::Result<()> {
    let browser = &stage.browser;
    let rows = "document.querySelectorAll('section[aria-labelledby=sessions-title] li').length";
    for _ in 0..2 {
        browser.forget_cookies().await?;
        stage.open("/login").await?;
        browser.until_at("/admin/accounts/agents").await?;
    }
    stage.open(HOME).await?;
    browser.until(&format!("{rows} === 3")).await?;
    browser.click("form[action$='/end'] button").await?;
    stage.notice("The session has ended.").await?;
    browser.until(&format!("{rows} === 2")).await?;
    browser.click("form[action$='/end-others'] button").await?;
    stage
        .notice("All other sessions have ended. You are still signed in here.")
        .await?;
    browser.until(&format!("{rows} === 1")).await
}
