//! A running Gatefold for tests: real database, real HTTP on loopback, one or two instances.
//!
//! [`everywhere`] runs a scenario on both databases in all three [`Topology`]s. Every request goes to
//! the instance the topology names, so a scenario is written once and proves that nothing about
//! signing in lives in a process.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context as _;
use gatefold_identity::account::{Actor, Detail};
use gatefold_identity::{Client, Identity, Settings};
use gatefold_kernel::Subject;
use gatefold_ports::SystemEntropy;
use gatefold_store::{ConnectOptions, Database};
use gatefold_web::{App, CookiePolicy, Parts, SameSite, WebSettings};
use gatefold_webauthn::{Origin, RelyingParty, RpId};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::sync::Mutex;
use url::Url;

use crate::postgres::{TestDatabase, skip_without_postgres};
use crate::visitor::Visitor;

/// Where requests go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topology {
    /// One instance.
    Single,
    /// Two instances on one database; every request goes to the one the last did not.
    SplitBrain,
    /// One instance, stopped and started anew before every request.
    RestartBetween,
}

impl Topology {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Single, Self::SplitBrain, Self::RestartBetween];
}

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// SQLite in a temporary folder.
    Sqlite,
    /// A database of its own on the test process's PostgreSQL.
    Postgres,
}

impl Backend {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];
}

/// Runs a scenario on both databases in all topologies, each in a world of its own.
///
/// # Panics
/// When a world cannot be started.
pub async fn everywhere(test: &str, scenario: impl AsyncFn(&World)) {
    for backend in Backend::ALL {
        for topology in Topology::ALL {
            on(test, backend, topology, &scenario).await;
        }
    }
}

/// Runs a scenario on both databases, with one instance.
///
/// # Panics
/// When a world cannot be started.
pub async fn on_both(test: &str, scenario: impl AsyncFn(&World)) {
    for backend in Backend::ALL {
        on(test, backend, Topology::Single, &scenario).await;
    }
}

#[expect(
    clippy::print_stdout,
    reason = "a failing scenario has to say in which world it failed"
)]
async fn on(test: &str, backend: Backend, topology: Topology, scenario: &impl AsyncFn(&World)) {
    let Some(world) = World::start(test, backend, topology).await else {
        return;
    };
    println!("{test}: {backend:?}, {topology:?}");
    scenario(&world).await;
    world.stop().await;
}

/// A running Gatefold.
pub struct World {
    /// The address people type; the same for all instances.
    pub public_url: Url,
    /// The database, for looking behind the edge.
    pub db: Database,
    /// Services over it, for arranging what a scenario starts from.
    pub identity: Identity,
    /// Which database.
    pub backend: Backend,
    topology: Topology,
    database_url: String,
    instances: Mutex<Vec<Instance>>,
    turn: AtomicUsize,
    seed: AtomicUsize,
    folder: Option<PathBuf>,
    _database: Option<TestDatabase>,
}

impl World {
    /// Starts one; `None` where PostgreSQL was said to be skipped.
    ///
    /// # Panics
    /// When it cannot be started.
    pub async fn start(test: &str, backend: Backend, topology: Topology) -> Option<Self> {
        let place = match backend {
            Backend::Sqlite => Place::folder(),
            Backend::Postgres => {
                let database = skip_without_postgres(test)?
                    .create_database()
                    .await
                    .expect("a database can be created");
                Place {
                    url: database.url.clone(),
                    folder: None,
                    database: Some(database),
                }
            }
        };
        let world = Self::at(local(), backend, topology, place).await;
        Some(world.expect("a world can be started"))
    }

    /// Starts one instance on SQLite whose public address is this one. Under `https` it behaves as in
    /// production; nothing here speaks TLS, because the edge goes by the public address alone.
    ///
    /// # Panics
    /// When it cannot be started.
    pub async fn start_at(public_url: &str) -> Self {
        let public_url = Url::parse(public_url).expect("an address");
        let world = Self::at(
            public_url,
            Backend::Sqlite,
            Topology::Single,
            Place::folder(),
        )
        .await;
        world.expect("a world can be started")
    }

    /// Starts one instance over a database that is already there, for example behind a proxy.
    ///
    /// # Errors
    /// When the database cannot be reached or an instance cannot listen.
    pub async fn over_database(backend: Backend, database_url: String) -> anyhow::Result<Self> {
        let place = Place {
            url: database_url,
            folder: None,
            database: None,
        };
        Self::at(local(), backend, Topology::Single, place).await
    }

