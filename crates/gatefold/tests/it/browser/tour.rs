//! Every page in its main states.

use std::cell::RefCell;

use gatefold_store::{Database, testing};
use gatefold_testkit::browser::VirtualAuthenticator;

use super::program::Program;
use super::stage::{PASSWORD, Stage};

/// A code that no link has.
const NO_CODE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A program with an administrator, somebody invited and somebody disabled; no customers.
pub(super) struct Tour<'s> {
    stage: &'s Stage,
    key: VirtualAuthenticator<'s>,
    database: Database,
    /// The newest link of whoever was invited; each replaces the one before.
    link: RefCell<String>,
    /// Pages of accounts: one's own, invited, disabled.
    own: String,
    invited: String,
    disabled: String,
}

impl<'s> Tour<'s> {
    pub(super) async fn prepare(program: &Program, stage: &'s Stage) -> anyhow::Result<Self> {
        let key = stage.provider().await?;
        stage.set_up(program).await?;
        stage.open("/profile/security").await?;
        stage.set_password().await?;
        stage
            .invite(
                "agents",
                "konstanze",
                "Konstanze Freifrau von Donaudampfschifffahrt",
            )
            .await?;
        let disabled = account(stage, "konstanze").await?;
        stage.open(&disabled).await?;
        stage.disable("Left the company").await?;
        let link = stage.invite("agents", "grace", "Grace Hopper").await?;
        Ok(Self {
            stage,
            key,
            database: program.database().await,
            link: RefCell::new(link),
            own: account(stage, "ada").await?,
            invited: account(stage, "grace").await?,
            disabled,
        })
    }

    /// Visits every page in every state; `look` is told its name. Pages speak the language chosen last.
    pub(super) async fn walk(
        &self,
        look: impl AsyncFn(&str) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        self.nobody().await?;
        self.doors(&look).await?;
        self.links(&look).await?;
        self.nobody().await?;
        self.key.set_automatic_presence(true).await?;
        self.stage.open("/login").await?;
        self.stage
            .browser
            .until_at("/admin/accounts/agents")
            .await?;
        self.key.set_automatic_presence(false).await?;
        self.own_account(&look).await?;
        self.administration(&look).await?;
        self.failure(&look).await
    }

    /// Speaks another language from now on, by the form that every page has.
    pub(super) async fn speak(&self, tag: &str) -> anyhow::Result<()> {
        self.nobody().await?;
        self.stage.open("/login").await?;
        let choose = format!(
            "const form = document.querySelector('form.language');
             form.elements.tag.value = '{tag}';
             form.submit()"
        );
        self.stage.browser.peek(&choose).await?;
        let speaks = format!(
            "document.documentElement.lang === '{tag}' && document.readyState === 'complete'"
        );
        self.stage.browser.until(&speaks).await
    }

    /// Nobody is signed in, nobody touches the authenticator, and the language stays.
    pub(super) async fn nobody(&self) -> anyhow::Result<()> {
        self.key.set_automatic_presence(false).await?;
        for cookie in ["agent", "customer", "link", "agent-pending"] {
            self.stage
                .browser
                .forget_cookie(&format!("gatefold-{cookie}"))
                .await?;
        }
        Ok(())
    }

    async fn visit(
        &self,
        name: &str,
        path: &str,
        look: &impl AsyncFn(&str) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        self.stage.open(path).await?;
        look(name).await
    }

    async fn doors(&self, look: &impl AsyncFn(&str) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let browser = &self.stage.browser;
        self.visit("sign-in", "/login", look).await?;
        self.visit("sign-in-customer", "/customer/login", look)
            .await?;
        self.visit("sign-in-signed-out", "/login?signed-out", look)
            .await?;
        self.stage
            .sign_in_with_password("/login", "nobody", PASSWORD)
            .await?;
        browser
            .until("document.querySelector('#alert')?.checkVisibility()")
            .await?;
        look("sign-in-error").await?;
        self.stage
            .sign_in_with_password("/login", "ada", PASSWORD)
            .await?;
        browser.until_at("/login/2fa").await?;
        look("second-step").await?;
        self.visit("sign-out-nobody", "/logout", look).await?;
        self.visit("error-404", "/nothing", look).await?;
        self.visit("components", "/_components", look).await
    }

