//! The engine's calls.

use anyhow::{Result, ensure};
use gatefold_engine::plugin_service_client::PluginServiceClient;
use gatefold_engine::{
    ContractRegistry, CreateModuleRequest, CreateStepRequest, Empty, ExecuteStepRequest,
    HandleRequest, Manifest,
};
use prost::Message as _;
use prost_reflect::prost_types::{ListValue, Struct, Value as ProtoValue, value::Kind};
use serde_json::{Map, Value};
use tonic::transport::Channel;

use crate::codec::Codec;
use crate::plugin::Plugin;

/// The largest message in either direction, in bytes.
const MAX_MESSAGE_BYTES: usize = 64 << 20;

/// A plugin that has been started, and what it said of itself.
pub struct Host {
    /// The service, on the one connection.
    pub client: PluginServiceClient<Channel>,
    /// What the plugin advertises.
    pub advertised: Advertised,
    /// Its messages.
    pub codec: Codec,
}

/// What the start calls gave.
#[derive(Debug, Clone)]
pub struct Advertised {
    /// Who it is.
    pub manifest: Manifest,
    /// Its module types.
    pub module_types: Vec<String>,
    /// Its step types.
    pub step_types: Vec<String>,
    /// Its contracts and descriptors.
    pub registry: ContractRegistry,
}

/// One execution as a pipeline asks for it.
#[derive(Debug, Clone, Default)]
pub struct Execution {
    /// The configuration, with templates resolved.
    pub config: Map<String, Value>,
    /// Everything the pipeline has, flat.
    pub current: Map<String, Value>,
    /// What triggered it.
    pub trigger_data: Map<String, Value>,
    /// Outputs of earlier steps.
    pub step_outputs: Map<String, Value>,
    /// What the engine says about the run.
    pub metadata: Map<String, Value>,
}

/// What an execution gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// The members the pipeline stores.
    pub members: Map<String, Value>,
    /// Whether the pipeline ends here.
    pub stop: bool,
}

/// Why there is no output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The host refused the configuration.
    Config(String),
    /// The host refused the input.
    Input(String),
    /// The step answered with an error.
    Step(String),
    /// The call failed: code and message.
    Rpc(tonic::Code, String),
}

impl From<tonic::Status> for Failure {
    fn from(status: tonic::Status) -> Self {
        Self::Rpc(status.code(), status.message().to_owned())
    }
}

impl Host {
    /// Makes the fourteen calls of an engine's start, and checks that repeated ones agree.
    ///
    /// # Errors
    /// A call fails, or the registry cannot be read.
    pub async fn start(plugin: &Plugin) -> Result<Self> {
        let mut client = PluginServiceClient::new(plugin.channel())
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .max_encoding_message_size(MAX_MESSAGE_BYTES);
        let manifest = client.get_manifest(Empty {}).await?.into_inner();
        ensure!(
            client
                .get_trigger_types(Empty {})
                .await?
                .into_inner()
                .types
                .is_empty(),
            "no triggers"
        );
        let registry = client.get_contract_registry(Empty {}).await?.into_inner();
        client.get_config_fragment(Empty {}).await?;
        let mut types = Vec::new();
        for round in 0..3 {
            let modules = client.get_module_types(Empty {}).await?.into_inner().types;
            let steps = client.get_step_types(Empty {}).await?.into_inner().types;
            client.get_trigger_types(Empty {}).await?;
            if round == 1 {
                client.get_module_schemas(Empty {}).await?;
            }
            types.push((modules, steps));
        }
        ensure!(
            types.windows(2).all(|pair| pair[0] == pair[1]),
            "the types differ between calls"
        );
        let (module_types, step_types) = types.swap_remove(0);
        let codec = Codec::of(&registry)?;
        let advertised = Advertised {
            manifest,
            module_types,
            step_types,
            registry,
        };
        Ok(Self {
            client,
            advertised,
            codec,
        })
    }

    /// Creates a module and makes it ready; gives its handle.
    ///
    /// # Errors
    /// The host or the plugin refuses it.
    pub async fn create_module(
        &self,
        name: &str,
        config: &Map<String, Value>,
    ) -> Result<String, Failure> {
        const TYPE: &str = "auth.credential";
        let typed_config = Some(
            self.codec
                .module_config(TYPE, config)
                .map_err(Failure::Config)?,
        );
        let request = CreateModuleRequest {
            r#type: TYPE.into(),
            name: name.into(),
            typed_config,
            ..Default::default()
        };
        let created = self
            .client
            .clone()
            .create_module(request)
            .await?
            .into_inner();
        no_error(created.error)?;
        let handle = HandleRequest {
            handle_id: created.handle_id.clone(),
        };
        no_error(
            self.client
                .clone()
                .init_module(handle)
                .await?
                .into_inner()
                .error,
        )?;
        Ok(created.handle_id)
    }

