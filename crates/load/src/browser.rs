//! What a simulated person's browser does: it keeps cookies, knows where the site is, and sends what our pages
//! would send.

use std::borrow::Cow;
use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use cookie::Cookie;
use gatefold_kernel::Token;
use gatefold_kernel::token::Browser as BrowserPurpose;
use http_body_util::Full;
use hyper::{Method, Request, StatusCode, header};
use serde_json::Value;

use crate::http::{Connection, Reply, Unanswered};

/// The site that people visit.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// Its origin, as browsers write it.
    pub(crate) origin: String,
    /// Host and port, as `Host` has it.
    pub(crate) authority: String,
    /// The instances that answer for it.
    pub(crate) servers: Vec<SocketAddr>,
}

/// A browser. Forgetting its cookies makes it a new one.
#[derive(Debug)]
pub(crate) struct Browser<'s> {
    site: &'s Site,
    /// One for each instance that it has talked to, so that going back and forth opens nothing anew.
    connections: Vec<Connection>,
    /// The connection in use.
    current: usize,
    /// Whether each request goes to the next instance.
    wanders: bool,
    cookies: Vec<(String, String)>,
    network: Ipv4Addr,
}

/// An attempt that did not lead where it should, by the stable code under which it is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failed(pub(crate) Cow<'static, str>);

impl Site {
    /// A site of this address, answered by these servers.
    ///
    /// # Errors
    /// When the address has no host.
    pub(crate) fn new(url: &url::Url, servers: Vec<SocketAddr>) -> anyhow::Result<Self> {
        anyhow::ensure!(url.has_host(), "{url} names no host");
        Ok(Self {
            origin: url.origin().ascii_serialization(),
            authority: url.authority().to_owned(),
            servers,
        })
    }

    /// The name of a cookie of ours on this site.
    pub(crate) fn cookie(&self, name: &str) -> String {
        if self.origin.starts_with("https:") {
            format!("__Host-gatefold-{name}")
        } else {
            format!("gatefold-{name}")
        }
    }
}

impl<'s> Browser<'s> {
    /// A new browser in this network, which talks to the instance of this number.
    pub(crate) fn new(site: &'s Site, instance: usize, network: Ipv4Addr) -> Self {
        let server = site.servers[instance % site.servers.len()];
        Self {
            site,
            connections: vec![Connection::to(server)],
            current: 0,
            wanders: false,
            cookies: Vec::new(),
            network,
        }
    }

    /// The same browser, whose every request goes to the next instance, as behind a balancer that takes turns.
    pub(crate) fn wandering(mut self) -> Self {
        self.wanders = self.site.servers.len() > 1;
        self
    }

