//! `plugin.GRPCStdio`: a stream that stays open and empty.
//!
//! The host opens it at once. What a plugin has to say goes to stderr, which the host reads anyway.

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio_stream::Stream;
use tonic::{Request, Response, Status};

use crate::proto::StdioData;
use crate::proto::grpc_stdio_server::GrpcStdio;
use crate::stop::{Phase, Stop};

/// Answers the headers at once and nothing more.
#[derive(Debug)]
pub(crate) struct Stdio {
    pub(crate) stop: Stop,
}

#[tonic::async_trait]
impl GrpcStdio for Stdio {
    type StreamStdioStream = SilentStream<StdioData>;

    async fn stream_stdio(
        &self,
        _request: Request<()>,
    ) -> Result<Response<Self::StreamStdioStream>, Status> {
        Ok(Response::new(SilentStream::until_end(&self.stop)))
    }
}

/// A stream without items that ends with the plugin.
pub(crate) struct SilentStream<T> {
    end: Pin<Box<dyn Future<Output = ()> + Send>>,
    items: PhantomData<fn() -> T>,
}

impl<T> SilentStream<T> {
    pub(crate) fn until_end(stop: &Stop) -> Self {
        Self {
            end: Box::pin(stop.reached(Phase::Draining)),
            items: PhantomData,
        }
    }
}

impl<T> Stream for SilentStream<T> {
    type Item = Result<T, Status>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<T, Status>>> {
        self.end.as_mut().poll(context).map(|()| None)
    }
}
