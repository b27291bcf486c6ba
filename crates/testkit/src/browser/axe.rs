//! The accessibility check: axe-core, run in the page.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;

use super::{Browser, variable};

/// One rule of axe-core that the page breaks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Violation {
    /// The rule, for example `color-contrast`.
    pub id: String,
    /// `minor`, `moderate`, `serious` or `critical`.
    pub impact: Option<String>,
    /// What is wrong, in a sentence.
    pub help: String,
    /// The offending elements, as selectors.
    pub targets: Vec<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let impact = self.impact.as_deref().unwrap_or("unknown");
        write!(
            f,
            "{} ({impact}): {}: {}",
            self.id,
            self.help,
            self.targets.join("  ")
        )
    }
}

/// The text of `axe.min.js`, if the machine has it: at `GATEFOLD_AXE`, or where
/// `cargo xtask test` puts it, `target/tools/node_modules/axe-core/axe.min.js`.
///
/// # Errors
///
/// Says where it was looked for.
pub fn axe_script() -> anyhow::Result<String> {
    let file = match variable("GATEFOLD_AXE") {
        Some(file) => PathBuf::from(file),
        None => {
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
            root.join("target/tools/node_modules/axe-core/axe.min.js")
        }
    };
    std::fs::read_to_string(&file).with_context(|| {
        format!(
            "axe-core is not at {}: run `cargo xtask test`, or name axe.min.js in GATEFOLD_AXE",
            file.display()
        )
    })
}

impl Browser {
    /// Checks the open page against axe-core's WCAG 2.2 A and AA rules and its best practices.
    ///
    /// # Errors
    ///
    /// When the script does not run.
    pub async fn run_axe(&self, axe_script: &str) -> anyhow::Result<Vec<Violation>> {
        self.driver()
            .execute(axe_script, vec![])
            .await
            .context("loading axe-core")?;
        let violations = self
            .evaluate(
                "const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
                 const { violations } = await axe.run(document, { runOnly: tags, resultTypes: ['violations'] });
                 return violations.map(({ id, impact, help, nodes }) =>
                     ({ id, impact, help, targets: nodes.map(node => node.target.flat().join(' ')) }))",
                &[],
            )
            .await?;
        Ok(serde_json::from_value(violations)?)
    }
}
