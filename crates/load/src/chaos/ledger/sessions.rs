//! Sessions: opened once, alive until ended, dead afterwards.

use super::Ledger;
use super::entries::{
    Attempt, Bounds, Event, Kind, Opening, PersonNumber, Session, SessionKey, Source, Standing,
};

impl Ledger {
    pub(super) fn opening(&mut self, source: Source, event: Event) {
        match event {
            Event::Asked { attempt, person } => self.open(attempt, Opening::of(person)),
            Event::Following { link, person } => {
                let opening = Opening {
                    is_link: true,
                    ..Opening::of(person)
                };
                self.open(link, opening);
            }
            Event::Opened { attempt, session } => self.opened(source, attempt, session),
            Event::Unanswered { attempt } => {
                if let Some(opening) = self.openings.get_mut(&attempt) {
                    opening.unanswered = true;
                    opening.unheld = opening.session.is_none();
                }
            }
            Event::Spent { attempt } => self.spent(source, attempt),
            Event::Refused { attempt } => {
                if let Some(opening) = self.openings.get_mut(&attempt) {
                    opening.opened = Bounds::NEVER;
                    opening.unheld = false;
                }
            }
            _ => {}
        }
    }

    fn open(&mut self, attempt: Attempt, opening: Opening) {
        if let Some(account) = self.people.get_mut(&opening.person) {
            account.openings.push(attempt);
        }
        self.openings.insert(attempt, opening);
    }

    fn opened(&mut self, source: Source, attempt: Attempt, session: SessionKey) {
        let Some(opening) = self.openings.get_mut(&attempt) else {
            return;
        };
        let person = opening.person;
        opening.opened = Bounds::ONCE;
        opening.unheld = false;
        let first = opening.session.replace(session);
        if first.is_some_and(|first| first != session) {
            let what =
                "one answer of an authenticator, one password or one link opened two sessions";
            self.find(source, Kind::Doubled, Some(person), what.into());
        }
        self.hold(session, person);
    }

    fn spent(&mut self, source: Source, attempt: Attempt) {
        let Some(opening) = self.openings.get_mut(&attempt) else {
            return;
        };
        if opening.session.is_some() {
            return;
        }
        let (person, explained) = (opening.person, opening.unanswered);
        opening.opened = Bounds::ONCE;
        opening.unheld = true;
        if !explained {
            let what = "what was sent for the first time was refused as used";
            self.find(source, Kind::Unexplained, Some(person), what.into());
        }
    }

    fn hold(&mut self, session: SessionKey, person: PersonNumber) {
        let held = Session {
            person,
            standing: Standing::Live,
            unheld_successor: false,
            sign_out_sent: false,
        };
        let known = self.sessions.insert(session, held).is_some();
        if let Some(account) = self.people.get_mut(&person)
            && !known
        {
            account.sessions.push(session);
        }
    }

    pub(super) fn session(&mut self, source: Source, event: Event) {
        match event {
            Event::SigningOut { session } => self.signing_out(session),
            Event::SignedOut { session } => self.signed_out(session),
            Event::EndingOthers { session } => self.others(session, Standing::Doubtful),
            Event::EndedOthers { session } => self.others(session, Standing::Gone),
            Event::Proving { session } => {
                if let Some(held) = self.sessions.get_mut(&session) {
                    held.standing = Standing::Doubtful;
                    held.unheld_successor = true;
                }
            }
            Event::Proved { old, new } => self.proved(old, new),
            Event::Seen { session, opens } => self.seen(source, session, opens),
            _ => {}
        }
    }

    fn signing_out(&mut self, session: SessionKey) {
        let Some(held) = self.sessions.get_mut(&session) else {
            return;
        };
        held.standing = Standing::Doubtful;
        held.sign_out_sent = true;
        if let Some(account) = self.people.get_mut(&held.person) {
            account.sign_outs.most += 1;
        }
    }

    fn signed_out(&mut self, session: SessionKey) {
        let Some(held) = self.sessions.get_mut(&session) else {
            return;
        };
        held.standing = Standing::Gone;
        if !std::mem::take(&mut held.sign_out_sent) {
            return;
        }
        if let Some(account) = self.people.get_mut(&held.person) {
            account.sign_outs.least += 1;
        }
    }

    /// All sessions of this session's person but itself: those that nobody holds too.
    pub(super) fn others(&mut self, kept: SessionKey, become_now: Standing) {
        let Some(person) = self.sessions.get(&kept).map(|held| held.person) else {
            return;
        };
        let Some(account) = self.people.get(&person) else {
            return;
        };
        for session in account.sessions.iter().filter(|it| **it != kept) {
            let Some(held) = self.sessions.get_mut(session) else {
                continue;
            };
            if become_now == Standing::Gone {
                held.standing = Standing::Gone;
                held.unheld_successor = false;
            } else if held.standing == Standing::Live {
                held.standing = become_now;
            }
        }
        if become_now == Standing::Gone {
            for attempt in &account.openings {
                if let Some(opening) = self.openings.get_mut(attempt) {
                    opening.unheld = false;
                }
            }
        }
    }

    fn proved(&mut self, old: SessionKey, new: SessionKey) {
        let Some(held) = self.sessions.get_mut(&old) else {
            return;
        };
        held.standing = Standing::Gone;
        held.unheld_successor = false;
        let person = held.person;
        self.hold(new, person);
    }

    /// A doubtful session that opens a page stays doubtful: what ends it may still be on its way to the disk.
    fn seen(&mut self, source: Source, session: SessionKey, opens: bool) {
        let Some(held) = self.sessions.get_mut(&session) else {
            return;
        };
        let (person, standing) = (held.person, held.standing);
        let what = match (standing, opens) {
            (Standing::Live, false) => "a session that was given and never ended opens no page",
            (Standing::Gone, true) => "a session that was ended opens a page",
            (Standing::Doubtful, false) => {
                held.standing = Standing::Gone;
                return;
            }
            _ => return,
        };
        // Said once.
        held.standing = if opens {
            Standing::Live
        } else {
            Standing::Gone
        };
        self.find(source, Kind::Lost, Some(person), what.into());
    }
}
