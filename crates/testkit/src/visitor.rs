//! A person with a browser: cookies, an authenticator, and the requests our pages would send.

use std::collections::BTreeMap;
use std::sync::Mutex;

use gatefold_identity::Client;
use gatefold_identity::account::Actor;
use gatefold_identity::enrol::PersonFields;
use gatefold_kernel::token::Browser;
use gatefold_kernel::{AccountKind, AgentRole, Subject, Token};
use gatefold_soft_authenticator::{Config, SoftAuthenticator};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::World;

/// A password that the policy accepts.
pub const PASSWORD: &str = "vellum quartz heron tundra";

/// A person with a browser.
pub struct Visitor<'w> {
    world: &'w World,
    cookies: Mutex<BTreeMap<String, String>>,
    /// The person's authenticator.
    pub authenticator: Mutex<SoftAuthenticator>,
    http: reqwest::Client,
    headers: Mutex<BTreeMap<String, String>>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body.
    pub body: String,
}

impl Reply {
    /// The body as JSON.
    ///
    /// # Panics
    /// When it is not.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|_| panic!("JSON expected: {} {}", self.status, self.body))
    }

    /// The stable code of a problem.
    #[must_use]
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The names of the cookies this response sets (those it clears excluded).
    #[must_use]
    pub fn cookies_set(&self) -> Vec<String> {
        set_cookies(&self.headers)
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, _)| name)
            .collect()
    }

    /// Whether this response opens a portal.
    #[must_use]
    pub fn opens(&self, portal: AccountKind) -> bool {
        self.cookies_set().contains(&session_cookie(portal))
    }

    /// Asserts that a portal was opened, and no other.
    ///
    /// # Panics
    /// When it was not.
    #[track_caller]
    pub fn opened(&self, portal: AccountKind) {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        for each in AccountKind::ALL {
            assert_eq!(self.opens(each), each == portal, "{each}: {}", self.body);
        }
    }

    /// Asserts a refusal: its status, its code, and that it opens nothing.
    ///
    /// # Panics
    /// When the answer is another.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        let found = (self.status.as_u16(), self.code());
        assert_eq!(found, (status, code.to_owned()), "{}", self.body);
        self.opens_nothing();
    }

    /// Asserts that no portal was opened and no second step offered.
    ///
    /// # Panics
    /// When one was.
    #[track_caller]
    pub fn opens_nothing(&self) {
        for portal in AccountKind::ALL {
            let set = self.cookies_set();
            assert!(!set.contains(&session_cookie(portal)), "{set:?}");
            assert!(!set.contains(&pending_cookie(portal)), "{set:?}");
        }
    }

    /// Where a redirect leads, or where a script was told to go.
    #[must_use]
    pub fn goes_to(&self) -> String {
        let header = self
            .headers
            .get("location")
            .and_then(|value| value.to_str().ok());
        header.map_or_else(
            || {
                self.json()["redirect"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            },
            str::to_owned,
        )
    }
}

fn set_cookies(
    headers: &reqwest::header::HeaderMap,
) -> impl Iterator<Item = (String, String)> + '_ {
    headers.get_all("set-cookie").iter().filter_map(|line| {
        let (name, value) = line.to_str().ok()?.split(';').next()?.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    })
}

/// The name of a portal's session cookie.
#[must_use]
pub fn session_cookie(portal: AccountKind) -> String {
    format!("gatefold-{portal}")
}

/// The name of the cookie of a login that waits for its second step.
#[must_use]
pub fn pending_cookie(portal: AccountKind) -> String {
    format!("gatefold-{portal}-pending")
}

/// The prefix of the addresses for signing in.
#[must_use]
pub fn auth(portal: AccountKind) -> &'static str {
    match portal {
        AccountKind::Agent => "/api/auth",
        AccountKind::Customer => "/api/auth/customer",
    }
}

/// The prefix of a portal's pages.
#[must_use]
pub fn base(portal: AccountKind) -> &'static str {
    match portal {
        AccountKind::Agent => "",
        AccountKind::Customer => "/customer",
    }
}

impl<'w> Visitor<'w> {
    pub(crate) fn new(world: &'w World, seed: u64) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build();
        Self {
            world,
            cookies: Mutex::default(),
            authenticator: Mutex::new(
                SoftAuthenticator::new(Config::synced(seed)).expect("a seeded authenticator"),
            ),
            http: http.expect("an HTTP client"),
            headers: Mutex::default(),
        }
    }

