//! A simulated person: an account, an authenticator, and what they do with a browser.
//!
//! Everything goes over HTTP to the addresses that our pages use. Loads are made by customers; an agent only sets
//! up and invites.

use gatefold_soft_authenticator::{Config, SoftAlgorithm, SoftAuthenticator, SoftError};
use serde_json::{Value, json};

use crate::browser::{Browser, Failed};
use crate::clock::Moment;
use crate::http::Unanswered;

/// The password of every simulated person who has one.
pub(crate) const PASSWORD: &str = "vellum quartz heron tundra";

/// Where an administrator invites a customer.
pub(crate) const INVITE: &str = "/admin/accounts/customers/invite";

/// Somebody with an authenticator.
#[derive(Debug)]
pub(crate) struct Person {
    /// What they sign in with beside a passkey.
    pub(crate) login: String,
    authenticator: SoftAuthenticator,
}

/// A portal's addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Portal {
    /// Agents, who administer.
    Agent,
    /// Customers, who make the load.
    Customer,
}

/// A finished sign-in.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    /// The value of the session's cookie.
    pub(crate) session: String,
    /// When its second half began: begin lies before, finish after.
    pub(crate) between: Moment,
}

impl Portal {
    fn auth(self) -> &'static str {
        match self {
            Self::Agent => "/api/auth",
            Self::Customer => "/api/auth/customer",
        }
    }

    /// Where a sign-in with a passkey begins.
    pub(crate) fn passkey_begin(self) -> &'static str {
        match self {
            Self::Agent => "/api/auth/passkey/begin",
            Self::Customer => "/api/auth/customer/passkey/begin",
        }
    }

    fn profile(self) -> &'static str {
        match self {
            Self::Agent => "/api/profile",
            Self::Customer => "/customer/api/profile",
        }
    }

    /// The page that only somebody signed in can open.
    pub(crate) fn page(self) -> &'static str {
        match self {
            Self::Agent => "/profile/security",
            Self::Customer => "/customer/profile/security",
        }
    }

    /// A page that only somebody signed in can open, and that costs the same however often they have signed in; the
    /// other lists every session of the account.
    pub(crate) fn short_page(self) -> &'static str {
        match self {
            Self::Agent => "/profile/security/confirm",
            Self::Customer => "/customer/profile/security/confirm",
        }
    }

    /// The session's cookie, without its prefix.
    pub(crate) fn cookie(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Customer => "customer",
        }
    }
}

impl Person {
    /// Somebody with an authenticator of this seed, which has ES256 keys: what nearly all real ones use.
    ///
    /// # Errors
    /// When the cryptographic library refuses.
    pub(crate) fn new(login: impl Into<String>, seed: u64) -> Result<Self, SoftError> {
        let config = Config::synced(seed).only(SoftAlgorithm::Es256);
        Ok(Self {
            login: login.into(),
            authenticator: SoftAuthenticator::new(config)?,
        })
    }

    /// Signs in with the passkey.
    pub(crate) async fn sign_in(
        &mut self,
        browser: &mut Browser<'_>,
        portal: Portal,
    ) -> Result<SignedIn, Failed> {
        let options = begin(browser, portal.passkey_begin()).await?;
        let between = Moment::now();
        let answer = self.answer(&options, browser)?;
        browser
            .post(&format!("{}/passkey/finish", portal.auth()), &answer)
            .await?
            .ok()?;
        opened(browser, portal, between)
    }

    /// Signs in with the password. `None` when that is not enough for this account.
    pub(crate) async fn password_sign_in(
        &mut self,
        browser: &mut Browser<'_>,
        portal: Portal,
    ) -> Result<Option<SignedIn>, Failed> {
        let between = Moment::now();
        let typed = json!({ "login": self.login, "password": PASSWORD });
        browser
            .post(&format!("{}/login", portal.auth()), &typed)
            .await?
            .ok()?;
        if browser.cookie(portal.cookie()).is_none() {
            return Ok(None);
        }
        opened(browser, portal, between).map(Some)
    }

    /// Signs in with the password and then the passkey.
    pub(crate) async fn second_step_sign_in(
        &mut self,
        browser: &mut Browser<'_>,
        portal: Portal,
    ) -> Result<SignedIn, Failed> {
        if self.password_sign_in(browser, portal).await?.is_some() {
            return Err(Failed("second-step-not-asked".into()));
        }
        let between = Moment::now();
        let auth = portal.auth();
        let options = begin(browser, &format!("{auth}/2fa/webauthn/begin")).await?;
        let answer = self.answer(&options, browser)?;
        browser
            .post(&format!("{auth}/2fa/webauthn/finish"), &answer)
            .await?
            .ok()?;
        opened(browser, portal, between)
    }

