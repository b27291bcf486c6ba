//! The one cookie policy.
//!
//! Every cookie holds an opaque 256-bit token or a choice of language, is `HttpOnly`, bound to path
//! `/` and to this host by the `__Host-` prefix (RFC 6265bis section 4.1.3.2), and `Secure`. Only on
//! loopback over plain HTTP, where browsers refuse that prefix, the names are plain.

use std::time::Duration;

use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use gatefold_identity::session::SessionToken;
use gatefold_kernel::token::{Browser, Link, Pending, Purpose};
use gatefold_kernel::{AccountKind, Token};

/// How long a browser keeps the cookie that ties begin and finish of a ceremony together.
const BROWSER_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How long a browser keeps an opened link. The link's own expiry decides.
const LINK_FOR: Duration = Duration::from_secs(60 * 60);

/// How long a login waits for its second step.
const PENDING_FOR: Duration = Duration::from_secs(5 * 60);

/// How long a choice of language is kept.
const LANGUAGE_FOR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Which cookies are sent where.
#[derive(Clone, Copy, Debug)]
pub struct CookiePolicy {
    /// Whether the public address is HTTPS.
    pub secure: bool,
    /// Whether cookies travel with requests from other sites.
    pub same_site: SameSite,
}

impl CookiePolicy {
    /// The session of a portal.
    pub(crate) fn session(self, jar: &CookieJar, portal: AccountKind) -> Option<SessionToken> {
        self.read(jar, session_name(portal))
    }

    /// Opens a portal. Without an age: it ends with the browser or when the server says so.
    pub(crate) fn set_session(
        self,
        jar: CookieJar,
        portal: AccountKind,
        token: &SessionToken,
    ) -> CookieJar {
        jar.add(self.cookie(session_name(portal), token.to_text().expose(), None))
    }

    /// Closes a portal.
    pub(crate) fn clear_session(self, jar: CookieJar, portal: AccountKind) -> CookieJar {
        self.clear(jar, session_name(portal))
    }

    /// The browser's own token.
    pub(crate) fn browser(self, jar: &CookieJar) -> Option<Token<Browser>> {
        self.read(jar, "browser")
    }

    /// Gives the browser a token.
    pub(crate) fn set_browser(self, jar: CookieJar, token: &Token<Browser>) -> CookieJar {
        jar.add(self.cookie("browser", token.to_text().expose(), Some(BROWSER_FOR)))
    }

    /// The login that waits for its second step on a portal.
    pub(crate) fn pending(self, jar: &CookieJar, portal: AccountKind) -> Option<Token<Pending>> {
        self.read(jar, pending_name(portal))
    }

    /// Remembers a login that waits.
    pub(crate) fn set_pending(
        self,
        jar: CookieJar,
        portal: AccountKind,
        token: &Token<Pending>,
    ) -> CookieJar {
        jar.add(self.cookie(
            pending_name(portal),
            token.to_text().expose(),
            Some(PENDING_FOR),
        ))
    }

    /// Forgets it.
    pub(crate) fn clear_pending(self, jar: CookieJar, portal: AccountKind) -> CookieJar {
        self.clear(jar, pending_name(portal))
    }

    /// The one-time link this browser opened.
    pub(crate) fn link(self, jar: &CookieJar) -> Option<Token<Link>> {
        self.read(jar, "link")
    }

    /// Remembers an opened link.
    pub(crate) fn set_link(self, jar: CookieJar, token: &Token<Link>) -> CookieJar {
        jar.add(self.cookie("link", token.to_text().expose(), Some(LINK_FOR)))
    }

    /// Forgets it.
    pub(crate) fn clear_link(self, jar: CookieJar) -> CookieJar {
        self.clear(jar, "link")
    }

    /// The chosen language.
    pub(crate) fn language(self, jar: &CookieJar) -> Option<String> {
        jar.get(&self.name("language"))
            .map(|cookie| cookie.value().to_owned())
    }

    /// Remembers a choice of language.
    pub(crate) fn set_language(self, jar: CookieJar, tag: &str) -> CookieJar {
        jar.add(self.cookie("language", tag, Some(LANGUAGE_FOR)))
    }

    fn read<P: Purpose>(self, jar: &CookieJar, name: &str) -> Option<Token<P>> {
        Token::parse(jar.get(&self.name(name))?.value())
    }

    fn clear(self, jar: CookieJar, name: &str) -> CookieJar {
        jar.add(self.cookie(name, "", Some(Duration::ZERO)))
    }

    fn name(self, name: &str) -> String {
        let prefix = if self.secure { "__Host-" } else { "" };
        format!("{prefix}gatefold-{name}")
    }

    fn cookie(self, name: &str, value: &str, age: Option<Duration>) -> Cookie<'static> {
        let mut cookie = Cookie::build((self.name(name), value.to_owned()))
            .path("/")
            .http_only(true)
            .secure(self.secure)
            .same_site(self.same_site)
            .build();
        if let Some(age) = age {
            let seconds = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
            cookie.set_max_age(cookie::time::Duration::seconds(seconds));
        }
        cookie
    }
}

fn session_name(portal: AccountKind) -> &'static str {
    portal.as_str()
}

fn pending_name(portal: AccountKind) -> &'static str {
    match portal {
        AccountKind::Agent => "agent-pending",
        AccountKind::Customer => "customer-pending",
    }
}
