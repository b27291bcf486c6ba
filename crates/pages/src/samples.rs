//! People and things that samples are made of: short, long, foreign.

use crate::moment::Moment;
use crate::security::{PasskeyRow, SessionRow, StepUpMethods};
use crate::frame::Portal;

/// A name as long as people have.
pub(crate) const LONG_NAME: &str = "Annegret Freifrau von Schwarzenberg-Donaudampfschifffahrt";
/// A word that no layout likes.
pub(crate) const LONG_WORD: &str = "Sicherheitsschlüsselverwaltungsgerätebezeichnung 2026";
/// An address as long as people have.
pub(crate) const LONG_MAIL: &str =
    "annegret.schwarzenberg-donaudampfschifffahrt@rechtsschutzversicherungsgesellschaften.example";
/// A name written the other way.
pub(crate) const ARABIC_NAME: &str = "سلمى الحدّاد";

/// 3 May 2026, 09:12 UTC, moved by minutes.
pub(crate) fn moment(minutes: i64) -> Moment {
    Moment::from_millis(1_777_799_520_000 + minutes * 60_000)
}

/// A passkey.
pub(crate) fn passkey(id: &str, name: &str, authenticator: Option<&str>, synced: bool) -> PasskeyRow {
    PasskeyRow {
        id: id.to_owned(),
        name: name.to_owned(),
        authenticator: authenticator.map(str::to_owned),
        synced,
        created_at: moment(0),
        last_used_at: Some(moment(90_000)),
        is_current_device: false,
    }
}

/// A session.
pub(crate) fn session(id: &str, browser: &str, system: &str, current: bool) -> SessionRow {
    SessionRow {
        id: id.to_owned(),
        browser: Some(browser.to_owned()),
        system: Some(system.to_owned()),
        portal: Portal::Agent,
        network: "198.51.100.0/24".to_owned(),
        created_at: moment(80_000),
        last_seen_at: moment(90_030),
        current,
    }
}

/// Both ways to prove again.
pub(crate) const BOTH: StepUpMethods = StepUpMethods {
    passkey: true,
    password: true,
};
