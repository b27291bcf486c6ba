//! `cargo xtask dist plugin`: the step plugin in the folder layout that the workflow engine loads.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::environment::program;
use crate::{Outcome, codegen, repository, shell};

pub(crate) const HELP: &str = "\
cargo xtask dist plugin [--profile dist|release|dev] [--out DIR]

Builds the step plugin and lays it out as the workflow engine wants it:
  DIR/workflow-plugin-auth/workflow-plugin-auth     the program, mode 0755
  DIR/workflow-plugin-auth/plugin.json
  DIR/workflow-plugin-auth/plugin.contracts.json

DIR is dist/plugins if nothing is said, and the profile is dist: optimised, which
takes minutes. Files that are there already are replaced, others left alone.

Examples:
  cargo xtask dist plugin
  cargo xtask dist plugin --profile dev --out target/plugins";

/// The plugin's name: of its folder, and of the program in it.
const NAME: &str = "workflow-plugin-auth";
/// The package that builds the program.
const PACKAGE: &str = "gatefold-auth-plugin";
/// The example of gatefold-steps that prints the files beside it.
const GENERATOR: &str = "generated";
/// Where plugins are laid out if nothing else is said, below the root.
const FOLDER: &str = "dist/plugins";
/// Profiles that a plugin is built with.
const PROFILES: [&str; 3] = ["dist", "release", "dev"];

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
struct Wish {
    profile: String,
    out: Option<PathBuf>,
}

/// What cargo says about one thing it built.
#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    target: Option<Target>,
    #[serde(default)]
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// The programs of one build.
#[derive(Debug, PartialEq, Eq)]
struct Built {
    plugin: PathBuf,
    generator: PathBuf,
}

pub(crate) fn run(arguments: &[String]) -> Result<Outcome> {
    let wish = parse(arguments)?;
    let root = repository::root()?;
    let folder = wish.out.unwrap_or_else(|| root.join(FOLDER)).join(NAME);
    let mut build = shell::cargo(&root);
    // One build of both: what they share is compiled once.
    build.args([
        "build",
        "--locked",
        "--profile",
        &wish.profile,
        "-p",
        PACKAGE,
        "--bin",
        NAME,
        "-p",
        "gatefold-steps",
        "--example",
        GENERATOR,
        "--message-format",
        "json-render-diagnostics",
    ]);
    println!("$ {}", shell::spelled(&build));
    let built = executables(&shell::output(&mut build)?)?;
    let files = codegen::parse(&shell::output(&mut Command::new(&built.generator))?)?;
    fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    for name in ["plugin.json", "plugin.contracts.json"] {
        let path = format!("plugins/{NAME}/{name}");
        let text = files
            .get(&path)
            .with_context(|| format!("the generator printed no {path}"))?;
        place(&folder.join(name), text.as_bytes(), 0o644)?;
    }
    let bytes =
        fs::read(&built.plugin).with_context(|| format!("reading {}", built.plugin.display()))?;
    let binary = folder.join(NAME);
    place(&binary, &bytes, 0o755)?;
    report(&folder, &sha256(&binary)?);
    Ok(Outcome::Passed)
}

fn report(folder: &Path, digest: &str) {
    println!("\n{}", folder.display());
    println!("SHA-256 of {NAME}: {digest}");
    println!(
        "\nNext: copy the folder to the engine's plugins and start the engine anew:\n  cp -r {} <data-dir>/plugins/",
        folder.display()
    );
}

fn parse(arguments: &[String]) -> Result<Wish> {
    let usage = "see `cargo xtask dist --help`";
    let Some((what, flags)) = arguments.split_first() else {
        bail!("dist of what? `cargo xtask dist plugin`; {usage}");
    };
    if what != "plugin" {
        bail!("only `plugin` can be laid out, not `{what}`; {usage}");
    }
    let mut wish = Wish {
        profile: PROFILES[0].to_owned(),
        out: None,
    };
    let mut words = flags.iter();
    while let Some(word) = words.next() {
        let (flag, joined) = match word.split_once('=') {
            Some((flag, value)) => (flag, Some(value.to_owned())),
            None => (word.as_str(), None),
        };
        let mut value = || {
            let value = joined.clone().or_else(|| words.next().cloned());
            let value = value.filter(|value| !value.is_empty());
            value.with_context(|| format!("{flag} needs a value; {usage}"))
        };
        match flag {
            "--profile" => wish.profile = value()?,
            "--out" => wish.out = Some(value()?.into()),
            other => bail!("there is no flag `{other}`; {usage}"),
        }
    }
    if !PROFILES.contains(&wish.profile.as_str()) {
        bail!("--profile is {}, not {}", PROFILES.join(", "), wish.profile);
    }
    Ok(wish)
}

/// The paths of the two programs, from what cargo says about its build, one JSON object a line.
fn executables(messages: &str) -> Result<Built> {
    let messages: Vec<Message> = messages
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let executable = |name: &str| {
        let message = messages.iter().find(|message| {
            let target = message.target.as_ref();
            message.executable.is_some() && target.is_some_and(|target| target.name == name)
        });
        message
            .and_then(|message| message.executable.clone())
            .with_context(|| format!("cargo built no program {name}"))
    };
    Ok(Built {
        plugin: executable(NAME)?,
        generator: executable(GENERATOR)?,
    })
}

/// Puts a file in its place at once: one that is running can be replaced but not written to.
fn place(file: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    let mut name = file.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    let put = || -> std::io::Result<()> {
        fs::write(&new, bytes)?;
        fs::set_permissions(&new, fs::Permissions::from_mode(mode))?;
        fs::rename(&new, file)
    };
    put().with_context(|| format!("writing {}", file.display()))
}

/// The digest of a file, by whichever of the usual programs is there.
fn sha256(file: &Path) -> Result<String> {
    let tool = program(&["sha256sum", "shasum"])
        .context("neither sha256sum nor shasum is installed, so the digest is not known")?;
    let mut command = Command::new(&tool);
    if tool.ends_with("shasum") {
        command.args(["-a", "256"]);
    }
    let line = shell::output(command.arg(file))?;
    // GNU's program begins the line with a backslash where the name holds unusual characters.
    let digest = line.trim_start_matches('\\').split_whitespace().next();
    digest
        .filter(|digest| digest.len() == 64)
        .map(str::to_owned)
        .with_context(|| format!("{} printed no digest", tool.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(line: &str) -> Result<Wish> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&words)
    }

    #[test]
    fn flags_are_read_in_both_spellings() {
        let dev = Wish {
            profile: "dev".to_owned(),
            out: Some("x".into()),
        };
        assert_eq!(wish("plugin --profile dev --out x").unwrap(), dev);
        assert_eq!(wish("plugin --out=x --profile=dev").unwrap(), dev);
        assert_eq!(wish("plugin").unwrap().profile, "dist");
        for bad in [
            "",
            "image",
            "plugin --profile",
            "plugin --profile test",
            "plugin --out=",
            "plugin --target x",
            "plugin x",
        ] {
            assert!(wish(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn programs_are_found_in_what_cargo_says() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"gatefold-steps"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"generated"},"executable":"/t/examples/generated"}
no json
{"reason":"compiler-artifact","target":{"name":"workflow-plugin-auth"},"executable":"/t/workflow-plugin-auth"}
{"reason":"build-finished","success":true}"#;
        let built = executables(messages).unwrap();
        assert_eq!(built.plugin, Path::new("/t/workflow-plugin-auth"));
        assert_eq!(built.generator, Path::new("/t/examples/generated"));
        assert!(executables("").is_err());
    }
}
