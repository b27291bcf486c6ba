//! What the load goes to: a system of our own, or one that runs already. It is asked whether it is Gatefold first.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context as _;
use serde_json::Value;
use tokio::net::TcpStream;

use super::arguments::Arguments;
use crate::browser::{Browser, Site};
use crate::clock::Moment;
use crate::exit::Exit;
use crate::http::{Reply, Unanswered};
use crate::local::{Administrator, Local, Wanted, become_administrator};
use crate::person::{Portal, code_of};
use crate::processes::Processes;

/// A first answer that takes longer is worth a note, in milliseconds.
const SLOW_MS: u128 = 1_000;
/// As much of a foreign answer as a sentence can hold, in characters.
const EXCERPT: usize = 80;

/// The target.
#[derive(Debug)]
pub(crate) struct Target {
    /// Where people go.
    pub(crate) site: Site,
    /// The system, if it is ours.
    pub(crate) local: Option<Local>,
    /// The code of the link that opens an administrator, if the system is not ours.
    code: Option<String>,
}

impl Target {
    /// Starts a system of our own, or finds the one that was named.
    ///
    /// # Errors
    /// When it cannot be started or found.
    pub(crate) async fn find(arguments: &Arguments) -> anyhow::Result<Self> {
        let system = &arguments.system;
        let Some(url) = &system.url else {
            let local = Local::start(Wanted {
                program: system.program.clone(),
                storage: arguments.storage(),
                instances: usize::from(system.instances),
                connections: system.connections,
            });
            let local = local.await?;
            return Ok(Self {
                site: local.site()?,
                local: Some(local),
                code: None,
            });
        };
        let mut named = system.server.clone();
        if named.is_empty() {
            let host = url.host_str().unwrap_or_default();
            named.push(format!(
                "{host}:{}",
                url.port_or_known_default().unwrap_or(80)
            ));
        }
        let mut servers = Vec::new();
        for name in named {
            servers.push(address(&name).await?);
        }
        let link = system.link.as_deref().unwrap_or_default();
        let code = code_of(link)
            .context("--link holds no `enrol#` and what follows it: give the whole link");
        Ok(Self {
            site: Site::new(url, servers)?,
            local: None,
            code: Some(code.map_err(|error| Exit::NoTarget.because(error.to_string()))?),
        })
    }

    /// Asks every instance whether it is Gatefold and ready. Gives a note if it is slow.
    ///
    /// # Errors
    /// [`Exit::NoTarget`] with a sentence that says what answered.
    pub(crate) async fn check(&self) -> anyhow::Result<Option<String>> {
        let (mut note, begin) = (None, Portal::Customer.passkey_begin());
        for number in 0..self.site.servers.len() {
            let mut browser = Browser::new(&self.site, number, Ipv4Addr::new(10, 0, 0, 1));
            let server = browser.server();
            let ready = browser.get("/health/ready").await;
            is_ready(ready).map_err(|what| refuse(&server, &what))?;
            let asked = Moment::now();
            let begun = browser.post(begin, &serde_json::json!({})).await;
            is_gatefold(begun).map_err(|what| refuse(&server, &what))?;
            let took = asked.elapsed().as_millis();
            if took > SLOW_MS {
                note = Some(format!(
                    "The target is slow: beginning the first sign-in took {took} ms without any load."
                ));
            }
        }
        Ok(note)
    }

    /// An administrator who is signed in.
    ///
    /// # Errors
    /// When the system gives none.
    pub(crate) async fn administrator<'s>(
        &self,
        site: &'s Site,
    ) -> anyhow::Result<Administrator<'s>> {
        match (&self.local, &self.code) {
            (Some(local), _) => local.administrator(site).await,
            (None, Some(code)) => become_administrator(site, code).await,
            (None, None) => anyhow::bail!("no link was given"),
        }
    }

    /// The processes that are ours.
    pub(crate) fn processes(&self) -> Processes {
        self.local
            .as_ref()
            .map_or_else(Processes::default, |local| Processes {
                servers: local.instances(),
                postmaster: local.postmaster(),
            })
    }
}

