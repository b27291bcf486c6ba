//! Two instances on one PostgreSQL: nothing about signing in lives in a process.

use std::net::{Ipv4Addr, TcpListener};

use gatefold_testkit::browser::skip_without_browser;
use gatefold_testkit::postgres::skip_without_postgres;

use super::alternating::forward;
use super::program::{Program, free_port};
use super::stage::{PASSWORD, SIGN_IN, Stage};
use crate::program::folder;

#[tokio::test]
async fn two_instances_take_turns() -> anyhow::Result<()> {
    let test = "two_instances_take_turns";
    let Some(cluster) = skip_without_postgres(test) else {
        return Ok(());
    };
    let Some(browser) = skip_without_browser(test).await else {
        return Ok(());
    };
    let database = cluster.create_database().await?;
    let door = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let url = format!("http://localhost:{}", door.local_addr()?.port());
    let folder = folder(test, None);
    let keys = folder.join("keys");
    std::fs::write(&keys, format!("k1 {}\n", "5a".repeat(32)))?;
    let settings = [
        ("GATEFOLD_DATABASE", database.url.as_str()),
        ("GATEFOLD_PUBLIC_URL", url.as_str()),
        (
            "GATEFOLD_SECRET_KEY_FILE",
            keys.to_str().unwrap_or_default(),
        ),
        ("GATEFOLD_TRUSTED_PROXIES", "127.0.0.0/8"),
    ];
    let ports = [free_port(), free_port()];
    let first = Program::start_with(&folder, ports[0], &settings);
    let second = Program::start_with(&folder, ports[1], &settings);
    forward(door, &ports.map(|port| format!("http://127.0.0.1:{port}"))).await;

    let stage = Stage::before(browser, &url).await?;
    let key = stage.provider().await?;
    // The link printed last is the one that works.
    stage.set_up(&second).await?;
    stage.open("/profile/security").await?;
    stage.set_password().await?;
    key.set_automatic_presence(false).await?;
    stage.sign_out("/login").await?;

    stage.open_pending("/login", &key).await?;
    stage.browser.click(SIGN_IN).await?;
    stage.browser.until_at("/admin/accounts/agents").await?;
    key.set_automatic_presence(false).await?;
    stage.sign_out("/login").await?;

    stage
        .sign_in_with_password("/login", "ada", PASSWORD)
        .await?;
    stage
        .browser
        .until("globalThis.asked && location.pathname === '/login/2fa'")
        .await?;
    key.set_automatic_presence(true).await?;
    stage.open("/login/2fa").await?;
    stage.browser.until_at("/admin/accounts/agents").await?;
    stage.quiet(&[]).await?;
    drop(key);
    drop(stage);
    first.stop();
    second.stop();
    Ok(())
}
