//! The proxy that cuts the database connection at a chosen statement.

use gatefold_testkit::cut_proxy::{Cut, CutProxy, Traffic};
use gatefold_testkit::postgres::{TestDatabase, skip_without_postgres};
use sqlx::{Connection, Executor, PgConnection};

/// A database with an empty table `probe (id)`, and a proxy in front of it.
async fn probed(test: &str) -> anyhow::Result<Option<(TestDatabase, CutProxy)>> {
    let Some(cluster) = skip_without_postgres(test) else {
        return Ok(None);
    };
    let database = cluster.create_database().await?;
    database
        .connect()
        .await?
        .execute("CREATE TABLE probe (id BIGINT PRIMARY KEY)")
        .await?;
    let proxy = CutProxy::start(&database.url).await?;
    Ok(Some((database, proxy)))
}

/// Four statements: begin, two inserts, commit.
async fn insert_two(url: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    let mut transaction = connection.begin().await?;
    for id in [1_i64, 2] {
        sqlx::query("INSERT INTO probe (id) VALUES ($1)")
            .bind(id)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await
}

async fn rows(database: &TestDatabase) -> anyhow::Result<i64> {
    let mut direct = database.connect().await?;
    Ok(sqlx::query_scalar("SELECT count(*) FROM probe")
        .fetch_one(&mut direct)
        .await?)
}

#[tokio::test]
async fn statements_are_counted_and_named() -> anyhow::Result<()> {
    let Some((database, proxy)) = probed("statements_are_counted_and_named").await? else {
        return Ok(());
    };
    insert_two(proxy.url()).await?;
    let insert = "INSERT INTO probe (id) VALUES ($1)";
    assert_eq!(proxy.statements(), ["BEGIN", insert, insert, "COMMIT"]);
    assert_eq!((proxy.count(), rows(&database).await?), (4, 2));
    proxy.reset();
    assert_eq!((proxy.count(), proxy.statements().len()), (0, 0));
    Ok(())
}

#[tokio::test]
async fn round_trips_and_commits_are_counted() -> anyhow::Result<()> {
    let Some((_database, proxy)) = probed("round_trips_and_commits_are_counted").await? else {
        return Ok(());
    };
    let mut connection = PgConnection::connect(proxy.url()).await?;
    // Prepares the statement, so that every later execution is one round trip.
    let insert = "INSERT INTO probe (id) VALUES ($1)";
    sqlx::query(insert)
        .bind(0_i64)
        .execute(&mut connection)
        .await?;
    proxy.reset();
    let mut transaction = connection.begin().await?;
    for id in [1_i64, 2] {
        sqlx::query(insert)
            .bind(id)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    let counted = |statements, round_trips, commits| Traffic {
        statements,
        round_trips,
        commits,
    };
    assert_eq!(proxy.traffic(), counted(4, 4, 1));
    sqlx::query(insert)
        .bind(3_i64)
        .execute(&mut connection)
        .await?;
    assert_eq!(proxy.traffic(), counted(5, 5, 2));
    let again = sqlx::query(insert).bind(3_i64);
    assert!(again.execute(&mut connection).await.is_err());
    connection.ping().await?;
    assert_eq!(proxy.traffic(), counted(6, 7, 2));
    Ok(())
}

/// Only "after the commit" leaves rows, and the client hears of an error in every case.
#[tokio::test]
async fn every_cut_fails_the_client_and_only_a_completed_commit_is_kept() -> anyhow::Result<()> {
    let test = "every_cut_fails_the_client_and_only_a_completed_commit_is_kept";
    let Some((database, proxy)) = probed(test).await? else {
        return Ok(());
    };
    for cut in (1..=4).flat_map(|n| [Cut::Before(n), Cut::After(n)]) {
        proxy.reset();
        proxy.cut(cut);
        assert!(insert_two(proxy.url()).await.is_err(), "{cut:?}");
        assert!(proxy.is_cut());
        assert!(
            PgConnection::connect(proxy.url()).await.is_err(),
            "{cut:?} lets new connections through"
        );
        let expected = if cut == Cut::After(4) { 2 } else { 0 };
        assert_eq!(rows(&database).await?, expected, "{cut:?}");
        proxy.heal();
        PgConnection::connect(proxy.url()).await?.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn an_automatic_commit_is_durable_after_the_cut() -> anyhow::Result<()> {
    let Some((database, proxy)) = probed("an_automatic_commit_is_durable_after_the_cut").await?
    else {
        return Ok(());
    };
    let mut connection = PgConnection::connect(proxy.url()).await?;
    proxy.cut(Cut::After(1));
    let single = sqlx::query("INSERT INTO probe (id) VALUES ($1)")
        .bind(1_i64)
        .execute(&mut connection)
        .await;
    assert!(single.is_err());
    assert_eq!(rows(&database).await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_cut_closes_the_other_connections_too() -> anyhow::Result<()> {
    let Some((_database, proxy)) = probed("a_cut_closes_the_other_connections_too").await? else {
        return Ok(());
    };
    let mut bystander = PgConnection::connect(proxy.url()).await?;
    let mut victim = PgConnection::connect(proxy.url()).await?;
    proxy.cut(Cut::Before(1));
    assert!(victim.execute("SELECT 1").await.is_err());
    assert!(bystander.execute("SELECT 1").await.is_err());
    proxy.heal();
    assert!(
        bystander.execute("SELECT 1").await.is_err(),
        "a cut connection stays dead after healing"
    );
    Ok(())
}

#[tokio::test]
#[should_panic(expected = "call reset() first")]
async fn a_cut_that_lies_in_the_past_is_refused() {
    // Nobody listens there, and nobody needs to.
    let proxy = CutProxy::start("postgres://nobody@127.0.0.1:1/none")
        .await
        .expect("the proxy binds");
    proxy.cut(Cut::Before(0));
}
