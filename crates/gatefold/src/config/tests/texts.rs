//! What operators read: `config explain`, `--help` and the reference; and what they never read.

use clap::CommandFactory as _;

use super::{PRODUCTION, nothing};
use crate::cli::Cli;
use crate::config::catalogue::{CATALOGUE, WEBAUTHN_RP_ID};
use crate::config::{explain, reference};

#[test]
fn explain_says_where_each_value_came_from() {
    let given = nothing()
        .file(PRODUCTION)
        .env(
            "GATEFOLD_DATABASE",
            "postgres://gatefold:s3cret@db/gatefold?sslmode=require",
        )
        .env("GOATFLOW_WEBAUTHN_RP_NAME", "Example")
        .flag("listen", "0.0.0.0:8080");
    insta::assert_snapshot!(explain::table(&given.load()), @r#"
    environment               production                                           gatefold.toml line 2
    listen                    0.0.0.0:8080                                         flag --listen
    public_url                https://auth.example.com                             gatefold.toml line 3
    data_dir                  ./data                                               default
    database                  postgres://gatefold:***@db/gatefold?sslmode=require  environment GATEFOLD_DATABASE
    database_connections      10                                                   default
    secret_key_file           -                                                    not set: with SQLite, secret.key in data_dir, generated at the first start
    webauthn.rp_id            example.com                                          gatefold.toml line 6
    webauthn.rp_name          Example                                              environment GOATFLOW_WEBAUTHN_RP_NAME, over gatefold.toml line 7
    webauthn.origins          https://auth.example.com                             gatefold.toml line 8
    tls_cert                  -                                                    not set: plain http, for a proxy in front or for localhost
    tls_key                   -                                                    not set: plain http
    trusted_proxies           10.0.0.0/8                                           gatefold.toml line 4
    same_site                 lax                                                  default
    session.idle_minutes      60                                                   default
    session.absolute_minutes  1440                                                 default
    password_hash_threads     4                                                    derived from the number of processors
    brand.agent_name          Gatefold                                             default
    brand.agent_sentence      -                                                    not set: the locale's own sentence
    brand.customer_name       Gatefold                                             default
    brand.customer_sentence   -                                                    not set: the locale's own sentence
    metrics_listen            -                                                    not set: /metrics is answered on listen
    log                       info                                                 default
    log_format                text                                                 default
    "#);
    insta::assert_snapshot!(explain::findings(&given.load()), @r#"
    1 problem keeps Gatefold from starting:
      secret_key_file: is missing; with PostgreSQL, give every instance the same file, made once by `echo "k1 $(openssl rand -hex 32)" > secret.key` (not set)
    "#);
    insta::assert_snapshot!(explain::one(&given.load(), &WEBAUTHN_RP_ID), @r#"
    webauthn.rp_id
      Domain to which passkeys are bound for good: the host of every origin or a parent of it. Changing it later loses every passkey.

      value        example.com
      from         gatefold.toml line 6
      type         text
      default      the host of public_url, in development on localhost only
      example      webauthn.rp_id = "example.com"
      environment  GATEFOLD_WEBAUTHN_RP_ID (also GOATFLOW_WEBAUTHN_RP_ID)
      flag         --webauthn-rp-id
    "#);
}

#[test]
fn a_password_is_never_shown() {
    for address in [
        "postgres://gatefold:s3cret@db/gatefold",
        "postgres://gatefold:s3cret@db",
        "postgres://gatefold@db/gatefold?password=s3cret",
        "postgres:///gatefold?host=/run/postgresql&password=s3cret",
        "postgres://gatefold:s3cret#1@db/gatefold",
        "postgres://gatefold:s3cret/1@db/gatefold",
        "mysql://gatefold:s3cret@db/gatefold",
        "gatefold:s3cret@db/gatefold",
        "s3cret",
    ] {
        let given = nothing().flag("database", address);
        let loaded = given.load();
        let mut seen = explain::table(&loaded) + &explain::findings(&loaded);
        seen += &format!("{loaded:?} {:?}", given.0.flags);
        assert!(!seen.contains("s3cret"), "{address} was shown:\n{seen}");
    }
}

#[test]
fn help_lists_every_setting_and_the_reference_too() {
    let mut cli = Cli::command();
    let serve = cli.find_subcommand_mut("serve").unwrap();
    let help = serve.render_long_help().to_string();
    let reference = reference::markdown();
    for setting in CATALOGUE {
        assert!(
            help.contains(&format!("--{} <", setting.flag)),
            "{}",
            setting.key
        );
        assert!(reference.contains(&format!("### `{}`", setting.key)));
        assert!(setting.env.iter().all(|name| reference.contains(name)));
    }
}

#[test]
fn every_command_is_well_formed_and_has_examples() {
    fn visit(command: &mut clap::Command, path: &str) {
        assert!(
            command.get_about().is_some(),
            "{path} does not say what it does"
        );
        let leaf = !command.has_subcommands();
        let help = command.render_long_help().to_string();
        assert!(
            !leaf || help.contains("Examples:\n"),
            "{path} has no examples"
        );
        for inner in command.get_subcommands_mut() {
            let path = format!("{path} {}", inner.get_name());
            visit(inner, &path);
        }
    }
    let mut cli = Cli::command();
    cli.build();
    visit(&mut cli, "gatefold");
}
