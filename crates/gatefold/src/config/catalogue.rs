//! Every setting, once.
//!
//! The loader, `config check`, `config explain`, the options of the commands and the reference
//! all derive from these rows. To add a setting, add a row here and read it in `assemble`.

use super::setting::Exposure::{PasswordInside, Plain};
use super::setting::Fallback::{Derived, Unset, Value};
use super::setting::{Kind, Setting};

/// Declares each row as a static of its own, and [`CATALOGUE`] with all of them in this order.
macro_rules! settings {
    ($($name:ident {
        key: $key:literal, env: [$($env:literal),+], flag: $flag:literal,
        kind: $kind:expr, fallback: $fallback:expr, exposure: $exposure:expr,
        doc: $doc:literal, example: $example:literal,
    })+) => {
        $(#[doc = $doc]
        pub static $name: Setting = Setting {
            key: $key, env: &[$($env),+], flag: $flag,
            kind: $kind, fallback: $fallback, exposure: $exposure,
            doc: $doc, example: $example,
        };)+

        /// Every setting, in the order in which people read them.
        pub static CATALOGUE: &[&Setting] = &[$(&$name),+];
    };
}

settings! {
    ENVIRONMENT {
        key: "environment", env: ["GATEFOLD_ENVIRONMENT"], flag: "environment",
        kind: Kind::Choice(&["development", "production"]), fallback: Value("development"), exposure: Plain,
        doc: "Production demands an https public_url and a pinned relying party (the three webauthn keys).",
        example: "production",
    }
    LISTEN {
        key: "listen", env: ["GATEFOLD_LISTEN"], flag: "listen",
        kind: Kind::Address, fallback: Value("127.0.0.1:8080"), exposure: Plain,
        doc: "Address and port on which Gatefold answers.",
        example: "0.0.0.0:8080",
    }
    PUBLIC_URL {
        key: "public_url", env: ["GATEFOLD_PUBLIC_URL"], flag: "public-url",
        kind: Kind::Url, fallback: Derived("http://localhost:<port of listen>, https with tls_cert"), exposure: Plain,
        doc: "Address under which people reach Gatefold; every link, redirect and cookie follows it, never a request's Host.",
        example: "https://auth.example.com",
    }
    DATA_DIR {
        key: "data_dir", env: ["GATEFOLD_DATA_DIR"], flag: "data-dir",
        kind: Kind::Path, fallback: Value("./data"), exposure: Plain,
        doc: "Folder for the SQLite database and the generated master key; created if missing.",
        example: "/var/lib/gatefold",
    }
    DATABASE {
        key: "database", env: ["GATEFOLD_DATABASE"], flag: "database",
        kind: Kind::Url, fallback: Value("sqlite://gatefold.db"), exposure: PasswordInside,
        doc: "Where everything is stored: sqlite://FILE (relative to data_dir) for one instance, postgres://... for several. A flag shows in the process list: give a password in the file or the environment.",
        example: "postgres://gatefold:secret@db.example.com/gatefold",
    }
    DATABASE_CONNECTIONS {
        key: "database_connections", env: ["GATEFOLD_DATABASE_CONNECTIONS"], flag: "database-connections",
        kind: Kind::Number(1, 1000), fallback: Value("10"), exposure: Plain,
        doc: "Most connections to the database at once from this instance (SQLite: most readers).",
        example: "20",
    }
    SECRET_KEY_FILE {
        key: "secret_key_file", env: ["GATEFOLD_SECRET_KEY_FILE"], flag: "secret-key-file",
        kind: Kind::Path, fallback: Derived("with SQLite, secret.key in data_dir, generated at the first start"), exposure: Plain,
        doc: "File of the master keys, the same on every instance; required with PostgreSQL.",
        example: "/run/secrets/gatefold-key",
    }
    WEBAUTHN_RP_ID {
        key: "webauthn.rp_id", env: ["GATEFOLD_WEBAUTHN_RP_ID", "GOATFLOW_WEBAUTHN_RP_ID"], flag: "webauthn-rp-id",
        kind: Kind::Text, fallback: Derived("the host of public_url, in development on localhost only"), exposure: Plain,
        doc: "Domain to which passkeys are bound for good: the host of every origin or a parent of it. Changing it later loses every passkey.",
        example: "example.com",
    }
    WEBAUTHN_RP_NAME {
        key: "webauthn.rp_name", env: ["GATEFOLD_WEBAUTHN_RP_NAME", "GOATFLOW_WEBAUTHN_RP_NAME"], flag: "webauthn-rp-name",
        kind: Kind::Text, fallback: Derived("Gatefold, in development on localhost only"), exposure: Plain,
        doc: "Name that browsers show when a passkey is made.",
        example: "Example Inc.",
    }
    WEBAUTHN_ORIGINS {
        key: "webauthn.origins", env: ["GATEFOLD_WEBAUTHN_ORIGINS", "GOATFLOW_WEBAUTHN_ORIGINS"], flag: "webauthn-origins",
        kind: Kind::List, fallback: Derived("public_url, in development on localhost only"), exposure: Plain,
        doc: "Origins whose pages may use passkeys, public_url among them.",
        example: "https://auth.example.com",
    }
    TLS_CERT {
        key: "tls_cert", env: ["GATEFOLD_TLS_CERT"], flag: "tls-cert",
        kind: Kind::Path, fallback: Unset("plain http, for a proxy in front or for localhost"), exposure: Plain,
        doc: "Certificate chain in PEM, to serve https directly; read again on SIGHUP.",
        example: "/etc/gatefold/fullchain.pem",
    }
    TLS_KEY {
        key: "tls_key", env: ["GATEFOLD_TLS_KEY"], flag: "tls-key",
        kind: Kind::Path, fallback: Unset("plain http"), exposure: Plain,
        doc: "Private key of tls_cert in PEM.",
        example: "/etc/gatefold/privkey.pem",
    }
    TRUSTED_PROXIES {
        key: "trusted_proxies", env: ["GATEFOLD_TRUSTED_PROXIES"], flag: "trusted-proxies",
        kind: Kind::List, fallback: Unset("no proxy is believed"), exposure: Plain,
        doc: "Networks whose X-Forwarded-For names the client. Scheme and host always come from public_url.",
        example: "10.0.0.0/8,192.168.1.7",
    }
    SAME_SITE {
        key: "same_site", env: ["GATEFOLD_SAME_SITE"], flag: "same-site",
        kind: Kind::Choice(&["lax", "strict", "none"]), fallback: Value("lax"), exposure: Plain,
        doc: "SameSite attribute of the session cookies; none needs an https public_url.",
        example: "strict",
    }
    SESSION_IDLE_MINUTES {
        key: "session.idle_minutes", env: ["GATEFOLD_SESSION_IDLE_MINUTES"], flag: "session-idle-minutes",
        kind: Kind::Number(5, 43_200), fallback: Value("60"), exposure: Plain,
        doc: "Minutes without a request after which a session ends.",
        example: "30",
    }
    SESSION_ABSOLUTE_MINUTES {
        key: "session.absolute_minutes", env: ["GATEFOLD_SESSION_ABSOLUTE_MINUTES"], flag: "session-absolute-minutes",
        kind: Kind::Number(5, 525_600), fallback: Value("1440"), exposure: Plain,
        doc: "Minutes after which a session ends, used or not.",
        example: "720",
    }
    PASSWORD_HASH_THREADS {
        key: "password_hash_threads", env: ["GATEFOLD_PASSWORD_HASH_THREADS"], flag: "password-hash-threads",
        kind: Kind::Number(1, 256), fallback: Derived("the number of processors"), exposure: Plain,
        doc: "Passwords hashed at once; each takes 19 MiB meanwhile.",
        example: "4",
    }
    BRAND_AGENT_NAME {
        key: "brand.agent_name", env: ["GATEFOLD_BRAND_AGENT_NAME"], flag: "brand-agent-name",
        kind: Kind::Text, fallback: Value("Gatefold"), exposure: Plain,
        doc: "Name of the product on the pages of agents.",
        example: "Example Desk",
    }
    BRAND_AGENT_SENTENCE {
        key: "brand.agent_sentence", env: ["GATEFOLD_BRAND_AGENT_SENTENCE"], flag: "brand-agent-sentence",
        kind: Kind::Text, fallback: Unset("the locale's own sentence"), exposure: Plain,
        doc: "Sentence beside the sign-in of agents, in your own words and one language.",
        example: "For staff of Example Inc.",
    }
    BRAND_CUSTOMER_NAME {
        key: "brand.customer_name", env: ["GATEFOLD_BRAND_CUSTOMER_NAME"], flag: "brand-customer-name",
        kind: Kind::Text, fallback: Value("Gatefold"), exposure: Plain,
        doc: "Name of the product on the pages of customers.",
        example: "Example Help",
    }
    BRAND_CUSTOMER_SENTENCE {
        key: "brand.customer_sentence", env: ["GATEFOLD_BRAND_CUSTOMER_SENTENCE"], flag: "brand-customer-sentence",
        kind: Kind::Text, fallback: Unset("the locale's own sentence"), exposure: Plain,
        doc: "Sentence beside the sign-in of customers, in your own words and one language.",
        example: "Ask us anything.",
    }
    METRICS_LISTEN {
        key: "metrics_listen", env: ["GATEFOLD_METRICS_LISTEN"], flag: "metrics-listen",
        kind: Kind::Address, fallback: Unset("/metrics is answered on listen"), exposure: Plain,
        doc: "Second address that answers /metrics and nothing else, so that listen does not.",
        example: "127.0.0.1:9090",
    }
    LOG {
        key: "log", env: ["GATEFOLD_LOG"], flag: "log",
        kind: Kind::Text, fallback: Value("info"), exposure: Plain,
        doc: "What is logged to standard error: a level, or levels for each module.",
        example: "info,gatefold_store=debug",
    }
    LOG_FORMAT {
        key: "log_format", env: ["GATEFOLD_LOG_FORMAT"], flag: "log-format",
        kind: Kind::Choice(&["text", "json"]), fallback: Value("text"), exposure: Plain,
        doc: "Log lines for people, or JSON for a collector.",
        example: "json",
    }
}
