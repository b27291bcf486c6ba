//! What `config check` and `config explain` print.

use std::fmt::Write as _;

use super::Loaded;
use super::catalogue::CATALOGUE;
use super::setting::{Fallback, Setting};

/// One line for each setting: key, value and where it came from. Passwords are masked.
#[must_use]
pub fn table(loaded: &Loaded) -> String {
    let rows: Vec<[String; 3]> = CATALOGUE.iter().map(|s| row(loaded, s)).collect();
    let width = |column: usize| rows.iter().map(|r| r[column].chars().count()).max();
    let (key, value) = (width(0).unwrap_or(0), width(1).unwrap_or(0));
    let mut out = String::new();
    for [name, text, source] in &rows {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{name:key$}  {text:value$}  {source}");
    }
    out
}

fn row(loaded: &Loaded, setting: &Setting) -> [String; 3] {
    match loaded.values.get(setting.key) {
        Some(value) => [
            setting.key.to_owned(),
            setting.display(&value.text),
            value.to_string(),
        ],
        None => [
            setting.key.to_owned(),
            "-".to_owned(),
            format!("not set: {}", absence(setting)),
        ],
    }
}

/// Everything about one setting, with the value it has now.
#[must_use]
pub fn one(loaded: &Loaded, setting: &Setting) -> String {
    let [key, value, source] = row(loaded, setting);
    let aliases = match setting.aliases() {
        [] => String::new(),
        names => format!(" (also {})", names.join(", ")),
    };
    format!(
        "{key}\n  {doc}\n\n  value        {value}\n  from         {source}\n  type         {kind}\n  default      {default}\n  example      {key} = {example}\n  environment  {variable}{aliases}\n  flag         --{flag}\n",
        doc = setting.doc,
        kind = setting.kind.describe(),
        default = absence(setting),
        example = setting.kind.as_toml(setting.example),
        variable = setting.variable(),
        flag = setting.flag,
    )
}

fn absence(setting: &Setting) -> &'static str {
    match setting.fallback {
        Fallback::Value(text) | Fallback::Derived(text) | Fallback::Unset(text) => text,
    }
}

/// Problems and warnings, one on each line, under a line that counts them.
#[must_use]
pub fn findings(loaded: &Loaded) -> String {
    let mut out = String::new();
    for warning in &loaded.warnings {
        let _ = writeln!(out, "warning: {warning}");
    }
    match loaded.problems.len() {
        0 => {}
        1 => out.push_str("1 problem keeps Gatefold from starting:\n"),
        n => {
            let _ = writeln!(out, "{n} problems keep Gatefold from starting:");
        }
    }
    for problem in &loaded.problems {
        let _ = writeln!(out, "  {problem}");
    }
    out
}
