//! Reads every setting and holds those that concern each other against each other.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::catalogue as c;
use super::parse;
use super::problem::Wrong;
use super::public_url::PublicUrl;
use super::reader::{Reader, Reported};
use super::relying_party;
use super::setting::Setting;
use super::values::{
    Brand, Config, Database, Environment, LogSettings, MasterKeyFile, PortalBrand, SameSite,
    SessionLifetimes, TlsFiles,
};

/// Name of the generated key file in `data_dir`.
const GENERATED_KEY: &str = "secret.key";

/// Everything is read before the first `?`, so that all problems are reported together.
pub(super) fn config(reader: &mut Reader, processors: NonZeroUsize) -> Result<Config, Reported> {
    let environment = reader.required(&c::ENVIRONMENT, parse::environment);
    let listen = reader.required(&c::LISTEN, parse::address);
    let metrics_listen = metrics_listen(reader, listen);
    let tls = tls(reader);
    let public_url = public_url(reader, environment, listen, &tls);
    let webauthn = relying_party::read(reader, environment, public_url.as_ref().ok());
    let data_dir = reader.required(&c::DATA_DIR, parse::path);
    let database = database(reader, &data_dir);
    let database_connections = reader.number(&c::DATABASE_CONNECTIONS);
    let master_key = master_key(reader, &database, &data_dir);
    let same_site = same_site(reader, public_url.as_ref().ok());
    let trusted_proxies = reader.optional(&c::TRUSTED_PROXIES, parse::networks);
    let session = session(reader);
    reader.derive(
        &c::PASSWORD_HASH_THREADS,
        threads(processors),
        "the number of processors",
    );
    let password_hash_threads = reader.number(&c::PASSWORD_HASH_THREADS);
    let brand = brand(reader);
    let log = log(reader);
    remark_on_proxy(reader, public_url.as_ref().ok(), &tls);
    Ok(Config {
        environment: environment?,
        listen: listen?,
        metrics_listen: metrics_listen?,
        public_url: public_url?,
        data_dir: data_dir?,
        database: database?,
        database_connections: database_connections?,
        master_key: master_key?,
        webauthn: webauthn?,
        tls: tls?,
        same_site: same_site?,
        trusted_proxies: trusted_proxies?.unwrap_or_default(),
        session: session?,
        password_hash_threads: password_hash_threads?,
        brand: brand?,
        log: log?,
    })
}

fn threads(processors: NonZeroUsize) -> String {
    let (from, to) = parse::range(&c::PASSWORD_HASH_THREADS);
    let processors = u32::try_from(processors.get()).unwrap_or(to);
    processors.clamp(from, to).to_string()
}

fn metrics_listen(
    reader: &mut Reader,
    listen: Result<SocketAddr, Reported>,
) -> Result<Option<SocketAddr>, Reported> {
    let metrics = reader.optional(&c::METRICS_LISTEN, parse::address)?;
    match (metrics, listen) {
        (Some(metrics), Ok(listen)) if metrics == listen && listen.port() != 0 => {
            let wrong = Wrong::new(
                format!("{metrics} is also listen"),
                "use another port, or leave the key out: listen answers /metrics then",
            );
            Err(reader.refuse(&c::METRICS_LISTEN, wrong))
        }
        _ => Ok(metrics),
    }
}

fn tls(reader: &mut Reader) -> Result<Option<TlsFiles>, Reported> {
    let cert = reader.optional(&c::TLS_CERT, parse::existing_file);
    let key = reader.optional(&c::TLS_KEY, parse::existing_file);
    match (cert?, key?) {
        (Some(cert), Some(key)) => Ok(Some(TlsFiles { cert, key })),
        (None, None) => Ok(None),
        (Some(_), None) => Err(half_tls(reader, &c::TLS_KEY, &c::TLS_CERT)),
        (None, Some(_)) => Err(half_tls(reader, &c::TLS_CERT, &c::TLS_KEY)),
    }
}

fn half_tls(reader: &mut Reader, missing: &'static Setting, given: &Setting) -> Reported {
    let right = format!("give both, or leave {} out as well", given.key);
    reader.missing(missing, right)
}

fn public_url(
    reader: &mut Reader,
    environment: Result<Environment, Reported>,
    listen: Result<SocketAddr, Reported>,
    tls: &Result<Option<TlsFiles>, Reported>,
) -> Result<PublicUrl, Reported> {
    let serves_tls = matches!(tls, Ok(Some(_)));
    if !reader.is_set(&c::PUBLIC_URL) {
        let port = listen?.port();
        if port == 0 {
            let right = "set it, or give listen a fixed port".to_owned();
            return Err(reader.missing(&c::PUBLIC_URL, right));
        }
        let scheme = if serves_tls { "https" } else { "http" };
        let text = format!("{scheme}://localhost:{port}");
        reader.derive(&c::PUBLIC_URL, text, "listen");
    }
    let url = reader.required(&c::PUBLIC_URL, PublicUrl::parse)?;
    let why = match environment {
        _ if url.is_https() => return Ok(url),
        Ok(Environment::Production) => "is plain http, which production refuses",
        _ if serves_tls => "is plain http, but tls_cert makes Gatefold serve https",
        _ => return Ok(url),
    };
    let right = format!(
        "write the https address that people use, such as {}",
        c::PUBLIC_URL.example
    );
    Err(reader.refuse(&c::PUBLIC_URL, Wrong::new(format!("{url} {why}"), right)))
}

