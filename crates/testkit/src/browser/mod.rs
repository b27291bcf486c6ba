//! A real, headless Chromium, driven through ChromeDriver, with virtual authenticators.
//!
//! [`Browser::start`] starts a ChromeDriver and a Chromium of its own at a free
//! port; both end with the value, or with the test process, however it ends (see
//! `guard.sh` beside this file). Elements, clicks and waiting are
//! [`Browser::driver`]'s, which is [`thirtyfour::WebDriver`]; here are the things
//! it lacks: promises ([`Browser::evaluate`]), authenticators
//! ([`Browser::add_authenticator`]), looks ([`Browser::emulate`]) and the
//! accessibility check ([`Browser::run_axe`]).
//!
//! Serve pages at `http://localhost:PORT`, never at `127.0.0.1`: browsers refuse
//! passkeys on an IP address. Known of Chromium 156: conditional `get` is answered
//! at once by a virtual authenticator, conditional `create` never resolves.

mod act;
mod authenticator;
mod axe;
mod looks;

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::Context;
use serde_json::{Value, json};
use thirtyfour::{CapabilitiesHelper, ChromiumLikeCapabilities, DesiredCapabilities, WebDriver};

pub use act::{Key, screenshots_folder};
pub use authenticator::{
    AuthenticatorOptions, Protocol, Transport, VirtualAuthenticator, VirtualCredential,
};
pub use axe::{Violation, axe_script};
pub use looks::{Looks, Scheme, TextDirection};

/// What Chromium is started with. As root it cannot build its sandbox; the rest
/// keeps it from calling its maker, which on a closed network delays every start.
const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=en-US",
    "--window-size=1280,900",
    // Debugging over a pipe: Chromium ends when ChromeDriver does.
    "--remote-debugging-pipe",
];

/// One Chromium with an empty profile.
#[derive(Debug)]
pub struct Browser {
    /// `None` only while dropping.
    driver: Option<WebDriver>,
    guard: Guard,
}

/// The shell that owns ChromeDriver; closing its input stops it.
#[derive(Debug)]
struct Guard {
    shell: Child,
    lifeline: Option<ChildStdin>,
}

