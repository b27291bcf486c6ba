//! Where benchmarks take place: databases, the relying party, a runtime.

use gatefold_kernel::webauthn::{Origin, RelyingParty, RpId};
use gatefold_store::{ConnectOptions, Database};
use gatefold_testkit::postgres::{Cluster, Durability, TestDatabase};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The origin of every page.
pub(crate) const ORIGIN: &str = "http://localhost:4711";

/// A migrated database that goes away with the value.
pub(crate) struct Place {
    /// The word in the benchmarks' names.
    pub(crate) name: &'static str,
    /// The database.
    pub(crate) db: Database,
    _folder: Option<TempDir>,
    _database: Option<TestDatabase>,
    _cluster: Option<Cluster>,
}

impl Place {
    /// A file in a temporary folder.
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("gatefold.db");
        let db = open(&format!("sqlite://{}", file.display())).await;
        Self {
            name: "sqlite",
            db,
            _folder: Some(folder),
            _database: None,
            _cluster: None,
        }
    }

    /// A temporary PostgreSQL whose commits wait for the disk; `None`, and a line that says so, without one.
    pub(crate) async fn postgres() -> Option<Self> {
        let cluster = match Cluster::temporary(Durability::Default) {
            Ok(cluster) => cluster,
            Err(error) => {
                eprintln!("SKIPPED: benchmarks on PostgreSQL: {error}");
                return None;
            }
        };
        let database = cluster.create_database().await;
        let database = database.expect("a server of our own creates databases");
        Some(Self {
            name: "postgres",
            db: open(&database.url).await,
            _folder: None,
            _database: Some(database),
            _cluster: Some(cluster),
        })
    }
}

async fn open(url: &str) -> Database {
    let options = ConnectOptions { max_connections: 4 };
    let db = Database::connect(url, &options).await;
    let db = db.expect("a new database can be opened");
    db.migrate().await.expect("a new database can be migrated");
    db
}

/// The relying party of every ceremony.
pub(crate) fn relying_party() -> RelyingParty {
    let origin = Origin::parse(ORIGIN).expect("an origin");
    let id = RpId::parse("localhost").expect("a relying party id");
    RelyingParty::new(id, "Gatefold".to_owned(), vec![origin]).expect("they belong together")
}

/// A runtime as the server has it, with one worker.
pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime can be made")
}
