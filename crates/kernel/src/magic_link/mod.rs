//! Links that sign in: a random token, kept as its hash.
