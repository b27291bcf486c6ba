//! Passkeys and links: a passkey that was added works until it is removed, a link adds one.

use super::Ledger;
use super::entries::{
    Attempt, Bounds, Credential, Event, Kind, PersonNumber, SessionKey, Source, Standing,
};

impl Ledger {
    pub(super) fn credential(&mut self, source: Source, event: Event) {
        match event {
            Event::Adding {
                person,
                credential,
                by_link,
            } => {
                let entry = Credential {
                    person,
                    by_link,
                    standing: Standing::Doubtful,
                    added: Bounds::PERHAPS,
                };
                self.credentials.insert(credential, entry);
            }
            Event::Added { credential } => self.added(source, &credential),
            Event::Removing {
                credential,
                session,
            } => self.removing(&credential, session),
            Event::Removed {
                credential,
                session,
            } => self.removed(&credential, session),
            Event::Used {
                credential,
                accepted,
            } => self.used(source, &credential, accepted),
            Event::LinkUsed { link } => self.link_used(source, link),
            _ => {}
        }
    }

    fn added(&mut self, source: Source, credential: &str) {
        let Some(entry) = self.credentials.get_mut(credential) else {
            return;
        };
        entry.standing = Standing::Live;
        entry.added = Bounds::ONCE;
        let (person, by_link) = (entry.person, entry.by_link);
        if let Some(link) = by_link {
            self.only_one_of(source, link, (person, credential));
        }
    }

    /// Of the passkeys that were sent through a link, one is kept: this one.
    fn only_one_of(&mut self, source: Source, link: Attempt, kept: (PersonNumber, &str)) {
        let mut second = false;
        for (name, entry) in &mut self.credentials {
            if entry.by_link != Some(link) || name == kept.1 {
                continue;
            }
            second |= entry.standing == Standing::Live;
            if entry.standing == Standing::Doubtful {
                entry.standing = Standing::Gone;
                entry.added = Bounds::NEVER;
            }
        }
        if second {
            let what = "one link added two passkeys";
            self.find(source, Kind::Doubled, Some(kept.0), what.into());
        }
    }

    fn removing(&mut self, credential: &str, session: SessionKey) {
        if let Some(entry) = self.credentials.get_mut(credential) {
            if entry.standing == Standing::Live
                && let Some(account) = self.people.get_mut(&entry.person)
            {
                account.removals.most += 1;
            }
            entry.standing = Standing::Doubtful;
        }
        self.others(session, Standing::Doubtful);
    }

    fn removed(&mut self, credential: &str, session: SessionKey) {
        if let Some(entry) = self.credentials.get_mut(credential) {
            if entry.standing != Standing::Gone
                && let Some(account) = self.people.get_mut(&entry.person)
            {
                account.removals.least += 1;
            }
            entry.standing = Standing::Gone;
        }
        self.others(session, Standing::Gone);
    }

    fn used(&mut self, source: Source, credential: &str, accepted: bool) {
        let Some(entry) = self.credentials.get_mut(credential) else {
            return;
        };
        let (person, standing) = (entry.person, entry.standing);
        match (standing, accepted) {
            (Standing::Live, false) => {
                entry.standing = Standing::Gone;
                let what = "a passkey that was added and never removed is unknown";
                self.find(source, Kind::Lost, Some(person), what.into());
            }
            (Standing::Gone, true) => {
                entry.standing = Standing::Live;
                let (kind, what) = if entry.by_link.is_some() {
                    (Kind::Doubled, "one link added two passkeys")
                } else {
                    (Kind::Lost, "a passkey that was removed signs in")
                };
                self.find(source, kind, Some(person), what.into());
            }
            (Standing::Doubtful, true) => self.added(source, credential),
            // It may still be on its way to the disk.
            (Standing::Doubtful, false) | (Standing::Live, true) | (Standing::Gone, false) => {}
        }
    }

    fn link_used(&mut self, source: Source, link: Attempt) {
        let theirs = |entry: &&Credential| entry.by_link == Some(link);
        let mut sent = self.credentials.values().filter(theirs);
        if sent.any(|entry| entry.standing == Standing::Live) {
            return;
        }
        let person = self.openings.get(&link).map(|opening| opening.person);
        let what = "a link is used up, and no passkey that was sent through it is known";
        self.find(source, Kind::Lost, person, what.into());
    }
}
