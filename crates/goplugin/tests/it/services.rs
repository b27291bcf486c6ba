//! The services of every plugin, and the application's beside them.

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::host::{Plugin, within};
use crate::proto::echo::Payload;
use crate::proto::plugin::ConnInfo;
use crate::proto::plugin::grpc_broker_client::GrpcBrokerClient;
use crate::proto::plugin::grpc_stdio_client::GrpcStdioClient;

#[tokio::test]
async fn it_says_that_it_is_well() {
    let plugin = Plugin::start().await;
    let mut health = HealthClient::new(plugin.connect().await.channel);
    for (service, known) in [("plugin", true), ("", true), ("else", false)] {
        let request = HealthCheckRequest {
            service: service.to_owned(),
        };
        let answer = within(health.check(request)).await;
        match answer {
            Ok(answer) => {
                assert!(known, "{service:?}");
                assert_eq!(answer.into_inner().status(), ServingStatus::Serving);
            }
            Err(status) => assert!(!known && status.code() == Code::NotFound, "{status}"),
        }
    }
}

#[tokio::test]
async fn both_streams_answer_at_once_and_end_with_the_plugin() {
    let plugin = Plugin::start().await;
    let connection = plugin.connect().await;
    let (to_plugin, told) = mpsc::channel(1);
    let mut broker = GrpcBrokerClient::new(connection.channel.clone());
    let mut stdio = GrpcStdioClient::new(connection.channel.clone());
    let mut addresses = within(broker.start_stream(ReceiverStream::new(told)))
        .await
        .unwrap()
        .into_inner();
    let mut output = within(stdio.stream_stdio(())).await.unwrap().into_inner();

    let left = plugin.shut_down().await;
    assert!(within(addresses.message()).await.unwrap().is_none());
    assert!(within(output.message()).await.unwrap().is_none());
    assert!(left.status.success());
    drop(to_plugin);
}

#[tokio::test]
async fn the_application_learns_what_the_host_tells_the_broker() {
    let plugin = Plugin::start().await;
    let connection = plugin.connect().await;
    let (to_plugin, told) = mpsc::channel(4);
    let mut broker = GrpcBrokerClient::new(connection.channel.clone());
    let stream = within(broker.start_stream(ReceiverStream::new(told))).await;
    for address in ["/tmp/first", "/tmp/second"] {
        let address = ConnInfo {
            service_id: 7,
            network: "unix".to_owned(),
            address: address.to_owned(),
            knock: None,
        };
        to_plugin.send(address).await.unwrap();
    }
    let mut echo = connection.echo();
    let learnt = async {
        loop {
            let payload = Payload {
                data: b"7".to_vec(),
            };
            // The calls are apart, so the application may be asked before the host's words arrive.
            match echo.address(payload).await {
                Ok(answer) if answer.get_ref().data == b"unix /tmp/second" => return,
                Ok(_) => {}
                Err(status) => assert_eq!(status.code(), Code::NotFound),
            }
        }
    };
    within(learnt).await;
    drop(stream);
}

#[tokio::test]
async fn messages_up_to_the_limit_pass_and_larger_ones_fail_alone() {
    let plugin = Plugin::start().await;
    let connection = plugin.connect().await;
    connection.assert_echoes(vec![7; 15 * 1024 * 1024]).await;
    connection
        .assert_refused(vec![7; 17 * 1024 * 1024], Code::OutOfRange)
        .await;
    connection.assert_echoes(vec![7; 15 * 1024 * 1024]).await;
    connection.assert_never_lost();
}

#[tokio::test]
async fn a_call_that_panics_fails_alone_and_keeps_its_secret() {
    for threads in ["1", "2"] {
        let plugin = Plugin::start_with(|command| {
            command.env("ECHO_THREADS", threads);
        })
        .await;
        let connection = plugin.connect().await;
        let mut waiting = connection.echo();
        let waiting = tokio::spawn(async move { waiting.hang(Payload::default()).await });
        for _ in 0..3 {
            let payload = Payload {
                data: b"hunter2".to_vec(),
            };
            let answer = within(connection.echo().panic(payload)).await;
            let status = answer.expect_err("the panic was answered");
            assert_eq!(status.code(), Code::Internal);
            assert!(!status.message().contains("hunter2"), "{status}");
            connection.assert_echoes(b"next".to_vec()).await;
        }
        assert!(!waiting.is_finished());
        connection.assert_never_lost();

        let left = plugin.shut_down().await;
        assert!(left.status.success());
        assert!(
            left.stderr.contains("/echo.Echo/Panic panicked"),
            "{}",
            left.stderr
        );
        assert!(left.stderr.contains("echo.rs:"), "{}", left.stderr);
        assert!(!left.stderr.contains("hunter2"), "{}", left.stderr);
    }
}

#[tokio::test]
async fn a_stream_that_panics_ends_alone() {
    let plugin = Plugin::start().await;
    let connection = plugin.connect().await;
    let payload = Payload {
        data: b"hunter2".to_vec(),
    };
    let answers = within(connection.echo().panic_later(payload.clone())).await;
    let mut answers = answers.unwrap().into_inner();
    let end = async {
        while let Some(answer) = answers.message().await? {
            assert_eq!(answer, payload);
        }
        Ok::<_, tonic::Status>(())
    };
    let status = within(end).await.expect_err("it ended well");
    assert!(!status.message().contains("hunter2"), "{status}");
    connection.assert_echoes(vec![1]).await;
    connection.assert_never_lost();
    let left = plugin.shut_down().await;
    assert!(left.stderr.contains("panic at"), "{}", left.stderr);
    assert!(!left.stderr.contains("hunter2"), "{}", left.stderr);
}

#[tokio::test]
async fn an_unknown_call_is_unimplemented() {
    let plugin = Plugin::start().await;
    let connection = plugin.connect().await;
    let mut client = tonic::client::Grpc::new(connection.channel.clone());
    within(client.ready()).await.unwrap();
    let codec = tonic_prost::ProstCodec::<Payload, Payload>::default();
    let path = "/plugin.GRPCController/Restart".parse().unwrap();
    let request = tonic::Request::new(Payload::default());
    let answer = within(client.unary(request, path, codec)).await;
    assert_eq!(answer.expect_err("answered").code(), Code::Unimplemented);
}
