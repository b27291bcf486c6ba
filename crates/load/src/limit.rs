//! The database's own limit: what a passkey sign-in asks of PostgreSQL, asked without a server in between.
//!
//! The tables have the shape of ours, in a database of their own on the same server. A unit is seven round trips, each
//! committed as PostgreSQL does it by default: the ceremony is written down on its own; then, in one transaction, it is
//! taken back, the credential is read and updated, and a session is written. The pool is the one that the product uses.

use std::time::Duration;

use deadpool::managed::{Manager, Metrics, Pool, QueueMode, RecycleError};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Executor as _, PgConnection};

use crate::browser::Failed;
use crate::run::drive::Client;
use crate::run::recorder::{Done, Parts};

/// Statements that make the tables.
const TABLES: &str = include_str!("limit/tables.sql");
const INSERT_CEREMONY: &str = "INSERT INTO ceremony (challenge_hash, browser_hash, purpose, portal, account_id, \
    bound, state, network, created_at, expires_at) \
    VALUES ($1, $2, 'sign-in', 'customer', NULL, NULL, $3, $4, $5, $5 + 300000)";
const TAKE_CEREMONY: &str = "DELETE FROM ceremony WHERE challenge_hash = $1 AND browser_hash = $2 \
    AND purpose = 'sign-in' RETURNING state, expires_at";
const FIND_CREDENTIAL: &str = "SELECT credential_key, account_id, public_key, algorithm, sign_count \
    FROM credential WHERE credential_id = $1";
const COUNT_USE: &str = "UPDATE credential SET sign_count = sign_count + 1, last_used_at = $2 WHERE credential_key = $1";
const INSERT_SESSION: &str = "INSERT INTO session (token_hash, public_ref, account_id, account_kind, surface, method, \
    created_at, authenticated_at, last_seen_at, expires_at, absolute_expires_at, user_agent, network) \
    VALUES ($1, $2, $3, 'customer', 'customer', 'passkey', $4, $4, $4, $4 + 3600000, $4 + 86400000, $5, $6)";
/// What the server keeps for a ceremony, in its usual length.
const STATE: &str =
    r#"{"challenge":"0123456789abcdef0123456789abcdef0123456789a","uv":true,"allowed":[]}"#;
/// How long a client waits for a connection of the pool.
const PATIENCE: Duration = Duration::from_secs(30);

/// Opens connections as the product does, and asks them nothing before they are lent again.
#[derive(Debug)]
struct Opener(PgConnectOptions);

impl Manager for Opener {
    type Type = PgConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<PgConnection, sqlx::Error> {
        self.0.connect().await
    }

    async fn recycle(
        &self,
        _: &mut PgConnection,
        _: &Metrics,
    ) -> Result<(), RecycleError<sqlx::Error>> {
        Ok(())
    }
}

/// One client of the bare database.
#[derive(Debug)]
pub(crate) struct Bare {
    pool: Pool<Opener>,
    credential: Vec<u8>,
    chance: fastrand::Rng,
    network: String,
}

/// Makes the tables, and so many clients on one pool of so many connections, which are open afterwards.
///
/// # Errors
/// Whatever the server answered.
pub(crate) async fn prepare(
    database_url: &str,
    connections: u32,
    clients: usize,
) -> anyhow::Result<Vec<Bare>> {
    let options: PgConnectOptions = database_url.parse()?;
    let pool: Pool<Opener> = Pool::builder(Opener(options.disable_statement_logging()))
        .max_size(usize::try_from(connections)?)
        .runtime(deadpool::Runtime::Tokio1)
        .wait_timeout(Some(PATIENCE))
        .queue_mode(QueueMode::Lifo)
        .build()?;
    let mut connection = pool.get().await?;
    sqlx::raw_sql(TABLES).execute(&mut *connection).await?;
    let mut bare = Vec::new();
    for number in 0..clients {
        let number = u64::try_from(number)?;
        let mut chance = fastrand::Rng::with_seed(number);
        let credential = bytes::<32>(&mut chance).to_vec();
        sqlx::query(
            "INSERT INTO credential (account_id, credential_id, public_key, algorithm, sign_count, created_at) \
             VALUES ($1, $2, $3, -7, 0, 0)",
        )
        .bind(i64::try_from(number)?)
        .bind(&credential)
        .bind(vec![7_u8; 77])
        .execute(&mut *connection)
        .await?;
        bare.push(Bare {
            pool: pool.clone(),
            credential,
            chance,
            network: format!("10.{}.0.0/24", number % 256),
        });
    }
    Ok(bare)
}

/// Closes their connections.
pub(crate) fn close(clients: &[Bare]) {
    if let Some(client) = clients.first() {
        client.pool.close();
    }
}

impl Bare {
    async fn ceremony(&mut self) -> anyhow::Result<()> {
        let challenge = bytes::<32>(&mut self.chance);
        let browser = bytes::<32>(&mut self.chance);
        let now = crate::clock::wall().as_millisecond();
        sqlx::query(INSERT_CEREMONY)
            .bind(challenge.as_slice())
            .bind(browser.as_slice())
            .bind(STATE)
            .bind(&self.network)
            .bind(now)
            .execute(&mut *self.pool.get().await?)
            .await?;
        let mut connection = self.pool.get().await?;
        let connection = &mut *connection;
        connection.execute("BEGIN").await?;
        sqlx::query(TAKE_CEREMONY)
            .bind(challenge.as_slice())
            .bind(browser.as_slice())
            .fetch_one(&mut *connection)
            .await?;
        let (key, account, ..): (i64, i64, Vec<u8>, i64, i64) = sqlx::query_as(FIND_CREDENTIAL)
            .bind(&self.credential)
            .fetch_one(&mut *connection)
            .await?;
        sqlx::query(COUNT_USE)
            .bind(key)
            .bind(now)
            .execute(&mut *connection)
            .await?;
        sqlx::query(INSERT_SESSION)
            .bind(bytes::<32>(&mut self.chance).as_slice())
            .bind(format!("{:016x}", self.chance.u64(..)))
            .bind(account)
            .bind(now)
            .bind("Gatefold-Load/1.0")
            .bind(&self.network)
            .execute(&mut *connection)
            .await?;
        connection.execute("COMMIT").await?;
        Ok(())
    }
}

impl Client for Bare {
    async fn attempt(&mut self) -> Result<Done, Failed> {
        let done = self.ceremony().await;
        done.map_err(|_| Failed("database-failed".into()))?;
        Ok(Done {
            parts: Parts::Whole,
            session: None,
        })
    }
}

fn bytes<const N: usize>(chance: &mut fastrand::Rng) -> [u8; N] {
    let mut bytes = [0; N];
    chance.fill(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use gatefold_testkit::cut_proxy::CutProxy;
    use gatefold_testkit::postgres::skip_without_postgres;

    use super::*;

    #[tokio::test]
    async fn a_ceremony_is_seven_round_trips_and_two_commits() -> anyhow::Result<()> {
        let test = "a_ceremony_is_seven_round_trips_and_two_commits";
        let Some(cluster) = skip_without_postgres(test) else {
            return Ok(());
        };
        let database = cluster.create_database().await?;
        let proxy = CutProxy::start(&database.url).await?;
        let mut clients = prepare(proxy.url(), 1, 2).await?;
        let client = &mut clients[1];
        // Prepares every statement.
        client.ceremony().await?;
        proxy.reset();
        client.ceremony().await?;
        let traffic = proxy.traffic();
        assert_eq!((traffic.statements, traffic.commits), (7, 2));
        assert_eq!(traffic.round_trips, 7);
        Ok(())
    }
}
