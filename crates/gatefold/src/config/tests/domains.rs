//! What each setting accepts, and what those that concern each other demand.

use std::path::Path;
use std::time::Duration;

use super::{PRODUCTION, nothing, one_problem};
use crate::config::{Database, Environment, MasterKeyFile};

/// A file that exists, for settings that name one.
const A_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");

#[test]
fn nothing_is_enough_on_this_machine() {
    let config = nothing().config();
    assert_eq!(config.environment, Environment::Development);
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.public_url.origin(), "http://localhost:8080");
    assert_eq!(config.webauthn.id, "localhost");
    assert_eq!(config.webauthn.origins, ["http://localhost:8080"]);
    assert!(
        matches!(&config.database, Database::Sqlite(p) if p == Path::new("./data/gatefold.db"))
    );
    assert_eq!(
        config.master_key,
        MasterKeyFile::Generated("./data/secret.key".into())
    );
    assert_eq!(config.session.idle, Duration::from_secs(3600));
    assert_eq!(
        config.password_hash_threads.get(),
        4,
        "as many as processors"
    );
    assert!(config.tls.is_none() && config.trusted_proxies.is_empty());
}

/// A key, a wrong value, how the problem begins, and what else it holds.
const WRONG: &[(&str, &str, &str, &str)] = &[
    (
        "environment",
        "prod",
        "environment: \"prod\" is not one of its words; write `development` or `production`",
        "(flag --environment)",
    ),
    (
        "listen",
        "8080",
        "listen: \"8080\" is not an IP address with a port; ",
        "such as 127.0.0.1:8080",
    ),
    ("listen", "localhost:8080", "listen: ", "0.0.0.0:8080"),
    (
        "metrics_listen",
        "127.0.0.1:8080",
        "metrics_listen: 127.0.0.1:8080 is also listen; use another port",
        "",
    ),
    (
        "public_url",
        "auth.example.com",
        "public_url: ",
        "https://auth.example.com",
    ),
    (
        "public_url",
        "ftp://localhost",
        "public_url: \"ftp://localhost\" is neither http nor https",
        "",
    ),
    (
        "public_url",
        "http://127.0.0.1:8080",
        "public_url: ",
        "names an IP address, where browsers refuse passkeys; use a host name",
    ),
    (
        "public_url",
        "https://[::1]",
        "public_url: ",
        "names an IP address",
    ),
    (
        "public_url",
        "https://localhost/sso",
        "public_url: ",
        "served at the root of its host; use https://localhost",
    ),
    (
        "public_url",
        "https://me:pw@localhost",
        "public_url: holds a user name or password; leave them out",
        "",
    ),
    (
        "database",
        "mysql://db/x",
        "database: \"mysql\" is not a database Gatefold can use; write sqlite://",
        "postgres://",
    ),
    (
        "database",
        "gatefold.db",
        "database: is not the address of a database; write sqlite://gatefold.db",
        "",
    ),
    (
        "database",
        "sqlite::memory:",
        "database: \":memory:\" is not a plain file",
        "",
    ),
    (
        "database",
        "sqlite://",
        "database: \"\" is not a plain file",
        "",
    ),
    (
        "database",
        "postgres://u:p@h",
        "database: does not name a database",
        "postgres://USER:PASSWORD@HOST/NAME",
    ),
    (
        "database_connections",
        "0",
        "database_connections: \"0\" is not a number in range; write a whole number from 1 to 1000",
        "",
    ),
    (
        "database_connections",
        "many",
        "database_connections: ",
        "from 1 to 1000",
    ),
    (
        "secret_key_file",
        "/nowhere/key",
        "secret_key_file: there is no file /nowhere/key; name a file that exists",
        "",
    ),
    (
        "tls_cert",
        "/nowhere/cert",
        "tls_cert: there is no file /nowhere/cert",
        "",
    ),
    (
        "tls_cert",
        A_FILE,
        "tls_key: is missing; give both, or leave tls_cert out as well (not set)",
        "",
    ),
    (
        "tls_key",
        A_FILE,
        "tls_cert: is missing; give both, or leave tls_key out as well (not set)",
        "",
    ),
    (
        "trusted_proxies",
        "10.0.0.0/8,proxy",
        "trusted_proxies: \"proxy\" is neither a network nor an IP address; write networks such as 10.0.0.0/8",
        "",
    ),
    (
        "same_site",
        "Lax",
        "same_site: \"Lax\" is not one of its words; write `lax`, `strict` or `none`",
        "",
    ),
    (
        "same_site",
        "none",
        "same_site: none needs Secure cookies, and public_url is plain http; write lax or strict, or serve https",
        "",
    ),
    (
        "session.idle_minutes",
        "1441",
        "session.idle_minutes: is longer than session.absolute_minutes; write at most 1440",
        "",
    ),
    (
        "session.idle_minutes",
        "4",
        "session.idle_minutes: \"4\" is not a number in range",
        "from 5 to",
    ),
    (
        "password_hash_threads",
        "-1",
        "password_hash_threads: ",
        "from 1 to 256",
    ),
    (
        "brand.agent_name",
        " ",
        "brand.agent_name: is empty; write a text",
        "",
    ),
    (
        "brand.customer_sentence",
        "",
        "brand.customer_sentence: is empty; write a text, or leave the key out",
        "",
    ),
    (
        "log",
        "gatefold=loud",
        "log: \"gatefold=loud\" is not a log filter",
        "trace",
    ),
    (
        "log_format",
        "xml",
        "log_format: \"xml\" is not one of its words; write `text` or `json`",
        "",
    ),
];

