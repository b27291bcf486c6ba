//! Signed tokens (RFC 7515, RFC 7519).
