//! Somebody who begins sign-ins by the thousand and finishes none.

use std::cell::Cell;
use std::net::Ipv4Addr;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use super::pace::{Pace, Window};
use crate::browser::{Browser, Site};
use crate::clock::Moment;
use crate::person::{Portal, begin};

/// Begins in a minute, all networks together.
pub(crate) const PER_MINUTE: u32 = 10_000;
/// Networks that they come from.
pub(crate) const NETWORKS: u8 = 20;
/// Longer than any run.
const FOR_EVER: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The flood, and what it has done.
#[derive(Debug)]
pub(crate) struct Flood<'s> {
    site: &'s Site,
    began: Moment,
    abandoned: Cell<u64>,
    refused: Cell<u64>,
}

impl<'s> Flood<'s> {
    /// A flood that begins now.
    pub(crate) fn of(site: &'s Site) -> Self {
        Self {
            site,
            began: Moment::now(),
            abandoned: Cell::new(0),
            refused: Cell::new(0),
        }
    }

    /// Begins sign-ins on a schedule that waits for nobody. Does not end.
    pub(crate) async fn rage(&self) {
        let window = Window::opening_now(Duration::ZERO, FOR_EVER);
        let pace = Pace::new(window, Some(f64::from(PER_MINUTE) / 60.0));
        let sources = (0..NETWORKS).map(|number| self.source(number, &pace));
        let mut all: FuturesUnordered<_> = sources.collect();
        while all.next().await.is_some() {}
    }

    /// Begins that were answered with options, and forgotten.
    pub(crate) fn abandoned(&self) -> u64 {
        self.abandoned.get()
    }

    /// Begins that failed or were refused.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.get()
    }

    /// Since when.
    pub(crate) fn began(&self) -> Moment {
        self.began
    }

    async fn source(&self, number: u8, pace: &Pace) {
        let network = Ipv4Addr::new(172, 16, number, 1);
        let mut browser = Browser::new(self.site, usize::from(number), network).wandering();
        while pace.next().await.is_some() {
            browser.forget(network);
            let counted = match begin(&mut browser, Portal::Customer.passkey_begin()).await {
                Ok(_) => &self.abandoned,
                Err(_) => &self.refused,
            };
            counted.set(counted.get() + 1);
        }
    }
}
