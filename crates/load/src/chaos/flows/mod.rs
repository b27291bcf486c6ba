//! What a client does, in an order that follows from its seed.

mod links;
mod passkeys;
mod sessions;
mod sign_in;

use std::collections::HashMap;

pub(crate) use links::{Means, Office};

use super::client::{Client, Step};
use super::flow::Flow;
use super::ledger::{PersonNumber, Standing};
use crate::weights::choose;

/// Addresses of signing in.
const AUTH: &str = "/api/auth/customer";
/// Addresses of one's own account, for scripts.
const PROFILE: &str = "/customer/api/profile";
/// Addresses of one's own account, for forms.
const SECURITY: &str = "/customer/profile/security";

/// More live sessions than this make the security page long; then the others are ended.
const SESSIONS: usize = 12;

/// How often each flow is chosen, out of their sum.
const WEIGHTS: [(Flow, u32); 10] = [
    (Flow::Passkey, 24),
    (Flow::Race, 8),
    (Flow::Password, 6),
    (Flow::SecondStep, 8),
    (Flow::Use, 18),
    (Flow::SignOut, 12),
    (Flow::EndOthers, 5),
    (Flow::Prove, 8),
    (Flow::Change, 8),
    (Flow::Enrol, 6),
];

impl Client<'_> {
    /// Does one thing, and counts it if it ended as it should.
    pub(crate) async fn act(&mut self) {
        self.flow = self.choose();
        self.retries = 0;
        // Whatever went wrong is written down already.
        if let Ok(true) = self.go().await {
            self.world.done(self.flow, self.retries);
        }
    }

    /// `false` when there is nothing to do it with.
    async fn go(&mut self) -> Step<bool> {
        match self.flow {
            Flow::Passkey => self.with_passkey().await,
            Flow::Race => self.race().await,
            Flow::Password => self.with_password().await,
            Flow::SecondStep => self.with_second_step().await,
            Flow::Use => self.use_session().await,
            Flow::SignOut => self.sign_out().await,
            Flow::EndOthers => self.end_others().await,
            Flow::Prove => self.prove().await,
            Flow::Change => self.change().await,
            Flow::Enrol => self.enrol_somebody().await,
            Flow::Invite | Flow::Restart | Flow::Audit => Ok(false),
        }
    }

    fn choose(&mut self) -> Flow {
        let chosen = choose(&WEIGHTS, &mut self.rng);
        if self.crowded().is_some() {
            Flow::EndOthers
        } else {
            chosen
        }
    }

    /// Somebody with more live sessions than a page should list.
    fn crowded(&self) -> Option<usize> {
        let mut alive: HashMap<PersonNumber, usize> = HashMap::new();
        for held in &self.sessions {
            if self.session_stands(held) == Some(Standing::Live) {
                *alive.entry(held.who.number).or_default() += 1;
            }
        }
        let crowded = |who: &usize| {
            let sessions = alive.get(&self.people[*who].who.number).copied();
            sessions.unwrap_or_default() > SESSIONS && !self.working_devices(*who).is_empty()
        };
        (0..self.people.len()).find(crowded)
    }

    /// Somebody for whom this holds.
    fn anybody(&mut self, fits: impl Fn(&Self, usize) -> bool) -> Option<usize> {
        let all: Vec<usize> = (0..self.people.len())
            .filter(|who| fits(self, *who))
            .collect();
        self.rng.choice(all)
    }

    fn anybody_with_passkey(&mut self) -> Option<usize> {
        self.anybody(|client, who| !client.working_devices(who).is_empty())
    }
}
