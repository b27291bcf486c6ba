//! `workflow-plugin-auth`: the steps as an external plugin of the GoCodeAlone workflow engine.
//!
//! *What it is:* the composition of three crates: the steps, the engine's protocol, and go-plugin.
//! The engine starts it without arguments and speaks gRPC with it over a Unix socket.
//!
//! *What it is not:* a program for people. Started by hand it says so and ends with 1;
//! `gatefold step` is for people.
//!
//! *Where to start:* [`service`].

mod service;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use gatefold_engine::plugin_service_server::PluginServiceServer;
use gatefold_goplugin::{
    Broker, Environment, Handshake, Level, MAX_MESSAGE_BYTES, ServeError,
    close_inherited_descriptors, install_panic_hook, serve, stderr_line,
};
use gatefold_steps::endpoint::Endpoint;
use gatefold_steps::{Modules, Runtime};
use tonic::service::Routes;

use crate::service::Service;

/// How many password hashes are computed at once; more wait. Hashing is all CPU, and the other
/// steps want some too.
const BLOCKING_THREADS: usize = 8;

fn main() -> ExitCode {
    close_inherited_descriptors();
    install_panic_hook();
    let handshake = Handshake {
        cookie_key: "WORKFLOW_PLUGIN".to_owned(),
        cookie_value: "workflow-external-plugin-v1".to_owned(),
        protocol_version: 1,
    };
    match run(&handshake) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&*error);
            ExitCode::FAILURE
        }
    }
}

fn run(handshake: &Handshake) -> Result<(), Box<dyn std::error::Error>> {
    let environment = Environment::read(handshake, variable);
    let service = Service::new(Endpoint::new(Runtime {
        ports: gatefold_ports::system(),
        modules: Modules::default(),
    }));
    let server = PluginServiceServer::new(service)
        .max_decoding_message_size(MAX_MESSAGE_BYTES)
        .max_encoding_message_size(MAX_MESSAGE_BYTES);
    // One thread serves: a step takes microseconds, and a second thread would cost more in waking
    // than it gains. Hashing has threads of its own.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(BLOCKING_THREADS)
        .enable_all()
        .build()?;
    let ended = runtime.block_on(serve(
        handshake,
        &environment,
        Routes::new(server),
        &Broker::new(),
    ));
    // A drop would wait for a hash in the making.
    runtime.shutdown_background();
    ended?;
    Ok(())
}

/// Says what went wrong, to whoever started us. If nobody listens any more there is nothing left to
/// do about it.
fn report(error: &(dyn std::error::Error + 'static)) {
    let _ = match error.downcast_ref::<ServeError>() {
        Some(ServeError::NotLaunchedByHost) => writeln!(std::io::stderr(), "{error}"),
        _ => stderr_line(Level::Error, &error.to_string()),
    };
}

#[expect(
    clippy::disallowed_methods,
    reason = "the host tells a plugin its side of the handshake this way"
)]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}
