//! Chromium with a virtual authenticator, on a page served from this process.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use gatefold_testkit::browser::{
    AuthenticatorOptions, Browser, Looks, axe_script, skip_without_browser,
};
use serde_json::Value;

const PAGE: &str = "<!doctype html><html lang=en><title>Probe</title><main><h1>Probe</h1></main>";
const FLAWED: &str =
    "<!doctype html><html><title></title><main><h1>Flawed</h1><input><img src=x></main>";

const CREATE: &str = "
    const credential = await navigator.credentials.create({ publicKey: {
        rp: { id: 'localhost', name: 'Probe' },
        user: { id: new Uint8Array([1, 2, 3]), name: 'ada', displayName: 'Ada' },
        challenge: new Uint8Array(32),
        pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    } });
    return credential.id";

const CONDITIONAL_GET: &str = "
    const credential = await navigator.credentials.get({ mediation: 'conditional', publicKey: {
        rpId: 'localhost', challenge: new Uint8Array(32), userVerification: 'required',
    } });
    return credential.id";

/// Serves one page to everybody, at a `localhost` address, until the process ends;
/// it states a content security policy as strict as ours.
fn serve(page: &'static str) -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("http://localhost:{}/", listener.local_addr()?.port());
    std::thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            let asked = BufReader::new(&connection)
                .lines()
                .map_while(Result::ok)
                .take_while(|line| !line.is_empty());
            let language = asked
                .into_iter()
                .find(|line| line.to_lowercase().starts_with("accept-language"));
            let body = format!("{page}<!-- {} -->", language.unwrap_or_default());
            let _ = write!(
                connection,
                "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n\
                 content-security-policy: default-src 'none'; script-src 'self'\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    Ok(address)
}

async fn opened(test: &str, page: &'static str) -> anyhow::Result<Option<Browser>> {
    let Some(browser) = skip_without_browser(test).await else {
        return Ok(None);
    };
    browser.open(&serve(page)?).await?;
    Ok(Some(browser))
}

#[tokio::test]
async fn a_passkey_is_created_and_offered_back_by_autofill() -> anyhow::Result<()> {
    let test = "a_passkey_is_created_and_offered_back_by_autofill";
    let Some(browser) = opened(test, PAGE).await? else {
        return Ok(());
    };
    let authenticator = browser
        .add_authenticator(&AuthenticatorOptions::passkey_provider())
        .await?;
    let created = browser.evaluate(CREATE, &[]).await?;
    let inside = authenticator.credentials().await?;
    assert_eq!(inside.len(), 1);
    assert_eq!(
        (inside[0].rp_id.as_deref(), inside[0].user_name.as_deref()),
        (Some("localhost"), Some("ada"))
    );
    assert_eq!(
        (inside[0].backup_eligibility, inside[0].backup_state),
        (Some(true), Some(true))
    );
    assert_eq!(browser.evaluate(CONDITIONAL_GET, &[]).await?, created);

    // The same passkey works from a second provider, and not from an empty one.
    authenticator.remove().await?;
    let synced = browser
        .add_authenticator(&AuthenticatorOptions::passkey_provider())
        .await?;
    synced.add_credential(&inside[0]).await?;
    assert_eq!(browser.evaluate(CONDITIONAL_GET, &[]).await?, created);
    synced.remove_credential(&inside[0].credential_id).await?;
    assert!(synced.credentials().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_failed_verification_and_a_security_key_refuse_a_verified_passkey() -> anyhow::Result<()>
{
    let test = "a_failed_verification_and_a_security_key_refuse_a_verified_passkey";
    let Some(browser) = opened(test, PAGE).await? else {
        return Ok(());
    };
    let provider = browser
        .add_authenticator(&AuthenticatorOptions::passkey_provider())
        .await?;
    provider.set_user_verified(false).await?;
    let refused = browser
        .evaluate(CREATE, &[])
        .await
        .map_err(|error| error.to_string());
    assert!(
        matches!(&refused, Err(error) if error.starts_with("NotAllowedError")),
        "{refused:?}"
    );
    provider.set_user_verified(true).await?;
    browser.evaluate(CREATE, &[]).await?;
    provider.remove().await?;
    browser
        .add_authenticator(&AuthenticatorOptions::security_key())
        .await?;
    let refused = browser
        .evaluate(CREATE, &[])
        .await
        .map_err(|error| error.to_string());
    assert!(
        matches!(&refused, Err(error) if error.starts_with("NotAllowedError")),
        "{refused:?}"
    );
    Ok(())
}

#[tokio::test]
async fn looks_language_screenshots_and_the_console() -> anyhow::Result<()> {
    let Some(browser) = opened("looks_language_screenshots_and_the_console", PAGE).await? else {
        return Ok(());
    };
    browser.emulate(Looks::PHONE.dark().right_to_left()).await?;
    let seen = browser
        .evaluate(
            "return [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches, document.documentElement.dir]",
            &[],
        )
        .await?;
    assert_eq!(seen, serde_json::json!([360, true, "rtl"]));
    let picture = std::env::temp_dir().join(format!("gatefold-looks-{}.png", std::process::id()));
    browser.screenshot(&picture).await?;
    assert!(std::fs::read(&picture)?.starts_with(b"\x89PNG"));
    std::fs::remove_file(&picture)?;

    browser.set_language("ar").await?;
    browser.driver().refresh().await?;
    assert_eq!(
        browser.evaluate("return navigator.language", &[]).await?,
        Value::from("ar")
    );
    assert!(
        browser
            .driver()
            .source()
            .await?
            .contains("Accept-Language: ar")
    );

    browser.console().await?;
    let inline =
        "document.body.append(Object.assign(document.createElement('script'), { text: '1' }))";
    browser.evaluate(inline, &[]).await?;
    let console = browser.console().await?;
    assert!(
        console
            .iter()
            .any(|line| line.contains("Content Security Policy")),
        "{console:?}"
    );
    Ok(())
}

#[tokio::test]
async fn axe_finds_what_is_wrong_and_nothing_else() -> anyhow::Result<()> {
    let test = "axe_finds_what_is_wrong_and_nothing_else";
    let Ok(axe) = axe_script() else {
        let mut past_the_harness = std::io::stderr();
        writeln!(
            past_the_harness,
            "SKIPPED: {test}: axe-core is not installed"
        )?;
        return Ok(());
    };
    let Some(browser) = opened(test, PAGE).await? else {
        return Ok(());
    };
    assert_eq!(browser.run_axe(&axe).await?, []);
    browser.open(&serve(FLAWED)?).await?;
    let mut broken: Vec<_> = browser
        .run_axe(&axe)
        .await?
        .into_iter()
        .map(|violation| violation.id)
        .collect();
    broken.sort();
    assert_eq!(
        broken,
        ["document-title", "html-has-lang", "image-alt", "label"]
    );
    Ok(())
}
