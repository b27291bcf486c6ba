//! The options of the command line, one for each row of the catalogue.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, value_parser};

use super::catalogue::{
    CATALOGUE, DATA_DIR, DATABASE, ENVIRONMENT, LOG, PUBLIC_URL, SECRET_KEY_FILE,
};
use super::inputs::{CONFIG_FILE, CONFIG_VARIABLE};
use super::setting::{Fallback, Setting, one_of};

/// Under which heading `--help` lists the options.
const HEADING: &str = "Settings";

/// Values given as options, as written.
#[derive(Clone, Default)]
pub struct Flags {
    /// `--config`: the file to read.
    pub config: Option<PathBuf>,
    values: BTreeMap<&'static str, String>,
}

impl fmt::Debug for Flags {
    /// Names which are given, not their values: one may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

impl Flags {
    /// The text given for this setting.
    #[must_use]
    pub fn get(&self, setting: &Setting) -> Option<&str> {
        self.values.get(setting.key).map(String::as_str)
    }

    /// Gives a setting, as the command line would; for tests and embedders.
    #[must_use]
    pub fn with(mut self, setting: &'static Setting, text: impl Into<String>) -> Self {
        self.values.insert(setting.key, text.into());
        self
    }

    fn from_matches(matches: &ArgMatches) -> Self {
        let given = |setting: &&'static Setting| {
            let text = matches.get_one::<String>(setting.key)?;
            Some((setting.key, text.clone()))
        };
        Self {
            config: matches.get_one::<PathBuf>("config").cloned(),
            values: CATALOGUE.iter().filter_map(given).collect(),
        }
    }
}

/// Every setting as an option, all shown by `--help`: for `serve` and `config`.
#[derive(Clone, Debug, Default)]
pub struct AllFlags(pub Flags);

/// Every setting as an option, of which `--help` shows those that say which system is meant.
#[derive(Clone, Debug, Default)]
pub struct SystemFlags(pub Flags);

impl Args for AllFlags {
    fn augment_args(command: Command) -> Command {
        augment(command, |_| true)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl Args for SystemFlags {
    fn augment_args(command: Command) -> Command {
        augment(command, names_the_system)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for AllFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self(Flags::from_matches(matches)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl FromArgMatches for SystemFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self(Flags::from_matches(matches)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn names_the_system(setting: &Setting) -> bool {
    let shown = [
        &ENVIRONMENT,
        &PUBLIC_URL,
        &DATA_DIR,
        &DATABASE,
        &SECRET_KEY_FILE,
        &LOG,
    ];
    shown.iter().any(|s| s.key == setting.key)
}

fn augment(command: Command, shown: fn(&Setting) -> bool) -> Command {
    let config = Arg::new("config")
        .long("config")
        .value_name("PATH")
        .value_parser(value_parser!(PathBuf))
        .help_heading(HEADING)
        .help(format!(
            "Configuration file [default: ./{CONFIG_FILE} if it exists] [env: {CONFIG_VARIABLE}]"
        ));
    let options = CATALOGUE.iter().map(|setting| {
        Arg::new(setting.key)
            .long(setting.flag)
            .value_name(setting.kind.placeholder())
            .hide(!shown(setting))
            .help_heading(HEADING)
            .help(help(setting))
    });
    command.arg(config).args(options)
}

fn help(setting: &Setting) -> String {
    let words = match setting.kind {
        super::setting::Kind::Choice(words) => format!(": {}", one_of(words)),
        _ => String::new(),
    };
    let default = match setting.fallback {
        Fallback::Value(text) | Fallback::Derived(text) => format!("default: {text}"),
        Fallback::Unset(meaning) => format!("without: {meaning}"),
    };
    let doc = setting.doc.trim_end_matches('.');
    format!("{doc}{words} [{default}] [env: {}]", setting.variable())
}