    async fn at(
        public_url: Url,
        backend: Backend,
        topology: Topology,
        place: Place,
    ) -> anyhow::Result<Self> {
        let Place {
            url: database_url,
            folder,
            database,
        } = place;
        let db = Database::connect(&database_url, &connect_options()).await?;
        db.migrate().await?;
        let identity = identity(db.clone(), &public_url)?;
        let count = if topology == Topology::SplitBrain {
            2
        } else {
            1
        };
        let mut instances = Vec::new();
        for _ in 0..count {
            instances.push(Instance::start(&database_url, &public_url).await?);
        }
        Ok(Self {
            public_url,
            db,
            identity,
            backend,
            topology,
            database_url,
            instances: Mutex::new(instances),
            turn: AtomicUsize::new(0),
            seed: AtomicUsize::new(1),
            folder,
            _database: database,
        })
    }

    /// A person with a browser and an authenticator of their own.
    #[must_use]
    pub fn visitor(&self) -> Visitor<'_> {
        let seed = self.seed.fetch_add(1, Ordering::Relaxed);
        Visitor::new(self, u64::try_from(seed).unwrap_or_default())
    }

    /// The database's address.
    #[must_use]
    pub fn database_url(&self) -> &str {
        &self.database_url
    }

    /// Where an instance listens, for requests that no client would send.
    ///
    /// # Panics
    /// When no instance runs.
    pub async fn address(&self) -> SocketAddr {
        self.next_instance().await.expect("an instance runs")
    }

    /// Where the next request goes.
    pub(crate) async fn next_instance(&self) -> anyhow::Result<SocketAddr> {
        let mut instances = self.instances.lock().await;
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        if self.topology == Topology::RestartBetween
            && let Some(old) = instances.pop()
        {
            old.stop().await;
            instances.push(Instance::start(&self.database_url, &self.public_url).await?);
        }
        let index = turn % instances.len();
        instances
            .get(index)
            .map(|instance| instance.address)
            .context("no instance runs")
    }

    /// The database's time, in milliseconds.
    ///
    /// # Panics
    /// When the database does not answer.
    pub async fn now(&self) -> i64 {
        self.db.now().await.expect("a database").get()
    }

    /// Stops the database's clock at this moment, for every instance. The clocks of the processes
    /// go on.
    ///
    /// # Panics
    /// When the database refuses.
    pub async fn stop_clock_at(&self, millis: i64) {
        let view = format!(
            "DROP VIEW gk_clock; CREATE VIEW gk_clock (now_ms) AS SELECT CAST({millis} AS BIGINT);"
        );
        self.run(&view).await;
    }

    /// Runs statements of a test's own.
    ///
    /// # Panics
    /// When the database refuses one.
    pub async fn run(&self, script: &str) {
        gatefold_store::testing::execute(&self.db, script)
            .await
            .expect("statements the database accepts");
    }

    /// Counts rows of a table, with or without a condition.
    ///
    /// # Panics
    /// When the database refuses.
    pub async fn count(&self, rows: &str) -> i64 {
        gatefold_store::testing::number(&self.db, &format!("SELECT COUNT(*) FROM {rows}"))
            .await
            .expect("a number")
    }

    /// Everything an administrator sees of an account.
    ///
    /// # Panics
    /// When there is no such account.
    pub async fn detail(&self, subject: Subject) -> Detail {
        let detail = self.identity.account_detail(subject).await;
        detail.expect("an account")
    }

    /// Has an operator disable an account.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn disable(&self, subject: Subject) {
        let client = Client::operator();
        let actor = Actor {
            principal: None,
            client: &client,
        };
        let done = self.identity.disable(actor, subject, "left").await;
        done.expect("disabled");
    }

    /// Has an operator enable an account.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn enable(&self, subject: Subject) {
        let client = Client::operator();
        let actor = Actor {
            principal: None,
            client: &client,
        };
        let done = self.identity.enable(actor, subject).await;
        done.expect("enabled");
    }

    /// Has an operator issue the link an account needs; gives its code.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn link(&self, subject: Subject) -> String {
        let client = Client::operator();
        let actor = Actor {
            principal: None,
            client: &client,
        };
        let link = self.identity.account_link(actor, subject).await;
        link.expect("a link").token.to_text().expose().clone()
    }

    /// Has an operator issue a link to set up; gives its code.
    ///
    /// # Panics
    /// When somebody can already sign in.
    pub async fn setup_link(&self) -> String {
        let link = self.identity.setup_link(&Client::operator()).await;
        link.expect("a link").token.to_text().expose().clone()
    }

    /// Stops every instance and removes the database.
    pub async fn stop(self) {
        for instance in self.instances.into_inner() {
            instance.stop().await;
        }
        self.db.close().await;
        if let Some(folder) = self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// Every row of every table of ours on PostgreSQL, as `table {row as JSON}`, sorted. Comparing two
/// of these shows all that a request left behind.
///
/// # Errors
/// Whatever the server answered.
pub async fn rows(database_url: &str) -> anyhow::Result<Vec<String>> {
    let mut connection = PgConnection::connect(database_url).await?;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT CAST(table_name AS TEXT) FROM information_schema.tables \
         WHERE table_type = 'BASE TABLE' AND table_name LIKE 'gk!_%' ESCAPE '!'",
    )
    .fetch_all(&mut connection)
    .await?;
    let each = tables
        .iter()
        .map(|name| format!("SELECT '{name} ' || CAST(to_jsonb(t) AS TEXT) FROM {name} t"));
    let all = each.collect::<Vec<_>>().join(" UNION ALL ");
    let mut rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(all))
        .fetch_all(&mut connection)
        .await?;
    rows.sort_unstable();
    connection.close().await?;
    Ok(rows)
}

