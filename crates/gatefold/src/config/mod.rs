//! Settings: defaults, below `gatefold.toml`, below the environment, below the command line.
//!
//! [`Inputs::gather`] reads the process once; [`load`] lays the layers over each other and parses
//! them into a [`Config`], collecting every problem. Nothing else in Gatefold reads the environment.
//! Start with [`catalogue`]: each setting is one row there, and everything else derives from it.

mod assemble;
pub mod catalogue;
pub mod explain;
mod file;
mod flags;
mod inputs;
mod layers;
mod parse;
mod problem;
mod public_url;
mod reader;
mod redact;
pub mod reference;
mod relying_party;
mod setting;
mod source;
pub(crate) mod suggest;
#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeMap;
use std::fmt;

pub use flags::{AllFlags, Flags, SystemFlags};
pub use inputs::{CONFIG_FILE, CONFIG_VARIABLE, FileInput, Inputs};
pub use problem::{Problem, Warning, Wrong};
pub use public_url::PublicUrl;
pub use setting::{Exposure, Fallback, Kind, Setting};
pub use source::{Source, Sourced};
pub use values::{
    Brand, Config, Database, DatabaseUrl, Environment, LogFormat, LogSettings, MasterKeyFile,
    PortalBrand, RelyingPartySettings, SameSite, SessionLifetimes, TlsFiles,
};

/// What came of reading the configuration, right or wrong.
#[derive(Debug)]
pub struct Loaded {
    /// The winning text of each key that has one, with its source. May hold a password.
    pub values: BTreeMap<&'static str, Sourced>,
    /// What keeps Gatefold from starting; empty exactly if there is a configuration.
    pub problems: Vec<Problem>,
    /// What is odd but does no harm.
    pub warnings: Vec<Warning>,
    config: Option<Config>,
}

impl Loaded {
    /// The configuration, with what is odd about it for the log.
    ///
    /// # Errors
    /// All problems together, if there is one.
    pub fn into_config(self) -> Result<(Config, Vec<Warning>), Refused> {
        match self.config {
            Some(config) => Ok((config, self.warnings)),
            None => Err(Refused(Box::new(self))),
        }
    }
}

/// The configuration is wrong: nothing starts, exit code 78.
#[derive(Debug)]
pub struct Refused(Box<Loaded>);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&explain::findings(&self.0))
    }
}

impl std::error::Error for Refused {}

/// Reads the configuration out of its inputs.
#[must_use]
pub fn load(inputs: &Inputs) -> Loaded {
    let mut reader = reader::Reader::from(layers::lay(inputs));
    let config = assemble::config(&mut reader, inputs.processors).ok();
    let config = config.filter(|_| reader.problems.is_empty());
    Loaded {
        values: reader.values,
        problems: reader.problems,
        warnings: reader.warnings,
        config,
    }
}
