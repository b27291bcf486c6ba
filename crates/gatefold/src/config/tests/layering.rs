//! Which layer wins, and what a layer may not hold.

use super::{PRODUCTION, nothing, one_problem};
use crate::config::catalogue::CATALOGUE;
use crate::config::{FileInput, Source, Sourced, load};

#[test]
fn later_layers_win_and_name_those_they_override() {
    let file = "same_site = 'strict'";
    let source = |given: &super::Given| given.load().values["same_site"].to_string();

    let given = nothing();
    assert_eq!(source(&given), "default");
    let given = given.file(file);
    assert_eq!(source(&given), "gatefold.toml line 1");
    let given = given.env("GATEFOLD_SAME_SITE", "lax");
    assert_eq!(
        source(&given),
        "environment GATEFOLD_SAME_SITE, over gatefold.toml line 1"
    );
    let given = given.flag("same_site", "strict");
    assert_eq!(
        source(&given),
        "flag --same-site, over environment GATEFOLD_SAME_SITE and gatefold.toml line 1"
    );
    assert_eq!(given.config().same_site, crate::config::SameSite::Strict);
}

#[test]
fn every_setting_is_read_from_every_layer() {
    for setting in CATALOGUE {
        let (table, key) = setting.key.split_once('.').map_or(("", setting.key), |p| p);
        let value = setting.kind.as_toml(setting.example);
        let file = match table {
            "" => format!("{key} = {value}"),
            _ => format!("[{table}]\n{key} = {value}"),
        };
        let layers = [
            nothing().file(&file),
            nothing().env(setting.variable(), setting.example),
            nothing().flag(setting.key, setting.example),
        ];
        for given in layers {
            let value: &Sourced = &given.load().values[setting.key];
            assert_eq!(value.text, setting.example, "{}", setting.key);
            assert_ne!(value.source, Source::Default, "{}", setting.key);
        }
        for alias in setting.aliases() {
            let value = nothing().env(alias, setting.example).load();
            assert_eq!(
                value.values[setting.key].to_string(),
                format!("environment {alias}")
            );
        }
    }
}

#[test]
fn the_goatflow_names_are_aliases_that_yield_to_ours() {
    let given = nothing()
        .file("environment = 'production'\npublic_url = 'https://a.example.com'")
        .env("GOATFLOW_WEBAUTHN_RP_ID", "a.example.com")
        .env("GOATFLOW_WEBAUTHN_RP_NAME", "Old name")
        .env("GATEFOLD_WEBAUTHN_RP_NAME", "New name")
        .env(
            "GOATFLOW_WEBAUTHN_ORIGINS",
            "https://a.example.com, https://b.a.example.com:8443/",
        );
    let webauthn = given.config().webauthn;
    assert_eq!(webauthn.id, "a.example.com");
    assert_eq!(webauthn.name, "New name");
    assert_eq!(
        webauthn.origins,
        ["https://a.example.com", "https://b.a.example.com:8443"]
    );
    assert_eq!(
        given.load().values["webauthn.rp_name"].to_string(),
        "environment GATEFOLD_WEBAUTHN_RP_NAME, over environment GOATFLOW_WEBAUTHN_RP_NAME"
    );
}

#[test]
fn unknown_keys_in_the_file_are_refused_with_the_nearest_name() {
    for (file, start, right) in [
        (
            "\nlisten_on = 'x'\n",
            "listen_on: is not a setting; ",
            "explain` for every name (gatefold.toml line 2)",
        ),
        (
            "lisen = 'x'",
            "lisen: is not a setting; did you mean `listen`? (gatefold.toml line 1)",
            "",
        ),
        (
            "[webauthn]\nrpid = 'x'",
            "webauthn.rpid: is not a setting; did you mean `webauthn.rp_id`? (gatefold.toml line 2)",
            "",
        ),
        (
            "[webautn]\nrp_id = 'x'",
            "webautn: is not a setting; ",
            "(gatefold.toml line 1)",
        ),
        (
            "webauthn = 'x'",
            "webauthn: is a group of settings; write its keys below a line [webauthn]",
            "",
        ),
        (
            "[listen]\nport = 1",
            "listen: is of the TOML type table; write a text in quotes, such as \"0.0.0.0:8080\"",
            "line 1",
        ),
        (
            "listen = 8080",
            "listen: is of the TOML type integer; write a text in quotes",
            "",
        ),
        (
            "database_connections = '7'",
            "database_connections: is of the TOML type string; write a whole number without quotes, such as 20",
            "",
        ),
        (
            "trusted_proxies = '10.0.0.0/8'",
            "trusted_proxies: is of the TOML type string; write an array of texts, such as [\"10.0.0.0/8\", ",
            "",
        ),
        (
            "listen = ",
            "gatefold.toml: is not valid TOML: ",
            "correct this line (gatefold.toml line 1)",
        ),
        (
            "log = 'info'\nlog = 'warn'",
            "gatefold.toml: is not valid TOML: duplicate key",
            "(gatefold.toml line 2)",
        ),
    ] {
        one_problem(&nothing().file(file), start, right);
    }
}

#[test]
fn unknown_variables_of_ours_only_warn() {
    let given = nothing()
        .env("GATEFOLD_LISTN", "x")
        .env("GATEFOLD_SERVICE_HOST", "10.1.2.3")
        .env("GATEFOLD_CONFIG", "gatefold.toml")
        .env("GOATFLOW_OTHER", "x")
        .env("PATH", "/bin");
    assert_eq!(given.problems(), [""; 0]);
    assert_eq!(
        given.warnings(),
        [
            "GATEFOLD_LISTN: is not a setting and is ignored; did you mean GATEFOLD_LISTEN?",
            "GATEFOLD_SERVICE_HOST: is not a setting and is ignored",
        ]
    );
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let given = nothing()
        .file(PRODUCTION)
        .env("GATEFOLD_WEBAUTHN_RP_ID", "");
    assert_eq!(given.config().webauthn.id, "example.com");
}

#[test]
fn a_file_that_was_named_must_be_readable() {
    let mut given = nothing();
    given.0.file = FileInput::Unreadable {
        path: "other.toml".into(),
        reason: "No such file or directory".to_owned(),
        named_by: Source::Flag("config"),
    };
    let problems = load(&given.0).problems;
    assert_eq!(
        problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "other.toml: cannot be read: No such file or directory; name a readable file, or none (flag --config)"
        ]
    );
}

#[test]
fn names_follow_one_rule_in_every_layer() {
    for setting in CATALOGUE {
        let flat = setting.key.replace('.', "_");
        assert_eq!(
            setting.variable(),
            format!("GATEFOLD_{}", flat.to_uppercase())
        );
        assert_eq!(setting.flag, flat.replace('_', "-"));
        let twins = CATALOGUE.iter().filter(|s| s.key == setting.key);
        assert_eq!(twins.count(), 1, "{} is there twice", setting.key);
        assert!(setting.doc.ends_with('.'), "{} is no sentence", setting.doc);
    }
}
