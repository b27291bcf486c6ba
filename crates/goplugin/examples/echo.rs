//! A whole plugin, small enough to read: it answers what it is sent, and misbehaves on request. The tests launch
//! it as a host would.

use std::pin::Pin;
use std::process::ExitCode;

use gatefold_goplugin::{
    Broker, Environment, Handshake, Level, MAX_MESSAGE_BYTES, ServeError,
    close_inherited_descriptors, install_panic_hook, serve, stderr_line,
};
use tokio_stream::{Stream, StreamExt};
use tonic::service::Routes;
use tonic::{Request, Response, Status};

use proto::Payload;
use proto::echo_server::{Echo, EchoServer};

mod proto {
    #![expect(
        unreachable_pub,
        unused_qualifications,
        clippy::allow_attributes,
        clippy::allow_attributes_without_reason,
        clippy::too_many_lines,
        reason = "generated code, both halves of it"
    )]
    include!(concat!(env!("OUT_DIR"), "/tests/echo.rs"));
}

fn main() -> ExitCode {
    close_inherited_descriptors();
    install_panic_hook();
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = match error.downcast_ref::<ServeError>() {
                // For a person at a terminal, not for a host's log.
                Some(ServeError::NotLaunchedByHost) => say(&error.to_string()),
                _ => stderr_line(Level::Error, &error.to_string()),
            };
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let handshake = Handshake {
        cookie_key: "ECHO_PLUGIN".to_owned(),
        cookie_value: "echo-v1".to_owned(),
        protocol_version: 1,
    };
    let environment = Environment::read(&handshake, variable);
    let broker = Broker::new();
    let echo = EchoServer::new(EchoService {
        broker: broker.clone(),
    })
    .max_decoding_message_size(MAX_MESSAGE_BYTES)
    .max_encoding_message_size(MAX_MESSAGE_BYTES);
    let runtime = runtime()?;
    let ended = runtime.block_on(serve(&handshake, &environment, Routes::new(echo), &broker));
    // A drop would wait for blocking work.
    runtime.shutdown_background();
    ended?;
    Ok(())
}

/// One thread or several: both have to work.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    let mut builder = if variable("ECHO_THREADS").is_some_and(|threads| threads == "1") {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    builder.enable_all().build()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a binary reads its own environment"
)]
fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}

fn say(text: &str) -> std::io::Result<()> {
    use std::io::Write;
    writeln!(std::io::stderr(), "{text}")
}

struct EchoService {
    broker: Broker,
}

#[tonic::async_trait]
impl Echo for EchoService {
    async fn echo(&self, request: Request<Payload>) -> Result<Response<Payload>, Status> {
        Ok(Response::new(request.into_inner()))
    }

    async fn hang(&self, _request: Request<Payload>) -> Result<Response<Payload>, Status> {
        std::future::pending().await
    }

    async fn panic(&self, request: Request<Payload>) -> Result<Response<Payload>, Status> {
        panic!("{}", String::from_utf8_lossy(&request.into_inner().data));
    }

    type PanicLaterStream = Pin<Box<dyn Stream<Item = Result<Payload, Status>> + Send>>;

    async fn panic_later(
        &self,
        request: Request<Payload>,
    ) -> Result<Response<Self::PanicLaterStream>, Status> {
        let text = String::from_utf8_lossy(&request.get_ref().data).into_owned();
        let answers = [Ok(request.into_inner()), Err(text)];
        let answers = tokio_stream::iter(answers)
            .map(|answer| Ok(answer.unwrap_or_else(|text: String| panic!("{text}"))));
        Ok(Response::new(Box::pin(answers)))
    }

    async fn address(&self, request: Request<Payload>) -> Result<Response<Payload>, Status> {
        let number = std::str::from_utf8(&request.get_ref().data).ok();
        let number = number.and_then(|number| number.parse().ok());
        let number = number.ok_or_else(|| Status::invalid_argument("the payload is no number"))?;
        let known = self.broker.address(number);
        let known = known.ok_or_else(|| Status::not_found("the host named no such address"))?;
        Ok(Response::new(Payload {
            data: format!("{} {}", known.network, known.address).into_bytes(),
        }))
    }
}
