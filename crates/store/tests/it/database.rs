use gatefold_store::{Backend, ConnectOptions, Database, StoreError, ceremony, setting, testing};

use crate::support::{Case, connect, contract};

contract! {
    async fn every_statement_is_accepted(case) {
        let catalogue = testing::catalogue();
        assert!(catalogue.len() > 60, "{}", catalogue.len());
        for (name, text) in catalogue {
            if let Err(error) = testing::prepare(&case.db, text).await {
                panic!("{name}: {:?}", std::error::Error::source(&error));
            }
        }
    }

    async fn statements_name_known_tables(case) {
        for (name, _) in testing::catalogue() {
            let table = name.split(' ').next().unwrap();
            assert!(case.number(&format!("SELECT COUNT(*) FROM {table}")).await >= 0, "{table}");
        }
    }

    async fn the_clock_is_right_and_can_be_moved(case) {
        let real = real_now();
        assert!((case.now().await.get() - real).abs() < 10_000);
        case.later(86_400_000).await;
        assert!((case.now().await.get() - real - 86_400_000).abs() < 10_000);
        assert!((case.second().await.now().await.unwrap().get() - real - 86_400_000).abs() < 10_000);
        let mut uow = case.begin().await;
        assert!((uow.now().await.unwrap().get() - real - 86_400_000).abs() < 10_000);
    }

    async fn migrating_again_does_nothing(case) {
        let report = case.db.migrate().await.unwrap();
        assert_eq!((report.applied.len(), report.version), (0, 1));
    }

    async fn a_newer_database_is_refused(case) {
        testing::execute(&case.db, "INSERT INTO gk_migration (version, name, checksum) VALUES (9, '0009_x', '')").await.unwrap();
        let error = case.db.migrate().await.unwrap_err();
        assert!(matches!(error, StoreError::Newer { found: 9, known: 1 }), "{error}");
    }

    async fn a_changed_migration_is_refused(case) {
        testing::execute(&case.db, "UPDATE gk_migration SET checksum = 'other' WHERE version = 1").await.unwrap();
        let error = case.db.migrate().await.unwrap_err();
        assert!(matches!(&error, StoreError::Drift { name } if name == "0001_identity"), "{error}");
    }

    async fn instances_that_migrate_together_wait_for_each_other(case) {
        let everything = match case.db.backend() {
            Backend::Sqlite => {
                let folder = std::env::temp_dir().join(format!("gatefold-store-two-{}", std::process::id()));
                format!("sqlite://{}/gatefold.db", folder.display())
            }
            Backend::Postgres => {
                testing::execute(&case.db, "DROP SCHEMA public CASCADE; CREATE SCHEMA public").await.unwrap();
                case.url.clone()
            }
        };
        let (one, two) = (connect(&everything).await, connect(&everything).await);
        let (left, right) = tokio::join!(one.migrate(), two.migrate());
        let (left, right) = (left.unwrap(), right.unwrap());
        assert_eq!((left.version, right.version), (1, 1));
        assert_eq!(left.applied.len() + right.applied.len(), 1);
        one.close().await;
        two.close().await;
        if let Some(path) = everything.strip_prefix("sqlite://") {
            std::fs::remove_dir_all(std::path::Path::new(path).parent().unwrap()).unwrap();
        }
    }

    async fn a_dropped_unit_of_work_leaves_nothing_and_the_writer_usable(case) {
        for _ in 0..20 {
            let mut uow = case.begin().await;
            setting::set(&mut uow, "x", "half").await.unwrap();
            drop(uow);
        }
        let mut uow = case.begin().await;
        assert_eq!(setting::get(&mut uow, "x").await.unwrap(), None);
        setting::set(&mut uow, "x", "whole").await.unwrap();
        uow.commit().await.unwrap();
        assert_eq!(setting::get(&mut case.read().await, "x").await.unwrap().as_deref(), Some("whole"));
    }

    async fn a_cancelled_task_leaves_nothing_and_the_writer_usable(case) {
        // INV-FAIL-CLOSED
        // Aborted at every stage, from waiting for the connection to waiting for the commit.
        for round in 0..60 {
            let db = case.db.clone();
            let task = tokio::spawn(async move {
                let mut uow = db.begin().await.unwrap();
                for n in 0..5 {
                    setting::set(&mut uow, &format!("cancelled {n}"), "half").await.unwrap();
                }
                // Never reached with less than all five.
                uow.commit().await.unwrap();
            });
            for _ in 0..round * round {
                tokio::task::yield_now().await;
            }
            task.abort();
            let _ = task.await;
            let rows = case.number("SELECT COUNT(*) FROM gk_setting").await;
            assert!(rows == 0 || rows == 5, "{rows} in round {round}");
            testing::execute(&case.db, "DELETE FROM gk_setting").await.unwrap();
        }
        let mut uow = case.begin().await;
        setting::set(&mut uow, "x", "whole").await.unwrap();
        uow.commit().await.unwrap();
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_setting").await, 1);
    }

    async fn connections_that_the_server_ended_cost_one_failure_each_at_most(case) {
        if case.db.backend() == Backend::Sqlite {
            return;
        }
        let mut open = Vec::new();
        for _ in 0..6 {
            open.push(case.read().await);
        }
        drop(open);
        let others = case.second().await;
        testing::number(&others, "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity \
            WHERE datname = current_database() AND pid <> pg_backend_pid()").await.unwrap();
        let mut failures = 0;
        for _ in 0..6 {
            failures += usize::from(case.db.now().await.is_err());
        }
        assert!(failures <= 1, "{failures} of 6 met a dead connection");
    }

    async fn an_instance_goes_on_after_a_column_changed(case) {
        if case.db.backend() == Backend::Sqlite {
            return;
        }
        assert!(setting::get(&mut case.read().await, "x").await.is_ok());
        let script = "ALTER TABLE gk_setting ALTER COLUMN value TYPE VARCHAR(9000)";
        testing::execute(&case.second().await, script).await.unwrap();
        let mut failures = 0;
        for _ in 0..3 {
            failures += usize::from(setting::get(&mut case.read().await, "x").await.is_err());
        }
        assert!(failures <= 1, "what was prepared before is prepared again");
    }

    async fn a_failed_statement_does_not_spoil_the_connection(case) {
        for _ in 0..20 {
            let mut uow = case.begin().await;
            setting::set(&mut uow, "x", "half").await.unwrap();
            let unknown = gatefold_kernel::AccountId::new(12_345);
            assert!(gatefold_store::password::set(&mut uow, unknown, "hash").await.is_err());
        }
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_setting").await, 0);
        assert_eq!(ceremony::sweep(&case.db).await.unwrap(), ceremony::SweepReport::default());
    }

    async fn a_reader_sees_only_what_is_committed(case) {
        let mut uow = case.begin().await;
        setting::set(&mut uow, "x", "y").await.unwrap();
        let mut reader = case.read().await;
        assert_eq!(setting::get(&mut reader, "x").await.unwrap(), None);
        assert_eq!(setting::get(&mut uow, "x").await.unwrap().as_deref(), Some("y"));
        uow.commit().await.unwrap();
        assert_eq!(setting::get(&mut reader, "x").await.unwrap().as_deref(), Some("y"));
    }

    async fn read_then_write_never_finds_the_database_locked(case) {
        let mut uow = case.begin().await;
        setting::set(&mut uow, "counter", "0").await.unwrap();
        uow.commit().await.unwrap();
        let done = case
            .race(|db, _| async move {
                let mut uow = db.begin().await.unwrap();
                setting::get(&mut uow, "counter").await.unwrap();
                gatefold_store::account::lock_admins(&mut uow).await.unwrap();
                let count: u32 = setting::get(&mut uow, "counter").await.unwrap().unwrap().parse().unwrap();
                setting::set(&mut uow, "counter", &(count + 1).to_string()).await.unwrap();
                uow.commit().await.is_ok()
            })
            .await;
        assert_eq!(done, 50);
        assert_eq!(setting::get(&mut case.read().await, "counter").await.unwrap().as_deref(), Some("50"));
    }

    async fn after_closing_everything_fails(case) {
        case.db.close().await;
        assert!(matches!(case.db.now().await, Err(StoreError::Unavailable(_))));
        assert!(matches!(case.db.begin().await, Err(StoreError::Unavailable(_))));
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one test that compares the database's clock with the machine's"
)]
fn real_now() -> i64 {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    i64::try_from(now.as_millis()).unwrap()
}

