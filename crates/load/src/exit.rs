//! Exit codes, so that a script can tell a slow system from a broken one.

use std::process::ExitCode;

/// What the exit codes mean, for `--help`.
pub(crate) const HELP: &str = "\
Exit codes:
  0    done, and every threshold was met
  1    a threshold was missed, an outcome was lost, or a difference is a regression
  2    the command line is wrong
  3    the target is down, is not Gatefold, or could not be prepared: nothing was measured
  4    too many attempts failed: the figures describe a broken system
  5    a tool or a folder that is needed is missing or failed
  130  interrupted; the report covers what was done until then";

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, nothing to complain about.
    Passed,
    /// A threshold was missed, or an outcome was lost.
    Missed,
    /// The target is down, is not Gatefold or could not be prepared.
    NoTarget,
    /// Too many attempts failed.
    Untrustworthy,
    /// Something this program needs is missing or failed.
    Broken,
    /// Ctrl-C.
    Interrupted,
}

/// An error that says which exit code it means. Put it into an `anyhow` chain with `context`.
#[derive(Debug)]
pub(crate) struct Ends {
    /// How the command ends.
    pub(crate) exit: Exit,
    /// What went wrong and what to do about it.
    pub(crate) reason: String,
}

impl Exit {
    /// The exit of a command that failed with this error.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        error
            .chain()
            .find_map(|cause| cause.downcast_ref::<Ends>())
            .map_or(Self::Broken, |ends| ends.exit)
    }

    /// An error that ends the command this way.
    pub(crate) fn because(self, reason: impl Into<String>) -> anyhow::Error {
        anyhow::Error::new(Ends {
            exit: self,
            reason: reason.into(),
        })
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Passed => 0,
            Exit::Missed => 1,
            Exit::NoTarget => 3,
            Exit::Untrustworthy => 4,
            Exit::Broken => 5,
            Exit::Interrupted => 130,
        })
    }
}

impl std::fmt::Display for Ends {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Ends {}
