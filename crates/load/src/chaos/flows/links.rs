//! One-time links: an administrator invites, people follow.

use std::time::Duration;

use hyper::StatusCode;
use serde_json::{Value, json};

use super::sessions::leads_to;
use crate::browser::Failed;
use crate::chaos::client::{Ask, Client, Device, Held, Somebody, Step, Stop, Who};
use crate::chaos::flow::Flow;
use crate::chaos::ledger::{Attempt, Event};
use crate::chaos::world::{Link, Phase, World};
use crate::clock::Moment;
use crate::person::{INVITE, PASSWORD, code_of};

/// How often the office looks whether links are needed.
const PAUSE: Duration = Duration::from_millis(5);

/// What a new person signs in with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Means {
    /// A passkey.
    Passkey,
    /// A password.
    Password,
    /// A password, and then a passkey.
    Both,
}

/// An administrator who sees to it that there are links.
#[derive(Debug)]
pub(crate) struct Office<'w> {
    client: Client<'w>,
    device: Device,
    stock: usize,
}

/// A link that is being followed.
struct Following {
    code: String,
    link: Attempt,
    who: Who,
    /// Every device whose passkey was sent through it, the last one in use.
    sent: Vec<Device>,
}

/// What following a link led to.
enum Followed {
    /// A session.
    Opened(Held),
    /// The link was used by a request without an answer.
    Used,
    /// Silence: open the link again.
    Again,
}

impl<'w> Office<'w> {
    /// An administrator with a passkey on this device, who keeps this many links in stock.
    pub(crate) fn new(world: &'w World, device: Device, stock: usize) -> Self {
        let mut client = Client::new(world, stock as u64, usize::from(u16::MAX));
        client.flow = Flow::Invite;
        Self {
            client,
            device,
            stock,
        }
    }

    /// Works until there is nothing to do any more.
    pub(crate) async fn open(mut self) {
        let world = self.client.world;
        let mut signed_in = false;
        while world.phase() < Phase::Rest {
            if world.links.borrow().len() >= self.stock {
                Moment::now().plus(PAUSE).reached().await;
                continue;
            }
            // Whatever went wrong is written down already.
            signed_in = self.work(signed_in).await.unwrap_or_default();
        }
    }

    /// Invites somebody. `false` when the proof is too old, or nobody is signed in.
    async fn work(&mut self, signed_in: bool) -> Step<bool> {
        let client = &mut self.client;
        if !signed_in {
            return self.sign_in().await;
        }
        let login = format!("chaos-{}", client.world.number());
        let name = format!("Chaos {login}");
        let path = INVITE;
        let fields = [("login", &*login), ("name", &*name), ("email", "")];
        // After silence the account may be there, and its link is lost: an administrator invites somebody else here.
        let Some(reply) = client.once(Ask::Form(path, &fields)).await? else {
            return Ok(true);
        };
        if leads_to(&reply).contains("/profile/security/confirm") {
            return Ok(false);
        }
        let status = reply.status;
        match code_of(&reply.text()).filter(|_| status == StatusCode::OK) {
            Some(code) => {
                client.world.done(Flow::Invite, client.retries);
                client.retries = 0;
                let link = Link { login, code };
                client.world.links.borrow_mut().push_back(link);
                Ok(true)
            }
            None => Err(client.fail(path, status).await),
        }
    }

    async fn sign_in(&mut self) -> Step<bool> {
        let client = &mut self.client;
        client.new_browser();
        let options = client.begin("/api/auth/passkey/begin").await?;
        let answer = client.answer(&self.device, &options).await?;
        let finish = "/api/auth/passkey/finish";
        let Some(reply) = client.once(Ask::Json(finish, &answer)).await? else {
            return Ok(false);
        };
        match reply.ok() {
            Ok(_) => Ok(true),
            Err(code) => Err(client.fail(finish, code).await),
        }
    }
}

