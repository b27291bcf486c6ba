//! `gatefold config`: exit codes and where the words go.

use super::program::{folder, gatefold, outcome};

#[test]
fn check_of_nothing_is_right() {
    let (code, out, err) = outcome(&gatefold(&folder("nothing", None), &["config", "check"]));
    assert_eq!(
        (code, out.as_str(), err.as_str()),
        (Some(0), "The configuration is right.\n", "")
    );
}

#[test]
fn check_reads_the_file_beside_it_and_exits_with_78() {
    let folder = folder("wrong", Some("lisen = 'x'"));
    let (code, out, err) = outcome(&gatefold(&folder, &["config", "check"]));
    assert_eq!((code, out.as_str()), (Some(78), ""));
    assert_eq!(
        err,
        "1 problem keeps Gatefold from starting:\n  lisen: is not a setting; did you mean `listen`? (gatefold.toml line 1)\n"
    );
}

#[test]
fn a_named_file_comes_before_the_one_beside() {
    let folder = folder("named", Some("lisen = 'x'"));
    std::fs::write(folder.join("other.toml"), "log = 'debug'").expect("writable");
    let arguments = ["config", "explain", "log", "--config", "other.toml"];
    let (code, out, _) = outcome(&gatefold(&folder, &arguments));
    assert_eq!(code, Some(0));
    assert!(out.contains("from         other.toml line 1"), "{out}");

    let arguments = ["config", "check", "--config", "missing.toml"];
    let (code, _, err) = outcome(&gatefold(&folder, &arguments));
    assert_eq!(code, Some(78));
    assert!(err.contains("missing.toml: cannot be read: "), "{err}");
    assert!(err.contains("(flag --config)"), "{err}");
}

#[test]
fn a_wrong_command_line_exits_with_2() {
    let folder = folder("usage", None);
    for arguments in [
        &["serv"][..],
        &["config", "explain", "lisen"],
        &["account", "create", "ada"],
    ] {
        assert_eq!(
            gatefold(&folder, arguments).status.code(),
            Some(2),
            "{arguments:?}"
        );
    }
}