    async fn links(&self, look: &impl AsyncFn(&str) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let browser = &self.stage.browser;
        self.visit("enrol-open", "/enrol", look).await?;
        // Another address than the one that is open: a fragment alone would load nothing.
        self.stage.open("/logout").await?;
        let link = self.link.borrow().clone();
        browser.open(&link).await?;
        browser.until("document.querySelector('#enrol')").await?;
        look("enrol-choose").await?;
        self.stage.open("/logout").await?;
        self.stage.open(&format!("/enrol#{NO_CODE}")).await?;
        browser
            .until("location.pathname === '/enrol/open' && document.querySelector('h1')")
            .await?;
        look("enrol-dead").await
    }

    async fn own_account(
        &self,
        look: &impl AsyncFn(&str) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let browser = &self.stage.browser;
        self.visit("welcome", "/welcome", look).await?;
        self.visit(
            "confirm",
            "/profile/security/confirm?return_to=/profile/security",
            look,
        )
        .await?;
        self.visit("sign-out", "/logout", look).await?;
        self.visit("security", "/profile/security", look).await?;
        browser
            .peek("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
            .await?;
        look("security-open").await?;
        for dialog in ["step-up", "name-passkey"] {
            browser
                .peek(&format!("document.querySelector('#{dialog}').showModal()"))
                .await?;
            look(&format!("dialog-{dialog}")).await?;
            browser
                .peek(&format!("document.querySelector('#{dialog}').close()"))
                .await?;
        }
        Ok(())
    }

    async fn administration(
        &self,
        look: &impl AsyncFn(&str) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let browser = &self.stage.browser;
        self.visit("accounts", "/admin/accounts/agents", look)
            .await?;
        self.visit("accounts-empty", "/admin/accounts/customers", look)
            .await?;
        self.visit("accounts-no-match", "/admin/accounts/agents?q=zz", look)
            .await?;
        self.visit("account-own", &self.own, look).await?;
        self.visit("account-disabled", &self.disabled, look).await?;
        self.visit("account-invited", &self.invited, look).await?;
        browser
            .peek("document.querySelector('details').open = true")
            .await?;
        look("account-invited-open").await?;
        browser.click("form[action$='/invite-link'] button").await?;
        browser.until("document.querySelector('#link')").await?;
        self.link.replace(browser.text("#link").await?);
        look("link").await?;
        self.visit("invite", "/admin/accounts/agents/invite", look)
            .await?;
        browser.fill("#name", "Ada Lovelace").await?;
        browser.fill("#login", "ada").await?;
        browser
            .click("form[action$='/invite'] button:not([type])")
            .await?;
        browser
            .until("document.querySelector('#login[aria-invalid]')")
            .await?;
        look("invite-error").await
    }

    /// The database fails for a moment.
    async fn failure(&self, look: &impl AsyncFn(&str) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let rename = async |from, to| {
            testing::execute(
                &self.database,
                &format!("ALTER TABLE {from} RENAME TO {to}"),
            )
            .await
        };
        rename("gk_session", "gk_away").await?;
        let looked = self.visit("error-503", "/profile/security", look).await;
        rename("gk_away", "gk_session").await?;
        looked
    }
}

/// The page of an account, found in the list.
async fn account(stage: &Stage, login: &str) -> anyhow::Result<String> {
    stage
        .open(&format!("/admin/accounts/agents?q={login}"))
        .await?;
    let link = stage
        .browser
        .peek("return document.querySelector('th a').getAttribute('href')")
        .await?;
    Ok(link.as_str().unwrap_or_default().to_owned())
}
