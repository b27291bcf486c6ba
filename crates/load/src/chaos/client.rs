//! One client: what it holds, and how it asks.
//!
//! The rule for a request without an answer: it is explained by a kill of the very instance it was sent to, and
//! asked again at an instance that runs. An answer with status 503 is asked again once. Nothing else is.

use std::cell::RefCell;
use std::net::Ipv4Addr;
use std::rc::Rc;
use std::time::Duration;

use gatefold_kernel::Token;
use gatefold_kernel::token::Session as SessionPurpose;
use hyper::StatusCode;
use serde_json::Value;

use super::fleet::Before;
use super::flow::Flow;
use super::ledger::{Event, PersonNumber, SessionKey, Source, Standing};
use super::world::World;
use crate::browser::{Browser, Failed};
use crate::clock::Moment;
use crate::http::{Reply, Unanswered};
use crate::person::{Person, Portal};

/// How long a client rests after something that nothing explains.
const REST: Duration = Duration::from_millis(200);

/// A finding was written down, and what was going on cannot go on.
#[derive(Debug)]
pub(crate) struct Stop;

/// What a client's step leads to.
pub(crate) type Step<T> = Result<T, Stop>;

/// Somebody, as a client names them.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    /// In the ledger.
    pub(crate) number: PersonNumber,
    /// What they sign in with.
    pub(crate) login: Rc<str>,
}

/// A person of a client's.
#[derive(Debug)]
pub(crate) struct Somebody {
    /// Who.
    pub(crate) who: Who,
    /// Whether they have a password.
    pub(crate) has_password: bool,
    /// What their passkeys are on, the removed ones too.
    pub(crate) devices: Vec<Device>,
}

/// An authenticator with one passkey.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    authenticator: Rc<RefCell<Person>>,
    /// The passkey's id in base64url; empty before it is made.
    pub(crate) credential: String,
}

/// A session that was given.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    /// Whose.
    pub(crate) who: Who,
    /// In the ledger.
    pub(crate) key: SessionKey,
    token: String,
    browser: String,
}

/// A request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ask<'a> {
    /// Reads a page.
    Page(&'a str),
    /// Posts JSON.
    Json(&'a str, &'a Value),
    /// Posts a form.
    Form(&'a str, &'a [(&'a str, &'a str)]),
}

/// What became of a request.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It was answered.
    Answered(Reply),
    /// It had no answer, and that is explained.
    Silent,
    /// Nobody received it, and that is explained.
    NeverSent,
}

/// One client.
#[derive(Debug)]
pub(crate) struct Client<'w> {
    /// What it shares with the others.
    pub(crate) world: &'w World,
    /// Its browser.
    pub(crate) browser: Browser<'w>,
    /// Its choices.
    pub(crate) rng: fastrand::Rng,
    /// What it does.
    pub(crate) flow: Flow,
    /// Its people.
    pub(crate) people: Vec<Somebody>,
    /// The sessions that its people were given, but for those in `past`.
    pub(crate) sessions: Vec<Held>,
    /// Sessions that were ended.
    pub(crate) past: Vec<Held>,
    /// Another try was needed this often in this flow.
    pub(crate) retries: u64,
    /// Where it is.
    pub(crate) network: Ipv4Addr,
    connected: Option<Before>,
    asked: Option<usize>,
    faults: u32,
}

impl Device {
    /// An authenticator without a passkey.
    ///
    /// # Errors
    /// When the cryptographic library refuses.
    pub(crate) fn new(login: &str, seed: u64) -> anyhow::Result<Self> {
        Ok(Self {
            authenticator: Rc::new(RefCell::new(Person::new(login, seed)?)),
            credential: String::new(),
        })
    }

    /// An authenticator that somebody has used already.
    pub(crate) fn of(person: Person) -> Self {
        Self {
            authenticator: Rc::new(RefCell::new(person)),
            credential: String::new(),
        }
    }

    /// Its answer to a request.
    pub(crate) fn answer(&self, options: &Value, browser: &Browser<'_>) -> Result<Value, Failed> {
        self.authenticator.borrow_mut().answer(options, browser)
    }

