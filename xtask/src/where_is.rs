//! `cargo xtask where`: everything an outsider can name is in exactly one
//! catalogue, which is code; this finds the line.

use std::io::Write;

use anyhow::{Result, bail};

use crate::Outcome;
use crate::repository::{Repository, SourceFile};

pub(crate) const HELP: &str = "\
cargo xtask where <name>

Prints `file:line: what: text` for whatever has that name: a route, a table, a
message key, a command, a setting, a refusal or error code, a metric, a step,
an invariant.

Examples:
  cargo xtask where /customer/login
  cargo xtask where gk_credential
  cargo xtask where login-passkey-button
  cargo xtask where GATEFOLD_LISTEN
  cargo xtask where PASSKEY_UNKNOWN
  cargo xtask where V-B1";

/// One catalogue: what its entries are, where it is, and how a line defines a name.
struct Catalogue {
    what: &'static str,
    is_in: fn(&SourceFile) -> bool,
    defines: fn(&str, &str) -> bool,
}

const CATALOGUES: &[Catalogue] = &[
    Catalogue {
        what: "table",
        is_in: |file| file.path.starts_with("crates/store/") && file.path.ends_with(".sql"),
        defines: |line, name| {
            let line = line.trim_start().to_uppercase();
            (line.starts_with("CREATE ") || line.starts_with("ALTER TABLE "))
                && has_word(&line, &name.to_uppercase())
        },
    },
    Catalogue {
        what: "message",
        is_in: |file| file.path.starts_with("locales/"),
        defines: |line, name| {
            line.strip_prefix(name)
                .is_some_and(|rest| rest.trim_start().starts_with('='))
        },
    },
    Catalogue {
        what: "route",
        is_in: |file| code_of(file, &["web"]),
        defines: |line, name| name.starts_with('/') && quoted(line, name),
    },
    Catalogue {
        what: "code",
        is_in: |file| {
            code_of(
                file,
                &["identity", "kernel", "web", "webauthn", "store", "ports"],
            )
        },
        defines: |line, name| !name.starts_with('/') && quoted(line, name),
    },
    Catalogue {
        what: "command or setting",
        is_in: |file| code_of(file, &["gatefold"]),
        defines: |line, name| {
            quoted(line, name) || variant(line) == Some(pascal_case(name).as_str())
        },
    },
    Catalogue {
        what: "refusal or error",
        is_in: |file| code_of(file, &["identity", "kernel", "web", "webauthn", "store"]),
        defines: |line, name| variant(line) == Some(pascal_case(name).as_str()),
    },
    Catalogue {
        what: "page",
        is_in: |file| {
            file.path.starts_with("templates/") || file.path.starts_with("crates/pages/templates/")
        },
        defines: |line, name| line.contains(&format!("id=\"{name}\"")),
    },
    Catalogue {
        what: "invariant",
        is_in: |file| file.path == "ARCHITECTURE.md" || file.path.ends_with(".rs"),
        defines: |line, name| {
            let is_id =
                name.contains('-') && !name.contains(|c: char| c.is_ascii_lowercase() || c == '/');
            is_id && (line.contains("//") || line.starts_with("- **")) && has_word(line, name)
        },
    },
];