    /// The site.
    pub(crate) fn site(&self) -> &'s Site {
        self.site
    }

    /// The instance it talks to.
    pub(crate) fn server(&self) -> SocketAddr {
        self.connections[self.current].server()
    }

    /// Talks to another instance from now on. The connection to the one before stays open.
    pub(crate) fn turn_to(&mut self, server: SocketAddr) {
        let mut known = self.connections.iter();
        self.current = match known.position(|each| each.server() == server) {
            Some(index) => index,
            None => {
                self.connections.push(Connection::to(server));
                self.connections.len() - 1
            }
        };
    }

    fn move_on(&mut self) {
        let servers = &self.site.servers;
        let here = self.server();
        let index = servers.iter().position(|each| *each == here).unwrap_or(0);
        self.turn_to(servers[(index + 1) % servers.len()]);
    }

    /// Becomes the browser of somebody else, elsewhere: no cookies, another network. The connection stays.
    pub(crate) fn forget(&mut self, network: Ipv4Addr) {
        self.cookies.clear();
        self.network = network;
    }

    /// A cookie of ours.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookie_named(&self.site.cookie(name))
    }

    /// A cookie by the name it really has, exactly as it was set.
    pub(crate) fn cookie_named(&self, name: &str) -> Option<&str> {
        let mut held = self.cookies.iter();
        held.find(|(held, _)| *held == name)
            .map(|(_, value)| value.as_str())
    }

    /// Puts a cookie of ours into the browser.
    pub(crate) fn keep(&mut self, name: &str, value: &str) {
        self.keep_named(self.site.cookie(name), value);
    }

    /// Puts a cookie into the browser under the name it really has.
    pub(crate) fn keep_named(&mut self, name: impl Into<String>, value: &str) {
        self.store(name.into(), value.to_owned());
    }

    /// Reads a page.
    pub(crate) async fn get(&mut self, path: &str) -> Result<Reply, Unanswered> {
        self.send(Method::GET, path, "", Bytes::new()).await
    }

    /// Posts JSON.
    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Result<Reply, Unanswered> {
        let body = Bytes::from(body.to_string());
        self.send(Method::POST, path, "application/json", body)
            .await
    }

    /// Posts a form, with the token that the pages of this browser hold. It must have visited a page before.
    pub(crate) async fn submit(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Reply, Unanswered> {
        let token = self
            .cookie("browser")
            .and_then(Token::<BrowserPurpose>::parse);
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        if let Some(token) = token {
            form.append_pair("_csrf", token.form_token().as_str());
        }
        let body = Bytes::from(form.finish());
        self.send(
            Method::POST,
            path,
            "application/x-www-form-urlencoded",
            body,
        )
        .await
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        content_type: &str,
        body: Bytes,
    ) -> Result<Reply, Unanswered> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.site.authority)
            .header(header::ORIGIN, &self.site.origin)
            .header(header::USER_AGENT, "Gatefold-Load/1.0")
            .header("x-forwarded-for", self.network.to_string());
        if !content_type.is_empty() {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        let request = request
            .body(Full::new(body))
            .map_err(|_| Unanswered::NotUnderstood)?;
        let reply = self.connections[self.current].send(request).await;
        if self.wanders {
            self.move_on();
        }
        let reply = reply?;
        for line in reply.headers.get_all(header::SET_COOKIE) {
            let cookie = line.to_str().ok().and_then(|line| Cookie::parse(line).ok());
            let Some(cookie) = cookie else { continue };
            self.store(cookie.name().to_owned(), cookie.value().to_owned());
        }
        Ok(reply)
    }

    /// An empty value removes the cookie, which is how our answers do it.
    fn store(&mut self, name: String, value: String) {
        self.cookies.retain(|(held, _)| *held != name);
        if !value.is_empty() {
            self.cookies.push((name, value));
        }
    }
}

impl Reply {
    /// This answer, if its status is 200.
    ///
    /// # Errors
    /// The refusal's code, or the status where there is none.
    pub(crate) fn ok(self) -> Result<Self, Failed> {
        if self.status == StatusCode::OK {
            return Ok(self);
        }
        let problem: Option<Value> = serde_json::from_slice(&self.body).ok();
        let code = problem.as_ref().and_then(|body| body["code"].as_str());
        Err(Failed(match code {
            Some(code) => Cow::Owned(code.to_owned()),
            None => Cow::Owned(format!("http-{}", self.status.as_u16())),
        }))
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// `not-understood`.
    pub(crate) fn json(&self) -> Result<Value, Failed> {
        serde_json::from_slice(&self.body).map_err(|_| Unanswered::NotUnderstood.into())
    }

    /// The body as text.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }
}

impl From<Unanswered> for Failed {
    fn from(unanswered: Unanswered) -> Self {
        Self(Cow::Borrowed(unanswered.code()))
    }
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failed {}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> anyhow::Result<Site> {
        let servers = ["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"];
        let servers = servers
            .map(str::parse)
            .into_iter()
            .collect::<Result<_, _>>()?;
        Site::new(&"http://localhost:1".parse()?, servers)
    }

    #[tokio::test]
    async fn a_wandering_browser_takes_turns_and_comes_back() -> anyhow::Result<()> {
        let site = site()?;
        let mut browser = Browser::new(&site, 1, Ipv4Addr::LOCALHOST).wandering();
        let mut ports = Vec::new();
        for _ in 0..4 {
            ports.push(browser.server().port());
            // Nothing listens there; it moves on all the same.
            let _ = browser.get("/").await;
        }
        assert_eq!(ports, [2, 3, 1, 2]);
        assert_eq!(browser.connections.len(), 3);
        Ok(())
    }

    #[test]
    fn turning_to_an_instance_again_uses_its_connection() -> anyhow::Result<()> {
        let site = site()?;
        let mut browser = Browser::new(&site, 0, Ipv4Addr::LOCALHOST);
        for server in [site.servers[2], site.servers[0], site.servers[2]] {
            browser.turn_to(server);
            assert_eq!(browser.server(), server);
        }
        assert_eq!(browser.connections.len(), 2);
        Ok(())
    }
}
