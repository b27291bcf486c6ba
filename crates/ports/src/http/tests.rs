use std::net::SocketAddr;

use gatefold_kernel::Secret;
use gatefold_kernel::ports::{
    EgressError, HttpEgress as _, HttpMethod, HttpRequest, HttpResponse, InnerAddresses,
    MAX_RESPONSE_BYTES,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{HttpClient, public};
use crate::testing;

/// A server that takes one connection, gives one answer and returns what it was sent.
async fn server(answer: Vec<u8>) -> (SocketAddr, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut got = Vec::new();
        while !is_whole(&got) {
            assert_ne!(
                stream.read_buf(&mut got).await.unwrap(),
                0,
                "the client gave up"
            );
        }
        // The client may stop reading before all is written.
        let _ = stream.write_all(&answer).await;
        let _ = stream.shutdown().await;
        String::from_utf8(got).unwrap()
    });
    (address, served)
}

/// Whether the head of a request and as much body as it announces are there.
fn is_whole(got: &[u8]) -> bool {
    let text = String::from_utf8_lossy(got).to_lowercase();
    text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
        let length = head.split("content-length: ").nth(1).map_or(0, |rest| {
            rest.lines().next().unwrap_or_default().parse().unwrap()
        });
        body.len() >= length
    })
}

fn request(url: String, inner_addresses: InnerAddresses) -> HttpRequest {
    HttpRequest {
        method: HttpMethod::Post,
        url,
        headers: vec![("Authorization", Secret::new("Bearer t0ken".to_owned()))],
        body: Secret::new(b"secret=hunter2".to_vec()),
        inner_addresses,
    }
}

async fn ask(answer: &str) -> (Result<HttpResponse, EgressError>, String) {
    let (address, served) = server(answer.as_bytes().to_vec()).await;
    let url = format!("http://{address}/token?k=qu3ry");
    let response = HttpClient::default()
        .send(request(url, InnerAddresses::AllowedForTests))
        .await;
    (response, served.await.unwrap())
}

#[tokio::test]
async fn a_request_is_sent_and_its_answer_read() {
    let (response, sent) = ask("HTTP/1.1 418 T\r\nContent-Length: 5\r\n\r\nhello").await;
    let response = response.unwrap();
    assert_eq!((response.status, response.body), (418, b"hello".to_vec()));
    let sent = sent.to_lowercase();
    assert!(
        sent.starts_with("post /token?k=qu3ry http/1.1\r\n"),
        "{sent}"
    );
    assert!(sent.contains("authorization: bearer t0ken\r\n"), "{sent}");
    assert!(sent.ends_with("\r\n\r\nsecret=hunter2"), "{sent}");
}

#[tokio::test]
async fn redirects_are_answers() {
    for status in [301, 302, 303, 307, 308] {
        let answer = format!(
            "HTTP/1.1 {status} R\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
        );
        assert_eq!(ask(&answer).await.0.unwrap().status, status);
    }
}

#[tokio::test]
async fn an_answer_is_cut_at_the_limit() {
    let body = "x".repeat(MAX_RESPONSE_BYTES + 70_000);
    let announced = format!(
        "HTTP/1.1 200 O\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let endless = format!("HTTP/1.1 200 O\r\n\r\n{body}");
    for answer in [announced, endless] {
        let response = ask(&answer).await.0.unwrap();
        assert_eq!(response.body.len(), MAX_RESPONSE_BYTES);
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_an_error_without_what_was_sent() {
    for (answer, expected) in [
        (
            "HTTP/1.1 200 O\r\nContent-Length: 9\r\n\r\nx",
            "response read failed: ",
        ),
        ("nonsense\r\n\r\n", "request failed: "),
        ("", "request failed: "),
    ] {
        let error = ask(answer).await.0.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.starts_with(expected), "{shown}");
        for secret in ["hunter2", "t0ken", "qu3ry", "/token"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

#[tokio::test]
async fn nobody_there_is_said_plainly() {
    let (address, served) = server(Vec::new()).await;
    served.abort();
    let _ = served.await;
    let url = format!("http://{address}/x?k=qu3ry");
    let error = HttpClient::default()
        .send(request(url, InnerAddresses::AllowedForTests))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "request failed: connection refused");
}

#[tokio::test]
async fn inner_addresses_are_refused_by_number_and_by_name() {
    let client = HttpClient::default();
    let (address, served) = server(b"HTTP/1.1 200 O\r\n\r\n".to_vec()).await;
    let port = address.port();
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "169.254.169.254",
        "localhost",
    ] {
        let url = format!("http://{host}:{port}/");
        let error = client.send(request(url, InnerAddresses::Refused)).await;
        assert_eq!(
            error.unwrap_err().to_string(),
            "request failed: the host is at an inner address",
            "{host}"
        );
    }
    assert!(!served.is_finished(), "nobody may have connected");
    served.abort();
}

#[test]
fn of_a_name_with_both_only_the_public_addresses_are_known() {
    let found = ["127.0.0.1:0", "8.8.8.8:0", "[fe80::1]:0"];
    let found = found.map(|address| address.parse().unwrap());
    assert_eq!(public(found.into_iter()), [found[1]]);
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_without_showing_it() {
    let client = HttpClient::default();
    for url in ["/relative", "nonsense", "ftp://example.com/", "http://"] {
        let error = client
            .send(request(url.to_owned(), InnerAddresses::AllowedForTests))
            .await;
        let error = error.unwrap_err().to_string();
        assert!(
            error.starts_with("request failed: ") && !error.contains(url),
            "{error}"
        );
    }
    let mut odd = request(
        "http://127.0.0.1:1/".to_owned(),
        InnerAddresses::AllowedForTests,
    );
    odd.headers = vec![("Authorization", Secret::new("t0ken\r\nHost: x".to_owned()))];
    let error = client.send(odd).await.unwrap_err().to_string();
    assert_eq!(
        error,
        "request failed: the header Authorization has a forbidden character"
    );
}

#[tokio::test]
async fn a_server_must_be_who_it_says_over_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "https://localhost:{}/",
        listener.local_addr().unwrap().port()
    );
    let serving = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            if let Ok(mut stream) = testing::acceptor().accept(stream).await {
                let mut got = Vec::new();
                while !is_whole(&got) {
                    stream.read_buf(&mut got).await.unwrap();
                }
                let answer = b"HTTP/1.1 204 N\r\nConnection: close\r\n\r\n";
                stream.write_all(answer).await.unwrap();
            }
        }
    });
    let ask = async |client: HttpClient| {
        let request = request(url.clone(), InnerAddresses::AllowedForTests);
        let response = client.send(request).await;
        response
            .map(|response| response.status)
            .map_err(|error| error.to_string())
    };
    let trusting = HttpClient {
        trusted: vec![testing::certificate()],
        ..HttpClient::default()
    };
    assert_eq!(ask(trusting).await, Ok(204));
    let refused = ask(HttpClient::default()).await.unwrap_err();
    assert!(refused.contains("invalid peer certificate"), "{refused}");
    serving.abort();
}
