//! Uses every session that a run obtained: what opens no page was no sign-in.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use super::visitor::Networks;
use crate::browser::{Browser, Site};
use crate::clock::Moment;
use crate::interrupt::Interrupt;
use crate::person::Portal;
use crate::progress::Progress;
use crate::report::figures::count;

/// How long checking may still take once the run was interrupted.
const FAREWELL: Duration = Duration::from_secs(5);
/// Sessions between two looks at the progress line.
const STEP: u64 = 100;

/// Somebody who tries sessions.
pub(crate) trait Opener {
    /// Whether a page opens with this session.
    async fn opens(&mut self, session: &str) -> bool;
}

/// A customer of Gatefold with a session to try.
#[derive(Debug)]
pub(crate) struct Customer<'s> {
    browser: Browser<'s>,
    networks: Networks,
}

/// What came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Sessions that opened no page.
    pub(crate) refuted: u64,
    /// Sessions that nobody tried, because the run was interrupted.
    pub(crate) untried: u64,
}

impl<'s> Customer<'s> {
    /// So many customers, spread over the instances.
    pub(crate) fn several(site: &'s Site, number: usize) -> Vec<Self> {
        let each = |index| {
            let mut networks = Networks::of(index);
            let browser = Browser::new(site, index, networks.another()).wandering();
            Self { browser, networks }
        };
        (0..number).map(each).collect()
    }
}

impl Opener for Customer<'_> {
    async fn opens(&mut self, session: &str) -> bool {
        self.browser.forget(self.networks.another());
        self.browser.keep(Portal::Customer.cookie(), session);
        let page = self.browser.get(Portal::Customer.short_page()).await;
        page.is_ok_and(|reply| reply.status == hyper::StatusCode::OK)
    }
}

/// Tries all sessions with all openers at once. Bounded to five seconds once the run is interrupted.
pub(crate) async fn verify<O: Opener>(
    sessions: Vec<String>,
    openers: &mut [O],
    interrupt: &Interrupt,
    progress: &Progress,
) -> Verdict {
    let all = u64::try_from(sessions.len()).unwrap_or(u64::MAX);
    let left = RefCell::new(sessions.into_iter());
    let (tried, refuted) = (Cell::new(0_u64), Cell::new(0_u64));
    let take = || left.borrow_mut().next();
    let mut trying: FuturesUnordered<_> = openers
        .iter_mut()
        .map(async |opener| {
            while let Some(session) = take() {
                let opened = opener.opens(&session).await;
                tried.set(tried.get() + 1);
                refuted.set(refuted.get() + u64::from(!opened));
                if tried.get().is_multiple_of(STEP) {
                    let (tried, all) = (count(tried.get()), count(all));
                    progress.say(format!("using the sessions: {tried} of {all}"));
                }
            }
        })
        .collect();
    let everybody = async { while trying.next().await.is_some() {} };
    let patience = async {
        interrupt.comes().await;
        Moment::now().plus(FAREWELL).reached().await;
    };
    tokio::select! {
        () = everybody => {}
        () = patience => {}
    }
    progress.clear();
    Verdict {
        refuted: refuted.get(),
        untried: all - tried.get(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Opens what begins with a letter it knows.
    struct Doorman(char);

    impl Opener for Doorman {
        async fn opens(&mut self, session: &str) -> bool {
            session.starts_with(self.0)
        }
    }

    #[tokio::test]
    async fn sessions_that_open_nothing_are_refuted() -> std::io::Result<()> {
        let sessions = ["ok-1", "bad-1", "ok-2", "bad-2", "bad-3"].map(str::to_owned);
        let mut doormen = [Doorman('o'), Doorman('o')];
        let (interrupt, progress) = (Interrupt::listen()?, Progress::line());
        let verdict = verify(sessions.into(), &mut doormen, &interrupt, &progress).await;
        let expected = Verdict {
            refuted: 3,
            untried: 0,
        };
        assert_eq!(verdict, expected);
        Ok(())
    }
}
