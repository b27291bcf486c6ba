//! A call that panics fails alone.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use tonic::Status;
use tonic::body::Body;
use tonic::codegen::http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use crate::stderr::{Level, stderr_line};

/// Wraps services in [`CatchPanic`]. [`serve`](crate::serve) applies it to every service.
#[derive(Clone, Copy, Debug, Default)]
pub struct CatchPanicLayer;

impl<S> Layer<S> for CatchPanicLayer {
    type Service = CatchPanic<S>;

    fn layer(&self, service: S) -> CatchPanic<S> {
        CatchPanic { service }
    }
}

/// Turns a panic of a call, up to its answer's headers, into gRPC `INTERNAL` without the panic's text. A panic in
/// a stream that was already answered ends that stream only.
#[derive(Clone, Debug)]
pub struct CatchPanic<S> {
    service: S,
}

impl<S, B> Service<Request<B>> for CatchPanic<S>
where
    S: Service<Request<B>, Response = Response<Body>, Error = Infallible>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = CatchPanicFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let path = request.uri().path().to_owned();
        // The service is asked anew for each call, so what a panic leaves half done is not seen again.
        let call = catch_unwind(AssertUnwindSafe(|| Box::pin(self.service.call(request))));
        CatchPanicFuture {
            path,
            call: call.ok(),
        }
    }
}

/// A call under way. `call` is `None` once it has panicked.
pub struct CatchPanicFuture<F> {
    path: String,
    call: Option<Pin<Box<F>>>,
}

impl<F> Future for CatchPanicFuture<F>
where
    F: Future<Output = Result<Response<Body>, Infallible>>,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(call) = &mut self.call {
            // A future that panicked is dropped and never polled again.
            if let Ok(poll) = catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context))) {
                return poll;
            }
        }
        let call = self.call.take();
        let _ = catch_unwind(AssertUnwindSafe(|| drop(call)));
        let _ = stderr_line(Level::Error, &format!("the call {} panicked", self.path));
        Poll::Ready(Ok(
            Status::internal("the plugin failed on this call").into_http()
        ))
    }
}
