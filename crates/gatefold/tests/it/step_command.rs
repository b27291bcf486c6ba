//! `gatefold step`: exit codes, where the words go, and that nothing is left behind.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::program::{folder, gatefold, outcome};

/// Runs the program with this on its standard input.
fn with_input(folder: &Path, arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_gatefold"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    outcome(&child.wait_with_output().expect("it ends"))
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}

#[test]
fn steps_are_listed_and_shown_without_configuration_or_data_folder() {
    let folder = folder("step-list", None);
    let (code, out, err) = outcome(&gatefold(&folder, &["step", "list"]));
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.starts_with("step.auth_passkey_begin_register"), "{out}");
    let arguments = ["step", "show", "step.auth_totp_verify", "--json"];
    let (code, out, _) = outcome(&gatefold(&folder, &arguments));
    let shown: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, Some(0));
    assert_eq!(shown["name"], "step.auth_totp_verify");
    assert_eq!(
        shown["messages"]["input"]["message"],
        "workflow.plugins.auth.v1.TOTPVerifyInput"
    );
    assert!(is_empty(&folder), "nothing is left behind");
}

#[test]
fn a_wrong_gatefold_toml_is_not_even_read() {
    let folder = folder("step-toml", Some("this is no TOML"));
    let output = gatefold(&folder, &["step", "show", "auth.credential"]);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn what_cannot_be_read_exits_with_2_and_is_not_repeated() {
    let folder = folder("step-wrong", None);
    for (arguments, said) in [
        (
            &["totp_verfy", "--input", "{}"][..],
            "did you mean totp_verify?",
        ),
        (&["totp_verify"], "--input"),
        (
            &["totp_verify", "--input", "hunter2"],
            "--input is not JSON",
        ),
        (
            &["totp_verify", "--input", "{}", "--config", "[\"hunter2\"]"],
            "--config is a list",
        ),
        (
            &["totp_verify", "--input", "@hunter.json"],
            "hunter.json cannot be read",
        ),
        (
            &["totp_verify", "--input", "-", "--config", "-"],
            "can be read once",
        ),
        (
            &[
                "totp_verify",
                "--input",
                "{}",
                "--step-outputs",
                r#"{"a": 1}"#,
            ],
            "the output of \"a\" is a number",
        ),
        (
            &["totp_verify", "--input", "{}", "--module", "{}"],
            "NAME=JSON",
        ),
    ] {
        let arguments = [&["step", "run"], arguments].concat();
        let (code, out, err) = with_input(&folder, &arguments, "{}");
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}: {err}");
        assert!(err.contains(said), "{arguments:?}: {err}");
        assert!(!err.contains("hunter2"), "{err}");
    }
    assert!(is_empty(&folder));
}

