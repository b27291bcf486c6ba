//! How a plugin ends.

use std::process::Stdio;
use std::sync::Arc;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, BufReader};
use tokio::net::UnixStream;
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio_stream::wrappers::ReceiverStream;

use crate::host::{Connection, Plugin, as_by_a_host, binary, connect, entries, handshake, within};
use crate::proto::echo::Payload;
use crate::proto::plugin::grpc_broker_client::GrpcBrokerClient;
use crate::proto::plugin::grpc_stdio_client::GrpcStdioClient;

/// Everything that may be in flight at the end: both endless streams, calls that hang, a connection that says
/// nothing. All of it must be over when the plugin is.
async fn occupy(connection: &Connection, plugin: &Plugin) -> JoinSet<()> {
    let mut flights = JoinSet::new();
    let (to_plugin, told) = tokio::sync::mpsc::channel(1);
    let mut broker = GrpcBrokerClient::new(connection.channel.clone());
    let mut stdio = GrpcStdioClient::new(connection.channel.clone());
    let addresses = within(broker.start_stream(ReceiverStream::new(told))).await;
    let output = within(stdio.stream_stdio(())).await;
    let (mut addresses, mut output) = (
        addresses.unwrap().into_inner(),
        output.unwrap().into_inner(),
    );
    flights.spawn(async move {
        let _ = addresses.message().await;
        let _ = output.message().await;
        drop(to_plugin);
    });
    for _ in 0..50 {
        let mut echo = connection.echo();
        flights.spawn(async move {
            let answer = echo.hang(Payload::default()).await;
            answer.expect_err("a call that hangs was answered");
        });
    }
    let mut silent = UnixStream::connect(&plugin.socket).await.unwrap();
    flights.spawn(async move {
        let mut rest = Vec::new();
        let _ = silent.read_to_end(&mut rest).await;
    });
    connection
        .assert_echoes(b"all of it is under way".to_vec())
        .await;
    flights
}

#[tokio::test]
async fn it_ends_when_it_is_asked_to_whatever_is_in_flight() {
    for (threads, signal) in [
        ("1", None),
        ("2", None),
        ("1", Some(Signal::TERM)),
        ("2", Some(Signal::TERM)),
    ] {
        let plugin = Plugin::start_with(|command| {
            command.env("ECHO_THREADS", threads);
        })
        .await;
        let connection = plugin.connect().await;
        let flights = occupy(&connection, &plugin).await;
        // The host's own patience, after which it kills.
        let patience = std::time::Duration::from_secs(2);
        let end = async {
            match signal {
                None => plugin.shut_down().await,
                Some(signal) => {
                    plugin.signal(signal);
                    plugin.ended().await
                }
            }
        };
        let left = tokio::time::timeout(patience, end).await;
        let left = left.expect("a host would have killed it by now");
        assert!(left.status.success(), "{:?} {}", left.status, left.stderr);
        assert_eq!(left.files, 0);
        assert_eq!(left.stdout, "");
        within(flights.join_all()).await;
    }
}

#[tokio::test]
async fn a_terminal_does_not_end_it() {
    let plugin = Plugin::start().await;
    let connection = plugin.connect().await;
    for signal in [Signal::INT, Signal::HUP, Signal::PIPE] {
        plugin.signal(signal);
        connection.assert_echoes(vec![1]).await;
    }
    connection.assert_never_lost();
    assert!(plugin.shut_down().await.status.success());
}

#[tokio::test]
async fn it_does_not_outlive_its_host() {
    for reads_stderr in ["yes", "no"] {
        let folder = TempDir::new().unwrap();
        let mut command = Command::new("sh");
        as_by_a_host(&mut command, folder.path());
        command
            .args(["-c", "\"$0\" & wait"])
            .arg(binary())
            .stderr(Stdio::piped());
        let mut host = command.spawn().unwrap();
        let mut stdout = BufReader::new(host.stdout.take().unwrap());
        if reads_stderr == "no" {
            drop(host.stderr.take());
        }
        let (_, socket) = handshake(&mut stdout).await;
        let connection = connect(&socket).await;
        let mut echo = connection.echo();
        let hanging = tokio::spawn(async move { echo.hang(Payload::default()).await });
        connection.assert_echoes(vec![1]).await;

        let number = i32::try_from(host.id().unwrap()).unwrap();
        kill_process(Pid::from_raw(number).unwrap(), Signal::KILL).unwrap();
        // The plugin is the last one that holds the other end.
        let mut rest = String::new();
        within(stdout.read_to_string(&mut rest)).await.unwrap();
        assert_eq!(rest, "");
        assert_eq!(entries(folder.path()), 0);
        within(hanging).await.unwrap().expect_err("it was answered");
    }
}

#[tokio::test]
async fn several_copies_live_side_by_side() {
    let folder = Arc::new(TempDir::new().unwrap());
    let mut plugins = Vec::new();
    for _ in 0..4 {
        plugins.push(Plugin::start_in(Arc::clone(&folder), |_| {}).await);
    }
    assert_eq!(entries(folder.path()), 4);
    let mut remaining = plugins.len();
    while let Some(plugin) = plugins.pop() {
        assert!(plugin.shut_down().await.status.success());
        remaining -= 1;
        assert_eq!(entries(folder.path()), remaining);
        for other in &plugins {
            other.connect().await.assert_echoes(vec![1]).await;
        }
    }
}

#[tokio::test]
async fn descriptors_of_the_host_do_not_live_on_in_the_plugin() {
    let folder = TempDir::new().unwrap();
    let lock = folder.path().join("lock");
    std::fs::write(&lock, "").unwrap();
    let mut command = Command::new("sh");
    command
        .args(["-c", r#"exec 9<"$1"; exec "$0""#])
        .arg(binary())
        .arg(&lock);
    as_by_a_host(&mut command, folder.path());
    let mut child = command.spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    handshake(&mut stdout).await;
    let descriptors = std::fs::read_dir(format!("/proc/{}/fd", child.id().unwrap())).unwrap();
    let open: Vec<_> = descriptors
        .flatten()
        .filter_map(|entry| std::fs::read_link(entry.path()).ok())
        .collect();
    assert!(!open.is_empty());
    assert!(!open.contains(&lock), "the lock is still held: {open:?}");
    child.kill().await.unwrap();
}
