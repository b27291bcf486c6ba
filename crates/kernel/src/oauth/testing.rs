//! A provider for tests: it gives one answer and remembers what it was asked.

use std::future::Future;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use crate::ports::{EgressError, HttpEgress, HttpRequest, HttpResponse, PortFuture};

/// The provider.
pub(super) struct Canned {
    status: u16,
    body: Vec<u8>,
    asked: Mutex<String>,
}

impl Canned {
    /// It answers this.
    pub(super) fn answer(status: u16, body: &str) -> Self {
        Self {
            status,
            body: body.as_bytes().to_vec(),
            asked: Mutex::default(),
        }
    }

    /// What it was asked: a line for method and address, one for each header, and the body.
    pub(super) fn asked(&self) -> String {
        self.asked.lock().unwrap().clone()
    }

    /// Runs what asks it; this provider answers at once.
    pub(super) fn run<T>(&self, asking: impl Future<Output = T>) -> T {
        match pin!(asking).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => outcome,
            Poll::Pending => panic!("nothing here waits"),
        }
    }
}

impl HttpEgress for Canned {
    fn send(&self, request: HttpRequest) -> PortFuture<'_, Result<HttpResponse, EgressError>> {
        let mut asked = format!("{:?} {}\n", request.method, request.url);
        for (name, value) in &request.headers {
            asked.push_str(&format!("{name}: {}\n", value.expose()));
        }
        asked.push_str(std::str::from_utf8(request.body.expose()).unwrap());
        *self.asked.lock().unwrap() = asked;
        let (status, body) = (self.status, self.body.clone());
        Box::pin(async move { Ok(HttpResponse { status, body }) })
    }
}