    /// Starts or stops a module.
    ///
    /// # Errors
    /// The handle is unknown.
    pub async fn stop_module(&self, handle: &str) -> Result<(), Failure> {
        let request = HandleRequest {
            handle_id: handle.to_owned(),
        };
        no_error(
            self.client
                .clone()
                .stop_module(request)
                .await?
                .into_inner()
                .error,
        )
    }

    /// Creates a step; gives its handle.
    ///
    /// # Errors
    /// The host or the plugin refuses it.
    pub async fn create_step(
        &self,
        step_type: &str,
        config: &Map<String, Value>,
    ) -> Result<String, Failure> {
        let typed_config = Some(
            self.codec
                .step_config(step_type, config)
                .map_err(Failure::Config)?,
        );
        let request = CreateStepRequest {
            r#type: step_type.into(),
            name: "step".into(),
            typed_config,
            ..Default::default()
        };
        let created = self.client.clone().create_step(request).await?.into_inner();
        no_error(created.error)?;
        Ok(created.handle_id)
    }

    /// The request of an execution, for who sends it himself.
    ///
    /// # Errors
    /// The host refuses configuration or input.
    pub fn request(
        &self,
        step_type: &str,
        handle: &str,
        execution: &Execution,
    ) -> Result<ExecuteStepRequest, Failure> {
        Ok(ExecuteStepRequest {
            handle_id: handle.to_owned(),
            trigger_data: to_struct(&execution.trigger_data),
            step_outputs: execution
                .step_outputs
                .iter()
                .filter_map(|(name, output)| Some((name.clone(), to_struct(output.as_object()?))))
                .collect(),
            current: None,
            metadata: to_struct(&execution.metadata),
            config: Default::default(),
            typed_config: Some(
                self.codec
                    .step_config(step_type, &execution.config)
                    .map_err(Failure::Config)?,
            ),
            typed_input: Some(
                self.codec
                    .step_input(step_type, &execution.current)
                    .map_err(Failure::Input)?,
            ),
        })
    }

    /// Executes a step.
    ///
    /// # Errors
    /// The host, the step or the connection refuses.
    pub async fn execute(
        &self,
        step_type: &str,
        handle: &str,
        execution: &Execution,
    ) -> Result<Output, Failure> {
        let request = self.request(step_type, handle, execution)?;
        let response = self
            .client
            .clone()
            .execute_step(request)
            .await?
            .into_inner();
        no_error(response.error)?;
        let typed = response
            .typed_output
            .ok_or_else(|| Failure::Step("no typed output".to_owned()))?;
        let members = self
            .codec
            .step_output(step_type, &typed)
            .map_err(Failure::Step)?;
        Ok(Output {
            members,
            stop: response.stop_pipeline,
        })
    }

    /// Creates a step and executes it once, as a pipeline of one step.
    ///
    /// # Errors
    /// As [`Host::execute`].
    pub async fn run(&self, step_type: &str, execution: &Execution) -> Result<Output, Failure> {
        let handle = self.create_step(step_type, &execution.config).await?;
        self.execute(step_type, &handle, execution).await
    }
}

fn no_error(error: String) -> Result<(), Failure> {
    if error.is_empty() {
        Ok(())
    } else {
        Err(Failure::Step(error))
    }
}

fn to_struct(members: &Map<String, Value>) -> prost::bytes::Bytes {
    proto_struct(members).encode_to_vec().into()
}

fn proto_struct(members: &Map<String, Value>) -> Struct {
    Struct {
        fields: members
            .iter()
            .map(|(key, value)| (key.clone(), proto_value(value)))
            .collect(),
    }
}

fn proto_value(value: &Value) -> ProtoValue {
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(truth) => Kind::BoolValue(*truth),
        Value::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or_default()),
        Value::String(text) => Kind::StringValue(text.clone()),
        Value::Array(items) => Kind::ListValue(ListValue {
            values: items.iter().map(proto_value).collect(),
        }),
        Value::Object(members) => Kind::StructValue(proto_struct(members)),
    };
    ProtoValue { kind: Some(kind) }
}
