//! One's own security page: passkeys, fresh proof, sessions.

use gatefold_store::testing::set_clock_offset;
use gatefold_testkit::browser::VirtualCredential;

use super::program::Program;
use super::stage::Stage;

const HOME: &str = "/profile/security";
const PASSKEYS: &str = "document.querySelectorAll('section[aria-labelledby=passkeys-title] li').length";

#[tokio::test]
async fn passkeys_fresh_proof_and_sessions() -> anyhow::Result<()> {
    let Some((program, stage)) = Stage::start("passkeys_fresh_proof_and_sessions").await else {
        return Ok(());
    };
    let browser = &stage.browser;
    let laptop = stage.provider().await?;
    stage.set_up(&program).await?;
    let first = laptop.credentials().await?.remove(0);
    stage.open(HOME).await?;
    let only = browser.peek("return document.querySelector('details .note')?.innerText ?? ''");
    let only = browser.peek("return document.querySelector('details .note').textContent.trim()").await.and(only.await)?;
    let _ = only;

    // A second device.
    laptop.remove().await?;
    let phone = stage.provider().await?;
    add_and_rename(&stage).await?;
    stage.quiet(&[]).await?;
    stale_proof(&program, &stage).await?;
    last_credential(&stage).await?;
    phone.add_credential(&first).await?;
    sessions(&stage, &first).await?;
    program.stop();
    Ok(())
}
