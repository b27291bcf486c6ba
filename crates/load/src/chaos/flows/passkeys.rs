//! Adding a passkey to one's own account and removing it again.

use hyper::StatusCode;

use super::sessions::leads_to;
use super::{PROFILE, SECURITY};
use crate::chaos::client::{Ask, Client, Device, Held, Step};
use crate::chaos::ledger::Event;
use crate::person::Portal;

/// An account keeps at most this many of the passkeys that were added.
const KEPT: usize = 4;

impl Client<'_> {
    pub(super) async fn change(&mut self) -> Step<bool> {
        let Some(who) = self.anybody_with_passkey() else {
            return Ok(false);
        };
        let held = self.sign_in(who).await?;
        let (device, row) = self.add(who, &held).await?;
        let person = self.people[who].who.clone();
        if let Err(code) = self.present(&person, &device).await? {
            return Err(self.fail("a passkey that was just added", code).await);
        }
        if self.working_devices(who).len() < KEPT && self.rng.u8(..4) == 0 {
            return Ok(true);
        }
        self.remove(&held, &device, row).await?;
        match self.present(&person, &device).await? {
            Err(code) if code == "unknown_credential" => Ok(true),
            Err(code) => Err(self.fail("a passkey that was removed", code).await),
            // The ledger has said so already.
            Ok(_) => Ok(true),
        }
    }

    /// Adds a passkey on a new device and finds its row on the security page. After silence the same answer is sent
    /// again: kept now, or kept already.
    pub(crate) async fn add(&mut self, who: usize, held: &Held) -> Step<(Device, i64)> {
        let (begin, finish) = (
            format!("{PROFILE}/passkeys/begin"),
            format!("{PROFILE}/passkeys/finish"),
        );
        let seed = self.world.number();
        let login = self.people[who].who.login.clone();
        let mut device = match Device::new(&login, seed) {
            Ok(device) => device,
            Err(error) => return Err(self.fail("a new authenticator", error).await),
        };
        self.wear(held);
        let options = self.begin(&begin).await?;
        let made = match device.register(&options, &self.browser) {
            Ok(made) => made,
            Err(failed) => return Err(self.fail("a new authenticator", failed).await),
        };
        let credential = device.credential.clone();
        self.note(Event::Adding {
            person: self.people[who].who.number,
            credential: credential.clone(),
            by_link: None,
        })?;
        self.people[who].devices.push(device.clone());
        let mut silent = false;
        let answered = loop {
            let Some(reply) = self.once(Ask::Json(&finish, &made)).await? else {
                silent = true;
                continue;
            };
            break match reply.ok() {
                Ok(reply) => reply
                    .json()
                    .ok()
                    .and_then(|body| body["credential"]["id"].as_i64()),
                Err(code) if silent && code.0 == "challenge_expired" => None,
                Err(code) => return Err(self.fail(&finish, code).await),
            };
        };
        self.note(Event::Added { credential })?;
        let rows = self.rows(who, held).await?;
        let row = answered.or_else(|| rows.iter().max().copied());
        match row.filter(|row| rows.contains(row)) {
            Some(row) => Ok((device, row)),
            None => Err(self
                .fail(SECURITY, "a passkey that was added is not listed")
                .await),
        }
    }

    /// The numbers of the passkeys that the security page lists: as many as there must be.
    async fn rows(&mut self, who: usize, held: &Held) -> Step<Vec<i64>> {
        self.wear(held);
        let page = Portal::Customer.page();
        let reply = self.surely(Ask::Page(page)).await?;
        let rows = numbers(&reply.text());
        let person = self.people[who].who.number;
        let (least, most) = self.world.read(|ledger| ledger.passkeys(person));
        if (least..=most).contains(&rows.len()) {
            return Ok(rows);
        }
        let what = format!(
            "it lists {} passkeys and must list {least} to {most}",
            rows.len()
        );
        Err(self.fail(page, what).await)
    }

    async fn remove(&mut self, held: &Held, device: &Device, row: i64) -> Step<()> {
        let path = format!("{SECURITY}/passkeys/{row}/remove");
        let (credential, session) = (device.credential.clone(), held.key);
        let mut silent = false;
        loop {
            self.wear(held);
            self.note(Event::Removing {
                credential: credential.clone(),
                session,
            })?;
            let Some(reply) = self.once(Ask::Form(&path, &[])).await? else {
                silent = true;
                continue;
            };
            // It may be gone already, if the first request did it.
            let gone = silent && reply.status == StatusCode::NOT_FOUND;
            if !gone && !leads_to(&reply).contains("done=passkey-removed") {
                return Err(self.fail(&path, reply.status).await);
            }
            return self.note(Event::Removed {
                credential,
                session,
            });
        }
    }
}

/// The numbers of the passkeys on a security page.
fn numbers(page: &str) -> Vec<i64> {
    let rows = page.split("/passkeys/").skip(1);
    let rows = rows.filter_map(|rest| rest.split_once("/rename"));
    rows.filter_map(|(number, _)| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn the_rows_of_a_page_are_found_by_their_forms() {
        let page = r#"<form action="/a/passkeys/12/rename"><form action="/a/passkeys/12/remove">
            <form action="/a/passkeys/7/rename"> <form data-action-template="/a/passkeys/{id}/rename">"#;
        assert_eq!(numbers(page), [12, 7]);
        assert!(numbers("nothing").is_empty());
    }
}
