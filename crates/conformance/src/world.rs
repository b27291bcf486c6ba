//! The world of a case: its environment, its clock, and the other servers it names.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::IntoResponse;
use gatefold_kernel::ports::Secrets;
use gatefold_kernel::{Clock, Secret, UnixMillis};
use gatefold_steps::{Modules, Ports, Runtime};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::case::Case;

/// A running world. Its servers end with it.
pub struct World {
    /// Where the steps run.
    pub runtime: Runtime,
    /// The other servers, by name.
    pub stubs: HashMap<String, Stub>,
}

impl World {
    /// The world of a case. What the case does not fix comes from `base`; the environment is the
    /// case's alone.
    ///
    /// # Errors
    /// The clock is no moment, or no port is free on loopback.
    pub async fn of(case: &Case, base: &Ports) -> Result<Self> {
        let mut ports = base.clone();
        ports.secrets = Arc::new(Environment(case.env.clone()));
        if let Some(clock) = &case.clock {
            let now =
                UnixMillis::parse_rfc3339(clock).with_context(|| format!("clock {clock:?}"))?;
            ports.clock = Arc::new(FixedClock(now));
        }
        let mut stubs = HashMap::new();
        for (name, answer) in &case.http_stubs {
            stubs.insert(name.clone(), Stub::start(answer).await?);
        }
        Ok(Self {
            runtime: Runtime {
                ports,
                modules: Modules::default(),
            },
            stubs,
        })
    }

    /// The present.
    pub fn now(&self) -> UnixMillis {
        self.runtime.ports.clock.now()
    }
}

struct FixedClock(UnixMillis);

impl Clock for FixedClock {
    fn now(&self) -> UnixMillis {
        self.0
    }
}

struct Environment(Map<String, Value>);

impl Secrets for Environment {
    fn get(&self, name: &str) -> Option<Secret<String>> {
        self.0
            .get(name)?
            .as_str()
            .map(|value| Secret::new(value.to_owned()))
    }
}

/// Another server: one answer to everything, and a record of what it was asked.
pub struct Stub {
    /// Its base address.
    pub url: String,
    asked: Arc<Mutex<Vec<Value>>>,
    task: JoinHandle<()>,
}

#[derive(Clone)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Stub {
    /// Starts a server that answers with `status` (200), `headers` and `body` (text as it is,
    /// anything else as JSON).
    async fn start(answer: &Value) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .context("a free port on loopback")?;
        let url = format!("http://{}", listener.local_addr()?);
        let asked = Arc::default();
        let app = Router::new()
            .fallback(record)
            .with_state(Answer::read(answer, Arc::clone(&asked))?);
        let task = tokio::spawn(async move {
            // The task is aborted with the world; a server that cannot accept shows as a failed case.
            drop(axum::serve(listener, app).await);
        });
        Ok(Self { url, asked, task })
    }

    /// What it was asked, in order: method, path, headers, body, and the body's form fields.
    pub fn asked(&self) -> Vec<Value> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Answer {
    fn read(answer: &Value, asked: Arc<Mutex<Vec<Value>>>) -> Result<Self> {
        let status = answer.get("status").and_then(Value::as_u64).unwrap_or(200);
        let mut headers = HeaderMap::new();
        for (name, value) in answer
            .get("headers")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let name: header::HeaderName = name.parse().context("a header name of a stub")?;
            headers.insert(
                name,
                value
                    .as_str()
                    .unwrap_or_default()
                    .parse()
                    .context("a header of a stub")?,
            );
        }
        let body = match answer.get("body") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::String(text)) => text.clone().into_bytes(),
            Some(json) => json.to_string().into_bytes(),
        };
        let status =
            StatusCode::from_u16(u16::try_from(status)?).context("the status of a stub")?;
        Ok(Self {
            status,
            headers,
            body,
            asked,
        })
    }
}

async fn record(
    State(answer): State<Answer>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse {
    let form: Map<String, Value> = url::form_urlencoded::parse(&body)
        .map(|(key, value)| (key.into_owned(), Value::String(value.into_owned())))
        .collect();
    let named: Map<String, Value> = headers
        .iter()
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into(),
            )
        })
        .collect();
    let seen = json!({
        "method": method.as_str(),
        "path": uri.path(),
        "headers": named,
        "body": String::from_utf8_lossy(&body),
        "form": form,
    });
    answer
        .asked
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(seen);
    (answer.status, answer.headers, answer.body)
}