    /// A new passkey on it.
    pub(crate) fn register(
        &mut self,
        options: &Value,
        browser: &Browser<'_>,
    ) -> Result<Value, Failed> {
        let made = self.authenticator.borrow_mut().register(options, browser)?;
        let id = made["id"].as_str().unwrap_or_default();
        id.clone_into(&mut self.credential);
        Ok(made)
    }
}

impl Ask<'_> {
    fn path(&self) -> &str {
        match self {
            Self::Page(path) | Self::Json(path, _) | Self::Form(path, _) => path,
        }
    }

    async fn send(self, browser: &mut Browser<'_>) -> Result<Reply, Unanswered> {
        match self {
            Self::Page(path) => browser.get(path).await,
            Self::Json(path, body) => browser.post(path, body).await,
            Self::Form(path, fields) => browser.submit(path, fields).await,
        }
    }
}

impl<'w> Client<'w> {
    /// A client with choices of its own, which follow from the seed and its number.
    pub(crate) fn new(world: &'w World, seed: u64, number: usize) -> Self {
        let of_ten = u32::try_from(number).unwrap_or(u32::MAX) % 0x00ff_ffff;
        // A network of its own, so that limits on networks are about one client.
        let [_, a, b, c] = (of_ten + 1).to_be_bytes();
        let network = Ipv4Addr::new(10 + a, b, c, 1);
        let salt = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self {
            world,
            browser: Browser::new(&world.site, number, network),
            rng: fastrand::Rng::with_seed(seed ^ salt),
            flow: Flow::Enrol,
            people: Vec::new(),
            sessions: Vec::new(),
            past: Vec::new(),
            retries: 0,
            network,
            connected: None,
            asked: None,
            faults: 0,
        }
    }

    /// Becomes a browser without cookies.
    pub(crate) fn new_browser(&mut self) {
        self.browser.forget(self.network);
    }

    /// Becomes the browser that holds this session.
    pub(crate) fn wear(&mut self, held: &Held) {
        self.new_browser();
        self.browser.keep(Portal::Customer.cookie(), &held.token);
        self.browser.keep("browser", &held.browser);
    }

    /// Sends a request until somebody receives it. `None` when there was no answer, which a kill explains, or a first 503.
    pub(crate) async fn once(&mut self, ask: Ask<'_>) -> Step<Option<Reply>> {
        loop {
            let before = self.connect().await;
            let answer = ask.send(&mut self.browser).await;
            match self.judge(before, ask, answer).await? {
                Outcome::Answered(reply) => return Ok(Some(reply)),
                Outcome::Silent => return Ok(None),
                Outcome::NeverSent => {}
            }
        }
    }

    /// Sends a request until it is answered. For requests that may be sent twice.
    pub(crate) async fn surely(&mut self, ask: Ask<'_>) -> Step<Reply> {
        loop {
            if let Some(reply) = self.once(ask).await? {
                return Ok(reply);
            }
        }
    }

    /// Begins a ceremony and gives its options, or the code of the refusal.
    pub(crate) async fn options(
        &mut self,
        path: &str,
        body: &Value,
    ) -> Step<Result<Value, Failed>> {
        let reply = self.surely(Ask::Json(path, body)).await?;
        Ok(reply.ok().and_then(|reply| {
            let options = reply.json()?["options"]["publicKey"].take();
            if options.is_object() {
                Ok(options)
            } else {
                Err(Unanswered::NotUnderstood.into())
            }
        }))
    }

    /// What became of a request that was sent to an instance.
    pub(crate) async fn judge(
        &mut self,
        before: Before,
        ask: Ask<'_>,
        answer: Result<Reply, Unanswered>,
    ) -> Step<Outcome> {
        self.world.tally.borrow_mut().requests += 1;
        self.asked = Some(before.number);
        match answer {
            Ok(reply) if reply.status == StatusCode::SERVICE_UNAVAILABLE => {
                self.fault(ask, reply).await
            }
            Ok(reply) => {
                self.faults = 0;
                Ok(Outcome::Answered(reply))
            }
            Err(unanswered) if self.world.fleet.explains(before, unanswered) => {
                self.retries += 1;
                if unanswered == Unanswered::Connect {
                    self.world.tally.borrow_mut().refused_connections += 1;
                    Ok(Outcome::NeverSent)
                } else {
                    Ok(Outcome::Silent)
                }
            }
            Err(unanswered) => Err(self.fail(ask.path(), unanswered).await),
        }
    }