#[tokio::test]
async fn addresses_that_cannot_be_used_are_refused_without_repeating_them() {
    let options = ConnectOptions::default();
    for url in [
        "",
        "mysql://root:hunter2@db/x",
        "sqlite://",
        "sqlite::memory:",
        "sqlite://x?mode=rwc",
        "postgres://a:hunter2@[::1/x",
    ] {
        let error = Database::connect(url, &options).await.unwrap_err();
        assert!(matches!(error, StoreError::Address(_)), "{url}: {error}");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
    let nowhere = Database::connect("postgres://gatefold@127.0.0.1:1/x", &options)
        .await
        .unwrap_err();
    assert!(matches!(nowhere, StoreError::Unavailable(_)), "{nowhere}");
    let no_folder = Database::connect("sqlite:///proc/nowhere/x.db", &options)
        .await
        .unwrap_err();
    assert!(matches!(no_folder, StoreError::File(_)), "{no_folder}");
}

#[tokio::test]
async fn the_database_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let case = Case::sqlite().await;
    assert_eq!(case.db.backend(), Backend::Sqlite);
    let path = case.url.strip_prefix("sqlite://").unwrap();
    for file in [
        path.to_owned(),
        format!("{path}-wal"),
        format!("{path}-shm"),
    ] {
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[tokio::test]
async fn sqlite_recovers_when_it_ended_a_transaction_by_itself() {
    let case = Case::sqlite().await;
    // As a full disk or an I/O error may do.
    let trigger = "CREATE TRIGGER boom BEFORE INSERT ON gk_setting WHEN new.name = 'boom' \
        BEGIN SELECT RAISE(ROLLBACK, 'boom'); END";
    testing::execute(&case.db, trigger).await.unwrap();
    for _ in 0..3 {
        let mut uow = case.begin().await;
        assert!(setting::set(&mut uow, "boom", "x").await.is_err());
        drop(uow);
        let mut uow = case.begin().await;
        setting::set(&mut uow, "small", "x").await.unwrap();
        uow.commit().await.unwrap();
    }
    assert_eq!(case.number("SELECT COUNT(*) FROM gk_setting").await, 1);
}
