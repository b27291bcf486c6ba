//! Time-based one-time passwords (RFC 6238) and recovery codes.
