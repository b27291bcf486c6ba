//! Whether and how a plugin starts.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use tempfile::TempDir;

use crate::host::{Plugin, command, entries, within};

/// The start must fail: status 1, nothing on stdout, nothing left in the folder. Gives stderr.
async fn refusal(variables: &[(&str, Option<&str>)]) -> String {
    let folder = TempDir::new().unwrap();
    let text = refusal_in(folder.path(), variables).await;
    assert_eq!(entries(folder.path()), 0);
    text
}

async fn refusal_in(folder: &Path, variables: &[(&str, Option<&str>)]) -> String {
    let mut command = command(folder);
    for (name, value) in variables {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let Output {
        status,
        stdout,
        stderr,
    } = within(command.output()).await.unwrap();
    assert_eq!(status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&stdout), "");
    String::from_utf8(stderr).unwrap()
}

#[tokio::test]
async fn stdout_is_the_handshake_line_and_nothing_else() {
    let plugin = Plugin::start().await;
    let socket = plugin.socket.display();
    assert_eq!(plugin.line, format!("1|1|unix|{socket}|grpc||false\n"));
    assert!(plugin.socket.starts_with(plugin.folder.path()));
    let left = plugin.shut_down().await;
    assert_eq!(left.stdout, "");
    assert_eq!(left.stderr, "");
}

#[tokio::test]
async fn without_the_cookie_it_explains_itself_in_two_lines() {
    for cookie in [None, Some(""), Some("echo-v2")] {
        let text = refusal(&[("ECHO_PLUGIN", cookie)]).await;
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(
            text.starts_with("This program is a plugin") && !text.contains("echo-v1"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn what_it_does_not_speak_is_refused_by_name() {
    let cases = [
        ("PLUGIN_CLIENT_CERT", "-----BEGIN CERTIFICATE-----"),
        ("PLUGIN_PROTOCOL_VERSIONS", "2,3"),
        ("PLUGIN_UNIX_SOCKET_GROUP", "no such group"),
        ("PLUGIN_UNIX_SOCKET_DIR", "/nowhere/to/be/found"),
    ];
    for (name, value) in cases {
        let text = refusal(&[(name, Some(value))]).await;
        assert!(text.contains(name), "{name}: {text}");
        assert!(!text.contains("BEGIN"), "{text}");
    }
}

#[tokio::test]
async fn paths_that_a_host_cannot_use_are_refused() {
    for (name, word) in [
        ("x".repeat(100), "takes at most 107"),
        ("a|b".to_owned(), "bars"),
    ] {
        let folder = TempDir::new().unwrap();
        let inner = folder.path().join(name);
        std::fs::create_dir(&inner).unwrap();
        let text = refusal_in(&inner, &[]).await;
        assert!(text.contains(word), "{text}");
        assert_eq!(entries(&inner), 0);
    }
}

#[tokio::test]
async fn only_our_account_reaches_the_socket() {
    let plugin = Plugin::start().await;
    assert_eq!(mode(&plugin.socket), 0o600);
    assert_eq!(mode(plugin.socket.parent().unwrap()), 0o700);
}

#[tokio::test]
async fn a_group_reaches_it_where_the_host_asks_for_that() {
    let group = rustix::process::getgid().as_raw().to_string();
    let plugin = Plugin::start_with(|command| {
        command.env("PLUGIN_UNIX_SOCKET_GROUP", group);
    })
    .await;
    assert_eq!(mode(&plugin.socket), 0o660);
    assert_eq!(mode(plugin.socket.parent().unwrap()), 0o710);
    plugin.connect().await.assert_echoes(vec![1]).await;
}

#[tokio::test]
async fn without_a_folder_of_the_host_it_takes_the_temporary_one() {
    let elsewhere = TempDir::new().unwrap();
    let plugin = Plugin::start_with(|command| {
        command
            .env_remove("PLUGIN_UNIX_SOCKET_DIR")
            .env("TMPDIR", elsewhere.path());
    })
    .await;
    assert!(plugin.socket.starts_with(elsewhere.path()));
    plugin.shut_down().await;
    assert_eq!(entries(elsewhere.path()), 0);
}

#[tokio::test]
async fn a_relative_folder_becomes_an_absolute_path() {
    let place = TempDir::new().unwrap();
    std::fs::create_dir(place.path().join("in")).unwrap();
    let plugin = Plugin::start_with(|command| {
        command
            .env("PLUGIN_UNIX_SOCKET_DIR", "in")
            .current_dir(place.path());
    })
    .await;
    assert!(plugin.socket.is_absolute());
    plugin.connect().await.assert_echoes(vec![1]).await;
}

#[tokio::test]
async fn a_host_that_asks_for_multiplexing_is_told_no() {
    let plugin = Plugin::start_with(|command| {
        command.env("PLUGIN_MULTIPLEX_GRPC", "true");
    })
    .await;
    assert!(plugin.line.ends_with("|false\n"));
    let left = plugin.shut_down().await;
    assert!(
        left.stderr.contains("PLUGIN_MULTIPLEX_GRPC"),
        "{}",
        left.stderr
    );
}

#[tokio::test]
async fn without_a_reader_of_the_line_it_does_not_stay() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let folder = TempDir::new().unwrap();
    let mut command = command(folder.path());
    let child = command.stdout(writer).spawn().unwrap();
    let output = within(child.wait_with_output()).await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(entries(folder.path()), 0);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("handshake line"), "{text}");
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o7777
}
