//! Tables of inputs and what comes of them.

mod domains;
mod layering;
mod relying_parties;
mod texts;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use super::catalogue::CATALOGUE;
use super::{Config, FileInput, Flags, Inputs, Loaded, load};

/// Inputs under construction; nothing is given at first.
pub(super) struct Given(Inputs);

pub(super) fn nothing() -> Given {
    Given(Inputs {
        flags: Flags::default(),
        environment: Vec::new(),
        file: FileInput::Absent,
        processors: NonZeroUsize::new(4).unwrap(),
    })
}

/// The smallest right configuration for production, as a file.
pub(super) const PRODUCTION: &str = r#"
environment = "production"
public_url = "https://auth.example.com"
trusted_proxies = ["10.0.0.0/8"]
[webauthn]
rp_id = "example.com"
rp_name = "Example Inc."
origins = ["https://auth.example.com"]
"#;

impl Given {
    pub(super) fn file(mut self, text: &str) -> Self {
        self.0.file = FileInput::Text {
            path: PathBuf::from("gatefold.toml"),
            text: text.to_owned(),
        };
        self
    }

    pub(super) fn env(mut self, name: &str, value: &str) -> Self {
        self.0.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Gives `key` as an option of the command line.
    pub(super) fn flag(mut self, key: &str, text: &str) -> Self {
        let setting = CATALOGUE
            .iter()
            .find(|s| s.key == key)
            .expect("a key of the catalogue");
        self.0.flags = self.0.flags.with(setting, text);
        self
    }

    pub(super) fn load(&self) -> Loaded {
        load(&self.0)
    }

    pub(super) fn config(&self) -> Config {
        match self.load().into_config() {
            Ok((config, _)) => config,
            Err(refused) => panic!("{refused}"),
        }
    }

    /// The problems as the operator reads them.
    pub(super) fn problems(&self) -> Vec<String> {
        let loaded = self.load();
        let problems: Vec<_> = loaded.problems.iter().map(ToString::to_string).collect();
        assert_eq!(loaded.into_config().is_err(), !problems.is_empty());
        problems
    }

    pub(super) fn warnings(&self) -> Vec<String> {
        self.load()
            .warnings
            .iter()
            .map(ToString::to_string)
            .collect()
    }
}

/// Expects exactly one problem, which begins with `start` and holds `right`.
#[track_caller]
pub(super) fn one_problem(given: &Given, start: &str, right: &str) {
    let problems = given.problems();
    match problems.as_slice() {
        [one] => assert!(
            one.starts_with(start) && one.contains(right),
            "{one}\nlacks {start:?} or {right:?}"
        ),
        _ => panic!("expected {start:?} alone, got {problems:#?}"),
    }
}
