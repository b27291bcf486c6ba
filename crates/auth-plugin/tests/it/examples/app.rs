//! An example with its modules and steps in a live plugin, and its pipelines run as the engine
//! would. What the engine's own steps find in the database or in a token, the test says.

use std::collections::HashMap;

use anyhow::{Context as _, Result, bail, ensure};
use gatefold_engine_host::{Execution, Host, Launch, Output, Plugin};
use serde_json::{Map, Value, json};

use super::file::{File, list, word};
use super::template::{expanded, looked_up, resolved};

/// A running example. Dropping it ends the plugin.
pub(super) struct App {
    _plugin: Plugin,
    host: Host,
    pipelines: Map<String, Value>,
    /// The handles of our steps, by pipeline and step.
    handles: HashMap<(String, String), String>,
}

/// A request and what the engine's own steps answer, by step.
#[derive(Default)]
pub(super) struct Request {
    pub(super) body: Value,
    pub(super) query: Map<String, Value>,
    pub(super) found: Map<String, Value>,
}

/// How a pipeline ended.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: i64,
    pub(super) body: Value,
    /// The step that ended it.
    pub(super) ended_at: String,
    /// The parameters that each statement was given.
    pub(super) stored: HashMap<String, Vec<String>>,
}

impl Answer {
    /// The parameters that a statement was given.
    #[track_caller]
    pub(super) fn given(&self, step: &str) -> &[String] {
        let parameters = self.stored.get(step);
        parameters.unwrap_or_else(|| panic!("{step} was not reached: {self:?}"))
    }
}

impl App {
    /// Creates every module and step of a file that is ours.
    ///
    /// # Errors
    /// The file is wrong, or host or plugin refuse a configuration.
    pub(super) async fn load(
        file: File,
        variables: &Map<String, Value>,
        launch: &Launch,
    ) -> Result<Self> {
        let variables = file.announced(variables);
        let plugin = Plugin::launch(launch).await?;
        let host = Host::start(&plugin).await?;
        for module in &file.modules {
            let config = expanded(&module["config"], &variables)?;
            if word(module, "type")? == "auth.credential" {
                let name = word(module, "name")?;
                let made = host.create_module(name, &members(&config)).await;
                ensure!(made.is_ok(), "module {name}: {made:?}");
            }
        }
        let mut handles = HashMap::new();
        for (pipeline, content) in &file.pipelines {
            for step in list(&content["steps"])? {
                let (name, kind) = (word(step, "name")?, word(step, "type")?);
                if is_ours(kind) {
                    match host.create_step(kind, &members(&step["config"])).await {
                        Ok(handle) => handles.insert((pipeline.clone(), name.to_owned()), handle),
                        Err(failure) => bail!("{pipeline}, {name}: {failure:?}"),
                    };
                }
            }
        }
        Ok(Self {
            _plugin: plugin,
            host,
            pipelines: file.pipelines,
            handles,
        })
    }

    /// Runs one of our steps by itself.
    pub(super) async fn step(&self, kind: &str, current: Value) -> Map<String, Value> {
        let current = members(&current);
        let execution = Execution {
            current,
            ..Execution::default()
        };
        self.host.run(kind, &execution).await.unwrap().members
    }

    /// Runs a pipeline to its end.
    ///
    /// # Errors
    /// A step fails, or the test does not say what the engine's step finds.
    pub(super) async fn run(&self, pipeline: &str, request: &Request) -> Result<Answer> {
        let content = self.pipelines.get(pipeline).context("no such pipeline")?;
        let mut run = Run::new(self, pipeline, request, &content["trigger"]["config"]);
        let steps = list(&content["steps"])?;
        let mut place = 0;
        while let Some(step) = steps.get(place) {
            let name = word(step, "name")?;
            let next = run
                .step(name, step)
                .await
                .with_context(|| format!("{pipeline}, {name}"))?;
            match next {
                Next::Following => place += 1,
                Next::End => return run.answer(name),
                Next::Step(target) => {
                    let found = steps
                        .iter()
                        .position(|step| step["name"] == target.as_str());
                    place = found.context("the route leads nowhere")?;
                }
            }
        }
        run.answer("")
    }
}

enum Next {
    Following,
    Step(String),
    End,
}

/// A pipeline on its way.
struct Run<'a> {
    app: &'a App,
    pipeline: &'a str,
    request: &'a Request,
    trigger: Map<String, Value>,
    current: Map<String, Value>,
    outputs: Map<String, Value>,
    stored: HashMap<String, Vec<String>>,
    response: Option<(i64, Value)>,
}

