//! The engine's `PluginService` over an [`Endpoint`]: messages in, messages out, nothing decided.

use std::collections::HashMap;

use gatefold_engine::plugin_service_server::PluginService;
use gatefold_engine::{
    Any, ConfigFragmentResponse, ConfigureCallbackRequest, ContractDescriptor, ContractKind,
    ContractMode, ContractRegistry, CreateModuleRequest, CreateStepRequest, CreateTriggerRequest,
    DeliverMessageRequest, DeliverMessageResponse, Empty, ErrorResponse, ExecuteStepRequest,
    ExecuteStepResponse, GetAssetRequest, GetAssetResponse, HandleRequest, HandleResponse,
    InvokeServiceRequest, InvokeServiceResponse, Manifest, ModuleSchemaList, TypeList,
};
use gatefold_steps::advertise::{self, Contract};
use gatefold_steps::endpoint::{self, Endpoint, Execution};
use gatefold_steps::schema::DESCRIPTOR_SET;
use gatefold_steps::{Pipeline, StepError, Tree};
use prost::bytes::Bytes;
use tonic::{Request, Response, Status};

/// The service.
pub(crate) struct Service {
    endpoint: Endpoint,
    /// Built once: the engine asks for it at each start, and it never differs.
    registry: ContractRegistry,
}

