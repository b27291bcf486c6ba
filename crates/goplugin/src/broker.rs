//! `plugin.GRPCBroker`: where the host accepts further connections.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tonic::{Request, Response, Status, Streaming};

use crate::proto::ConnInfo;
use crate::proto::grpc_broker_server::GrpcBroker;
use crate::stdio::SilentStream;
use crate::stop::{Phase, Stop};

/// How many addresses are kept. A host names one for each service that it offers.
const MOST_ADDRESSES: usize = 1024;
/// The longest address in bytes. A socket's path has at most 107, a host's name 253.
const LONGEST_ADDRESS: usize = 512;

/// An address that the host named.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BrokerAddress {
    /// `unix` or `tcp`.
    pub network: String,
    /// The path of a socket, or host and port.
    pub address: String,
}

/// What the host has told of its own services, by their number. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Broker {
    addresses: Arc<Mutex<HashMap<u32, BrokerAddress>>>,
}

impl Broker {
    /// A broker that knows nothing yet. Give it to [`serve`](crate::serve), and keep a clone.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The address that the host named last for this number.
    #[must_use]
    pub fn address(&self, service_id: u32) -> Option<BrokerAddress> {
        self.locked().get(&service_id).cloned()
    }

    /// Keeps what the host says. A knock belongs to connections that are shared, which we do not offer.
    fn remember(&self, told: ConnInfo) {
        if told.knock.is_some() || told.network.len() + told.address.len() > LONGEST_ADDRESS {
            return;
        }
        let mut addresses = self.locked();
        let has_room = addresses.len() < MOST_ADDRESSES || addresses.contains_key(&told.service_id);
        if has_room {
            let address = BrokerAddress {
                network: told.network,
                address: told.address,
            };
            addresses.insert(told.service_id, address);
        }
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<u32, BrokerAddress>> {
        self.addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Listens to the host and names no address itself.
#[derive(Debug)]
pub(crate) struct BrokerService {
    pub(crate) broker: Broker,
    pub(crate) stop: Stop,
}

#[tonic::async_trait]
impl GrpcBroker for BrokerService {
    type StartStreamStream = SilentStream<ConnInfo>;

    async fn start_stream(
        &self,
        request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<Self::StartStreamStream>, Status> {
        // In a task of its own: the host waits for the headers before it goes on.
        tokio::spawn(listen(
            request.into_inner(),
            self.broker.clone(),
            self.stop.reached(Phase::Draining),
        ));
        Ok(Response::new(SilentStream::until_end(&self.stop)))
    }
}

async fn listen(mut told: Streaming<ConnInfo>, broker: Broker, end: impl Future<Output = ()>) {
    let listening = async {
        while let Ok(Some(address)) = told.message().await {
            broker.remember(address);
        }
    };
    tokio::select! {
        () = listening => {}
        () = end => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::conn_info::Knock;

    fn told(service_id: u32, address: &str) -> ConnInfo {
        ConnInfo {
            service_id,
            network: "unix".to_owned(),
            address: address.to_owned(),
            knock: None,
        }
    }

    #[test]
    fn the_latest_address_counts_and_a_knock_does_not() {
        let broker = Broker::new();
        broker.remember(told(1, "/first"));
        broker.remember(told(1, "/second"));
        broker.remember(ConnInfo {
            knock: Some(Knock::default()),
            ..told(1, "/knocked")
        });
        assert_eq!(broker.address(1).unwrap().address, "/second");
        assert_eq!(broker.address(2), None);
    }

    #[test]
    fn a_host_cannot_fill_the_memory() {
        let broker = Broker::new();
        for number in 0..2 * u32::try_from(MOST_ADDRESSES).unwrap() {
            broker.remember(told(number, "/there"));
        }
        assert_eq!(broker.locked().len(), MOST_ADDRESSES);
        broker.remember(told(0, "/moved"));
        broker.remember(told(0, &"x".repeat(LONGEST_ADDRESS)));
        assert_eq!(broker.address(0).unwrap().address, "/moved");
    }
}
