//! Using sessions, ending them, and giving fresh proof in them.

use hyper::{StatusCode, header};
use serde_json::json;

use super::{AUTH, PROFILE, SECURITY};
use crate::chaos::client::{Ask, Client, Held, Step};
use crate::chaos::ledger::{Event, Standing};
use crate::http::Reply;
use crate::person::Portal;

/// Where a form's answer leads; empty when nowhere.
pub(super) fn leads_to(reply: &Reply) -> &str {
    let location = reply.headers.get(header::LOCATION);
    let location = location.and_then(|value| value.to_str().ok());
    location
        .filter(|_| reply.status.is_redirection())
        .unwrap_or_default()
}

impl Client<'_> {
    pub(super) async fn use_session(&mut self) -> Step<bool> {
        let Some(held) = self.live_session() else {
            return Ok(false);
        };
        self.must_open(&held).await?;
        Ok(true)
    }

    /// Opens the security page with a session; whether it opened is held against the ledger.
    pub(crate) async fn look(&mut self, held: &Held) -> Step<bool> {
        self.wear(held);
        let page = Portal::Customer.page();
        let reply = self.surely(Ask::Page(page)).await?;
        let opens = match reply.status {
            StatusCode::OK => true,
            _ if leads_to(&reply).starts_with("/customer/login") => false,
            status => return Err(self.fail(page, status).await),
        };
        if opens
            && !reply
                .text()
                .contains(&format!("value=\"{}\"", held.who.login))
        {
            return Err(self.fail(page, "it is somebody else's page").await);
        }
        let session = held.key;
        self.note(Event::Seen { session, opens })?;
        Ok(opens)
    }

    /// Opens the security page with a session that must be alive.
    pub(crate) async fn must_open(&mut self, held: &Held) -> Step<()> {
        self.look(held).await.map(drop)
    }

    pub(super) async fn sign_out(&mut self) -> Step<bool> {
        let Some(held) = self.live_session() else {
            return Ok(false);
        };
        let session = held.key;
        let logout = format!("{AUTH}/logout");
        loop {
            self.wear(&held);
            self.note(Event::SigningOut { session })?;
            let Some(reply) = self.once(Ask::Form(&logout, &[])).await? else {
                continue;
            };
            if !reply.status.is_success() && !reply.status.is_redirection() {
                return Err(self.fail(&logout, reply.status).await);
            }
            self.note(Event::SignedOut { session })?;
            break;
        }
        // At two instances, mostly different ones.
        self.look(&held).await?;
        self.look(&held).await?;
        Ok(true)
    }

    pub(super) async fn end_others(&mut self) -> Step<bool> {
        let who = self.crowded().or_else(|| self.anybody_with_passkey());
        let Some(who) = who else {
            return Ok(false);
        };
        let held = self.sign_in(who).await?;
        let session = held.key;
        let others: Vec<Held> = self
            .sessions
            .iter()
            .filter(|it| it.who.number == held.who.number && it.key != session)
            .filter(|it| self.session_stands(it) == Some(Standing::Live))
            .cloned()
            .collect();
        let path = format!("{SECURITY}/sessions/end-others");
        loop {
            self.wear(&held);
            self.note(Event::EndingOthers { session })?;
            let Some(reply) = self.once(Ask::Form(&path, &[])).await? else {
                continue;
            };
            if !leads_to(&reply).contains("done=sessions-ended") {
                return Err(self.fail(&path, reply.status).await);
            }
            self.note(Event::EndedOthers { session })?;
            break;
        }
        if let Some(other) = self.rng.choice(&others) {
            self.look(other).await?;
        }
        self.must_open(&held).await?;
        Ok(true)
    }

    /// Gives fresh proof: the session goes on under another token. Without an answer the old one either still opens
    /// the page, and the proof is given again, or it is gone, and the person signs in again.
    pub(super) async fn prove(&mut self) -> Step<bool> {
        let Some(held) = self.live_session() else {
            return Ok(false);
        };
        let who = (0..self.people.len())
            .find(|who| self.people[*who].who.number == held.who.number)
            .filter(|who| !self.working_devices(*who).is_empty());
        let Some(who) = who else {
            return Ok(false);
        };
        let new = match self.prove_with(who, &held).await? {
            Some(new) => new,
            None => {
                self.note(Event::Seen {
                    session: held.key,
                    opens: false,
                })?;
                self.sign_in(who).await?
            }
        };
        self.look(&held).await?;
        self.must_open(&new).await?;
        Ok(true)
    }

    /// `None` when the proof was given and its answer lost.
    async fn prove_with(&mut self, who: usize, held: &Held) -> Step<Option<Held>> {
        let (begin, finish) = (
            format!("{PROFILE}/step-up/passkey/begin"),
            format!("{PROFILE}/step-up/passkey/finish"),
        );
        let session = held.key;
        let devices = self.working_devices(who);
        let mut silent = false;
        while let Some(device) = self.rng.choice(&devices) {
            self.wear(held);
            let options = match self.options(&begin, &json!({})).await? {
                Ok(options) => options,
                Err(code) if silent && code.0 == "not_signed_in" => return Ok(None),
                Err(code) => return Err(self.fail(&begin, code).await),
            };
            let answer = self.answer(device, &options).await?;
            self.note(Event::Proving { session })?;
            let Some(reply) = self.once(Ask::Json(&finish, &answer)).await? else {
                silent = true;
                if self.rng.bool() && !self.look(held).await? {
                    return Ok(None);
                }
                continue;
            };
            return match reply.ok() {
                Ok(_) => self.proved(held).await.map(Some),
                Err(code) if silent && code.0 == "not_signed_in" => Ok(None),
                Err(code) => Err(self.fail(&finish, code).await),
            };
        }
        Ok(None)
    }

    async fn proved(&mut self, held: &Held) -> Step<Held> {
        let new = self.held_by(&held.who, &self.browser);
        let Some(new) = new.filter(|new| new.key != held.key) else {
            return Err(self.fail("fresh proof", "no new session cookie").await);
        };
        self.sessions.push(new.clone());
        self.note(Event::Proved {
            old: held.key,
            new: new.key,
        })?;
        Ok(new)
    }
}
