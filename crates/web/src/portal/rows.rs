//! Stored facts as pages show them.

use gatefold_identity::authenticators;
use gatefold_identity::views::{SessionSummary, StoredPasskey};
use gatefold_pages::security::{PasskeyRow, SessionRow};

/// A passkey in a list.
pub(crate) fn passkey(stored: &StoredPasskey) -> PasskeyRow {
    PasskeyRow {
        id: stored.key.get(),
        name: stored.name.clone(),
        authenticator: authenticators::name_of(&stored.aaguid).map(str::to_owned),
        synced: stored.backup_eligible,
        created_at: stored.created_at.get(),
        last_used_at: stored.last_used_at.map(|at| at.get()),
        suspicious: stored.clone_suspected_at.is_some(),
    }
}

/// A session in a list; `current` names the reader's own.
pub(crate) fn session(stored: &SessionSummary, current: Option<&str>) -> SessionRow {
    SessionRow {
        id: stored.public_ref.clone(),
        browser: first_of(&stored.user_agent, &BROWSERS).to_owned(),
        system: first_of(&stored.user_agent, &SYSTEMS).to_owned(),
        network: stored.network.clone(),
        created_at: stored.created_at.get(),
        last_seen_at: stored.last_seen_at.get(),
        current: current == Some(stored.public_ref.as_str()),
    }
}

/// What a browser calls itself, the more special word first: every one of them also claims to be
/// Mozilla, and most claim to be Safari.
const BROWSERS: [(&str, &str); 8] = [
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// The system, likewise.
const SYSTEMS: [(&str, &str); 8] = [
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("FreeBSD", "FreeBSD"),
    ("Linux", "Linux"),
];

fn first_of<'a>(user_agent: &str, words: &[(&str, &'a str)]) -> &'a str {
    words
        .iter()
        .find(|(word, _)| user_agent.contains(word))
        .map_or("", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_apart() {
        let cases = [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox",
                "Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge",
                "Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1",
                "Safari",
                "iOS",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36",
                "Chrome",
                "Android",
            ),
            ("curl/8.0", "", ""),
        ];
        for (agent, browser, system) in cases {
            assert_eq!(
                (first_of(agent, &BROWSERS), first_of(agent, &SYSTEMS)),
                (browser, system),
                "{agent}"
            );
        }
    }
}
