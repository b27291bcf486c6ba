//! What the catalogue says about itself: sentences, examples, and the files written from it.

mod examples;
mod generated;
mod world;
