//! JSON that a command is given: as an argument, in a file, or on standard input.

use std::convert::Infallible;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context as _, bail, ensure};
use serde_json::{Map, Value};

/// How large a document may be, in bytes (16 MiB).
const MAX_BYTES: usize = 16 << 20;

/// Where a document is.
#[derive(Clone, PartialEq, Eq)]
pub enum Given {
    /// The argument itself.
    Inline(String),
    /// `@path`: a file.
    File(PathBuf),
    /// `-`: standard input.
    Stdin,
}

impl FromStr for Given {
    type Err = Infallible;

    fn from_str(argument: &str) -> Result<Self, Infallible> {
        Ok(match argument.strip_prefix('@') {
            Some(path) => Self::File(path.into()),
            None if argument == "-" => Self::Stdin,
            None => Self::Inline(argument.to_owned()),
        })
    }
}

impl fmt::Debug for Given {
    /// Says where, not what: it may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inline(_) => f.write_str("given inline"),
            Self::File(path) => write!(f, "@{}", path.display()),
            Self::Stdin => f.write_str("-"),
        }
    }
}

impl Given {
    /// The JSON object that stands there. `what` names the option in errors, which never hold any
    /// of the content.
    ///
    /// # Errors
    /// It cannot be read, is too large, or is no JSON object.
    pub(super) fn object(&self, what: &str) -> anyhow::Result<Map<String, Value>> {
        let bytes = match self {
            Self::Inline(text) => at_most(text.as_bytes(), MAX_BYTES),
            Self::File(path) => read_file(path, MAX_BYTES),
            Self::Stdin => at_most(io::stdin().lock(), MAX_BYTES),
        }
        .with_context(|| what.to_owned())?;
        let hint = match self {
            Self::Inline(_) => " (a file is given as @PATH, standard input as -)",
            _ => "",
        };
        let value =
            serde_json::from_slice(&bytes).with_context(|| format!("{what} is not JSON{hint}"))?;
        object(what, value)
    }
}

/// A document with a name before it: `NAME=JSON`, `NAME=@file` or `NAME=-`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedGiven {
    /// What stands before the first `=`.
    pub name: String,
    /// What stands behind it.
    pub given: Given,
}

impl FromStr for NamedGiven {
    type Err = &'static str;

    fn from_str(argument: &str) -> Result<Self, &'static str> {
        let split = argument.split_once('=');
        let (name, given) = split.ok_or("it must be NAME=JSON, NAME=@FILE or NAME=-")?;
        if name.is_empty() {
            return Err("the name before = is missing");
        }
        let Ok(given) = given.parse();
        Ok(Self {
            name: name.to_owned(),
            given,
        })
    }
}

/// The members, if the value is an object.
///
/// # Errors
/// It is something else.
pub(super) fn object(what: &str, value: Value) -> anyhow::Result<Map<String, Value>> {
    let found = match value {
        Value::Object(members) => return Ok(members),
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
    };
    bail!("{what} is {found}, but must be a JSON object, as {{\"name\": \"value\"}}")
}

/// Refuses more than one document from standard input: the second would find it empty.
///
/// # Errors
/// There are two or more.
pub(super) fn stdin_once<'a>(all: impl Iterator<Item = &'a Given>) -> anyhow::Result<()> {
    let wanted = all.filter(|given| **given == Given::Stdin).count();
    ensure!(
        wanted <= 1,
        "standard input (-) was given {wanted} times, and can be read once; put the others into files (@PATH)"
    );
    Ok(())
}

/// What a file holds.
///
/// # Errors
/// It cannot be read or is larger than `limit` bytes.
pub(super) fn read_file(path: &Path, limit: usize) -> anyhow::Result<Vec<u8>> {
    let file = File::open(path);
    let read = file
        .with_context(|| format!("{} cannot be read", path.display()))
        .and_then(|file| at_most(file, limit));
    read.with_context(|| format!("{}", path.display()))
}

/// Everything there is to read, up to a limit.
///
/// # Errors
/// Reading fails, or there are more than `limit` bytes.
pub(super) fn at_most(reader: impl Read, limit: usize) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let enough = u64::try_from(limit).map_or(u64::MAX, |limit| limit.saturating_add(1));
    reader
        .take(enough)
        .read_to_end(&mut bytes)
        .context("it cannot be read")?;
    ensure!(
        bytes.len() <= limit,
        "it is larger than {} MiB, which is the most",
        limit >> 20
    );
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{Given, NamedGiven, at_most, stdin_once};

    fn given(argument: &str) -> Given {
        argument.parse().unwrap()
    }

    #[test]
    fn the_first_character_says_where_a_document_is() {
        assert_eq!(given("{}"), Given::Inline("{}".to_owned()));
        assert_eq!(given("@a.json"), Given::File("a.json".into()));
        assert_eq!(given("-"), Given::Stdin);
    }

    #[test]
    fn what_is_no_object_is_refused_without_being_repeated() {
        for (argument, said) in [
            (
                "[\"hunter2\"]",
                "--input is a list, but must be a JSON object",
            ),
            ("\"hunter2\"", "--input is a text"),
            ("null", "--input is null"),
            ("hunter2", "--input is not JSON (a file is given as @PATH"),
            ("{\"hunter2\": }", "--input is not JSON"),
            ("", "--input is not JSON"),
            ("@does-not-exist-hunter", "cannot be read"),
        ] {
            let error = format!("{:#}", given(argument).object("--input").unwrap_err());
            assert!(error.contains(said), "{argument}: {error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
        let deep = "[".repeat(200_000);
        assert!(given(&deep).object("--input").is_err(), "no stack overflow");
    }

    #[test]
    fn debug_hides_what_is_given() {
        assert!(!format!("{:?}", given("{\"password\":\"hunter2\"}")).contains("hunter2"));
    }

    #[test]
    fn reading_stops_at_the_limit() {
        assert_eq!(at_most(&b"abcd"[..], 4).unwrap(), b"abcd");
        assert!(at_most(&b"abcde"[..], 4).is_err());
        assert!(at_most(std::io::repeat(0), 1 << 20).is_err(), "it ends");
    }

    #[test]
    fn standard_input_is_read_once() {
        assert!(stdin_once([given("-"), given("{}")].iter()).is_ok());
        assert!(stdin_once([given("-"), given("-")].iter()).is_err());
    }

    #[test]
    fn a_module_has_a_name() {
        let named: NamedGiven = "staff={\"origin\":\"https://a=b.example\"}"
            .parse()
            .unwrap();
        assert_eq!(named.name, "staff");
        for bad in ["{}", "={}", ""] {
            assert!(bad.parse::<NamedGiven>().is_err(), "{bad}");
        }
    }
}
