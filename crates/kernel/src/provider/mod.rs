//! Identity providers: descriptors and their catalogue.
//!
//! A descriptor says what a provider can do and which settings it needs; it holds no settings. It
//! comes from a pipeline's configuration, from an earlier step or from the caller, so whoever
//! counts a provider as a way to sign in decides first whose descriptors it believes.

mod catalog;
mod descriptor;

pub use catalog::{Catalog, catalog};
pub use descriptor::{Capability, Choice, Descriptor, Field};

/// The category of capabilities that sign people in.
pub const OAUTH_CATEGORY: &str = "oauth2_oidc";