    /// Follows a one-time link, given by its code, and enrols a passkey. Signed in afterwards.
    pub(crate) async fn enrol_passkey(
        &mut self,
        browser: &mut Browser<'_>,
        code: &str,
        about: &Value,
    ) -> Result<(), Failed> {
        open_link(browser, code).await?;
        let begun = browser
            .post("/api/enrol/passkey/begin", about)
            .await?
            .ok()?;
        let credential = self.register(&begun.json()?["options"]["publicKey"], browser)?;
        browser
            .post("/api/enrol/passkey/finish", &credential)
            .await?
            .ok()?;
        Ok(())
    }

    /// Follows a one-time link, given by its code, and chooses [`PASSWORD`]. Signed in afterwards.
    pub(crate) async fn enrol_password(
        &mut self,
        browser: &mut Browser<'_>,
        code: &str,
    ) -> Result<(), Failed> {
        open_link(browser, code).await?;
        let reply = browser
            .submit("/enrol/password", &[("password", PASSWORD)])
            .await?;
        went_well(reply.status)
    }

    /// Adds the authenticator's passkey to the account that is signed in.
    pub(crate) async fn add_passkey(
        &mut self,
        browser: &mut Browser<'_>,
        portal: Portal,
    ) -> Result<(), Failed> {
        let passkeys = format!("{}/passkeys", portal.profile());
        let begun = browser
            .post(&format!("{passkeys}/begin"), &json!({}))
            .await?
            .ok()?;
        let credential = self.register(&begun.json()?["options"]["publicKey"], browser)?;
        browser
            .post(&format!("{passkeys}/finish"), &credential)
            .await?
            .ok()?;
        Ok(())
    }

    /// The authenticator's answer to a request.
    pub(crate) fn answer(
        &mut self,
        options: &Value,
        browser: &Browser<'_>,
    ) -> Result<Value, Failed> {
        self.authenticator
            .authenticate(options, &browser.site().origin)
            .map_err(|_| Failed("authenticator-refused".into()))
    }

    /// The authenticator's new credential.
    pub(crate) fn register(
        &mut self,
        options: &Value,
        browser: &Browser<'_>,
    ) -> Result<Value, Failed> {
        self.authenticator
            .register(options, &browser.site().origin)
            .map_err(|_| Failed("authenticator-refused".into()))
    }
}

/// Begins a ceremony and gives its options.
pub(crate) async fn begin(browser: &mut Browser<'_>, path: &str) -> Result<Value, Failed> {
    let begun = browser.post(path, &json!({})).await?.ok()?;
    let mut begun = begun.json()?;
    let options = begun["options"]["publicKey"].take();
    if options.is_object() {
        Ok(options)
    } else {
        Err(Unanswered::NotUnderstood.into())
    }
}

/// Invites a customer, as an administrator who is signed in on this browser. Gives the code of the link.
pub(crate) async fn invite(browser: &mut Browser<'_>, login: &str) -> Result<String, Failed> {
    let name = format!("Load {login}");
    let fields = [("login", login), ("name", name.as_str()), ("email", "")];
    let page = browser.submit(INVITE, &fields).await?.ok()?;
    code_of(&page.text()).ok_or_else(|| Unanswered::NotUnderstood.into())
}

/// The code of the first one-time link in a text: what follows `enrol#`
/// (pages write the slash before it as a character reference).
pub(crate) fn code_of(text: &str) -> Option<String> {
    let (_, behind) = text.split_once("enrol#")?;
    let end = behind
        .find(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')))
        .unwrap_or(behind.len());
    Some(behind[..end].to_owned()).filter(|code| !code.is_empty())
}

async fn open_link(browser: &mut Browser<'_>, code: &str) -> Result<(), Failed> {
    browser.get("/enrol").await?.ok()?;
    let opened = browser.submit("/enrol/open", &[("token", code)]).await?;
    went_well(opened.status)
}

/// A form's answer is a page or the way to the next one.
fn went_well(status: hyper::StatusCode) -> Result<(), Failed> {
    if status.is_success() || status.is_redirection() {
        Ok(())
    } else {
        Err(Failed(format!("http-{}", status.as_u16()).into()))
    }
}

fn opened(browser: &Browser<'_>, portal: Portal, between: Moment) -> Result<SignedIn, Failed> {
    let session = browser.cookie(portal.cookie());
    let session = session.ok_or(Failed("no-session-cookie".into()))?;
    Ok(SignedIn {
        session: session.to_owned(),
        between,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_links_code_is_found_in_a_page() {
        let page = r#"<input value="https:&#x2f;&#x2f;a.example&#x2f;enrol#Ab-9_x">"#;
        assert_eq!(code_of(page).as_deref(), Some("Ab-9_x"));
        assert_eq!(code_of("/enrol#"), None);
        assert_eq!(code_of("nothing"), None);
    }
}
