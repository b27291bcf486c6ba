//! OAuth 2.0 with identity providers (RFC 6749, RFC 7636): authorization, token exchange, profile.
//!
//! *What it is:* [`provider`] says whom a configuration means and which addresses of theirs are
//! accepted; [`start`] begins an authorization, [`exchange`] turns its code into tokens, and
//! [`userinfo`] reads the profile.
//!
//! *What it is not:* it keeps no state. That the `state` of the answer is the one that was given to
//! this browser, and that it is used once, is the caller's to compare.

mod answer;
pub mod exchange;
pub mod provider;
pub mod return_to;
pub mod start;
#[cfg(test)]
mod testing;
pub mod userinfo;

pub use answer::{Endpoint, EndpointError};
pub use exchange::{ExchangeError, TokenRequest, Tokens, exchange};
pub use provider::{Provider, ProviderError, canonical, resolve, resolve_with_module};
pub use return_to::ReturnToError;
pub use start::{Pkce, StartRequest, Started, start, state_ttl};
pub use userinfo::{EmailPolicy, Profile, ProfileError, ProfileRequest, userinfo};