impl<'a> Run<'a> {
    /// The HTTP trigger puts every query parameter at the top.
    fn new(app: &'a App, pipeline: &'a str, request: &'a Request, trigger: &Value) -> Self {
        let mut data = request.query.clone();
        data.insert("method".into(), trigger["method"].clone());
        data.insert("path".into(), trigger["path"].clone());
        data.insert("body".into(), request.body.clone());
        Self {
            app,
            pipeline,
            request,
            current: data.clone(),
            trigger: data,
            outputs: Map::new(),
            stored: HashMap::new(),
            response: None,
        }
    }

    fn data(&self) -> Value {
        let mut data = self.current.clone();
        data.insert("steps".into(), Value::Object(self.outputs.clone()));
        Value::Object(data)
    }

    async fn step(&mut self, name: &str, step: &Value) -> Result<Next> {
        let kind = word(step, "type")?;
        let config = resolved(&step["config"], &self.data())?;
        if is_ours(kind) {
            let Output { members, stop } = self.execute(name, kind, &config).await?;
            self.keep(name, members);
            return Ok(if stop { Next::End } else { Next::Following });
        }
        match kind {
            "step.request_parse" => {
                let body = &self.request.body;
                let headers = json!({"Authorization": "Bearer (token)"});
                self.keep(name, members(&json!({"body": body, "headers": headers})));
            }
            "step.set" => self.keep(name, members(&config["values"])),
            "step.conditional" => return self.route(&config),
            "step.json_response" => {
                let body = members(&config["body"])
                    .into_iter()
                    .map(|(name, value)| (name, as_json(value)));
                self.response = Some((config["status"].as_i64().unwrap_or(200), body.collect()));
                return Ok(Next::End);
            }
            _ => return self.find(name, kind, &config),
        }
        Ok(Next::Following)
    }

    async fn execute(&self, name: &str, kind: &str, config: &Value) -> Result<Output> {
        let handle = &self.app.handles[&(self.pipeline.to_owned(), name.to_owned())];
        let execution = Execution {
            config: members(config),
            current: self.current.clone(),
            trigger_data: self.trigger.clone(),
            step_outputs: self.outputs.clone(),
            metadata: members(&json!({"pipeline": self.pipeline})),
        };
        match self.app.host.execute(kind, handle, &execution).await {
            Ok(output) => Ok(output),
            Err(failure) => bail!("{failure:?}"),
        }
    }

    fn route(&self, config: &Value) -> Result<Next> {
        let data = self.data();
        let value = looked_up(word(config, "field")?, &data);
        let printed = value.map_or("<no value>".to_owned(), |value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        });
        let target = config["routes"].get(&printed).or(config.get("default"));
        let target = target.and_then(Value::as_str).context("no route")?;
        Ok(Next::Step(target.to_owned()))
    }

    /// A step whose answer is the test's to say; null stands for a token that is refused.
    fn find(&mut self, name: &str, kind: &str, config: &Value) -> Result<Next> {
        let parameters = config["params"].as_array().into_iter().flatten();
        let parameters = parameters.filter_map(Value::as_str).map(str::to_owned);
        self.stored.insert(name.to_owned(), parameters.collect());
        match self.request.found.get(name) {
            Some(Value::Null) => {
                self.response = Some((401, json!({"error": "unauthorized"})));
                Ok(Next::End)
            }
            Some(found) => {
                self.keep(name, members(found));
                Ok(Next::Following)
            }
            None if kind == "step.db_exec" => Ok(Next::Following),
            None => bail!("the test does not say what it finds"),
        }
    }

    fn keep(&mut self, name: &str, output: Map<String, Value>) {
        self.current.extend(output.clone());
        self.outputs.insert(name.to_owned(), Value::Object(output));
    }

    /// What the engine sends: what a step wrote, else `response_status` and `response_body`.
    fn answer(self, ended_at: &str) -> Result<Answer> {
        let (status, body) = match self.response {
            Some(response) => response,
            None => {
                let status = self.current.get("response_status").and_then(Value::as_i64);
                let body = self.current.get("response_body").and_then(Value::as_str);
                let body = serde_json::from_str(body.context("no response")?)?;
                (status.context("no response")?, body)
            }
        };
        Ok(Answer {
            status,
            body,
            ended_at: ended_at.to_owned(),
            stored: self.stored,
        })
    }
}

/// The engine's JSON response turns a template's JSON text into JSON.
fn as_json(value: Value) -> Value {
    let parsed = value
        .as_str()
        .and_then(|text| serde_json::from_str::<Value>(text).ok());
    parsed
        .filter(|parsed| parsed.is_object() || parsed.is_array())
        .unwrap_or(value)
}

fn is_ours(kind: &str) -> bool {
    kind.starts_with("step.auth_") && kind != "step.auth_validate"
}

/// The members of an object; none of anything else.
pub(super) fn members(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}
