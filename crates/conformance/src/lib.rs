//! Black-box cases of the step contract: reading them, running them, judging the answers.
//!
//! *What it is:* a file of cases ([`case`]), the world a case asks for ([`world`]: environment,
//! clock, other servers that record what they are asked), the host's half of the wire ([`host`]),
//! matchers ([`matching`]), and verdicts ([`judge`]).
//!
//! *What it is not:* it knows no step. What a step should answer stands in the cases, and where
//! ours is better than the reference, in `better.json`.
//!
//! *Where to start:* [`run::conform`].

pub mod case;
pub mod host;
pub mod judge;
pub mod matching;
pub mod meta;
pub mod placeholder;
pub mod run;
pub mod world;

pub use case::Case;
pub use judge::{Report, Verdict};
pub use run::{Edges, conform};
