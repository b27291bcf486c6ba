//! Each thing that cannot be is found, and what a kill explains is not.

use std::collections::BTreeMap;

use super::*;
use crate::chaos::flow::Flow;

const SOURCE: Source = Source {
    flow: Flow::Audit,
    instance: Some(1),
};
const AMIRA: PersonNumber = PersonNumber(1);
const FIRST: SessionKey = SessionKey([1; 32]);
const SECOND: SessionKey = SessionKey([2; 32]);

/// A ledger with one person, to whom these things happened.
fn after(events: impl IntoIterator<Item = Event>) -> Ledger {
    let mut ledger = Ledger::default();
    let met = Event::Met {
        person: AMIRA,
        login: "amira".into(),
    };
    ledger.note(SOURCE, met);
    for event in events {
        ledger.note(SOURCE, event);
    }
    ledger
}

fn asked(attempt: u64) -> Event {
    Event::Asked {
        attempt: Attempt(attempt),
        person: AMIRA,
    }
}

fn opened(attempt: u64, session: SessionKey) -> Event {
    Event::Opened {
        attempt: Attempt(attempt),
        session,
    }
}

fn unanswered(attempt: u64) -> Event {
    Event::Unanswered {
        attempt: Attempt(attempt),
    }
}

fn spent(attempt: u64) -> Event {
    Event::Spent {
        attempt: Attempt(attempt),
    }
}

fn seen(session: SessionKey, opens: bool) -> Event {
    Event::Seen { session, opens }
}

fn adding(name: &str, by_link: Option<u64>) -> Event {
    Event::Adding {
        person: AMIRA,
        credential: name.into(),
        by_link: by_link.map(Attempt),
    }
}

fn added(name: &str) -> Event {
    Event::Added {
        credential: name.into(),
    }
}

fn used(name: &str, accepted: bool) -> Event {
    Event::Used {
        credential: name.into(),
        accepted,
    }
}

fn following(link: u64) -> Event {
    Event::Following {
        link: Attempt(link),
        person: AMIRA,
    }
}

fn kinds(ledger: &Ledger) -> Vec<Kind> {
    ledger.findings().iter().map(|it| it.kind).collect()
}

fn compared(events: impl IntoIterator<Item = Event>, stored: Stored) -> Vec<Kind> {
    let mut ledger = after(events);
    assert_eq!(kinds(&ledger), [], "nothing before the comparison");
    ledger.compare(SOURCE, &BTreeMap::from([("amira".into(), stored)]));
    kinds(&ledger)
}

#[test]
fn a_session_that_was_given_and_opens_nothing_is_lost() {
    let ledger = after([asked(1), opened(1, FIRST), seen(FIRST, false)]);
    assert_eq!(kinds(&ledger), [Kind::Lost]);
    assert_eq!(ledger.findings()[0].person.as_deref(), Some("amira"));
    assert_eq!(ledger.findings()[0].instance, Some(2));
}

#[test]
fn a_session_that_was_ended_and_opens_a_page_is_found() {
    let session = FIRST;
    let ledger = after([
        asked(1),
        opened(1, FIRST),
        Event::SigningOut { session },
        seen(FIRST, true),
        Event::SignedOut { session },
    ]);
    assert_eq!(kinds(&ledger), [], "until the answer either is right");
    let mut ledger = ledger;
    assert!(!ledger.note(SOURCE, seen(FIRST, true)));
    assert_eq!(kinds(&ledger), [Kind::Lost]);
}

#[test]
fn one_answer_that_opens_two_sessions_is_doubled() {
    let events = [asked(1), unanswered(1), opened(1, FIRST), opened(1, SECOND)];
    assert_eq!(kinds(&after(events)), [Kind::Doubled]);
    let two = [asked(1), opened(1, FIRST), asked(2), opened(2, SECOND)];
    assert_eq!(kinds(&after(two)), []);
}

#[test]
fn used_up_is_an_explanation_only_after_a_request_without_answer() {
    let explained = after([asked(1), unanswered(1), spent(1)]);
    assert_eq!(kinds(&explained), []);
    let raced = after([asked(1), opened(1, FIRST), spent(1)]);
    assert_eq!(kinds(&raced), []);
    let sudden = after([asked(1), spent(1)]);
    assert_eq!(kinds(&sudden), [Kind::Unexplained]);
}

#[test]
fn ending_the_others_ends_every_other_one() {
    let both = [asked(1), opened(1, FIRST), asked(2), opened(2, SECOND)];
    let mut ledger = after(both);
    ledger.note(SOURCE, Event::EndingOthers { session: SECOND });
    assert_eq!(ledger.session_stands(FIRST), Some(Standing::Doubtful));
    assert_eq!(ledger.session_stands(SECOND), Some(Standing::Live));
    ledger.note(SOURCE, Event::EndedOthers { session: SECOND });
    assert!(!ledger.note(SOURCE, seen(FIRST, true)));
    assert!(ledger.note(SOURCE, seen(SECOND, true)));
}

