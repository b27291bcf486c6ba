//! What a reader sees of a load test: a table for the terminal and a page for the browser.
//!
//! Both are made from the [`Summary`](crate::summary::Summary) alone and are the same for the same summary. A figure that was not
//! measured is shown as a dash, never as zero. [`comparisons`] and [`verdict`] say in words what the figures
//! mean; [`table`](mod@table) and [`html`](mod@html) only present.

mod charts;
mod comparisons;
pub(crate) mod figures;
mod html;
mod markup;
mod plot;
#[cfg(test)]
mod sample;
mod scale;
mod table;
mod verdict;

pub(crate) use comparisons::{LIMIT, OWN};
pub(crate) use html::html;
pub(crate) use table::table;
pub(crate) use verdict::TOLERATED;
