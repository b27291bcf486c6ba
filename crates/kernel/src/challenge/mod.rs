//! Short codes by mail or text message, kept as a keyed hash.