#[test]
fn fresh_proof_puts_a_session_in_place_of_another() {
    let mut ledger = after([
        asked(1),
        opened(1, FIRST),
        Event::Proving { session: FIRST },
        Event::Proved {
            old: FIRST,
            new: SECOND,
        },
    ]);
    assert!(ledger.note(SOURCE, seen(SECOND, true)));
    assert!(!ledger.note(SOURCE, seen(FIRST, true)));
}

#[test]
fn a_passkey_works_from_when_it_was_added_until_it_was_removed() {
    let lost = after([adding("a", None), added("a"), used("a", false)]);
    assert_eq!(kinds(&lost), [Kind::Lost]);
    let doubtful = after([adding("a", None), used("a", false), used("a", true)]);
    assert_eq!(kinds(&doubtful), []);
    let credential = String::from("a");
    let undead = after([
        adding("a", None),
        added("a"),
        Event::Removing {
            credential: credential.clone(),
            session: FIRST,
        },
        Event::Removed {
            credential,
            session: FIRST,
        },
        used("a", true),
    ]);
    assert_eq!(kinds(&undead), [Kind::Lost]);
}

#[test]
fn a_link_adds_one_passkey_and_is_not_used_up_for_nothing() {
    let two = after([
        following(7),
        adding("a", Some(7)),
        unanswered(7),
        adding("b", Some(7)),
        added("b"),
        used("a", true),
    ]);
    assert_eq!(kinds(&two), [Kind::Doubled]);
    let link = Attempt(7);
    let nothing = after([
        following(7),
        adding("a", Some(7)),
        unanswered(7),
        spent(7),
        Event::LinkUsed { link },
    ]);
    assert_eq!(kinds(&nothing), [Kind::Lost]);
    let kept = after([
        following(7),
        adding("a", Some(7)),
        unanswered(7),
        spent(7),
        used("a", true),
        Event::LinkUsed { link },
    ]);
    assert_eq!(kinds(&kept), []);
}

#[test]
fn the_database_must_hold_what_was_given_and_nothing_that_was_ended() {
    let given = || [asked(1), opened(1, FIRST)];
    let one = Stored {
        sessions: vec![FIRST],
        sign_ins: 1,
        ..Stored::default()
    };
    assert_eq!(compared(given(), one.clone()), []);
    let none = Stored {
        sessions: vec![],
        ..one.clone()
    };
    assert_eq!(compared(given(), none), [Kind::Lost]);
    let ended = Event::SignedOut { session: FIRST };
    assert_eq!(
        compared(given().into_iter().chain([ended]), one),
        [Kind::Lost]
    );
}

#[test]
fn a_session_that_nobody_was_given_needs_a_request_without_answer() {
    let stored = Stored {
        sessions: vec![SECOND],
        sign_ins: 1,
        ..Stored::default()
    };
    let explained = [asked(1), unanswered(1)];
    assert_eq!(compared(explained, stored.clone()), []);
    let refused = Event::Refused {
        attempt: Attempt(1),
    };
    assert_eq!(
        compared([asked(1), unanswered(1), refused], stored),
        [Kind::Doubled, Kind::Doubled]
    );
}

#[test]
fn the_audit_must_tell_of_each_sign_in_once() {
    let events = || [asked(1), opened(1, FIRST), asked(2), unanswered(2)];
    let with = |sign_ins| Stored {
        sessions: vec![FIRST],
        sign_ins,
        ..Stored::default()
    };
    assert_eq!(compared(events(), with(0)), [Kind::Lost]);
    assert_eq!(compared(events(), with(1)), []);
    assert_eq!(compared(events(), with(2)), []);
    assert_eq!(compared(events(), with(3)), [Kind::Doubled]);
}

#[test]
fn the_database_must_hold_the_passkeys_that_were_added_and_no_others() {
    let events = || [adding("a", None), added("a"), adding("b", None)];
    let with = |passkeys: &[&str]| Stored {
        passkeys: passkeys.iter().map(|name| (*name).to_owned()).collect(),
        passkeys_added: 1,
        ..Stored::default()
    };
    assert_eq!(compared(events(), with(&["a"])), []);
    assert_eq!(compared(events(), with(&["a", "b"])), []);
    assert_eq!(compared(events(), with(&[])), [Kind::Lost]);
    assert_eq!(compared(events(), with(&["a", "c"])), [Kind::Doubled]);
}

#[test]
fn a_link_that_was_used_cannot_be_used_again() {
    let events = || [following(7), opened(7, FIRST)];
    let with = |invites_accepted, links| Stored {
        sessions: vec![FIRST],
        sign_ins: 1,
        invites_accepted,
        links,
        ..Stored::default()
    };
    assert_eq!(compared(events(), with(1, 0)), []);
    assert_eq!(compared(events(), with(1, 1)), [Kind::Doubled]);
    assert_eq!(compared(events(), with(2, 0)), [Kind::Doubled]);
    assert_eq!(compared(events(), with(0, 0)), [Kind::Lost]);
}