    /// One 503 is asked again, a second one in a row is not.
    async fn fault(&mut self, ask: Ask<'_>, reply: Reply) -> Step<Outcome> {
        let Err(code) = reply.ok() else {
            return Ok(Outcome::Silent);
        };
        self.faults += 1;
        self.retries += 1;
        if self.faults > 1 {
            return Err(self.fail(ask.path(), code).await);
        }
        let mut tally = self.world.tally.borrow_mut();
        *tally.faults.entry(code.0.into_owned()).or_default() += 1;
        Ok(Outcome::Silent)
    }

    /// Goes to an instance that runs: often another one, so that begin and finish meet different ones.
    async fn connect(&mut self) -> Before {
        let stay = self.connected.filter(|_| self.rng.u8(..10) < 3);
        let preferred = stay.map(|before| before.number);
        let before = self.world.fleet.choose(preferred, &mut self.rng).await;
        if self.connected != Some(before) {
            // A connection to a process that was killed since is of no use, even if it is the same address.
            self.browser.turn_to((Ipv4Addr::UNSPECIFIED, 0).into());
            self.browser
                .turn_to(self.world.fleet.address(before.number));
            self.connected = Some(before);
        }
        before
    }

    /// Who says what this client says.
    pub(crate) fn source(&self) -> Source {
        Source {
            flow: self.flow,
            instance: self.asked,
        }
    }

    /// Writes an event down.
    pub(crate) fn note(&self, event: Event) -> Step<()> {
        if self.world.note(self.source(), event) {
            Ok(())
        } else {
            Err(Stop)
        }
    }

    /// Writes down an answer that nothing explains.
    pub(crate) async fn fail(&mut self, about: &str, code: impl std::fmt::Display) -> Stop {
        let what = format!("{about}: {code}");
        self.world.unexplained(self.source(), what);
        self.faults = 0;
        self.connected = None;
        // What is wrong may be wrong for long.
        Moment::now().plus(REST).reached().await;
        Stop
    }

    /// The answer of a device. That it has none is not the server's doing, and nothing explains it.
    pub(crate) async fn answer(&mut self, device: &Device, options: &Value) -> Step<Value> {
        match device.answer(options, &self.browser) {
            Ok(answer) => Ok(answer),
            Err(failed) => Err(self.fail("the authenticator", failed).await),
        }
    }

    /// Takes note of the session that this browser was given.
    pub(crate) fn held_by(&self, who: &Who, browser: &Browser<'_>) -> Option<Held> {
        let token = browser.cookie(Portal::Customer.cookie())?;
        let hash = Token::<SessionPurpose>::parse(token)?.hash();
        Some(Held {
            who: who.clone(),
            key: SessionKey(hash.as_bytes().try_into().ok()?),
            token: token.to_owned(),
            browser: browser.cookie("browser").unwrap_or_default().to_owned(),
        })
    }

    /// One of the sessions that must be alive. Puts those aside that were ended.
    pub(crate) fn live_session(&mut self) -> Option<Held> {
        let all = std::mem::take(&mut self.sessions);
        let (past, sessions): (Vec<Held>, Vec<Held>) = all
            .into_iter()
            .partition(|held| self.session_stands(held) == Some(Standing::Gone));
        self.past.extend(past);
        self.sessions = sessions;
        let alive = |held: &&Held| self.session_stands(held) == Some(Standing::Live);
        let alive: Vec<&Held> = self.sessions.iter().filter(alive).collect();
        self.rng.choice(alive).cloned()
    }

    /// What is known of a session.
    pub(crate) fn session_stands(&self, held: &Held) -> Option<Standing> {
        self.world.read(|ledger| ledger.session_stands(held.key))
    }

    /// The devices of somebody whose passkeys must work.
    pub(crate) fn working_devices(&self, who: usize) -> Vec<Device> {
        let works = |device: &&Device| {
            let stands = |ledger: &super::ledger::Ledger| {
                ledger.credential_stands(&device.credential) == Some(Standing::Live)
            };
            self.world.read(stands)
        };
        self.people[who]
            .devices
            .iter()
            .filter(works)
            .cloned()
            .collect()
    }
}