pub(crate) fn run(arguments: &[String]) -> Result<Outcome> {
    let [name] = arguments else {
        bail!("where takes exactly one name; see `cargo xtask where --help`")
    };
    let repository = Repository::open()?;
    let mut found: Vec<(&str, usize)> = Vec::new();
    let mut report = String::new();
    for catalogue in CATALOGUES {
        for file in repository
            .files
            .iter()
            .filter(|file| (catalogue.is_in)(file))
        {
            for (number, line) in file
                .lines()
                .filter(|(_, line)| (catalogue.defines)(line, name))
            {
                if !found.contains(&(&file.path, number)) {
                    found.push((&file.path, number));
                    report += &format!(
                        "{}:{number}: {}: {}\n",
                        file.path,
                        catalogue.what,
                        line.trim()
                    );
                }
            }
        }
    }
    // Last resort: the file that is named after it, as step `auth_totp_verify` is `totp/verify.rs`.
    for file in repository
        .rust_files()
        .filter(|file| is_named_after(file, name))
    {
        found.push((&file.path, 1));
        report += &format!("{}:1: file\n", file.path);
    }
    if found.is_empty() {
        println!("`{name}` is in no catalogue; `git grep {name}` looks everywhere");
        return Ok(Outcome::Failed);
    }
    // Whoever reads may have stopped reading, as `head` does.
    let _ = std::io::stdout().write_all(report.as_bytes());
    Ok(Outcome::Passed)
}

/// Code, not tests, of these crates.
fn code_of(file: &SourceFile, crates: &[&str]) -> bool {
    let parts: Vec<&str> = file.path.split('/').collect();
    matches!(parts.as_slice(), ["crates", name, "src", ..] if crates.contains(name))
        && file.path.ends_with(".rs")
        && !file.is_test()
}

fn quoted(line: &str, name: &str) -> bool {
    line.contains(&format!("\"{name}\""))
}

fn has_word(line: &str, name: &str) -> bool {
    line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
        .any(|word| word == name)
}

/// The identifier, if the line is the definition of an enum variant or a type.
fn variant(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let words = line
        .trim_start_matches("pub(crate) ")
        .trim_start_matches("pub ");
    let words = words
        .trim_start_matches("enum ")
        .trim_start_matches("struct ");
    let name = words
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .filter(|name| !name.is_empty())?;
    let rest = words[name.len()..].trim_start();
    let is_defined =
        rest.starts_with([',', '{', '(']) && name.starts_with(|c: char| c.is_ascii_uppercase());
    is_defined.then_some(name)
}

/// `PASSKEY_UNKNOWN`, `passkey-unknown` and `passkey_unknown` are `PasskeyUnknown` in code.
fn pascal_case(name: &str) -> String {
    if !name.contains(['_', '-']) && name.starts_with(|c: char| c.is_ascii_uppercase()) {
        return name.to_owned();
    }
    let mut pascal = String::new();
    for word in name.split(['_', '-', '.']).filter(|word| !word.is_empty()) {
        pascal.push_str(&word[..1].to_uppercase());
        pascal.push_str(&word[1..].to_lowercase());
    }
    pascal
}

/// `step.auth_totp_verify` and `auth_totp_verify` are in `crates/kernel/src/totp/verify.rs`.
fn is_named_after(file: &SourceFile, name: &str) -> bool {
    let Some(step) = name.trim_start_matches("step.").strip_prefix("auth_") else {
        return false;
    };
    let path = file
        .path
        .strip_prefix("crates/kernel/src/")
        .and_then(|path| path.strip_suffix(".rs"));
    path.is_some_and(|path| path.replace('/', "_") == step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_and_codes_are_the_same_name() {
        assert_eq!(pascal_case("PASSKEY_UNKNOWN"), "PasskeyUnknown");
        assert_eq!(pascal_case("reset-second-factor"), "ResetSecondFactor");
        assert_eq!(pascal_case("Refusal"), "Refusal");
        assert_eq!(
            variant("    PasskeyUnknown { id: u8 },"),
            Some("PasskeyUnknown")
        );
        assert_eq!(variant("pub enum Refusal {"), Some("Refusal"));
        assert_eq!(variant("let x = PasskeyUnknown;"), None);
    }

    #[test]
    fn steps_are_found_by_their_file() {
        let file = SourceFile {
            path: "crates/kernel/src/totp/verify.rs".to_owned(),
            text: String::new(),
        };
        assert!(is_named_after(&file, "step.auth_totp_verify"));
        assert!(!is_named_after(&file, "auth_totp_generate"));
    }
}
