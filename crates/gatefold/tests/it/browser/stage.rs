//! One program and one browser, and the steps most scenarios begin with.

use gatefold_testkit::browser::{
    AuthenticatorOptions, Browser, VirtualAuthenticator, skip_without_browser,
};

use super::program::Program;

/// A password that the policy accepts.
pub(super) const PASSWORD: &str = "vellum quartz heron tundra";

/// Longer than proof stays fresh, and than a ceremony waits; in milliseconds.
pub(super) const SIX_MINUTES: i64 = 6 * 60 * 1_000;

/// Every button that starts a passkey ceremony.
pub(super) const ENROL: &str = "[data-passkey=enrol]";
pub(super) const SIGN_IN: &str = "[data-passkey=sign-in]";

/// Counts how often a page asked for a passkey.
const COUNT_QUESTIONS: &str = "
    {
        const get = CredentialsContainer.prototype.get;
        CredentialsContainer.prototype.get = function (options) {
            globalThis.asked = (globalThis.asked ?? 0) + 1;
            return get.call(this, options);
        };
    }";

/// A browser in front of a program.
pub(super) struct Stage {
    pub(super) browser: Browser,
    pub(super) url: String,
}

impl Stage {
    /// A program on SQLite and a browser, or `None` where browsers were said to be skipped.
    pub(super) async fn start(test: &str) -> Option<(Program, Self)> {
        let browser = skip_without_browser(test).await?;
        let program = Program::start(test);
        let stage = Self::before(browser, &program.url).await;
        Some((program, stage.unwrap()))
    }

    /// A browser in front of whatever answers at this address.
    pub(super) async fn before(browser: Browser, url: &str) -> anyhow::Result<Self> {
        browser.run_first(COUNT_QUESTIONS).await?;
        let url = url.to_owned();
        Ok(Self { browser, url })
    }

    /// Opens a page of the program.
    pub(super) async fn open(&self, path: &str) -> anyhow::Result<()> {
        self.browser.open(&format!("{}{path}", self.url)).await
    }

    /// Plugs in a passkey provider.
    pub(super) async fn provider(&self) -> anyhow::Result<VirtualAuthenticator<'_>> {
        let options = AuthenticatorOptions::passkey_provider();
        self.browser.add_authenticator(&options).await
    }

    /// Follows the setup link up to the choice between a passkey and a password.
    pub(super) async fn begin_setting_up(&self, link: &str) -> anyhow::Result<()> {
        self.browser.open(link).await?;
        self.browser.fill("#login", "ada").await?;
        self.browser.fill("#name", "Ada Lovelace").await
    }

    /// Creates the first administrator, `ada`, with a passkey in the authenticator that is plugged in.
    pub(super) async fn set_up(&self, program: &Program) -> anyhow::Result<()> {
        self.begin_setting_up(&program.setup_link()).await?;
        self.browser.click(ENROL).await?;
        self.browser.until_at("/welcome").await
    }

    /// Creates the first administrator, `ada`, with a password.
    pub(super) async fn set_up_with_password(&self, program: &Program) -> anyhow::Result<()> {
        self.begin_setting_up(&program.setup_link()).await?;
        self.browser.fill("#password", PASSWORD).await?;
        self.browser.click("#enrol button:not([type])").await?;
        self.browser.until_at("/welcome").await
    }

    /// Signs in with a password at this door, up to whatever follows.
    pub(super) async fn sign_in_with_password(
        &self,
        door: &str,
        login: &str,
        password: &str,
    ) -> anyhow::Result<()> {
        self.open(door).await?;
        self.browser.fill("#login", login).await?;
        self.browser.fill("#password", password).await?;
        self.browser.click("#sign-in button:not([type])").await
    }

    /// Signs out by the button of the page that is open, and waits for the door.
    pub(super) async fn sign_out(&self, door: &str) -> anyhow::Result<()> {
        self.open(&door.replace("/login", "/logout")).await?;
        self.browser.click("form[action$='/logout'] button").await?;
        self.browser.until_at(door).await
    }

    /// Opens a door while nobody touches the authenticator, and waits until its autofill pends.
    pub(super) async fn open_pending(
        &self,
        door: &str,
        key: &VirtualAuthenticator<'_>,
    ) -> anyhow::Result<()> {
        key.set_automatic_presence(false).await?;
        self.open(door).await?;
        self.browser.until("globalThis.asked === 1").await?;
        self.browser.until_at(door).await?;
        key.set_automatic_presence(true).await
    }

    /// Sets a password on the security page that is open.
    pub(super) async fn set_password(&self) -> anyhow::Result<()> {
        self.browser
            .click("section[aria-labelledby=password-title] summary")
            .await?;
        self.browser.fill("#new-password", PASSWORD).await?;
        self.browser
            .click("form[action$='/password'] button:not([type])")
            .await?;
        self.notice("Your password is changed.").await
    }

    /// Invites somebody through the form, and gives the link that is shown.
    pub(super) async fn invite(
        &self,
        kind: &str,
        login: &str,
        name: &str,
    ) -> anyhow::Result<String> {
        self.open(&format!("/admin/accounts/{kind}/invite")).await?;
        self.browser.fill("#name", name).await?;
        self.browser.fill("#login", login).await?;
        self.browser
            .click("form[action$='/invite'] button:not([type])")
            .await?;
        self.browser
            .until("document.querySelector('#link')")
            .await?;
        self.browser.text("#link").await
    }

    /// Disables the account whose page is open.
    pub(super) async fn disable(&self, reason: &str) -> anyhow::Result<()> {
        self.browser
            .click("section[aria-labelledby=change-title] summary")
            .await?;
        self.browser.fill("#reason", reason).await?;
        self.browser
            .click("form[action$='/disable'] button")
            .await?;
        self.notice("The account is disabled and its sessions have ended.")
            .await
    }

    /// Waits for a word of what was done.
    pub(super) async fn notice(&self, text: &str) -> anyhow::Result<()> {
        let text = serde_json::Value::from(text);
        let shown = format!(
            "[...document.querySelectorAll('main [role=status]')].some(each => each.innerText.trim() === {text})"
        );
        self.browser.until(&shown).await
    }

    /// Waits for the alert to say this, with the focus on it.
    pub(super) async fn alert(&self, text: &str) -> anyhow::Result<()> {
        let text = serde_json::Value::from(text);
        let shown = format!(
            "(each => each?.getAttribute('role') === 'alert' && each.innerText.trim() === {text})(document.activeElement)"
        );
        self.browser.until(&shown).await
    }

    /// The console holds no warning and no error but what these words name.
    pub(super) async fn quiet(&self, known: &[&str]) -> anyhow::Result<()> {
        let said = self.browser.console().await?;
        let unknown = |line: &&String| {
            let odd = line.starts_with("SEVERE ") || line.starts_with("WARNING ");
            odd && !known.iter().any(|word| line.contains(word))
        };
        let odd: Vec<_> = said.iter().filter(unknown).collect();
        anyhow::ensure!(odd.is_empty(), "the console says {odd:#?}");
        Ok(())
    }
}
