//! Signing in: with a passkey, with a password, with both; and one answer at two instances.

use serde_json::{Value, json};

use super::AUTH;
use crate::browser::Browser;
use crate::chaos::client::{Ask, Client, Device, Held, Outcome, Step, Who};
use crate::chaos::ledger::{Attempt, Event, Standing};
use crate::person::{PASSWORD, Portal};

/// What sending the second half of a sign-in led to.
enum Finish {
    /// A session.
    Opened(Held),
    /// No session, for a reason that is explained: begin again.
    Again,
    /// Refused.
    Refused(String),
}

/// The second half of a sign-in.
struct Half<'a> {
    path: String,
    answer: &'a Value,
    attempt: Attempt,
    who: &'a Who,
    /// The passkey that signed.
    credential: &'a str,
}

impl Client<'_> {
    pub(super) async fn with_passkey(&mut self) -> Step<bool> {
        let Some(who) = self.anybody_with_passkey() else {
            return Ok(false);
        };
        let held = self.sign_in(who).await?;
        self.must_open(&held).await?;
        Ok(true)
    }

    /// Signs somebody in with one of their passkeys.
    pub(crate) async fn sign_in(&mut self, who: usize) -> Step<Held> {
        let devices = self.working_devices(who);
        let person = self.people[who].who.clone();
        let Some(device) = self.rng.choice(devices) else {
            return Err(self.fail("a person", "has no passkey").await);
        };
        match self.present(&person, &device).await? {
            Ok(held) => Ok(held),
            Err(code) => Err(self.fail("a passkey that must work", code).await),
        }
    }

    /// Presents a passkey, whatever is known of it: a session, or the code of the refusal.
    pub(crate) async fn present(
        &mut self,
        who: &Who,
        device: &Device,
    ) -> Step<Result<Held, String>> {
        loop {
            self.new_browser();
            let options = self.begin(&format!("{AUTH}/passkey/begin")).await?;
            let answer = self.answer(device, &options).await?;
            let half = self.half("passkey/finish", &answer, (who, device))?;
            let credential = device.credential.clone();
            match self.finish(&half).await? {
                Finish::Opened(held) => {
                    let accepted = true;
                    self.note(Event::Used {
                        credential,
                        accepted,
                    })?;
                    return Ok(Ok(held));
                }
                Finish::Again => {}
                Finish::Refused(code) => {
                    let attempt = half.attempt;
                    self.note(Event::Refused { attempt })?;
                    if code == "unknown_credential" {
                        let accepted = false;
                        self.note(Event::Used {
                            credential,
                            accepted,
                        })?;
                    }
                    return Ok(Err(code));
                }
            }
        }
    }

    pub(super) async fn with_second_step(&mut self) -> Step<bool> {
        let both = |client: &Self, who: usize| {
            client.people[who].has_password && !client.working_devices(who).is_empty()
        };
        let Some(who) = self.anybody(both) else {
            return Ok(false);
        };
        let person = self.people[who].who.clone();
        let devices = self.working_devices(who);
        let Some(device) = self.rng.choice(devices) else {
            return Ok(false);
        };
        loop {
            self.new_browser();
            let typed = json!({ "login": &*person.login, "password": PASSWORD });
            let login = format!("{AUTH}/login");
            let reply = self.surely(Ask::Json(&login, &typed)).await?;
            if let Err(code) = reply.ok() {
                return Err(self.fail(&login, code).await);
            }
            if self.browser.cookie(Portal::Customer.cookie()).is_some() {
                return Err(self
                    .fail(&login, "a password alone opened the account")
                    .await);
            }
            let options = self.begin(&format!("{AUTH}/2fa/webauthn/begin")).await?;
            let answer = self.answer(&device, &options).await?;
            let half = self.half("2fa/webauthn/finish", &answer, (&person, &device))?;
            match self.finish(&half).await? {
                Finish::Opened(held) => {
                    self.must_open(&held).await?;
                    return Ok(true);
                }
                Finish::Again => {}
                Finish::Refused(code) => return Err(self.fail(&half.path, code).await),
            }
        }
    }

    pub(super) async fn with_password(&mut self) -> Step<bool> {
        let alone = |client: &Self, who: usize| {
            client.people[who].has_password && client.people[who].devices.is_empty()
        };
        let Some(who) = self.anybody(alone) else {
            return Ok(false);
        };
        let held = self.sign_in_with_password(who).await?;
        self.must_open(&held).await?;
        Ok(true)
    }

    /// Signs somebody in who has nothing but a password.
    pub(crate) async fn sign_in_with_password(&mut self, who: usize) -> Step<Held> {
        let who = self.people[who].who.clone();
        let typed = json!({ "login": &*who.login, "password": PASSWORD });
        let login = format!("{AUTH}/login");
        loop {
            self.new_browser();
            let attempt = self.world.attempt();
            let person = who.number;
            self.note(Event::Asked { attempt, person })?;
            match self.once(Ask::Json(&login, &typed)).await? {
                None => self.note(Event::Unanswered { attempt })?,
                Some(reply) => match reply.ok() {
                    Ok(_) => return self.opened(attempt, &who).await,
                    Err(code) => return Err(self.fail(&login, code).await),
                },
            }
        }
    }

    /// Sends one answer of an authenticator to two instances at the same time: one session, not two.
    pub(super) async fn race(&mut self) -> Step<bool> {
        let running = self.world.fleet.running();
        let (Some(who), [first, .., second]) = (self.anybody_with_passkey(), &running[..]) else {
            return Ok(false);
        };
        let person = self.people[who].who.clone();
        let devices = self.working_devices(who);
        let Some(device) = self.rng.choice(devices) else {
            return Ok(false);
        };
        self.new_browser();
        let options = self.begin(&format!("{AUTH}/passkey/begin")).await?;
        let answer = self.answer(&device, &options).await?;
        let half = self.half("passkey/finish", &answer, (&person, &device))?;
        if let Some(held) = self.both(&half, (*first, *second)).await? {
            self.must_open(&held).await?;
            return Ok(true);
        }
        let held = match self.finish(&half).await? {
            Finish::Opened(held) => held,
            Finish::Again => self.sign_in(who).await?,
            Finish::Refused(code) => return Err(self.fail(&half.path, code).await),
        };
        self.must_open(&held).await?;
        Ok(true)
    }

    /// The race itself. `None` when both are silent.
    async fn both(&mut self, half: &Half<'_>, seats: (usize, usize)) -> Step<Option<Held>> {
        let fleet = &self.world.fleet;
        let before = [fleet.before(seats.0), fleet.before(seats.1)];
        let browser = |number| {
            let mut browser = Browser::new(&self.world.site, number, self.network);
            browser.keep(
                "browser",
                self.browser.cookie("browser").unwrap_or_default(),
            );
            browser
        };
        let mut browsers = [browser(seats.0), browser(seats.1)];
        let [first, second] = &mut browsers;
        let answers = tokio::join!(
            first.post(&half.path, half.answer),
            second.post(&half.path, half.answer)
        );
        let ask = Ask::Json(&half.path, half.answer);
        let attempt = half.attempt;
        let mut held = None;
        let mut used = false;
        for (number, answer) in [answers.0, answers.1].into_iter().enumerate() {
            match self.judge(before[number], ask, answer).await? {
                Outcome::Answered(reply) => match reply.ok() {
                    Ok(_) => held = Some(self.opened_in(half, &browsers[number]).await?),
                    Err(code) if code.0 == "challenge_expired" => used = true,
                    Err(code) => return Err(self.fail(&half.path, code).await),
                },
                Outcome::Silent if held.is_none() => self.note(Event::Unanswered { attempt })?,
                Outcome::Silent | Outcome::NeverSent => {}
            }
        }
        if held.is_none() && used {
            self.note(Event::Spent { attempt })?;
        }
        Ok(held)
    }

    async fn opened_in(&mut self, half: &Half<'_>, browser: &Browser<'_>) -> Step<Held> {
        let held = self.held_by(half.who, browser);
        self.take(half.attempt, held).await
    }

    /// Takes the session that this browser was given.
    pub(super) async fn opened(&mut self, attempt: Attempt, who: &Who) -> Step<Held> {
        let held = self.held_by(who, &self.browser);
        self.take(attempt, held).await
    }

    async fn take(&mut self, attempt: Attempt, held: Option<Held>) -> Step<Held> {
        let Some(held) = held else {
            return Err(self
                .fail("a sign-in that was answered", "no session cookie")
                .await);
        };
        self.sessions.push(held.clone());
        let session = held.key;
        self.note(Event::Opened { attempt, session })?;
        Ok(held)
    }

    /// Begins a ceremony, which nothing refuses.
    pub(super) async fn begin(&mut self, path: &str) -> Step<Value> {
        match self.options(path, &json!({})).await? {
            Ok(options) => Ok(options),
            Err(code) => Err(self.fail(path, code).await),
        }
    }

    fn half<'a>(
        &self,
        path: &str,
        answer: &'a Value,
        (who, device): (&'a Who, &'a Device),
    ) -> Step<Half<'a>> {
        let attempt = self.world.attempt();
        let person = who.number;
        self.note(Event::Asked { attempt, person })?;
        Ok(Half {
            path: format!("{AUTH}/{path}"),
            answer,
            attempt,
            who,
            credential: &device.credential,
        })
    }

    /// Sends the second half. After silence the client either sends the same again, or begins again.
    async fn finish(&mut self, half: &Half<'_>) -> Step<Finish> {
        let attempt = half.attempt;
        // A refusal uses the ceremony up too; but a passkey that must work is not refused.
        let stands = |ledger: &crate::chaos::ledger::Ledger| {
            ledger.credential_stands(half.credential) == Some(Standing::Live)
        };
        let works = self.world.read(stands);
        let mut silent = false;
        loop {
            let Some(reply) = self.once(Ask::Json(&half.path, half.answer)).await? else {
                silent = true;
                self.note(Event::Unanswered { attempt })?;
                if self.rng.bool() {
                    return Ok(Finish::Again);
                }
                continue;
            };
            return match reply.ok() {
                Ok(_) => self.opened(attempt, half.who).await.map(Finish::Opened),
                Err(code) if matches!(&*code.0, "challenge_expired" | "no_pending_login") => {
                    if works || !silent {
                        self.note(Event::Spent { attempt })?;
                    }
                    Ok(Finish::Again)
                }
                Err(code) => Ok(Finish::Refused(code.0.into_owned())),
            };
        }
    }
}