impl Service {
    /// A service over this endpoint.
    pub(crate) fn new(endpoint: Endpoint) -> Self {
        let registry = ContractRegistry {
            contracts: advertise::contracts().into_iter().map(descriptor).collect(),
            file_descriptor_set: Bytes::from_static(DESCRIPTOR_SET),
        };
        Self { endpoint, registry }
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl PluginService for Service {
    async fn get_manifest(&self, _: Request<Empty>) -> Answer<Manifest> {
        answer(Manifest {
            name: advertise::NAME.to_owned(),
            version: advertise::VERSION.to_owned(),
            author: advertise::AUTHOR.to_owned(),
            description: advertise::DESCRIPTION.to_owned(),
            config_mutable: false,
            sample_category: String::new(),
        })
    }

    async fn get_module_types(&self, _: Request<Empty>) -> Answer<TypeList> {
        answer(TypeList {
            types: advertise::module_types(),
        })
    }

    async fn get_step_types(&self, _: Request<Empty>) -> Answer<TypeList> {
        answer(TypeList {
            types: advertise::step_types(),
        })
    }

    async fn get_trigger_types(&self, _: Request<Empty>) -> Answer<TypeList> {
        answer(TypeList::default())
    }

    async fn get_module_schemas(&self, _: Request<Empty>) -> Answer<ModuleSchemaList> {
        answer(ModuleSchemaList::default())
    }

    async fn get_contract_registry(&self, _: Request<Empty>) -> Answer<ContractRegistry> {
        answer(self.registry.clone())
    }

    async fn get_config_fragment(&self, _: Request<Empty>) -> Answer<ConfigFragmentResponse> {
        answer(ConfigFragmentResponse::default())
    }

    async fn create_module(&self, request: Request<CreateModuleRequest>) -> Answer<HandleResponse> {
        let CreateModuleRequest {
            r#type,
            name,
            typed_config,
            ..
        } = request.into_inner();
        handle(
            self.endpoint
                .create_module(&r#type, &name, typed_config.map(theirs).as_ref()),
        )
    }

    async fn create_step(&self, request: Request<CreateStepRequest>) -> Answer<HandleResponse> {
        let CreateStepRequest {
            r#type,
            typed_config,
            ..
        } = request.into_inner();
        handle(
            self.endpoint
                .create_step(&r#type, typed_config.map(theirs).as_ref()),
        )
    }

    async fn create_trigger(
        &self,
        request: Request<CreateTriggerRequest>,
    ) -> Answer<HandleResponse> {
        handle(Err(StepError::new(format!(
            "unknown trigger type: {}",
            request.into_inner().r#type
        ))))
    }

    async fn init_module(&self, request: Request<HandleRequest>) -> Answer<ErrorResponse> {
        done(self.endpoint.init_module(&request.into_inner().handle_id))
    }

    async fn start_module(&self, request: Request<HandleRequest>) -> Answer<ErrorResponse> {
        done(self.endpoint.start_module(&request.into_inner().handle_id))
    }

    async fn stop_module(&self, request: Request<HandleRequest>) -> Answer<ErrorResponse> {
        done(self.endpoint.stop_module(&request.into_inner().handle_id))
    }

    async fn destroy_module(&self, request: Request<HandleRequest>) -> Answer<ErrorResponse> {
        done(
            self.endpoint
                .destroy_module(&request.into_inner().handle_id),
        )
    }

    async fn destroy_step(&self, request: Request<HandleRequest>) -> Answer<ErrorResponse> {
        done(self.endpoint.destroy_step(&request.into_inner().handle_id))
    }

    async fn execute_step(
        &self,
        request: Request<ExecuteStepRequest>,
    ) -> Answer<ExecuteStepResponse> {
        let outcome = self.endpoint.execute(execution(request.into_inner())).await;
        answer(match outcome {
            Ok(executed) => ExecuteStepResponse {
                stop_pipeline: executed.stop,
                typed_output: Some(ours(executed.output)),
                ..ExecuteStepResponse::default()
            },
            Err(error) => ExecuteStepResponse {
                error: error.to_string(),
                ..ExecuteStepResponse::default()
            },
        })
    }

    async fn invoke_service(
        &self,
        request: Request<InvokeServiceRequest>,
    ) -> Answer<InvokeServiceResponse> {
        let error = format!(
            "module {} offers no services",
            request.into_inner().handle_id
        );
        answer(InvokeServiceResponse {
            error,
            ..InvokeServiceResponse::default()
        })
    }

    async fn deliver_message(
        &self,
        _: Request<DeliverMessageRequest>,
    ) -> Answer<DeliverMessageResponse> {
        let error = "this plugin subscribes to nothing".to_owned();
        answer(DeliverMessageResponse {
            error,
            acknowledged: false,
        })
    }

    async fn get_asset(&self, _: Request<GetAssetRequest>) -> Answer<GetAssetResponse> {
        let error = "plugin does not implement AssetProvider".to_owned();
        answer(GetAssetResponse {
            error,
            ..GetAssetResponse::default()
        })
    }

    async fn configure_callback(
        &self,
        _: Request<ConfigureCallbackRequest>,
    ) -> Answer<ErrorResponse> {
        done(Ok(()))
    }
}

fn answer<T>(message: T) -> Answer<T> {
    Ok(Response::new(message))
}

fn handle(result: Result<String, StepError>) -> Answer<HandleResponse> {
    answer(match result {
        Ok(handle_id) => HandleResponse {
            handle_id,
            error: String::new(),
        },
        Err(error) => HandleResponse {
            handle_id: String::new(),
            error: error.to_string(),
        },
    })
}

fn done(result: Result<(), StepError>) -> Answer<ErrorResponse> {
    answer(ErrorResponse {
        error: result
            .err()
            .map_or_else(String::new, |error| error.to_string()),
    })
}

fn execution(request: ExecuteStepRequest) -> Execution {
    let step_outputs: HashMap<String, Tree> = request
        .step_outputs
        .into_iter()
        .map(|(name, output)| (name, Tree::Wire(output)))
        .collect();
    Execution {
        handle: request.handle_id,
        typed_config: request.typed_config.map(theirs),
        typed_input: request.typed_input.map(theirs),
        current: request.current.map_or(Tree::Absent, Tree::Wire),
        pipeline: Pipeline {
            trigger_data: Tree::Wire(request.trigger_data),
            step_outputs,
            metadata: Tree::Wire(request.metadata),
            runtime_config: None,
        },
    }
}

fn theirs(any: Any) -> endpoint::Any {
    endpoint::Any {
        type_url: any.type_url,
        value: any.value,
    }
}

fn ours(any: endpoint::Any) -> Any {
    Any {
        type_url: any.type_url,
        value: any.value,
    }
}

fn descriptor(contract: Contract) -> ContractDescriptor {
    let mut descriptor = ContractDescriptor {
        config_message: contract.config,
        mode: ContractMode::StrictProto.into(),
        ..ContractDescriptor::default()
    };
    match contract.kind {
        advertise::ContractKind::Module => {
            descriptor.kind = ContractKind::Module.into();
            descriptor.module_type = contract.type_name;
        }
        advertise::ContractKind::Step => {
            descriptor.kind = ContractKind::Step.into();
            descriptor.step_type = contract.type_name;
        }
    }
    if let Some((input, output)) = contract.messages {
        descriptor.input_message = input;
        descriptor.output_message = output;
    }
    descriptor
}
