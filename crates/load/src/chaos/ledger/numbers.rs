//! Whether the database agrees with the ledger, once nothing is under way any more.

use std::collections::{BTreeMap, HashSet};

use super::Ledger;
use super::entries::{Bounds, Kind, PersonNumber, SessionKey, Source, Standing};

/// What the database holds of one account.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stored {
    /// Its sessions.
    pub(crate) sessions: Vec<SessionKey>,
    /// Its passkeys, by the credential's id in base64url.
    pub(crate) passkeys: Vec<String>,
    /// Sign-ins in the audit that opened a session.
    pub(crate) sign_ins: u64,
    /// Sign-outs in the audit.
    pub(crate) sign_outs: u64,
    /// Passkeys added, in the audit.
    pub(crate) passkeys_added: u64,
    /// Passkeys removed, in the audit.
    pub(crate) passkeys_removed: u64,
    /// Accepted invites in the audit.
    pub(crate) invites_accepted: u64,
    /// Links that can still be used.
    pub(crate) links: u64,
}

impl Ledger {
    /// Compares every account with what the database holds of it, by login.
    pub(crate) fn compare(&mut self, source: Source, stored: &BTreeMap<String, Stored>) {
        let people: Vec<(PersonNumber, String)> = self
            .people
            .iter()
            .map(|(person, account)| (*person, account.login.clone()))
            .collect();
        let nothing = Stored::default();
        for (person, login) in people {
            let theirs = stored.get(&login).unwrap_or(&nothing);
            self.compare_sessions(source, person, theirs);
            self.compare_passkeys(source, person, theirs);
            self.compare_counts(source, person, theirs);
        }
    }

    fn compare_sessions(&mut self, source: Source, person: PersonNumber, stored: &Stored) {
        let rows: HashSet<SessionKey> = stored.sessions.iter().copied().collect();
        let unknown = rows.iter().filter(|row| {
            let known = self.sessions.get(row);
            known.is_none_or(|held| held.person != person)
        });
        let unknown = unknown.count();
        let Some(account) = self.people.get(&person) else {
            return;
        };
        let (mut missing, mut undead) = (0, 0);
        let mut unheld = 0;
        for session in &account.sessions {
            let Some(held) = self.sessions.get(session) else {
                continue;
            };
            match held.standing {
                Standing::Live if !rows.contains(session) => missing += 1,
                Standing::Gone if rows.contains(session) => undead += 1,
                _ => {}
            }
            unheld += usize::from(held.unheld_successor);
        }
        let theirs = account
            .openings
            .iter()
            .filter_map(|it| self.openings.get(it));
        unheld += theirs.filter(|it| it.unheld).count();
        let mut say = |kind, what| self.find(source, kind, Some(person), what);
        if missing > 0 {
            say(
                Kind::Lost,
                format!("{missing} sessions that were given are not in the database"),
            );
        }
        if undead > 0 {
            say(
                Kind::Lost,
                format!("{undead} sessions that were ended are in the database"),
            );
        }
        if unknown > unheld {
            let what = format!(
                "the database holds {unknown} sessions that nobody was given; \
                 unanswered requests explain {unheld}"
            );
            say(Kind::Doubled, what);
        }
    }

    fn compare_passkeys(&mut self, source: Source, person: PersonNumber, stored: &Stored) {
        let rows: HashSet<&str> = stored.passkeys.iter().map(String::as_str).collect();
        let theirs = |name: &str| {
            let known = self.credentials.get(name);
            known.filter(|it| it.person == person).map(|it| it.standing)
        };
        let strangers = rows.iter().filter(|name| theirs(name).is_none()).count();
        let undead = rows
            .iter()
            .filter(|name| theirs(name) == Some(Standing::Gone))
            .count();
        let live = |(_, it): &(&String, &super::Credential)| {
            it.person == person && it.standing == Standing::Live
        };
        let missing = self
            .credentials
            .iter()
            .filter(live)
            .filter(|(name, _)| !rows.contains(name.as_str()))
            .count();
        let mut say = |kind, what| self.find(source, kind, Some(person), what);
        if missing > 0 {
            say(
                Kind::Lost,
                format!("{missing} passkeys that were added are not in the database"),
            );
        }
        if undead > 0 {
            say(
                Kind::Lost,
                format!("{undead} passkeys that must be gone are in the database"),
            );
        }
        if strangers > 0 {
            say(
                Kind::Doubled,
                format!("the database holds {strangers} passkeys that nobody sent"),
            );
        }
    }

    fn compare_counts(&mut self, source: Source, person: PersonNumber, stored: &Stored) {
        let Some(account) = self.people.get(&person) else {
            return;
        };
        let mut sign_ins = Bounds::default();
        let mut accepted = Bounds::default();
        for opening in account
            .openings
            .iter()
            .filter_map(|it| self.openings.get(it))
        {
            sign_ins = sign_ins.and(opening.opened);
            if opening.is_link {
                accepted = accepted.and(opening.opened);
            }
        }
        let theirs = self.credentials.values().filter(|it| it.person == person);
        let added = theirs.fold(Bounds::default(), |sum, it| sum.and(it.added));
        let usable = Bounds {
            least: 0,
            most: 1 - accepted.least.min(1),
        };
        let counts = [
            ("sign-ins", sign_ins, stored.sign_ins),
            ("sign-outs", account.sign_outs, stored.sign_outs),
            ("added passkeys", added, stored.passkeys_added),
            (
                "removed passkeys",
                account.removals,
                stored.passkeys_removed,
            ),
            ("accepted invites", accepted, stored.invites_accepted),
            ("links that can still be used", usable, stored.links),
        ];
        for (name, Bounds { least, most }, found) in counts {
            let kind = match found {
                few if few < least => Kind::Lost,
                many if many > most => Kind::Doubled,
                _ => continue,
            };
            let what =
                format!("the database has {found} {name}; the answers allow {least} to {most}");
            self.find(source, kind, Some(person), what);
        }
    }
}