impl Browser {
    /// Starts ChromeDriver and Chromium; takes about a second.
    ///
    /// # Errors
    ///
    /// Names the packages to install when one of the programs is missing, or says what it printed.
    pub async fn start() -> anyhow::Result<Self> {
        let missing = "Chromium and ChromeDriver are not installed: `apt-get install chromium chromium-driver`, \
                       or skip these tests with GATEFOLD_TESTS_WITHOUT=browser";
        let chromium =
            program(&["chromium", "chromium-browser", "google-chrome"]).context(missing)?;
        let chromedriver = program(&["chromedriver"]).context(missing)?;
        let (guard, port) = Guard::start(&chromedriver)?;
        let mut capabilities = DesiredCapabilities::chrome();
        capabilities.set_binary(&chromium.to_string_lossy())?;
        for flag in FLAGS {
            capabilities.add_arg(flag)?;
        }
        capabilities.set("goog:loggingPrefs", json!({ "browser": "ALL" }))?;
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities)
            .await
            .context("starting Chromium through ChromeDriver")?;
        Ok(Self {
            driver: Some(driver),
            guard,
        })
    }

    /// The WebDriver session, for everything about elements.
    ///
    /// # Panics
    ///
    /// Never: the session is there until the browser is dropped.
    #[must_use]
    pub fn driver(&self) -> &WebDriver {
        self.driver
            .as_ref()
            .expect("the session lives as long as the browser")
    }

    /// Opens a page and waits until it has loaded.
    ///
    /// # Errors
    ///
    /// When nothing answers at `url`.
    pub async fn open(&self, url: &str) -> anyhow::Result<()> {
        self.driver()
            .goto(url)
            .await
            .with_context(|| format!("opening {url}"))
    }

    /// Runs `body` as the body of an `async` function in the page, with `args` in
    /// scope, and returns what it returns. Works under a strict content security policy.
    ///
    /// ```no_run
    /// # async fn example(browser: gatefold_testkit::browser::Browser) -> anyhow::Result<()> {
    /// let ok = browser.evaluate("return (await fetch(args[0])).ok", &["/health/live".into()]).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// The exception's name and message when the promise is rejected.
    pub async fn evaluate(&self, body: &str, args: &[Value]) -> anyhow::Result<Value> {
        let script = format!(
            "const args = arguments[0], done = arguments[1];
             (async () => {{ {body} }})().then(
                 value => done({{ value: value === undefined ? null : value }}),
                 error => done({{ error: `${{error?.name}}: ${{error?.message}}` }}))"
        );
        let answer = self
            .driver()
            .execute_async(script, vec![Value::from(args)])
            .await?;
        match answer.json() {
            Value::Object(answer) if answer.contains_key("value") => Ok(answer["value"].clone()),
            answer => anyhow::bail!(
                "{}",
                answer["error"]
                    .as_str()
                    .unwrap_or("the script ended with nothing")
            ),
        }
    }

    /// Writes a PNG of what the window shows; creates the folder.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub async fn screenshot(&self, path: &Path) -> anyhow::Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        Ok(self.driver().screenshot(path).await?)
    }

    /// What the page wrote to the console since the last call, violations of its
    /// content security policy and failed loads among it: `LEVEL message`.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn console(&self) -> anyhow::Result<Vec<String>> {
        let entries = self.driver().browser_log().await?;
        Ok(entries
            .into_iter()
            .map(|entry| format!("{} {}", entry.level, entry.message))
            .collect())
    }

    /// Sends one command of the Chrome DevTools Protocol.
    async fn devtools(&self, method: &str, parameters: Value) -> anyhow::Result<Value> {
        self.driver()
            .cdp()
            .send_raw(method, parameters)
            .await
            .with_context(|| method.to_owned())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The guard ends the session together with its processes; ending it by a
        // request first would block this thread on a second runtime.
        if let Some(driver) = self.driver.take() {
            let _ = driver.leak();
        }
        self.guard.lifeline.take();
        let _ = self.guard.shell.wait();
    }
}

impl Guard {
    fn start(chromedriver: &Path) -> anyhow::Result<(Self, u16)> {
        let mut shell = Command::new("sh")
            .args(["-c", include_str!("guard.sh"), "gatefold-browser-guard"])
            .arg(chromedriver)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // A group of its own: Ctrl-C reaches it through the closing pipe only.
            .process_group(0)
            .spawn()
            .context("starting sh")?;
        let lifeline = shell.stdin.take();
        let mut output = BufReader::new(
            shell
                .stdout
                .take()
                .context("the guard has no standard output")?,
        );
        let mut said = String::new();
        output.read_line(&mut said)?;
        let port = said
            .strip_prefix("ready ")
            .and_then(|port| port.trim_end().parse().ok());
        if let Some(port) = port {
            return Ok((Self { shell, lifeline }, port));
        }
        output.read_to_string(&mut said)?;
        shell.wait()?;
        anyhow::bail!("ChromeDriver did not start: {}", said.trim_end())
    }
}

/// A browser, or `None` where somebody chose to test without one.
///
/// In that case one line `SKIPPED: <test>: …` goes to standard error, past the
/// test harness, which would swallow it; `cargo xtask test` counts these lines.
///
/// # Panics
///
/// When a browser is wanted and cannot be had: a test that silently did not run proves nothing.
pub async fn skip_without_browser(test: &str) -> Option<Browser> {
    let without = variable("GATEFOLD_TESTS_WITHOUT").unwrap_or_default();
    if without.split(',').any(|word| word.trim() == "browser") {
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: {test}: GATEFOLD_TESTS_WITHOUT names browser"
        );
        return None;
    }
    match Browser::start().await {
        Ok(browser) => Some(browser),
        Err(error) => panic!("{test} needs a browser: {error:#}"),
    }
}

/// The first of these programs on the search path.
fn program(names: &[&str]) -> Option<PathBuf> {
    let path = variable("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}

#[expect(
    clippy::disallowed_methods,
    reason = "test support is told by its environment what the machine has"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