#[test]
fn a_denial_is_an_answer_unless_asked_otherwise() {
    let folder = folder("step-denied", None);
    let run = |more: &[&str]| {
        let arguments = [&["step", "run", "totp_verify", "--input", "-"], more].concat();
        with_input(&folder, &arguments, r#"{"code": "000000"}"#)
    };
    for edge in [&[][..], &["--wire"]] {
        let (code, out, err) = run(edge);
        assert_eq!((code, err.as_str()), (Some(0), ""));
        let answer: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(answer["valid"], false, "{answer}");
        let (code, _, _) = run(&[edge, &["--fail-on-denied"]].concat());
        assert_eq!(code, Some(3));
        let stop = [edge, &["--config", r#"{"on_denied": "stop"}"#]].concat();
        let (code, out, err) = run(&stop);
        assert_eq!(code, Some(0));
        assert!(out.contains("\"response_status\": 401"), "{out}");
        assert!(err.contains("ends the pipeline here"), "{err}");
        let error = [edge, &["--config", r#"{"on_denied": "error"}"#]].concat();
        let (code, out, err) = run(&error);
        assert_eq!((code, out.as_str()), (Some(1), ""));
        assert!(err.contains("step.auth_totp_verify denied"), "{err}");
    }
}

#[test]
fn mistyped_keys_are_warned_about_and_refused_over_the_wire() {
    let folder = folder("step-mistyped", None);
    let arguments = [
        "step",
        "run",
        "totp_verify",
        "--input",
        r#"{"cod": "hunter2"}"#,
        "--config",
        r#"{"on_denie": "stop"}"#,
    ];
    let (code, _, err) = outcome(&gatefold(&folder, &arguments));
    assert_eq!(code, Some(0));
    assert!(err.contains("did you mean \"on_denied\"?"), "{err}");
    assert!(err.contains("did you mean \"code\"?"), "{err}");
    assert!(!err.contains("hunter2"), "{err}");
    let (code, out, err) = outcome(&gatefold(&folder, &[&arguments[..], &["--wire"]].concat()));
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.contains("unknown field \"on_denie\""), "{err}");
}

#[test]
fn a_module_that_does_not_become_ready_is_an_error() {
    let folder = folder("step-module", None);
    for edge in [&[][..], &["--wire"]] {
        let arguments = [
            "step",
            "run",
            "passkey_begin_login",
            "--input",
            "{}",
            "--module",
            r#"staff={"origin": "http://example.com"}"#,
        ];
        let (code, out, err) = outcome(&gatefold(&folder, &[&arguments[..], edge].concat()));
        assert_eq!((code, out.as_str()), (Some(1), ""), "{err}");
        assert!(err.contains("module \"staff\""), "{err}");
    }
}

#[test]
fn cases_are_judged_in_the_order_of_the_file() {
    let folder = folder("step-conform", None);
    let case = |id: &str, registered: bool| {
        json!({
            "id": id,
            "step": "module.auth.credential",
            "mode": "map",
            "name": "an instance",
            "modules": [{"name": "m", "config": {"origin": "https://example.com"}}],
            "expect": {"modules": [{"registered": registered}]},
        })
    };
    let mut cases: Vec<Value> = (0..40)
        .map(|number| case(&format!("good/{number:02}"), true))
        .collect();
    cases.push(case("wrong/1", false));
    std::fs::write(folder.join("cases.json"), Value::from(cases).to_string()).unwrap();

    let conform = |more: &[&str]| {
        let arguments = [&["step", "conform", "cases.json"], more].concat();
        outcome(&gatefold(&folder, &arguments))
    };
    let (code, out, err) = conform(&[]);
    assert_eq!((code, err.as_str()), (Some(1), ""), "{out}");
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[..40].iter().is_sorted(), "{out}");
    assert!(lines[0].starts_with("PASS    good/00 "), "{out}");
    assert!(lines[40].starts_with("FAIL    wrong/1 "), "{out}");
    assert_eq!(
        lines[41],
        "41 cases: 40 pass, 0 better, 0 not applicable, 1 fail"
    );
    let (code, out, _) = conform(&["--only", "good/1", "--json"]);
    assert_eq!((code, out.lines().count()), (Some(0), 11), "{out}");
    let summary: Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    assert_eq!(summary["pass"], 10);
}

#[test]
fn a_file_that_holds_no_cases_exits_with_2() {
    let folder = folder("step-no-cases", None);
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write("empty.json", "[]");
    write("object.json", "{}");
    write("half.json", r#"[{"id": "a"}]"#);
    write(
        "one.json",
        r#"[{"id": "a", "step": "plugin.manifest", "mode": "meta"}]"#,
    );
    let large = File::create(folder.join("large.json")).unwrap();
    large.set_len((64 << 20) + 1).unwrap();
    for (file, more, said) in [
        ("empty.json", &[][..], "holds no cases"),
        ("object.json", &[], "no JSON list of cases"),
        ("half.json", &[], "missing field"),
        ("one.json", &["--only", "b"], "begins with \"b\""),
        ("large.json", &[], "larger than 64 MiB"),
        ("missing.json", &[], "cannot be read"),
        (".", &[], "cannot be read"),
    ] {
        let arguments = [&["step", "conform", file], more].concat();
        let (code, out, err) = outcome(&gatefold(&folder, &arguments));
        assert_eq!((code, out.as_str()), (Some(2), ""), "{file}: {err}");
        assert!(err.contains(said) && err.contains(file), "{file}: {err}");
    }
}
