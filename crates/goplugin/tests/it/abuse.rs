//! What a plugin must survive.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::task::JoinSet;

use crate::host::{Plugin, within};
use crate::proto::echo::Payload;

/// What every HTTP/2 client sends first.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

#[tokio::test]
async fn what_is_no_http_2_harms_nobody_else() {
    let plugin = Plugin::start().await;
    let connection = plugin.connect().await;
    let settings_too_long = [PREFACE, &[0xff, 0xff, 0xff, 4, 0, 0, 0, 0, 0]].concat();
    let unknown_stream = [PREFACE, &[0, 0, 4, 0, 0, 0, 0, 0, 7, 1, 2, 3, 4]].concat();
    let cases: [&[u8]; 6] = [
        b"GET / HTTP/1.1\r\nhost: here\r\n\r\n",
        &[0xff; 4096],
        &[0; 4096],
        &settings_too_long,
        &unknown_stream,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ];
    for bytes in cases {
        let mut stream = UnixStream::connect(&plugin.socket).await.unwrap();
        // The plugin may hang up before everything is written.
        let _ = within(stream.write_all(bytes)).await;
        let _ = stream.shutdown().await;
        let mut rest = Vec::new();
        let _ = within(stream.read_to_end(&mut rest)).await;
        connection.assert_echoes(bytes.to_vec()).await;
    }
    connection.assert_never_lost();
}

#[tokio::test]
async fn connections_that_go_quiet_harm_nobody_else() {
    let plugin = Plugin::start().await;
    let connection = plugin.connect().await;
    let mut quiet = Vec::new();
    for length in 0..=PREFACE.len() {
        let mut stream = UnixStream::connect(&plugin.socket).await.unwrap();
        within(stream.write_all(&PREFACE[..length])).await.unwrap();
        quiet.push(stream);
    }
    connection.assert_echoes(vec![1]).await;
    let left = plugin.shut_down().await;
    assert!(left.status.success());
    assert_eq!(left.files, 0);
}

#[tokio::test]
async fn hosts_come_and_go() {
    let plugin = Plugin::start().await;
    for round in 0..100 {
        plugin.connect().await.assert_echoes(vec![round]).await;
    }
}

#[tokio::test]
async fn four_hundred_calls_that_are_cancelled_together_leave_no_trace() {
    let plugin = Plugin::start().await;
    let connection = plugin.connect().await;
    for _ in 0..5 {
        let mut calls = JoinSet::new();
        for _ in 0..400 {
            let mut echo = connection.echo();
            calls.spawn(async move { echo.hang(Payload::default()).await });
        }
        // Answered although 400 others wait.
        connection.assert_echoes(vec![1; 100_000]).await;
        calls.abort_all();
        while let Some(call) = calls.join_next().await {
            assert!(call.is_err_and(|error| error.is_cancelled()));
        }
        connection.assert_echoes(vec![2; 100_000]).await;
    }
    connection.assert_never_lost();
}

#[tokio::test]
async fn a_call_does_not_outlive_its_deadline() {
    let plugin = Plugin::start().await;
    let connection = plugin.connect().await;
    let mut request = tonic::Request::new(Payload::default());
    request.set_timeout(std::time::Duration::from_millis(50));
    let answer = within(connection.echo().hang(request)).await;
    answer.expect_err("a call that hangs was answered");
    connection.assert_echoes(vec![1]).await;
    connection.assert_never_lost();
}
