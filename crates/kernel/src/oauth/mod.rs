//! OAuth 2.0 with identity providers: authorization, token exchange, profile.

pub mod provider;
