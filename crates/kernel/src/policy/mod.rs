//! Which ways of signing in are offered, from settings.
