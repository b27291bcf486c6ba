//! What a request spends its time with, each part by itself: `cargo bench -p gatefold-load`.
//!
//! *What it is.* Microbenchmarks of the paths that every sign-in takes. Run them with `--save-baseline NAME` before
//! and after a change, then `gatefold-load compare NAME NAME` says what became faster or slower.
//!
//! *What it is not.* A load test: one thing happens at a time, and nothing waits for anything but itself. Benchmarks on
//! PostgreSQL are skipped, and say so, where its programs are not installed.
//!
//! *Where to start.* Each module is a group of benchmarks.

mod database;
mod pages;
mod passkeys;
mod passwords;
mod place;

use std::time::Duration;

use criterion::Criterion;

fn main() {
    // Some thirty benchmarks, which shall take a few minutes together.
    let mut criterion = Criterion::default()
        .sample_size(50)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(4))
        .configure_from_args();
    passkeys::bench(&mut criterion);
    passwords::bench(&mut criterion);
    pages::bench(&mut criterion);
    database::bench(&mut criterion);
    criterion.final_summary();
}
