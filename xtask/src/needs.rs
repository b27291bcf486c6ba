//! What tests and measurements need from the machine, and how it gets there.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::environment::{program, variable};
use crate::{Outcome, shell};

/// What somebody chose to test without.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Without {
    postgres: bool,
    browser: bool,
}

/// One thing, with the Debian packages that bring it.
struct Need {
    name: &'static str,
    packages: &'static [&'static str],
    flag: &'static str,
    is_there: fn() -> bool,
}

const POSTGRES: Need = Need {
    name: "PostgreSQL's server programs",
    packages: &["postgresql"],
    flag: "--without-postgres",
    is_there: postgres_is_there,
};

const BROWSER: Need = Need {
    name: "Chromium and ChromeDriver",
    // A font that has Latin, Greek, Cyrillic and Arabic: without one, pictures show boxes.
    packages: &["chromium", "chromium-driver", "fonts-dejavu-core"],
    flag: "--without-browser",
    is_there: || {
        program(&["chromedriver"]).is_some()
            && program(&["chromium", "chromium-browser", "google-chrome"]).is_some()
    },
};

/// Debian has no package of axe-core, so it comes from npm, in one fixed version.
const AXE: &str = "axe-core@4.14.1";
/// Where `gatefold_testkit::browser::axe_script` looks for it, below the root.
const AXE_FILE: &str = "target/tools/node_modules/axe-core/axe.min.js";

impl Without {
    /// Takes our own flags out; the rest is for cargo.
    pub(crate) fn from_arguments(arguments: &[String]) -> (Self, Vec<String>) {
        let ours = arguments.iter().take_while(|word| *word != "--");
        let said = variable("GATEFOLD_TESTS_WITHOUT").unwrap_or_default();
        let without = |flag: &str, name: &str| {
            ours.clone().any(|word| word == flag) || said.split(',').any(|word| word.trim() == name)
        };
        let chosen = Self {
            postgres: without(POSTGRES.flag, "postgres"),
            browser: without(BROWSER.flag, "browser"),
        };
        let mut behind_dashes = false;
        let rest = arguments.iter().filter(|word| {
            behind_dashes |= *word == "--";
            behind_dashes || (*word != POSTGRES.flag && *word != BROWSER.flag)
        });
        (chosen, rest.cloned().collect())
    }

    /// The value of `GATEFOLD_TESTS_WITHOUT`, which the test kit reads.
    pub(crate) fn variable(self) -> Option<String> {
        let names = [(self.postgres, "postgres"), (self.browser, "browser")];
        let chosen: Vec<&str> = names
            .into_iter()
            .filter(|(without, _)| *without)
            .map(|(_, name)| name)
            .collect();
        (!chosen.is_empty()).then(|| chosen.join(","))
    }
}

/// Installs what is missing, or says how to.
pub(crate) fn provide(root: &Path, without: Without) -> Result<Outcome> {
    let mut wanted = Vec::new();
    for (need, is_skipped) in [(&POSTGRES, without.postgres), (&BROWSER, without.browser)] {
        if is_skipped {
            println!(
                "SKIPPED by {}: every test that needs {}",
                need.flag, need.name
            );
        } else {
            wanted.push(need);
        }
    }
    let missing = obtain(&wanted)?;
    if !missing.is_empty() {
        let flags: Vec<&str> = missing.iter().map(|need| need.flag).collect();
        println!("or test without: cargo xtask test {}", flags.join(" "));
        return Ok(Outcome::Failed);
    }
    if !without.browser {
        provide_axe(root)?;
    }
    Ok(Outcome::Passed)
}

/// Installs PostgreSQL's server programs if they are missing, or says how to.
pub(crate) fn provide_postgres() -> Result<Outcome> {
    let missing = obtain(&[&POSTGRES])?;
    Ok(if missing.is_empty() {
        Outcome::Passed
    } else {
        Outcome::Failed
    })
}

/// Installs what is missing of these; says how to install what still is, and returns that.
fn obtain<'n>(wanted: &[&'n Need]) -> Result<Vec<&'n Need>> {
    let missing = || {
        let wanted = wanted.iter().copied();
        wanted.filter(|need| !(need.is_there)()).collect::<Vec<_>>()
    };
    let before = missing();
    for need in &before {
        println!("{} are not installed.", need.name);
    }
    let packages: Vec<&str> = before
        .iter()
        .flat_map(|need| need.packages)
        .copied()
        .collect();
    if packages.is_empty() || (install(&packages)? && missing().is_empty()) {
        return Ok(Vec::new());
    }
    println!(
        "Install them, for example with\n\n    sudo apt-get install {}\n",
        packages.join(" ")
    );
    Ok(before)
}

/// Whether apt-get could be asked and did it.
fn install(packages: &[&str]) -> Result<bool> {
    if program(&["apt-get"]).is_none() {
        return Ok(false);
    }
    let we_are_root = shell::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    let apt_get = || {
        let mut command = Command::new(if we_are_root { "env" } else { "sudo" });
        if !we_are_root {
            command.args(["-n", "env"]);
        }
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]);
        command
    };
    if !we_are_root && !shell::works(Command::new("sudo").args(["-n", "true"])) {
        return Ok(false);
    }
    Ok(shell::announce_and_run(apt_get().arg("update"))?
        && shell::announce_and_run(
            apt_get()
                .args(["install", "--no-install-recommends"])
                .args(packages),
        )?)
}

/// The accessibility test is skipped, and says so, where neither axe-core nor npm is there.
fn provide_axe(root: &Path) -> Result<()> {
    if variable("GATEFOLD_AXE").is_some() || root.join(AXE_FILE).is_file() {
        return Ok(());
    }
    if program(&["npm"]).is_none() {
        println!(
            "npm is not installed, so axe-core is not to be had: the accessibility test will be skipped."
        );
        return Ok(());
    }
    let folder = root.join("target/tools");
    std::fs::create_dir_all(&folder)?;
    let mut npm = Command::new("npm");
    npm.current_dir(root).args([
        "install",
        "--prefix",
        "target/tools",
        "--no-audit",
        "--no-fund",
        AXE,
    ]);
    if !shell::announce_and_run(&mut npm)? {
        println!("npm could not install {AXE}: the accessibility test will be skipped.");
    }
    Ok(())
}

/// On the search path, or where Debian keeps them.
fn postgres_is_there() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    variable("GATEFOLD_TEST_POSTGRES").is_some()
        || program(&["initdb"]).is_some()
        || versions
            .map(|version| version.path().join("bin/initdb"))
            .any(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_flags_are_taken_out_and_the_rest_is_left_alone() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let (without, rest) =
            Without::from_arguments(&words("-p a --without-browser -- --without-postgres b"));
        assert!(without.browser);
        assert_eq!(rest, words("-p a -- --without-postgres b"));
    }

    #[test]
    fn the_variable_names_what_is_left_out() {
        assert_eq!(
            Without {
                postgres: true,
                browser: true
            }
            .variable()
            .as_deref(),
            Some("postgres,browser")
        );
        assert_eq!(Without::default().variable(), None);
    }
}
