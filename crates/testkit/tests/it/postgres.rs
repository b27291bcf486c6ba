//! The temporary PostgreSQL.

use gatefold_testkit::postgres::skip_without_postgres;
use sqlx::Row;

#[tokio::test]
async fn each_database_is_empty_and_its_own() -> anyhow::Result<()> {
    let Some(cluster) = skip_without_postgres("each_database_is_empty_and_its_own") else {
        return Ok(());
    };
    let (one, other) = (
        cluster.create_database().await?,
        cluster.create_database().await?,
    );
    let mut in_one = one.connect().await?;
    sqlx::query("CREATE TABLE gk_probe (id BIGINT)")
        .execute(&mut in_one)
        .await?;
    let mut in_other = other.connect().await?;
    let tables: i64 =
        sqlx::query_scalar("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            .fetch_one(&mut in_other)
            .await?;
    assert_eq!(tables, 0);
    Ok(())
}

#[tokio::test]
async fn text_is_utf8_and_sorts_by_code_point() -> anyhow::Result<()> {
    let Some(cluster) = skip_without_postgres("text_is_utf8_and_sorts_by_code_point") else {
        return Ok(());
    };
    let database = cluster.create_database().await?;
    let mut connection = database.connect().await?;
    let row = sqlx::query("SELECT current_setting('server_encoding'), 'Z' < 'a', length('ä')")
        .fetch_one(&mut connection)
        .await?;
    assert_eq!(
        (
            row.get::<&str, _>(0),
            row.get::<bool, _>(1),
            row.get::<i32, _>(2)
        ),
        ("UTF8", true, 1)
    );
    Ok(())
}

#[tokio::test]
async fn a_dropped_database_is_gone_even_with_a_connection_left_open() -> anyhow::Result<()> {
    let test = "a_dropped_database_is_gone_even_with_a_connection_left_open";
    let Some(cluster) = skip_without_postgres(test) else {
        return Ok(());
    };
    let database = cluster.create_database().await?;
    let url = database.url.clone();
    let left_open = database.connect().await?;
    drop(database);
    let again = <sqlx::PgConnection as sqlx::Connection>::connect(&url).await;
    assert!(again.is_err(), "{url} still accepts connections");
    drop(left_open);
    Ok(())
}
