//! The world of tests whose steps ask others: what it knows, what it answers, and what it was asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use gatefold_kernel::ports::{
    EgressError, HttpEgress, HttpRequest, HttpResponse, Mail, MailError, MailMessage, MailServer,
    PortFuture, Secrets,
};
use gatefold_kernel::{Clock, Document, Entropy, Secret, UnixMillis};
use serde_json::{Value, json};

use crate::call::{Pipeline, Ports, Tree};
use crate::catalogue;
use crate::modules::Modules;
use crate::runtime::{Invocation, Runtime};

/// A still world in which every server answers the same.
#[derive(Clone, Default)]
pub(super) struct World {
    /// Its environment.
    pub(super) environment: HashMap<&'static str, &'static str>,
    /// What every server answers.
    pub(super) answer: String,
    /// What servers were asked: address and body.
    pub(super) asked: Arc<Mutex<Vec<String>>>,
    /// The mails that were sent, a line each.
    pub(super) sent: Arc<Mutex<Vec<String>>>,
}

impl Clock for World {
    fn now(&self) -> UnixMillis {
        UnixMillis::new(0)
    }
}
impl Entropy for World {
    fn fill(&self, out: &mut [u8]) {
        out.fill(7);
    }
}
impl Secrets for World {
    fn get(&self, name: &str) -> Option<Secret<String>> {
        let value = self.environment.get(name)?;
        Some(Secret::new((*value).to_owned()))
    }
}
impl HttpEgress for World {
    fn send(&self, request: HttpRequest) -> PortFuture<'_, Result<HttpResponse, EgressError>> {
        let body = std::str::from_utf8(request.body.expose())
            .unwrap()
            .to_owned();
        self.asked
            .lock()
            .unwrap()
            .push(format!("{} {body}", request.url));
        let body = self.answer.as_bytes().to_vec();
        Box::pin(async move { Ok(HttpResponse { status: 200, body }) })
    }
}
impl Mail for World {
    fn send<'a>(
        &'a self,
        server: &'a MailServer,
        message: &'a MailMessage,
    ) -> PortFuture<'a, Result<(), MailError>> {
        let user = match &server.credentials {
            Some((user, password)) => format!("{user}:{}", password.expose()),
            None => String::new(),
        };
        self.sent.lock().unwrap().push(format!(
            "{user}@{}:{} {} > {}: {}",
            server.host, server.port, message.from, message.to, message.subject
        ));
        Box::pin(async { Ok(()) })
    }
}

/// A document with these members.
pub(super) fn document(value: Value) -> Document {
    Document::new(value.as_object().cloned().unwrap())
}

/// Runs a step in a process with these modules, behind an HTTP trigger with this query.
pub(super) fn run(
    world: &World,
    step: &str,
    modules: &Modules,
    [config, input, query]: [Value; 3],
) -> Value {
    let world = Arc::new(world.clone());
    let ports = Ports {
        clock: world.clone(),
        entropy: world.clone(),
        secrets: world.clone(),
        http: world.clone(),
        mail: world,
    };
    let mut trigger = document(query);
    trigger.set("method", "GET");
    trigger.set("path", "/callback");
    let invocation = Invocation {
        config: document(config),
        input: document(input),
        pipeline: Pipeline {
            trigger_data: Tree::Json(trigger.into_members()),
            ..Pipeline::default()
        },
        ..Invocation::default()
    };
    let runtime = Runtime {
        ports,
        modules: modules.clone(),
    };
    let running = runtime.run(catalogue::find(step).unwrap(), invocation);
    let outcome = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(running);
    match outcome {
        Ok(outcome) => Value::Object(outcome.output.into_members()),
        Err(error) => json!({"step error": error.to_string()}),
    }
}
