//! What is advertised is what is served.

use std::collections::BTreeSet;

use gatefold_engine::{ContractKind, ContractMode};
use serde_json::json;

use crate::support::{launch, members, start};

#[tokio::test]
async fn every_advertised_step_is_served_with_its_own_messages() {
    let (plugin, host) = start(&launch()).await;
    let advertised = &host.advertised;
    assert_eq!(advertised.module_types, ["auth.credential"]);
    let contracts: BTreeSet<&str> = advertised
        .registry
        .contracts
        .iter()
        .filter(|contract| contract.kind() == ContractKind::Step)
        .map(|contract| contract.step_type.as_str())
        .collect();
    let types: BTreeSet<&str> = advertised.step_types.iter().map(String::as_str).collect();
    assert_eq!(contracts, types);
    assert!(
        advertised
            .registry
            .contracts
            .iter()
            .all(|contract| contract.mode() == ContractMode::StrictProto)
    );
    for step_type in &advertised.step_types {
        let handle = host
            .create_step(step_type, &members(json!({})))
            .await
            .unwrap();
        let outcome = host.execute(step_type, &handle, &Default::default()).await;
        // Without input every step answers for itself: an output, or an error of its own.
        if let Err(failure) = outcome {
            let text = format!("{failure:?}");
            assert!(
                !text.contains("typed") && !text.contains("Rpc"),
                "{step_type}: {text}"
            );
        }
    }
    plugin.stop().await.unwrap();
}

#[tokio::test]
async fn the_version_is_one_that_the_engine_loads() {
    let (plugin, host) = start(&launch()).await;
    let version = &host.advertised.manifest.version;
    let numbers: Vec<u32> = version
        .split('.')
        .map(|part| part.parse().unwrap())
        .collect();
    assert_eq!(numbers.len(), 3, "{version}");
    assert_ne!(
        version, "0.0.0",
        "the engine's tool takes that for an unstamped build"
    );
    assert_eq!(host.advertised.manifest.name, "workflow-plugin-auth");
    plugin.stop().await.unwrap();
}

#[tokio::test]
async fn the_registry_is_the_same_each_time_and_small() {
    let (plugin, host) = start(&launch()).await;
    let again = host
        .client
        .clone()
        .get_contract_registry(gatefold_engine::Empty {})
        .await
        .unwrap()
        .into_inner();
    assert_eq!(again, host.advertised.registry);
    assert!(
        again.file_descriptor_set.len() < 64 << 10,
        "no source positions: {}",
        again.file_descriptor_set.len()
    );
    plugin.stop().await.unwrap();
}
