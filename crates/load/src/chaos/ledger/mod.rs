//! What the people of a chaos run know of their accounts: events in, findings out.
//!
//! Pure: no network, no clock, no database. Whoever sends a request says so before it is sent and says what
//! the answer was, and the ledger says what cannot be. A request without an answer leaves a *doubt*: what
//! it asked for may have happened or not, and either is right until something settles it.
//!
//! The events of one person must come in the order in which they happened. People act one after the other, so
//! they do.

mod credentials;
mod entries;
mod numbers;
mod sessions;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

pub(crate) use entries::{
    Attempt, Event, Finding, Kind, PersonNumber, SessionKey, Source, Standing,
};
pub(crate) use numbers::Stored;

use entries::{Account, Credential, Opening, Session};

/// The books.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    people: BTreeMap<PersonNumber, Account>,
    openings: HashMap<Attempt, Opening>,
    sessions: HashMap<SessionKey, Session>,
    credentials: HashMap<String, Credential>,
    findings: Vec<Finding>,
}

impl Ledger {
    /// Writes down an event. `false` when it cannot be: then there is a finding more.
    pub(crate) fn note(&mut self, source: Source, event: Event) -> bool {
        let before = self.findings.len();
        match event {
            Event::Met { person, login } => {
                self.people.insert(person, Account::new(login));
            }
            Event::Asked { .. }
            | Event::Following { .. }
            | Event::Opened { .. }
            | Event::Unanswered { .. }
            | Event::Spent { .. }
            | Event::Refused { .. } => self.opening(source, event),
            Event::SigningOut { .. }
            | Event::SignedOut { .. }
            | Event::EndingOthers { .. }
            | Event::EndedOthers { .. }
            | Event::Proving { .. }
            | Event::Proved { .. }
            | Event::Seen { .. } => self.session(source, event),
            Event::Adding { .. }
            | Event::Added { .. }
            | Event::Removing { .. }
            | Event::Removed { .. }
            | Event::Used { .. }
            | Event::LinkUsed { .. } => self.credential(source, event),
        }
        self.findings.len() == before
    }

    /// Writes down an answer that nothing explains.
    pub(crate) fn unexplained(&mut self, source: Source, what: String) {
        self.find(source, Kind::Unexplained, None, what);
    }

    /// Everything that cannot be, in the order in which it was found.
    pub(crate) fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The last finding, to say more about it.
    pub(crate) fn last_finding(&mut self) -> Option<&mut Finding> {
        self.findings.last_mut()
    }

    /// What is known of a session; nothing of one that nobody told about.
    pub(crate) fn session_stands(&self, session: SessionKey) -> Option<Standing> {
        self.sessions.get(&session).map(|it| it.standing)
    }

    /// What is known of a credential.
    pub(crate) fn credential_stands(&self, credential: &str) -> Option<Standing> {
        self.credentials.get(credential).map(|it| it.standing)
    }

    /// How many passkeys the account has: at least, at most.
    pub(crate) fn passkeys(&self, person: PersonNumber) -> (usize, usize) {
        let of = |wanted: Standing| {
            let held = self.credentials.values();
            held.filter(|it| it.person == person && it.standing == wanted)
                .count()
        };
        let sure = of(Standing::Live);
        (sure, sure + of(Standing::Doubtful))
    }

    /// How many sessions were given: answered ones only.
    pub(crate) fn sessions_given(&self) -> usize {
        self.sessions.len()
    }

    /// How many people there are.
    pub(crate) fn people(&self) -> usize {
        self.people.len()
    }

    fn find(&mut self, source: Source, kind: Kind, person: Option<PersonNumber>, what: String) {
        let login = person.and_then(|person| self.people.get(&person));
        self.findings.push(Finding {
            kind,
            flow: source.flow,
            instance: source.instance.map(|number| number + 1),
            person: login.map(|account| account.login.clone()),
            what,
            log: None,
        });
    }
}
