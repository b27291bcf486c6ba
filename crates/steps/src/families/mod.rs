//! The steps by family: each file parses the inputs of its steps, calls the kernel and writes the
//! outputs.

pub(crate) mod admin_config;
pub(crate) mod admin_contribution;
pub(crate) mod bootstrap;
pub(crate) mod challenge;
pub(crate) mod credential;
pub(crate) mod identity;
pub(crate) mod invite;
pub(crate) mod jwt;
pub(crate) mod magic_link;
pub(crate) mod oauth;
pub(crate) mod passkey;
pub(crate) mod password;
pub(crate) mod phone;
pub(crate) mod policy;
pub(crate) mod provider_catalog;
#[cfg(test)]
mod testing;
pub(crate) mod totp;