fn database(
    reader: &mut Reader,
    data_dir: &Result<PathBuf, Reported>,
) -> Result<Database, Reported> {
    let folder = data_dir.as_deref().unwrap_or(Path::new("."));
    reader.required(&c::DATABASE, |text| parse::database(text, folder))
}

fn master_key(
    reader: &mut Reader,
    database: &Result<Database, Reported>,
    data_dir: &Result<PathBuf, Reported>,
) -> Result<MasterKeyFile, Reported> {
    if let Some(path) = reader.optional(&c::SECRET_KEY_FILE, parse::existing_file)? {
        return Ok(MasterKeyFile::Provided(path));
    }
    match database.as_ref().map_err(|reported| *reported)? {
        Database::Sqlite(_) => {
            let path = data_dir.as_ref().map_err(|r| *r)?.join(GENERATED_KEY);
            reader.derive(&c::SECRET_KEY_FILE, path.to_string_lossy(), "data_dir");
            Ok(MasterKeyFile::Generated(path))
        }
        Database::Postgres(_) => Err(reader.missing(
            &c::SECRET_KEY_FILE,
            "with PostgreSQL, give every instance the same file, made once by \
             `echo \"k1 $(openssl rand -hex 32)\" > secret.key`"
                .to_owned(),
        )),
    }
}

fn same_site(reader: &mut Reader, url: Option<&PublicUrl>) -> Result<SameSite, Reported> {
    let same_site = reader.required(&c::SAME_SITE, parse::same_site)?;
    if same_site == SameSite::None && url.is_some_and(|url| !url.is_https()) {
        let wrong = Wrong::new(
            "none needs Secure cookies, and public_url is plain http",
            "write lax or strict, or serve https",
        );
        return Err(reader.refuse(&c::SAME_SITE, wrong));
    }
    Ok(same_site)
}

fn session(reader: &mut Reader) -> Result<SessionLifetimes, Reported> {
    let minutes = |reader: &mut Reader, setting| {
        let minutes = reader.number(setting)?.get();
        Ok(Duration::from_secs(u64::from(minutes) * 60))
    };
    let idle = minutes(reader, &c::SESSION_IDLE_MINUTES);
    let absolute = minutes(reader, &c::SESSION_ABSOLUTE_MINUTES);
    let (idle, absolute) = (idle?, absolute?);
    if idle > absolute {
        let wrong = Wrong::new(
            format!("is longer than {}", c::SESSION_ABSOLUTE_MINUTES.key),
            format!("write at most {}", absolute.as_secs() / 60),
        );
        return Err(reader.refuse(&c::SESSION_IDLE_MINUTES, wrong));
    }
    Ok(SessionLifetimes { idle, absolute })
}

fn brand(reader: &mut Reader) -> Result<Brand, Reported> {
    let agent_name = reader.required(&c::BRAND_AGENT_NAME, parse::text);
    let agent_sentence = reader.optional(&c::BRAND_AGENT_SENTENCE, parse::text);
    let customer_name = reader.required(&c::BRAND_CUSTOMER_NAME, parse::text);
    let customer_sentence = reader.optional(&c::BRAND_CUSTOMER_SENTENCE, parse::text);
    Ok(Brand {
        agent: PortalBrand {
            name: agent_name?,
            sentence: agent_sentence?,
        },
        customer: PortalBrand {
            name: customer_name?,
            sentence: customer_sentence?,
        },
    })
}

fn log(reader: &mut Reader) -> Result<LogSettings, Reported> {
    let filter = reader.required(&c::LOG, parse::log_filter);
    let format = reader.required(&c::LOG_FORMAT, parse::log_format);
    Ok(LogSettings {
        filter: filter?,
        format: format?,
    })
}

/// Behind a proxy nobody named, every client has the proxy's address and shares its throttle.
fn remark_on_proxy(
    reader: &mut Reader,
    url: Option<&PublicUrl>,
    tls: &Result<Option<TlsFiles>, Reported>,
) {
    let behind_proxy = matches!(tls, Ok(None)) && url.is_some_and(PublicUrl::is_https);
    if behind_proxy && !reader.is_set(&c::TRUSTED_PROXIES) {
        reader.warn(
            &c::TRUSTED_PROXIES,
            "a proxy must end TLS in front of Gatefold, and none is named: every client will seem \
             to have the proxy's address; name its network, such as 10.0.0.0/8",
        );
    }
}
