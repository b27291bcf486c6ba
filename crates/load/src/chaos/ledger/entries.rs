//! What is written into the ledger.

use serde::Serialize;

use crate::chaos::flow::Flow;

/// A simulated person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PersonNumber(pub(crate) u64);

/// Something that opens one session, however often it is sent: an answer of an authenticator, one posted
/// password, a one-time link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Attempt(pub(crate) u64);

/// A session, by what the database keeps of its token. The token itself is not in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SessionKey(pub(crate) [u8; 32]);

/// Who says so.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    /// During what.
    pub(crate) flow: Flow,
    /// The instance that answered, counted from 0.
    pub(crate) instance: Option<usize>,
}

/// What is known of a session or a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It must work.
    Live,
    /// It must not work.
    Gone,
    /// A request that decides it had no answer: either is right.
    Doubtful,
}

/// What a client did or saw.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// There is a new person.
    Met { person: PersonNumber, login: String },
    /// Something that can open a session is about to be sent for the first time.
    Asked {
        attempt: Attempt,
        person: PersonNumber,
    },
    /// The same for the one-time link of an invite.
    Following { link: Attempt, person: PersonNumber },
    /// It was answered with a session.
    Opened {
        attempt: Attempt,
        session: SessionKey,
    },
    /// It had no answer.
    Unanswered { attempt: Attempt },
    /// It was refused as used up: so it did open a session.
    Spent { attempt: Attempt },
    /// It was refused for good, as it should be: it opened nothing.
    Refused { attempt: Attempt },
    /// A sign-out is about to be sent, perhaps not for the first time.
    SigningOut { session: SessionKey },
    /// It was answered.
    SignedOut { session: SessionKey },
    /// With this session, a request that ends all others of its person is about to be sent.
    EndingOthers { session: SessionKey },
    /// It was answered.
    EndedOthers { session: SessionKey },
    /// Fresh proof is about to be sent with this session.
    Proving { session: SessionKey },
    /// It was answered with a new session in place of the old one.
    Proved { old: SessionKey, new: SessionKey },
    /// A page was asked for with a session: it opened, or led to the sign-in page.
    Seen { session: SessionKey, opens: bool },
    /// A new passkey is about to be sent; through the account's one-time link, or by somebody signed in.
    Adding {
        person: PersonNumber,
        credential: String,
        by_link: Option<Attempt>,
    },
    /// The server said, or admitted by a refusal that means so, that it keeps it.
    Added { credential: String },
    /// With this session, a request to remove a passkey is about to be sent. That ends all other sessions.
    Removing {
        credential: String,
        session: SessionKey,
    },
    /// It was answered: removed, or not there any more.
    Removed {
        credential: String,
        session: SessionKey,
    },
    /// A passkey was presented and accepted, or refused as unknown.
    Used { credential: String, accepted: bool },
    /// A link was refused as used, and every passkey that was sent through it has been tried since.
    LinkUsed { link: Attempt },
}

/// In which way something cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// What the server said was done is not so: a session, a passkey or an ending that was answered is not there.
    Lost,
    /// What can happen once happened twice.
    Doubled,
    /// An answer, or the absence of one, that no kill and no single retry explains.
    Unexplained,
}

/// Something that cannot be.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Finding {
    /// In which way.
    pub(crate) kind: Kind,
    /// During what.
    pub(crate) flow: Flow,
    /// The instance that answered, counted from 1; absent when it is about the database.
    pub(crate) instance: Option<usize>,
    /// Whose account.
    pub(crate) person: Option<String>,
    /// What, in a sentence.
    pub(crate) what: String,
    /// The end of that instance's log.
    pub(crate) log: Option<String>,
}

/// An account, with what is counted for it.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) login: String,
    /// Every session they were given, and every attempt to get one.
    pub(super) sessions: Vec<SessionKey>,
    pub(super) openings: Vec<Attempt>,
    pub(super) sign_outs: Bounds,
    pub(super) removals: Bounds,
}

/// How often something happened: at least, at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) least: u64,
    pub(super) most: u64,
}

/// An attempt to open a session.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) person: PersonNumber,
    pub(super) is_link: bool,
    /// How many sessions it opened.
    pub(super) opened: Bounds,
    /// The session, once an answer gave it.
    pub(super) session: Option<SessionKey>,
    /// Whether a request had no answer.
    pub(super) unanswered: bool,
    /// Whether there may be a session that nobody holds.
    pub(super) unheld: bool,
}

/// A session that somebody holds.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) person: PersonNumber,
    pub(super) standing: Standing,
    /// Whether there may be a session that nobody holds in its place.
    pub(super) unheld_successor: bool,
    pub(super) sign_out_sent: bool,
}

/// A passkey.
#[derive(Debug)]
pub(super) struct Credential {
    pub(super) person: PersonNumber,
    pub(super) by_link: Option<Attempt>,
    pub(super) standing: Standing,
    /// How often it was added: at least, at most.
    pub(super) added: Bounds,
}

impl Opening {
    /// Sent for the first time, without an answer so far.
    pub(super) fn of(person: PersonNumber) -> Self {
        Self {
            person,
            is_link: false,
            opened: Bounds::PERHAPS,
            session: None,
            unanswered: false,
            unheld: false,
        }
    }
}

impl Account {
    pub(super) fn new(login: String) -> Self {
        Self {
            login,
            sessions: Vec::new(),
            openings: Vec::new(),
            sign_outs: Bounds::default(),
            removals: Bounds::default(),
        }
    }
}

impl Bounds {
    /// Once, certainly.
    pub(super) const ONCE: Self = Self { least: 1, most: 1 };
    /// Once or not at all.
    pub(super) const PERHAPS: Self = Self { least: 0, most: 1 };
    /// Never.
    pub(super) const NEVER: Self = Self { least: 0, most: 0 };

    /// Both together.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            least: self.least + other.least,
            most: self.most + other.most,
        }
    }
}