impl Client<'_> {
    /// Gets an account through the next link; waits for one.
    pub(crate) async fn get_account(&mut self, means: Means) -> Step<()> {
        self.flow = Flow::Enrol;
        let link = loop {
            let link = self.world.links.borrow_mut().pop_front();
            if let Some(link) = link {
                break link;
            }
            if self.world.read(|ledger| !ledger.findings().is_empty()) {
                // The office cannot invite: that is written down, and nothing begins.
                return Err(Stop);
            }
            Moment::now().plus(PAUSE).reached().await;
        };
        match means {
            Means::Passkey => self.enrol(link).await,
            Means::Password => self.enrol_password(link).await.map(drop),
            Means::Both => {
                let held = self.enrol_password(link).await?;
                let who = self.people.len() - 1;
                self.add(who, &held).await.map(drop)
            }
        }
    }

    pub(super) async fn enrol_somebody(&mut self) -> Step<bool> {
        let link = self.world.links.borrow_mut().pop_front();
        let Some(link) = link else {
            return Ok(false);
        };
        self.enrol(link).await?;
        Ok(true)
    }

    /// Follows a link with a passkey. After silence either the same answer is sent again or the link is opened again,
    /// with another device: then the link works, or a passkey that was sent through it does.
    async fn enrol(&mut self, link: Link) -> Step<()> {
        let who = self.meet(&link.login)?;
        let mut following = Following {
            code: link.code,
            link: self.world.attempt(),
            who: who.clone(),
            sent: Vec::new(),
        };
        let (link, person) = (following.link, who.number);
        self.note(Event::Following { link, person })?;
        let held = loop {
            match self.follow(&mut following).await? {
                Followed::Opened(held) => break held,
                Followed::Used => break self.find_passkey(&following).await?,
                Followed::Again => {}
            }
        };
        self.people.push(Somebody {
            who,
            has_password: false,
            devices: following.sent,
        });
        self.must_open(&held).await
    }

    fn meet(&self, login: &str) -> Step<Who> {
        let who = Who {
            number: self.world.person(),
            login: login.into(),
        };
        self.note(Event::Met {
            person: who.number,
            login: login.to_owned(),
        })?;
        Ok(who)
    }

    /// Opens the link and sends a new passkey through it.
    async fn follow(&mut self, following: &mut Following) -> Step<Followed> {
        self.new_browser();
        let (link, earlier) = (following.link, following.sent.len());
        if let Err(code) = self.open_link(&following.code).await? {
            return self.dead(following, earlier, code).await;
        }
        let begin = "/api/enrol/passkey/begin";
        let options = match self.options(begin, &json!({})).await? {
            Ok(options) => options,
            Err(code) => return self.dead(following, earlier, code).await,
        };
        let (device, made) = self.new_passkey(&following.who, &options).await?;
        let credential = device.credential.clone();
        following.sent.push(device);
        self.note(Event::Adding {
            person: following.who.number,
            credential: credential.clone(),
            by_link: Some(link),
        })?;
        let finish = "/api/enrol/passkey/finish";
        let mut silent = false;
        loop {
            let Some(reply) = self.once(Ask::Json(finish, &made)).await? else {
                silent = true;
                self.note(Event::Unanswered { attempt: link })?;
                if self.rng.bool() {
                    return Ok(Followed::Again);
                }
                continue;
            };
            return match reply.ok() {
                Ok(_) => {
                    let held = self.opened(link, &following.who).await?;
                    self.note(Event::Added { credential })?;
                    Ok(Followed::Opened(held))
                }
                // This very passkey was kept.
                Err(code) if silent && code.0 == "challenge_expired" => {
                    self.note(Event::Spent { attempt: link })?;
                    self.note(Event::Added { credential })?;
                    Ok(Followed::Used)
                }
                Err(code) => self.dead(following, earlier, code).await,
            };
        }
    }

    /// A refusal as a dead link is explained by an earlier passkey that was sent without an answer.
    async fn dead(
        &mut self,
        following: &Following,
        earlier: usize,
        code: Failed,
    ) -> Step<Followed> {
        if earlier > 0 && code.0 == "link_dead" {
            let attempt = following.link;
            self.note(Event::Spent { attempt })?;
            return Ok(Followed::Used);
        }
        Err(self.fail("an unused link", code).await)
    }

    /// Opens a link in this browser; the code of the refusal when it is dead.
    async fn open_link(&mut self, code: &str) -> Step<Result<(), Failed>> {
        let page = self.surely(Ask::Page("/enrol")).await?;
        if let Err(code) = page.ok() {
            return Err(self.fail("/enrol", code).await);
        }
        let opened = self
            .surely(Ask::Form("/enrol/open", &[("token", code)]))
            .await?;
        Ok(match opened.status {
            status if status.is_redirection() => Ok(()),
            StatusCode::GONE => Err(Failed("link_dead".into())),
            status => Err(Failed(format!("http-{}", status.as_u16()).into())),
        })
    }

    async fn new_passkey(&mut self, who: &Who, options: &Value) -> Step<(Device, Value)> {
        let mut device = match Device::new(&who.login, self.world.number()) {
            Ok(device) => device,
            Err(error) => return Err(self.fail("a new authenticator", error).await),
        };
        match device.register(options, &self.browser) {
            Ok(made) => Ok((device, made)),
            Err(failed) => Err(self.fail("a new authenticator", failed).await),
        }
    }

    /// Tries every passkey that was sent through a used link: one of them must sign in.
    async fn find_passkey(&mut self, following: &Following) -> Step<Held> {
        let mut found = None;
        for device in &following.sent {
            match self.present(&following.who, device).await? {
                Ok(held) => found = Some(held),
                Err(code) if code == "unknown_credential" => {}
                Err(code) => return Err(self.fail("a passkey sent through a link", code).await),
            }
        }
        let link = following.link;
        self.note(Event::LinkUsed { link })?;
        match found {
            Some(held) => Ok(held),
            None => Err(self
                .fail("a used link", "none of its passkeys signs in")
                .await),
        }
    }

    /// Follows a link with a password, which is only done before anything is killed.
    async fn enrol_password(&mut self, link: Link) -> Step<Held> {
        let who = self.meet(&link.login)?;
        let attempt = self.world.attempt();
        let (link, person, code) = (attempt, who.number, link.code);
        self.note(Event::Following { link, person })?;
        self.new_browser();
        if let Err(code) = self.open_link(&code).await? {
            return Err(self.fail("an unused link", code).await);
        }
        let path = "/enrol/password";
        let fields = [("password", PASSWORD)];
        let status = match self.once(Ask::Form(path, &fields)).await? {
            Some(reply) if reply.status.is_redirection() => None,
            Some(reply) => Some(reply.status),
            None => Some(StatusCode::SERVICE_UNAVAILABLE),
        };
        if let Some(status) = status {
            return Err(self.fail(path, status).await);
        }
        let held = self.opened(attempt, &who).await?;
        self.people.push(Somebody {
            who,
            has_password: true,
            devices: Vec::new(),
        });
        Ok(held)
    }
}
