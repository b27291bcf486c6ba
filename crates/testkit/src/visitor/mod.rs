//! A person with a browser: cookies, an authenticator, and the requests our pages would send.

mod acts;
mod reply;

use std::collections::BTreeMap;
use std::sync::Mutex;

use gatefold_kernel::token::Browser;
use gatefold_kernel::{AccountKind, Token};
use gatefold_soft_authenticator::{Config, SoftAuthenticator};
use reply::set_cookies;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

pub use acts::PASSWORD;
pub use reply::{Reply, form_token, pending_cookie, race, reply, session_cookie};

use crate::world::World;

/// A person with a browser.
pub struct Visitor<'w> {
    world: &'w World,
    cookies: Mutex<BTreeMap<String, String>>,
    /// The person's authenticator.
    pub authenticator: Mutex<SoftAuthenticator>,
    http: reqwest::Client,
    headers: Mutex<BTreeMap<String, String>>,
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
}
