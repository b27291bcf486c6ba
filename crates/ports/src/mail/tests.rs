use gatefold_kernel::Secret;
use gatefold_kernel::ports::{Mail as _, MailError, MailMessage, MailServer};
use lettre::transport::smtp::client::Certificate;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{Encryption, SmtpMail, encryption};
use crate::testing;

/// What a server in a test does.
#[derive(Clone, Copy)]
struct Habits {
    /// What it offers before TLS.
    offers: &'static str,
    /// What it answers to a recipient.
    recipient: &'static str,
    /// How it is encrypted.
    encryption: Encryption,
}

const USUAL: Habits = Habits {
    offers: "STARTTLS",
    recipient: "250 ok",
    encryption: Encryption::StartTls,
};

/// A server that takes one message on a port of its own and returns the lines it was sent, with
/// `-- TLS --` where TLS began.
async fn server(habits: Habits) -> (u16, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut lines = Vec::new();
        let is_plain = habits.encryption == Encryption::StartTls;
        if is_plain {
            stream.write_all(b"220 test\r\n").await.unwrap();
            if !converse(&mut stream, habits.offers, habits, &mut lines).await {
                return lines;
            }
        }
        lines.push("-- TLS --".to_owned());
        if let Ok(mut stream) = testing::acceptor().accept(stream).await {
            if !is_plain {
                stream.write_all(b"220 test\r\n").await.unwrap();
            }
            converse(&mut stream, "AUTH PLAIN", habits, &mut lines).await;
        }
        lines
    });
    (port, served)
}

/// Answers until the client goes, or wants TLS: then true.
async fn converse(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    offers: &str,
    habits: Habits,
    lines: &mut Vec<String>,
) -> bool {
    let mut stream = BufReader::new(stream);
    let mut is_content = false;
    loop {
        let mut line = String::new();
        if !matches!(stream.read_line(&mut line).await, Ok(1..)) {
            return false;
        }
        let line = line.trim_end().to_owned();
        lines.push(line.clone());
        is_content = is_content && line != ".";
        let verb = line.split([' ', ':']).next().unwrap_or_default();
        let answer = match verb {
            _ if is_content => continue,
            "EHLO" => format!("250-test\r\n250 {offers}"),
            "STARTTLS" => "220 go".to_owned(),
            "AUTH" => "235 ok".to_owned(),
            "RCPT" => habits.recipient.to_owned(),
            "DATA" => "354 go".to_owned(),
            "QUIT" => "221 bye".to_owned(),
            _ => "250 ok".to_owned(),
        };
        is_content = verb == "DATA";
        if stream
            .write_all(format!("{answer}\r\n").as_bytes())
            .await
            .is_err()
        {
            return false;
        }
        if verb == "STARTTLS" {
            return true;
        }
    }
}

fn trusting() -> SmtpMail {
    SmtpMail {
        trusted: vec![Certificate::from_pem(testing::CERTIFICATE).unwrap()],
    }
}

/// Sends a message as this user, and returns the outcome and what the server was sent.
async fn send(mail: &SmtpMail, habits: Habits, user: &str) -> (Result<(), MailError>, Vec<String>) {
    let (port, served) = server(habits).await;
    let credentials = (user.to_owned(), Secret::new("hunter2".to_owned()));
    let server = MailServer {
        host: "localhost".to_owned(),
        port,
        credentials: Some(credentials).filter(|_| !user.is_empty()),
    };
    let message = message("a@b.example");
    let outcome = mail.hand_over(&server, &message, habits.encryption).await;
    (outcome, served.await.unwrap())
}

fn message(to: &str) -> MailMessage {
    MailMessage {
        from: "Shop <noreply@example.com>".to_owned(),
        to: to.to_owned(),
        subject: "Sign in – now".to_owned(),
        text: "plain text".to_owned(),
        html: "<p>rich text</p>".to_owned(),
    }
}

fn position(lines: &[String], start: &str) -> Option<usize> {
    lines.iter().position(|line| line.starts_with(start))
}

#[tokio::test]
async fn a_message_is_handed_over_behind_tls() {
    for encryption in [Encryption::StartTls, Encryption::FromTheStart] {
        let habits = Habits {
            encryption,
            ..USUAL
        };
        let (outcome, lines) = send(&trusting(), habits, "user").await;
        outcome.unwrap();
        assert_is_whole_and_behind_tls(&lines);
    }
}

fn assert_is_whole_and_behind_tls(lines: &[String]) {
    let tls = position(lines, "-- TLS --").unwrap();
    for line in [
        "AUTH PLAIN ",
        "MAIL FROM:<noreply@example.com>",
        "RCPT TO:<a@b.example>",
        "Message-ID: <",
        "Subject: ",
        "plain text",
        "<p>rich text</p>",
    ] {
        assert!(position(lines, line) > Some(tls), "{line} {lines:?}");
    }
}

#[tokio::test]
async fn without_credentials_nobody_signs_in() {
    let (outcome, lines) = send(&trusting(), USUAL, "").await;
    outcome.unwrap();
    assert_eq!(position(&lines, "AUTH"), None, "{lines:?}");
}

#[tokio::test]
async fn a_server_without_starttls_is_told_nothing() {
    let habits = Habits {
        offers: "AUTH PLAIN",
        ..USUAL
    };
    let (outcome, lines) = send(&trusting(), habits, "user").await;
    assert!(outcome.is_err());
    assert_eq!(position(&lines, "AUTH"), None, "{lines:?}");
    assert_eq!(position(&lines, "MAIL"), None, "{lines:?}");
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let (outcome, lines) = send(&SmtpMail::default(), USUAL, "user").await;
    let shown = outcome.unwrap_err().to_string();
    assert!(shown.starts_with("mail server localhost:"), "{shown}");
    assert_eq!(
        lines.last().map(String::as_str),
        Some("-- TLS --"),
        "{lines:?}"
    );
}

#[tokio::test]
async fn a_refusal_shows_its_code_and_nothing_else() {
    let habits = Habits {
        recipient: "550 5.1.1 <a@b.example> hunter2 is nobody here",
        ..USUAL
    };
    let (outcome, lines) = send(&trusting(), habits, "user").await;
    let error = outcome.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(
        error
            .to_string()
            .ends_with(": the server refused with code 550"),
        "{shown}"
    );
    assert!(
        !shown.contains("hunter2") && !shown.contains("a@b"),
        "{shown}"
    );
    assert_eq!(position(&lines, "DATA"), None, "{lines:?}");
}

#[tokio::test]
async fn what_is_no_address_is_not_sent_to() {
    let server = MailServer {
        host: "127.0.0.1".to_owned(),
        port: 1,
        credentials: None,
    };
    for (to, expected) in [
        ("nobody", "failed to parse mail address \"nobody\": "),
        (
            "a@b.example\r\nRCPT TO:<c@d>",
            "failed to parse mail address ",
        ),
        ("a@b.example", "mail server 127.0.0.1:1: connection refused"),
    ] {
        let error = SmtpMail::default().send(&server, &message(to)).await;
        let shown = error.unwrap_err().to_string();
        assert!(shown.starts_with(expected), "{shown}");
    }
}

#[test]
fn only_port_465_is_tls_from_the_start() {
    for port in [25, 587, 2525, 1] {
        assert_eq!(encryption(port), Encryption::StartTls);
    }
    assert_eq!(encryption(465), Encryption::FromTheStart);
}
