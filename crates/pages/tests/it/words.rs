//! Texts: all there, all used, all from the locales.

use std::collections::BTreeSet;

use gatefold_pages::{Message, Pages};

use crate::sheet::{Sheet, all, attribute, files, tags};

/// Messages that code names, not templates.
const NAMED_BY_CODE: [&str; 3] = ["refusal-", "notice-", "event-"];

const REFUSALS: &str = "invalid_credentials passkey_failed unknown_credential challenge_expired malformed_response \
    no_pending_login second_step_failed too_many_attempts throttled not_signed_in fresh_proof_required forbidden \
    not_found last_credential last_administrator own_account account_disabled login_taken email_taken \
    duplicate_passkey too_many_passkeys link_dead setup_closed password_too_short password_too_long \
    password_guessable field_empty field_too_long field_unprintable field_not_an_address overloaded \
    auth_unavailable misdirected cross_site form_expired wrong_content_type too_large unreadable wrong_method";

const NOTICES: &str = "signed_out passkey_added passkey_renamed passkey_removed password_changed session_ended \
    sessions_ended account_disabled account_enabled account_sessions_ended";

const EVENTS: &str = "sign_in second_step_asked second_step step_up sign_out passkey_added passkey_renamed \
    passkey_removed passkey_clone_suspected password_changed sessions_ended set_up account_invited invite_accepted \
    link_issued credentials_reset account_disabled account_enabled";

/// The keys of the English files.
fn keys() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for (path, text) in files("locales/en") {
        let found = text
            .lines()
            .filter_map(|line| line.split_once(" ="))
            .map(|(key, _)| key);
        for key in found.filter(|key| {
            key.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        }) {
            assert!(keys.insert(key.to_owned()), "{path}: {key} is there twice");
        }
    }
    keys
}

