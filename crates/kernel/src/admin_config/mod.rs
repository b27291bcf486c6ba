//! The settings of sign-in as an administration page shows and checks them.
