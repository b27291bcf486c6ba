//! The settings of sign-in as an administration page shows and checks them.
//!
//! [`describe()`] lists the controls of the page and what is set, [`validate()`] judges a change,
//! and [`contribution`] tells an administration shell that the page exists. None of them shows a
//! secret: [`redact`] drops what is named like one at every depth (V8).

pub mod contribution;
mod controls;
mod describe;
pub mod redact;
mod settings;
mod validate;

pub use controls::{Control, Group};
pub use describe::{Description, describe};
pub use settings::{is_listed, shown};
pub use validate::{Judgement, Proposal, Trust, validate};

use serde::Serialize;

/// Something to tell about a setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The setting, or what else it is about.
    pub field: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, for people.
    pub message: String,
}

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The settings cannot be used like this.
    Error,
    /// They can, and the result may surprise.
    Warning,
}

impl Diagnostic {
    /// An error about a field.
    pub fn error(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            severity: Severity::Error,
            message: message.into(),
        }
    }

    /// A warning about a field.
    pub fn warning(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(field, message)
        }
    }
}