/// What templates name: whole keys, and beginnings that end in a dash.
fn named() -> BTreeSet<String> {
    let key = |text: &&str| {
        text.contains('-')
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    let templates = files("templates");
    let literals = templates
        .iter()
        .flat_map(|(_, text)| text.split(['"', '\'']));
    literals.filter(key).map(str::to_owned).collect()
}

#[test]
fn every_message_is_used_and_every_used_message_exists() {
    let (keys, named) = (keys(), named());
    let used = |key: &&String| {
        named.contains(*key)
            || named
                .iter()
                .any(|name| name.ends_with('-') && key.starts_with(name.as_str()))
    };
    let by_code = |key: &&String| NAMED_BY_CODE.iter().any(|start| key.starts_with(start));
    let unused: Vec<_> = keys
        .iter()
        .filter(|key| !used(key) && !by_code(key))
        .collect();
    assert!(unused.is_empty(), "no template uses {unused:?}");

    let areas: BTreeSet<_> = keys
        .iter()
        .filter_map(|key| key.split_once('-'))
        .map(|(area, _)| area)
        .collect();
    let own = |name: &&String| {
        name.split_once('-')
            .is_some_and(|(area, _)| areas.contains(area))
    };
    let there = |name: &&String| {
        keys.contains(*name)
            || (name.ends_with('-') && keys.iter().any(|key| key.starts_with(name.as_str())))
    };
    // A component's file, an element's id or class may look like a key: those that exist in no call of `t` do no harm.
    let asked = asked();
    let missing: Vec<_> = named
        .iter()
        .filter(|name| own(name) && asked.contains(*name) && !there(name))
        .collect();
    assert!(missing.is_empty(), "the locales lack {missing:?}");
}

/// The first literal of every call of `t`.
fn asked() -> BTreeSet<String> {
    let templates = files("templates");
    let calls = templates
        .iter()
        .flat_map(|(_, text)| text.split("t(").skip(1));
    calls
        .filter_map(|call| call.split(['"', '\'']).nth(1))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_code_has_its_words() {
    let pages = Pages::new().expect("templates and locales parse");
    let word = |start: &str, code: &str| {
        let message = Message::new(format!("{start}-{}", code.replace('_', "-")));
        let message = message
            .number("attempts_remaining", 2.0)
            .number("retry_after_sec", 30.0);
        message
            .number("minimum", 15.0)
            .number("limit", 64.0)
            .text("field", "login")
    };
    let codes = [
        ("refusal", REFUSALS),
        ("notice", NOTICES),
        ("event", EVENTS),
        ("event-outcome", "done refused"),
    ];
    for (start, code) in codes
        .iter()
        .flat_map(|(start, codes)| codes.split_whitespace().map(move |code| (start, code)))
    {
        assert!(pages.knows(&word(start, code)), "{start} {code}");
    }
    let english = gatefold_pages::Locale::ENGLISH;
    for field in ["login", "name", "email", "reason", "something-new"] {
        for code in [
            "field-empty",
            "field-too-long",
            "field-unprintable",
            "field-not-an-address",
        ] {
            let said = pages.say(&english, &word("refusal", code).text("field", field));
            assert!(
                said.ends_with('.') && !said.contains('{'),
                "{code} {field}: {said}"
            );
        }
    }
}

#[test]
fn plurals_follow_the_number() {
    let pages = Pages::new().expect("templates and locales parse");
    let say = |count: f64| {
        let message = Message::new("profile-security-summary")
            .number("passkeys", count)
            .number("sessions", count);
        pages.say(
            &gatefold_pages::Locale::ENGLISH,
            &message.text("password", "no"),
        )
    };
    assert_eq!(
        say(1.0),
        "One passkey, and no password to remember. You are signed in here and nowhere else."
    );
    assert_eq!(
        say(2.0),
        "2 passkeys, and no password to remember. You are signed in in 2 places."
    );
}

#[test]
fn words_are_plain() {
    for (path, text) in files("locales/en") {
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let jargon = ["WebAuthn", "FIDO", "2FA", "TOTP", "credential", "!"];
            let words = line.split_once(" = ").map_or(line, |(_, words)| words);
            let jargon = jargon.iter().find(|word| words.contains(**word));
            assert!(jargon.is_none(), "{path}: {line}");
        }
    }
}

#[test]
fn every_text_comes_from_the_locales() {
    for Sheet {
        name,
        html,
        mut given,
        ..
    } in all().into_iter().filter(|sheet| sheet.locale == "en-XA")
    {
        given.sort_by_key(|text| std::cmp::Reverse(text.len()));
        let visible = html
            .replace("<noscript>", "")
            .split_once("<body")
            .map(|(_, body)| body.to_owned())
            .expect("a body");
        let mut inside = "";
        for piece in visible.split('<').skip(1) {
            let (tag, text) = piece.split_once('>').unwrap_or(("", piece));
            inside = if tag.starts_with('/') { "" } else { tag };
            for spoken in ["aria-label", "title", "alt", "placeholder"] {
                let value = attribute(tag, spoken).unwrap_or_default();
                assert!(ours(value, &given).is_empty(), "{name}: {spoken}={value}");
            }
            // Times and the names of languages are the same everywhere.
            if !inside.starts_with("time") && !inside.starts_with("option") {
                let rest = ours(text, &given);
                assert!(rest.is_empty(), "{name}: {text:?} leaves {rest:?}");
            }
        }
        let body = tags(&html)
            .find(|tag| tag.starts_with("body "))
            .expect("a body");
        let spoken = body
            .split(" data-m-")
            .skip(1)
            .filter_map(|rest| rest.split('"').nth(1));
        assert_eq!(
            spoken.filter(|text| text.starts_with('[')).count(),
            10,
            "{name}"
        );
        assert!(inside.is_empty(), "{name}: a tag stays open");
    }
}

/// What is left of a text without what the locales and people gave: letters only.
fn ours(text: &str, given: &[String]) -> String {
    let mut rest = String::new();
    let mut depth = 0_u32;
    for c in text.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => rest.push(c),
            _ => {}
        }
    }
    for text in given.iter().filter(|text| !text.is_empty()) {
        rest = rest.replace(text.as_str(), "");
    }
    // The component page shows this as a sample.
    rest = rest.replace("id.northwind.example/login", "");
    rest.retain(char::is_alphabetic);
    rest
}