    /// The origin of the pages.
    #[must_use]
    pub fn origin(&self) -> String {
        self.world.public_url.origin().ascii_serialization()
    }

    /// Sends this header with every request from now on; an empty value takes it back.
    pub fn always(&self, name: &str, value: &str) {
        self.headers
            .lock()
            .expect("not poisoned")
            .insert(name.to_owned(), value.to_owned());
    }

    /// The cookies as they would be sent.
    #[must_use]
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().expect("not poisoned").clone()
    }

    /// Puts a cookie into the browser; an empty value removes it.
    pub fn set_cookie(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().expect("not poisoned");
        if value.is_empty() {
            cookies.remove(name);
        } else {
            cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Sends a request as a page of ours would.
    ///
    /// # Panics
    /// When no instance answers.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        content_type: &str,
        body: String,
    ) -> Reply {
        let request = self.request(method, path, content_type, body).await;
        let reply = reply(request).await;
        for (name, value) in set_cookies(&reply.headers) {
            self.set_cookie(&name, &value);
        }
        reply
    }

    /// A request as a page of ours would send it, addressed to the next instance.
    ///
    /// # Panics
    /// When no instance runs.
    pub async fn request(
        &self,
        method: Method,
        path: &str,
        content_type: &str,
        body: String,
    ) -> reqwest::RequestBuilder {
        let address = self.world.next_instance().await.expect("an instance runs");
        let mut headers = BTreeMap::from([
            (
                String::from("host"),
                self.world.public_url.authority().to_owned(),
            ),
            (String::from("origin"), self.origin()),
            (String::from("user-agent"), String::from("Testkit/1.0")),
        ]);
        if !content_type.is_empty() {
            headers.insert(String::from("content-type"), content_type.to_owned());
        }
        let cookies: Vec<String> = self
            .cookies()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            headers.insert(String::from("cookie"), cookies.join("; "));
        }
        for (name, value) in self.headers.lock().expect("not poisoned").iter() {
            if value.is_empty() {
                headers.remove(name)
            } else {
                headers.insert(name.clone(), value.clone())
            };
        }
        let mut request = self
            .http
            .request(method, format!("http://{address}{path}"))
            .body(body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request
    }

    /// A request that posts JSON.
    pub async fn json_request(&self, path: &str, body: &Value) -> reqwest::RequestBuilder {
        self.request(Method::POST, path, "application/json", body.to_string())
            .await
    }

    /// A request that posts a form and asks for JSON, with the token that this browser's pages hold.
    ///
    /// # Panics
    /// When this browser has visited nothing yet.
    pub async fn form_request(
        &self,
        path: &str,
        fields: &[(&str, &str)],
    ) -> reqwest::RequestBuilder {
        let cookie = self.cookies().remove("gatefold-browser");
        let browser = Token::<Browser>::parse(&cookie.expect("a browser that visited us"));
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .append_pair("_csrf", browser.expect("our cookie").form_token().as_str())
            .finish();
        let kind = "application/x-www-form-urlencoded";
        self.request(Method::POST, path, kind, form)
            .await
            .header("accept", "application/json")
    }

    /// Posts a form as our scripts do: with the page's token, asking for JSON.
    pub async fn act(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let reply = reply(self.form_request(path, fields).await).await;
        for (name, value) in set_cookies(&reply.headers) {
            self.set_cookie(&name, &value);
        }
        reply
    }

    /// Sends exactly these headers, as often as they are given; neither sends nor keeps cookies.
    ///
    /// # Panics
    /// When no instance answers.
    pub async fn raw(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> Reply {
        let address = self.world.next_instance().await.expect("an instance runs");
        let address = format!("http://{address}{path}");
        let mut request = self.http.request(method, address).body(body.into());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.expect("an answer");
        Reply {
            status: response.status(),
            headers: response.headers().clone(),
            body: String::from_utf8_lossy(&response.bytes().await.expect("a body")).into_owned(),
        }
    }

    /// The cookies as one header line.
    #[must_use]
    pub fn cookie_line(&self) -> String {
        let cookies = self.cookies();
        let pairs: Vec<String> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    /// Reads a page.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, "", String::new()).await
    }

    /// Posts JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, "application/json", body.to_string())
            .await
    }

    /// Opens a page and posts one of its forms' fields with the page's token.
    pub async fn submit(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Reply {
        let page = self.get(page).await;
        let token = form_token(&page.body);
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .append_pair("_csrf", &token)
            .finish();
        self.send(
            Method::POST,
            action,
            "application/x-www-form-urlencoded",
            form,
        )
        .await
    }

    /// Begins a ceremony and gives its options.
    ///
    /// # Panics
    /// When begin is refused.
    pub async fn begin(&self, path: &str) -> Value {
        let begun = self.post(path, &json!({})).await;
        assert_eq!(begun.status, StatusCode::OK, "{path}: {}", begun.body);
        begun.json()["options"]["publicKey"].clone()
    }

    /// Takes another authenticator into the hand; the old one is put away.
    pub fn take_key(&self, config: Config) {
        let key = SoftAuthenticator::new(config).expect("a seeded authenticator");
        *self.authenticator.lock().expect("not poisoned") = key;
    }

    /// Whether a portal is open in this browser.
    ///
    /// # Panics
    /// When the portal answers anything but yes or no.
    pub async fn is_signed_in(&self, portal: AccountKind) -> bool {
        let path = format!("{}/api/profile/step-up/check", base(portal));
        let reply = self.post(&path, &json!({})).await;
        match reply.status {
            StatusCode::OK | StatusCode::FORBIDDEN => true,
            StatusCode::UNAUTHORIZED => false,
            other => panic!("{other}: {}", reply.body),
        }
    }

    /// The portal's session cookie, as somebody who copied it would have it.
    #[must_use]
    pub fn session(&self, portal: AccountKind) -> Option<String> {
        self.cookies().remove(&session_cookie(portal))
    }

    /// Asks for a sign-in with a passkey and lets the authenticator answer.
    ///
    /// # Panics
    /// When begin is refused or the authenticator has no credential.
    pub async fn answer(&self, begin: &str) -> Value {
        let begun = self.post(begin, &json!({})).await;
        assert_eq!(begun.status, StatusCode::OK, "{begin}: {}", begun.body);
        let options = &begun.json()["options"]["publicKey"];
        self.authenticator
            .lock()
            .expect("not poisoned")
            .authenticate(options, &self.origin())
            .expect("a credential answers")
    }

    /// Asks to register a passkey and lets the authenticator answer.
    ///
    /// # Panics
    /// When begin is refused or the authenticator refuses.
    pub async fn register(&self, begin: &str, body: &Value) -> Value {
        let begun = self.post(begin, body).await;
        assert_eq!(begun.status, StatusCode::OK, "{begin}: {}", begun.body);
        let options = &begun.json()["options"]["publicKey"];
        self.authenticator
            .lock()
            .expect("not poisoned")
            .register(options, &self.origin())
            .expect("a credential is made")
    }

    /// Signs in with a passkey from a portal's page.
    pub async fn passkey_sign_in(&self, portal: AccountKind) -> Reply {
        let answer = self
            .answer(&format!("{}/passkey/begin", auth(portal)))
            .await;
        self.post(&format!("{}/passkey/finish", auth(portal)), &answer)
            .await
    }

    /// Signs in with a password.
    pub async fn password_sign_in(
        &self,
        portal: AccountKind,
        login: &str,
        password: &str,
    ) -> Reply {
        self.post(
            &format!("{}/login", auth(portal)),
            &json!({ "login": login, "password": password }),
        )
        .await
    }

    /// Completes the second step with the authenticator.
    pub async fn second_step(&self, portal: AccountKind) -> Reply {
        let answer = self
            .answer(&format!("{}/2fa/webauthn/begin", auth(portal)))
            .await;
        self.post(&format!("{}/2fa/webauthn/finish", auth(portal)), &answer)
            .await
    }

    /// Gives fresh proof with the authenticator.
    pub async fn step_up(&self, portal: AccountKind) -> Reply {
        let steps = format!("{}/api/profile/step-up/passkey", base(portal));
        let answer = self.answer(&format!("{steps}/begin")).await;
        self.post(&format!("{steps}/finish"), &answer).await
    }

    /// Adds a passkey of the authenticator to the account that is signed in.
    pub async fn add_passkey(&self, portal: AccountKind) -> Reply {
        let passkeys = format!("{}/api/profile/passkeys", base(portal));
        let credential = self
            .register(&format!("{passkeys}/begin"), &json!({}))
            .await;
        self.post(&format!("{passkeys}/finish"), &credential).await
    }

    /// Opens a one-time link as its page does.
    pub async fn open_link(&self, token: &str) -> Reply {
        self.submit("/enrol", "/enrol/open", &[("token", token)])
            .await
    }

    /// Follows a link with a passkey.
    pub async fn enrol_passkey(&self, token: &str, person: &Value) -> Reply {
        self.open_link(token).await;
        let credential = self.register("/api/enrol/passkey/begin", person).await;
        self.post("/api/enrol/passkey/finish", &credential).await
    }

    /// Follows a link with a password.
    pub async fn enrol_password(&self, token: &str, person: &[(&str, &str)]) -> Reply {
        self.open_link(token).await;
        let mut fields = person.to_vec();
        fields.push(("password", PASSWORD));
        self.submit("/enrol", "/enrol/password", &fields).await
    }

    /// Becomes a new account of this kind, signed in, with a passkey of this authenticator.
    pub async fn with_passkey(&self, kind: AccountKind, login: &str) -> Subject {
        let (subject, token) = self.invited(kind, None, login).await;
        let reply = self.enrol_passkey(&token, &json!({})).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        subject
    }

    /// Becomes a new account of this kind, signed in, with [`PASSWORD`].
    pub async fn with_password(&self, kind: AccountKind, login: &str) -> Subject {
        let (subject, token) = self.invited(kind, None, login).await;
        let reply = self.enrol_password(&token, &[]).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
        subject
    }

    /// Becomes a new account with a password and a passkey.
    pub async fn with_both(&self, kind: AccountKind, login: &str) -> Subject {
        let subject = self.with_password(kind, login).await;
        let reply = self.add_passkey(kind).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        subject
    }

    /// Becomes an administrator with a passkey.
    pub async fn admin(&self, login: &str) -> Subject {
        let (subject, token) = self
            .invited(AccountKind::Agent, Some(AgentRole::Admin), login)
            .await;
        let reply = self.enrol_passkey(&token, &json!({})).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        subject
    }

    /// Has an operator invite an account; gives its number and the link's token.
    ///
    /// # Panics
    /// When the invite is refused.
    pub async fn invited(
        &self,
        kind: AccountKind,
        role: Option<AgentRole>,
        login: &str,
    ) -> (Subject, String) {
        let fields = PersonFields {
            login: login.to_owned(),
            name: format!("Person {login}").chars().take(120).collect(),
            email: String::new(),
        };
        let client = Client::operator();
        let actor = Actor {
            principal: None,
            client: &client,
        };
        let person = fields.parse().expect("an acceptable person");
        let (account, link) = self
            .world
            .identity
            .invite(actor, kind, role, &person)
            .await
            .expect("an invite");
        (account.subject(), link.token.to_text().expose().clone())
    }

    /// Leaves every portal by forgetting the sessions; the browser's own cookie stays.
    pub fn forget_sessions(&self) {
        let mut cookies = self.cookies.lock().expect("not poisoned");
        cookies.retain(|name, _| name.ends_with("browser"));
    }
}

/// Sends a request, whoever it is of.
///
/// # Panics
/// When no instance answers.
pub async fn reply(request: reqwest::RequestBuilder) -> Reply {
    let response = request.send().await.expect("an answer");
    Reply {
        status: response.status(),
        headers: response.headers().clone(),
        body: response.text().await.expect("a body"),
    }
}

/// Sends all requests at once.
///
/// # Panics
/// When one of them gets no answer.
pub async fn race(requests: Vec<reqwest::RequestBuilder>) -> Vec<Reply> {
    let tasks: tokio::task::JoinSet<Reply> = requests.into_iter().map(reply).collect();
    tasks.join_all().await
}

/// The token in a page's first form.
///
/// # Panics
/// When the page has none.
#[must_use]
pub fn form_token(page: &str) -> String {
    let at = page
        .find("name=\"_csrf\"")
        .unwrap_or_else(|| panic!("a form with a token expected: {page}"));
    let rest = &page[at..];
    let value = rest
        .find("value=\"")
        .map(|start| &rest[start + 7..])
        .expect("a token");
    value[..value.find('"').expect("a closing quote")].to_owned()
}
