//! From the text of one setting to its value, or to what is wrong with it.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use tracing_subscriber::EnvFilter;
use url::Url;

use super::problem::Wrong;
use super::setting::{Setting, one_of};
use super::values::{Database, DatabaseUrl, Environment, LogFormat, SameSite};

/// A text that is not blank.
pub(super) fn text(text: &str) -> Result<String, Wrong> {
    match text.trim() {
        "" => Err(Wrong::new("is empty", "write a text, or leave the key out")),
        text => Ok(text.to_owned()),
    }
}

pub(super) fn path(given: &str) -> Result<PathBuf, Wrong> {
    text(given).map(PathBuf::from)
}

/// A path of a file that is there now.
pub(super) fn existing_file(given: &str) -> Result<PathBuf, Wrong> {
    let path = path(given)?;
    match path.is_file() {
        true => Ok(path),
        false => Err(Wrong::new(
            format!("there is no file {given}"),
            "name a file that exists and that this user may read",
        )),
    }
}

pub(super) fn address(text: &str) -> Result<SocketAddr, Wrong> {
    text.parse().map_err(|_| {
        Wrong::new(
            format!("\"{text}\" is not an IP address with a port"),
            "write one such as 127.0.0.1:8080, 0.0.0.0:8080 or [::]:8080",
        )
    })
}

/// A number in the range of its setting.
pub(super) fn number(text: &str, from: u32, to: u32) -> Result<NonZeroU32, Wrong> {
    let number = text.trim().parse::<NonZeroU32>().ok();
    number
        .filter(|n| (from..=to).contains(&n.get()))
        .ok_or_else(|| {
            Wrong::new(
                format!("\"{text}\" is not a number in range"),
                format!("write a whole number from {from} to {to}"),
            )
        })
}

pub(super) fn environment(text: &str) -> Result<Environment, Wrong> {
    choice(
        text,
        &[
            ("development", Environment::Development),
            ("production", Environment::Production),
        ],
    )
}

pub(super) fn same_site(text: &str) -> Result<SameSite, Wrong> {
    choice(
        text,
        &[
            ("lax", SameSite::Lax),
            ("strict", SameSite::Strict),
            ("none", SameSite::None),
        ],
    )
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, Wrong> {
    choice(
        text,
        &[("text", LogFormat::Text), ("json", LogFormat::Json)],
    )
}

fn choice<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, Wrong> {
    let found = words.iter().find(|(word, _)| *word == text);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        Wrong::new(
            format!("\"{text}\" is not one of its words"),
            format!("write {}", one_of(&words)),
        )
    })
}

pub(super) fn log_filter(text: &str) -> Result<String, Wrong> {
    match EnvFilter::builder().parse(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(Wrong::new(
            format!("\"{text}\" is not a log filter ({error})"),
            "write a level (error, warn, info, debug, trace) or MODULE=LEVEL, separated by commas",
        )),
    }
}

/// The items of a list, without blanks around them.
pub(super) fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

/// Networks in CIDR notation; a bare address is a network of one.
pub(super) fn networks(text: &str) -> Result<Vec<IpNet>, Wrong> {
    items(text)
        .map(|item| {
            let network = item.parse::<IpNet>().ok();
            let network = network.or_else(|| item.parse::<IpAddr>().ok().map(IpNet::from));
            network.map(|n| n.trunc()).ok_or_else(|| {
                Wrong::new(
                    format!("\"{item}\" is neither a network nor an IP address"),
                    "write networks such as 10.0.0.0/8 or fd00::/8",
                )
            })
        })
        .collect()
}

/// The database; relative SQLite files lie in `data_dir`.
///
/// What is wrong with a PostgreSQL address is said without showing it: it may hold a password.
pub(super) fn database(text: &str, data_dir: &Path) -> Result<Database, Wrong> {
    let right = "write sqlite://gatefold.db or postgres://USER:PASSWORD@HOST/NAME";
    match text.split_once(':') {
        Some(("sqlite", rest)) => sqlite(rest.strip_prefix("//").unwrap_or(rest), data_dir),
        Some(("postgres" | "postgresql", _)) => postgres(text),
        Some((scheme, _)) if scheme.chars().all(|c| c.is_ascii_alphanumeric()) => Err(Wrong::new(
            format!("\"{scheme}\" is not a database Gatefold can use"),
            right,
        )),
        _ => Err(Wrong::new("is not the address of a database", right)),
    }
}

fn sqlite(file: &str, data_dir: &Path) -> Result<Database, Wrong> {
    if file.is_empty() || file.starts_with(':') || file.contains('?') {
        return Err(Wrong::new(
            format!("\"{file}\" is not a plain file"),
            "write sqlite://gatefold.db for a file in data_dir, or sqlite:///path/to/gatefold.db",
        ));
    }
    Ok(Database::Sqlite(data_dir.join(file)))
}

fn postgres(text: &str) -> Result<Database, Wrong> {
    let url = Url::parse(text).map_err(|error| {
        Wrong::new(
            format!("is not a valid postgres address ({error})"),
            "write postgres://USER:PASSWORD@HOST/NAME and percent-encode special characters of the password",
        )
    })?;
    if url.path().trim_matches('/').is_empty() {
        return Err(Wrong::new(
            "does not name a database",
            "write its name at the end: postgres://USER:PASSWORD@HOST/NAME",
        ));
    }
    Ok(Database::Postgres(DatabaseUrl::new(text)))
}

/// The range of a numeric setting.
pub(super) fn range(setting: &Setting) -> (u32, u32) {
    match setting.kind {
        super::setting::Kind::Number(from, to) => (from, to),
        _ => (1, u32::MAX),
    }
}
