//! The load test as a program: against servers of its own, against Gatefold, and while instances are killed.

mod lookalike;
mod real;
mod targets;