/// Where a world's database is.
struct Place {
    url: String,
    folder: Option<PathBuf>,
    database: Option<TestDatabase>,
}

impl Place {
    fn folder() -> Self {
        let folder = temporary_folder().expect("a temporary folder can be made");
        Self {
            url: format!("sqlite://{}/gatefold.db", folder.display()),
            folder: Some(folder),
            database: None,
        }
    }
}

/// The public address of most worlds.
fn local() -> Url {
    Url::parse("http://localhost:4711").expect("an address")
}

/// One instance: its own pools, its own listener, nothing shared but the database.
struct Instance {
    address: SocketAddr,
    db: Database,
    server: tokio::task::JoinHandle<()>,
}

impl Instance {
    async fn start(database_url: &str, public_url: &Url) -> anyhow::Result<Self> {
        let db = Database::connect(database_url, &connect_options()).await?;
        let app = App::new(Parts {
            identity: identity(db.clone(), public_url)?,
            pages: gatefold_pages::Pages::new()?,
            entropy: Arc::new(SystemEntropy),
            metrics: None,
            settings: web_settings(public_url)?,
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let service = gatefold_web::router(app).into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move {
            let _ = axum::serve(listener, service).await;
        });
        Ok(Self {
            address,
            db,
            server,
        })
    }

    async fn stop(self) {
        self.server.abort();
        let _ = self.server.await;
        self.db.close().await;
    }
}

fn connect_options() -> ConnectOptions {
    ConnectOptions {
        max_connections: 12,
    }
}

fn identity(db: Database, public_url: &Url) -> anyhow::Result<Identity> {
    let origin = Origin::parse(&public_url.origin().ascii_serialization())?;
    let relying_party = RelyingParty::new(
        RpId::parse(public_url.host_str().context("an address with a host")?)?,
        String::from("Gatefold"),
        vec![origin],
    )?;
    let mut settings = Settings::new(relying_party);
    settings.password_threads = 2;
    Ok(Identity::new(db, Arc::new(SystemEntropy), settings))
}

fn web_settings(public_url: &Url) -> anyhow::Result<WebSettings> {
    Ok(WebSettings {
        public_url: public_url.clone(),
        trusted_proxies: vec!["127.0.0.1/32".parse()?],
        cookies: CookiePolicy {
            secure: public_url.scheme() == "https",
            same_site: SameSite::Lax,
        },
        development: public_url.scheme() == "http",
        agent_brand: gatefold_pages::Brand::named("Gatefold"),
        customer_brand: gatefold_pages::Brand::named("Gatefold"),
    })
}

fn temporary_folder() -> anyhow::Result<PathBuf> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder =
        std::env::temp_dir().join(format!("gatefold-world-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
