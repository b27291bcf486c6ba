//! One example as it is written: what can be said about it without running it.

use std::collections::HashSet;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Map, Value};

use super::template;

/// Modules of the engine itself that the examples use.
const ENGINE_MODULES: [&str; 5] = [
    "http.server",
    "http.router",
    "database.workflow",
    "auth.jwt",
    "auth.m2m",
];

/// The engine's own steps that the examples use.
const ENGINE_STEPS: [&str; 7] = [
    "step.request_parse",
    "step.set",
    "step.conditional",
    "step.db_query",
    "step.db_exec",
    "step.json_response",
    "step.auth_validate",
];

/// A file of `examples/workflow`.
pub(super) struct File {
    pub(super) modules: Vec<Value>,
    pub(super) pipelines: Map<String, Value>,
    /// The variables that its first comment says it needs.
    variables: Vec<String>,
}

/// Where the examples are.
pub(super) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/workflow")
}

/// The text of an example.
pub(super) fn text(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap()
}

impl File {
    /// Reads an example and checks its structure.
    pub(super) fn read(text: &str) -> Result<Self> {
        let content: Value = serde_norway::from_str(text).context("no YAML")?;
        let members = content.as_object().context("no object")?;
        for name in members.keys() {
            ensure!(
                ["modules", "workflows", "pipelines"].contains(&name.as_str()),
                "the engine knows no {name}"
            );
        }
        let file = Self {
            modules: list(&content["modules"])?.clone(),
            pipelines: content["pipelines"]
                .as_object()
                .context("no pipelines")?
                .clone(),
            variables: variables(text),
        };
        file.check()?;
        Ok(file)
    }

    /// Those of the variables that the file announces.
    pub(super) fn announced(&self, values: &Map<String, Value>) -> Map<String, Value> {
        let announced = values
            .iter()
            .filter(|(name, _)| self.variables.contains(name));
        announced
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    fn check(&self) -> Result<()> {
        for module in &self.modules {
            let kind = word(module, "type")?;
            ensure!(
                kind == "auth.credential" || ENGINE_MODULES.contains(&kind),
                "unknown module type {kind}"
            );
            ensure_no_secrets(&module["config"])?;
        }
        for (name, pipeline) in &self.pipelines {
            check_pipeline(pipeline).with_context(|| format!("pipeline {name}"))?;
        }
        Ok(())
    }
}

/// Names are unique, routes lead forward, templates name earlier steps, and our steps stop on a
/// denial (B38).
fn check_pipeline(pipeline: &Value) -> Result<()> {
    word(&pipeline["trigger"]["config"], "path")?;
    let steps = list(&pipeline["steps"])?;
    let names: Vec<&str> = steps
        .iter()
        .map(|step| word(step, "name"))
        .collect::<Result<_>>()?;
    let mut earlier = HashSet::new();
    for (place, step) in steps.iter().enumerate() {
        let (name, kind, config) = (names[place], word(step, "type")?, &step["config"]);
        let is_engine = ENGINE_STEPS.contains(&kind);
        ensure!(
            is_engine || kind.starts_with("step.auth_"),
            "{name}: unknown step type {kind}"
        );
        ensure!(
            is_engine || config["on_denied"] == "stop",
            "{name}: a denial does not end the pipeline"
        );
        ensure!(
            !config.to_string().contains("${"),
            "{name}: a step has no environment"
        );
        ensure_no_secrets(config)?;
        let mut paths = template::paths(config);
        paths.extend(
            ["field", "token_source"]
                .iter()
                .filter_map(|key| Some(config[*key].as_str()?.to_owned())),
        );
        for path in paths {
            let Some(source) = path
                .strip_prefix("steps.")
                .and_then(|path| path.split('.').next())
            else {
                bail!("{name}: {path} is not from a step");
            };
            ensure!(
                earlier.contains(source),
                "{name}: {source} is no earlier step"
            );
        }
        for target in targets(config) {
            ensure!(
                names[place + 1..].contains(&target),
                "{name}: {target} is no later step"
            );
        }
        ensure!(earlier.insert(name), "two steps are called {name}");
    }
    Ok(())
}

/// Where a conditional leads.
pub(super) fn targets(config: &Value) -> Vec<&str> {
    let routes = config["routes"]
        .as_object()
        .into_iter()
        .flat_map(Map::values);
    routes
        .chain(config.get("default"))
        .filter_map(Value::as_str)
        .collect()
}

/// What is secret is the name of a variable.
fn ensure_no_secrets(config: &Value) -> Result<()> {
    for (name, value) in config.as_object().into_iter().flatten() {
        ensure_no_secrets(value)?;
        let is_secret = name.contains("secret") || name.contains("private_key") || name == "dsn";
        if let Some(text) = value
            .as_str()
            .filter(|_| is_secret && !name.ends_with("_env"))
        {
            ensure!(text.starts_with("${"), "{name} stands in the file");
        }
    }
    Ok(())
}

fn variables(text: &str) -> Vec<String> {
    let comment = text.lines().take_while(|line| line.starts_with('#'));
    let words =
        comment.flat_map(|line| line.split(|c: char| !(c.is_ascii_uppercase() || c == '_')));
    words
        .filter(|word| word.contains('_'))
        .map(str::to_owned)
        .collect()
}

pub(super) fn word<'a>(value: &'a Value, name: &str) -> Result<&'a str> {
    value[name]
        .as_str()
        .with_context(|| format!("no {name} in {value}"))
}

pub(super) fn list(value: &Value) -> Result<&Vec<Value>> {
    value
        .as_array()
        .with_context(|| format!("no list: {value}"))
}