#[test]
fn each_wrong_value_names_its_key_and_the_right_form() {
    for (key, text, start, right) in WRONG {
        one_problem(&nothing().flag(key, text), start, right);
    }
}

#[test]
fn plain_http_is_for_localhost() {
    // Two sentences, since the keys that localhost derives are not derived here.
    let problems = nothing()
        .flag("public_url", "http://auth.example.com")
        .problems();
    assert_eq!(
        problems,
        [
            "public_url: \"http://auth.example.com\" is plain http on a name other than localhost, where \
          browsers refuse passkeys and secure cookies; use https://auth.example.com and give tls_cert \
          and tls_key, or put a proxy that ends TLS in front (flag --public-url)"
        ]
    );
    one_problem(
        &nothing()
            .flag("tls_cert", A_FILE)
            .flag("tls_key", A_FILE)
            .flag("public_url", "http://localhost:8080"),
        "public_url: http://localhost:8080 is plain http, but tls_cert makes Gatefold serve https",
        "",
    );
    let url = nothing()
        .flag("tls_cert", A_FILE)
        .flag("tls_key", A_FILE)
        .config()
        .public_url;
    assert_eq!(
        url.origin(),
        "https://localhost:8080",
        "derived with the scheme that is served"
    );
}

#[test]
fn port_zero_needs_a_public_url() {
    let given = nothing().flag("listen", "127.0.0.1:0");
    one_problem(
        &given,
        "public_url: is missing; set it, or give listen a fixed port (not set)",
        "",
    );
    let given = given.flag("public_url", "http://localhost:4242");
    assert_eq!(given.config().listen.port(), 0);
}

#[test]
fn postgresql_needs_the_same_key_everywhere() {
    let given = nothing().flag("database", "postgres://u:p@h/gatefold");
    one_problem(
        &given,
        "secret_key_file: is missing; with PostgreSQL, give every instance the same file",
        "(not set)",
    );
    let config = given.flag("secret_key_file", A_FILE).config();
    assert_eq!(config.master_key, MasterKeyFile::Provided(A_FILE.into()));
    assert!(
        matches!(config.database, Database::Postgres(url) if url.expose() == "postgres://u:p@h/gatefold")
    );
}

#[test]
fn sqlite_files_lie_in_the_data_folder_unless_absolute() {
    for (address, expected) in [
        ("sqlite://gatefold.db", "/srv/gatefold.db"),
        ("sqlite:gatefold.db", "/srv/gatefold.db"),
        ("sqlite://sub/x.db", "/srv/sub/x.db"),
        ("sqlite:///var/x.db", "/var/x.db"),
    ] {
        let config = nothing()
            .flag("data_dir", "/srv")
            .flag("database", address)
            .config();
        assert!(
            matches!(&config.database, Database::Sqlite(p) if p == Path::new(expected)),
            "{:?}",
            config.database
        );
    }
}

#[test]
fn everything_wrong_is_reported_together() {
    let problems = nothing()
        .file("lisen = 'x'\nsame_site = 'x'")
        .env("GATEFOLD_LOG_FORMAT", "x")
        .flag("listen", "x")
        .problems();
    let keys: Vec<_> = problems
        .iter()
        .filter_map(|p| p.split(':').next())
        .collect();
    assert_eq!(keys, ["lisen", "listen", "same_site", "log_format"]);
}

#[test]
fn a_proxy_nobody_named_is_remarked_on() {
    let given = nothing().file(&PRODUCTION.replace("trusted_proxies = [\"10.0.0.0/8\"]", ""));
    let warnings = given.warnings();
    assert_eq!(warnings.len(), 1);
    assert!(
        warnings[0].starts_with("trusted_proxies: a proxy must end TLS in front of Gatefold"),
        "{warnings:?}"
    );
    assert_eq!(nothing().file(PRODUCTION).warnings(), [""; 0]);
    let networks = nothing()
        .flag("trusted_proxies", "192.168.1.7, 10.1.2.3/8,fd00::/8")
        .config()
        .trusted_proxies;
    let networks: Vec<_> = networks.iter().map(ToString::to_string).collect();
    assert_eq!(networks, ["192.168.1.7/32", "10.0.0.0/8", "fd00::/8"]);
}
