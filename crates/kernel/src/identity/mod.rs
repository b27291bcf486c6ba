//! Whose account an identity from outside is (V3, V4).
