//! Invites of administrators.
