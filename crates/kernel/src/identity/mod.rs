//! What becomes of somebody whom an identity provider vouches for.

mod resolve;

pub use resolve::{Claimed, Creation, Known, Refusal, Resolution, Rules, Unverified, resolve};
