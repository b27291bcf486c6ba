//! `plugin.GRPCController`: the host ends the plugin.

use tonic::{Request, Response, Status};

use crate::proto::Empty;
use crate::proto::grpc_controller_server::GrpcController;
use crate::stop::{Ending, Stop};

/// Begins the end on request. The answer still goes out.
#[derive(Debug)]
pub(crate) struct Controller {
    pub(crate) stop: Stop,
}

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _request: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.stop.begin(Ending::HostAsked);
        Ok(Response::new(Empty {}))
    }
}