/// The address of a name that somebody answers at; `localhost` has two, and a server often only one.
async fn address(name: &str) -> anyhow::Result<SocketAddr> {
    let found = tokio::net::lookup_host(name).await.map_err(|error| {
        Exit::NoTarget.because(format!(
            "{name} has no address: {error}; is the name right?"
        ))
    })?;
    let found: Vec<SocketAddr> = found.collect();
    for address in &found {
        if TcpStream::connect(address).await.is_ok() {
            return Ok(*address);
        }
    }
    Err(Exit::NoTarget.because(format!(
        "nobody accepts connections at {name}: is it running?"
    )))
}

fn refuse(server: &SocketAddr, what: &str) -> anyhow::Error {
    Exit::NoTarget.because(format!(
        "{server} is no Gatefold that can be tested: {what}"
    ))
}

fn is_ready(answer: Result<Reply, Unanswered>) -> Result<(), String> {
    let reply = answer.map_err(|error| format!("{error} (GET /health/ready)"))?;
    if reply.status == hyper::StatusCode::OK && reply.text().trim() == "ready" {
        return Ok(());
    }
    Err(format!(
        "GET /health/ready answered {} and `{}` instead of 200 and `ready`",
        reply.status.as_u16(),
        excerpt(&reply.text())
    ))
}

fn is_gatefold(answer: Result<Reply, Unanswered>) -> Result<(), String> {
    let begin = Portal::Customer.passkey_begin();
    let reply = answer.map_err(|error| format!("{error} (POST {begin})"))?;
    let body: Option<Value> = serde_json::from_slice(&reply.body).ok();
    let offers = body.is_some_and(|body| {
        body["success"] == true && body["options"]["publicKey"]["challenge"].is_string()
    });
    if reply.status == hyper::StatusCode::OK && offers {
        return Ok(());
    }
    Err(format!(
        "POST {begin} answered {} and `{}` instead of options with a challenge",
        reply.status.as_u16(),
        excerpt(&reply.text())
    ))
}

/// The beginning of a text, on one line.
fn excerpt(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= EXCERPT {
        return line;
    }
    line.chars().take(EXCERPT).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use hyper::{HeaderMap, StatusCode};

    use super::*;

    fn reply(status: u16, body: &'static str) -> Result<Reply, Unanswered> {
        Ok(Reply {
            status: StatusCode::from_u16(status).expect("a status"),
            headers: HeaderMap::new(),
            body: Bytes::from_static(body.as_bytes()),
        })
    }

    #[test]
    fn readiness_is_a_status_and_a_word() {
        assert_eq!(is_ready(reply(200, "ready\n")), Ok(()));
        assert!(is_ready(reply(503, "ready\n")).is_err());
        let said = is_ready(reply(200, "<html>\n  Welcome to nginx")).expect_err("another server");
        assert!(said.contains("200 and `<html> Welcome to nginx`"), "{said}");
        let said = is_ready(Err(Unanswered::Timeout)).expect_err("no answer");
        assert!(said.contains("no answer within 30 seconds"), "{said}");
    }

    #[test]
    fn a_begin_offers_a_challenge() {
        let good = r#"{"success":true,"options":{"publicKey":{"challenge":"abc"}}}"#;
        assert_eq!(is_gatefold(reply(200, good)), Ok(()));
        assert!(is_gatefold(reply(500, good)).is_err());
        assert!(is_gatefold(reply(200, r#"{"success":true}"#)).is_err());
        assert!(is_gatefold(reply(200, "ready")).is_err());
        assert!(is_gatefold(Err(Unanswered::Reset)).is_err());
    }

    #[test]
    fn a_long_answer_is_cut() {
        let cut = excerpt(&"é".repeat(500));
        assert_eq!(cut.chars().count(), EXCERPT + 1);
    }
}
