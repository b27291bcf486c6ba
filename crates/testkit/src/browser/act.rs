//! Acting on a page as a person does, and waiting for what it does in return.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::{Value, json};
use thirtyfour::{By, WebElement};

use super::{Browser, variable};

pub use thirtyfour::Key;

/// Where somebody wants pictures of the pages: `GATEFOLD_SCREENSHOTS`.
#[must_use]
pub fn screenshots_folder() -> Option<PathBuf> {
    variable("GATEFOLD_SCREENSHOTS").map(PathBuf::from)
}

/// How long a page may take for anything.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often it is looked at meanwhile.
const GLANCE: Duration = Duration::from_millis(25);

impl Browser {
    /// Waits until a JavaScript expression is truthy in whatever page is open then.
    ///
    /// # Errors
    ///
    /// After fifteen seconds: says where the window was, and what the page told its reader.
    pub async fn until(&self, condition: &str) -> anyhow::Result<()> {
        let script = format!("return !!({condition})");
        let seen = tokio::time::timeout(PATIENCE, async {
            // A page on its way out fails the script; the next one is asked again.
            while !matches!(self.driver().execute(&script, vec![]).await,
                Ok(answer) if answer.json() == &Value::Bool(true))
            {
                tokio::time::sleep(GLANCE).await;
            }
        });
        if seen.await.is_ok() {
            return Ok(());
        }
        let told = self.peek(
            "return location.href + ' | ' + [...document.querySelectorAll('h1, [role=alert], [role=status]')]
                .map(each => each.innerText.trim()).filter(Boolean).join(' | ')",
        );
        bail!("never became true: {condition}\n  at {}", told.await?)
    }

    /// Waits until the window is at this path, with the page loaded.
    ///
    /// # Errors
    ///
    /// As [`Browser::until`].
    pub async fn until_at(&self, path: &str) -> anyhow::Result<()> {
        let path = Value::from(path);
        self.until(&format!(
            "location.pathname === {path} && document.readyState === 'complete'"
        ))
        .await
    }

    /// Runs a script that returns at once, which also works where the page's scripts are off.
    ///
    /// # Errors
    ///
    /// The exception.
    pub async fn peek(&self, script: &str) -> anyhow::Result<Value> {
        let answer = self.driver().execute(script, vec![]).await?;
        Ok(answer.json().clone())
    }

    /// What a person reads in the first such element.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub async fn text(&self, selector: &str) -> anyhow::Result<String> {
        Ok(self.element(selector).await?.text().await?)
    }

    /// Waits for an element that can be clicked, then clicks it with the mouse.
    ///
    /// # Errors
    ///
    /// When it does not appear, or something lies above it.
    pub async fn click(&self, selector: &str) -> anyhow::Result<()> {
        self.until_shown(selector).await?;
        let element = self.element(selector).await?;
        element
            .click()
            .await
            .with_context(|| format!("clicking {selector}"))
    }

    /// Replaces what a field holds, by its keys.
    ///
    /// # Errors
    ///
    /// When it does not appear.
    pub async fn fill(&self, selector: &str, text: &str) -> anyhow::Result<()> {
        self.until_shown(selector).await?;
        let element = self.element(selector).await?;
        element.clear().await?;
        element.send_keys(text).await?;
        Ok(())
    }

    /// Presses keys on whatever has the focus.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn press(&self, keys: impl AsRef<str>) -> anyhow::Result<()> {
        let chain = self.driver().action_chain().send_keys(keys.as_ref());
        Ok(chain.perform().await?)
    }

    /// Forgets every cookie of this site: another person sits down.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn forget_cookies(&self) -> anyhow::Result<()> {
        Ok(self.driver().delete_all_cookies().await?)
    }

    /// Forgets one cookie of this site.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn forget_cookie(&self, name: &str) -> anyhow::Result<()> {
        Ok(self.driver().delete_cookie(name).await?)
    }

    /// Whether pages opened from now on may run scripts.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn allow_scripts(&self, allowed: bool) -> anyhow::Result<()> {
        self.devtools(
            "Emulation.setScriptExecutionDisabled",
            json!({ "value": !allowed }),
        )
        .await
        .map(drop)
    }

    /// Runs a script in every page opened from now on, before any of its own.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn run_first(&self, script: &str) -> anyhow::Result<()> {
        self.devtools(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": script }),
        )
        .await
        .map(drop)
    }

    /// Empties the cache, as on a first visit.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn clear_cache(&self) -> anyhow::Result<()> {
        self.devtools("Network.clearBrowserCache", json!({}))
            .await
            .map(drop)
    }

    /// Writes a PNG of the whole page, however long; creates the folder.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub async fn screenshot_whole(&self, path: &Path) -> anyhow::Result<()> {
        let height = self
            .peek("return Math.max(innerHeight, document.documentElement.scrollHeight)")
            .await?;
        let width = self.peek("return innerWidth").await?;
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size)
            .await?;
        self.screenshot(path).await
    }

    async fn until_shown(&self, selector: &str) -> anyhow::Result<()> {
        let selector = Value::from(selector);
        self.until(&format!(
            "(each => each && each.checkVisibility() && !each.disabled)(document.querySelector({selector}))"
        ))
        .await
    }

    async fn element(&self, selector: &str) -> anyhow::Result<WebElement> {
        self.driver()
            .find(By::Css(selector))
            .await
            .with_context(|| format!("finding {selector}"))
    }
}
