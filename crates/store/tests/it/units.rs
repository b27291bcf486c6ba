//! Writes that wait for each other inside a unit of work.

use gatefold_kernel::{AccountId, AccountKind, Status, Subject};
use gatefold_store::ceremony::{self, Consumption, SignIn};
use gatefold_store::event::{self, NewEvent};
use gatefold_store::{StoreError, account, passkey, session, setting};

use crate::guards::new_event;
use crate::sessions;
use crate::support::{contract, token};

fn subject(id: AccountId) -> Subject {
    Subject {
        kind: AccountKind::Customer,
        id,
    }
}

contract! {
    async fn postponed_writes_are_done_in_time_and_together(case) {
        let (amira, ben) = (case.customer("amira").await, case.customer("ben").await);
        let mut uow = case.begin().await;
        event::append(&mut uow, &NewEvent { account: Some(subject(amira)), ..new_event("done") }).await.unwrap();
        session::insert(&mut uow, &sessions::new(token(), amira)).await.unwrap();
        let seen = event::recent(&mut uow, amira, 9).await.unwrap();
        assert_eq!(seen.len(), 1, "a read in the same unit of work sees what waited");
        let (first, second) = (token(), token());
        session::insert(&mut uow, &sessions::new(first, ben)).await.unwrap();
        session::end(&mut uow, &first).await.unwrap();
        session::insert(&mut uow, &sessions::new(second, ben)).await.unwrap();
        uow.commit().await.unwrap();
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_session").await, 2, "writes to one table keep their order");
        assert!(session::find(&mut case.read().await, &second).await.unwrap().is_some());
    }

    async fn a_postponed_write_that_misses_its_row_stores_nothing(case) {
        // INV-FAIL-CLOSED
        let amira = case.customer("amira").await;
        let mut uow = case.begin().await;
        setting::set(&mut uow, "x", "half").await.unwrap();
        session::insert(&mut uow, &sessions::new(token(), amira)).await.unwrap();
        let nobody = gatefold_kernel::credential::CredentialKey::new(99);
        passkey::record_use(&mut uow, nobody, 0, 1, false).await.unwrap();
        let missed = uow.commit().await.unwrap_err();
        assert!(matches!(missed, StoreError::Missed { table: "gk_webauthn_credential" }), "{missed}");
        for table in ["gk_session", "gk_setting"] {
            assert_eq!(case.number(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
        }
    }

    async fn an_attempt_stores_everything_or_nothing(case) {
        let amira = case.customer("amira").await;
        let passkey = crate::passkeys::registered(case, amira).await;
        let mut attempt = case.db.attempt().await.unwrap();
        session::end(&mut attempt, &token()).await.unwrap();
        session::insert(&mut attempt, &sessions::new(token(), amira)).await.unwrap();
        passkey::record_use(&mut attempt, passkey, 0, 5, true).await.unwrap();
        event::append(&mut attempt, &new_event("one")).await.unwrap();
        event::append(&mut attempt, &new_event("two")).await.unwrap();
        attempt.commit().await.unwrap();
        let stored = passkey::list(&mut case.read().await, amira).await.unwrap().pop().unwrap();
        assert_eq!((stored.sign_count, stored.backup_state), (5, true));
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_auth_event").await, 2);
        // The counter has moved since it was read.
        let mut attempt = case.db.attempt().await.unwrap();
        session::insert(&mut attempt, &sessions::new(token(), amira)).await.unwrap();
        passkey::record_use(&mut attempt, passkey, 0, 6, true).await.unwrap();
        event::append(&mut attempt, &new_event("three")).await.unwrap();
        assert!(matches!(attempt.commit().await, Err(StoreError::Missed { .. })));
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_session").await, 1);
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_auth_event").await, 2);
        let mut attempt = case.db.attempt().await.unwrap();
        event::append(&mut attempt, &new_event("dropped")).await.unwrap();
        drop(attempt);
        case.db.attempt().await.unwrap().commit().await.unwrap();
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_auth_event").await, 2);
    }

    async fn no_session_is_stored_for_an_account_that_is_not_active(case) {
        // INV-ONE-POLICY
        let amira = case.customer("amira").await;
        let mut attempt = case.db.attempt().await.unwrap();
        session::insert(&mut attempt, &sessions::new(token(), amira)).await.unwrap();
        let mut uow = case.begin().await;
        account::set_status(&mut uow, amira, Status::Disabled).await.unwrap();
        uow.commit().await.unwrap();
        assert!(matches!(attempt.commit().await, Err(StoreError::Missed { .. })), "disabled meanwhile");
        let mut uow = case.begin().await;
        session::insert(&mut uow, &sessions::new(token(), amira)).await.unwrap();
        assert!(matches!(uow.commit().await, Err(StoreError::Missed { .. })));
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_session").await, 0);
    }

    async fn of_many_attempts_to_use_a_passkey_one_finds_it_as_it_was_read(case) {
        let amira = case.customer("amira").await;
        let key = crate::passkeys::registered(case, amira).await;
        let won = case
            .race(move |db, _| async move {
                let mut attempt = db.attempt().await.unwrap();
                passkey::record_use(&mut attempt, key, 0, 1, true).await.unwrap();
                session::insert(&mut attempt, &sessions::new(token(), amira)).await.unwrap();
                match attempt.commit().await {
                    Ok(()) => true,
                    Err(StoreError::Missed { .. }) => false,
                    Err(error) => panic!("{:?}", std::error::Error::source(&error)),
                }
            })
            .await;
        assert_eq!(won, 1);
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_session").await, 1);
    }

    async fn attempts_and_units_of_work_never_wait_in_a_circle(case) {
        let amira = case.customer("amira").await;
        let key = crate::passkeys::registered(case, amira).await;
        let done = case
            .race(move |db, n| async move {
                if n % 2 == 0 {
                    let mut attempt = db.attempt().await.unwrap();
                    passkey::record_use(&mut attempt, key, 0, 0, true).await.unwrap();
                    session::insert(&mut attempt, &sessions::new(token(), amira)).await.unwrap();
                    return attempt.commit().await.is_ok();
                }
                let mut uow = db.begin().await.unwrap();
                account::lock(&mut uow, amira).await.unwrap().unwrap();
                passkey::rename(&mut uow, amira, key, "another").await.unwrap();
                uow.commit().await.is_ok()
            })
            .await;
        assert_eq!(done, crate::support::RACERS, "a deadlock fails one of its parties");
    }

    async fn attempts_and_units_at_one_ceremony_never_wait_in_a_circle(case) {
        let amira = case.customer("amira").await;
        let key = crate::passkeys::registered(case, amira).await;
        let browser = token();
        ceremony::begin::<SignIn>(&case.db, &crate::ceremonies::new(b"challenge", browser)).await.unwrap();
        let done = case
            .race(move |db, n| async move {
                if n % 2 == 0 {
                    let mut attempt = db.attempt().await.unwrap();
                    let found = ceremony::consume::<SignIn>(&mut attempt, b"challenge", &browser).await;
                    if matches!(found, Ok(Consumption::Missing)) {
                        return true;
                    }
                    passkey::record_use(&mut attempt, key, 0, 0, true).await.unwrap();
                    session::insert(&mut attempt, &sessions::new(token(), amira)).await.unwrap();
                    return matches!(attempt.commit().await, Ok(()) | Err(StoreError::Missed { .. }));
                }
                let mut uow = db.begin().await.unwrap();
                ceremony::consume::<SignIn>(&mut uow, b"challenge", &browser).await.unwrap();
                let found = passkey::with_account(&mut uow, b"one").await;
                // Half of them bring the ceremony back.
                if n % 4 == 1 { uow.commit().await.is_ok() } else { found.is_ok() }
            })
            .await;
        assert_eq!(done, crate::support::RACERS, "a deadlock fails one of its parties");
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_webauthn_ceremony").await, 0);
        assert!(case.number("SELECT COUNT(*) FROM gk_session").await <= 1);
    }

    async fn an_attempt_stores_nothing_in_parts(case) {
        // INV-FAIL-CLOSED
        let amira = case.customer("amira").await;
        let key = crate::passkeys::registered(case, amira).await;
        let mut attempt = case.db.attempt().await.unwrap();
        event::append(&mut attempt, &new_event("waits")).await.unwrap();
        passkey::record_use(&mut attempt, key, 0, 1, true).await.unwrap();
        let again = passkey::record_use(&mut attempt, key, 1, 2, true).await;
        assert!(matches!(again, Err(StoreError::Missed { .. })));
        drop(attempt);
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_auth_event").await, 0);
    }

    async fn a_unit_that_missed_a_row_cannot_be_committed(case) {
        // INV-FAIL-CLOSED
        let mut uow = case.begin().await;
        event::append(&mut uow, &new_event("half")).await.unwrap();
        let nobody = gatefold_kernel::credential::CredentialKey::new(99);
        passkey::record_use(&mut uow, nobody, 0, 1, false).await.unwrap();
        assert!(matches!(setting::get(&mut uow, "x").await, Err(StoreError::Missed { .. })));
        assert!(uow.commit().await.is_err());
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_auth_event").await, 0);
    }

    async fn what_waits_is_not_shown(case) {
        // V8
        let amira = case.customer("amira").await;
        let mut uow = case.begin().await;
        gatefold_store::password::set(&mut uow, amira, "old").await.unwrap();
        let key = gatefold_kernel::credential::CredentialKey::new(1);
        gatefold_store::password::replace_hash_if(&mut uow, key, "old", "much-newer").await.unwrap();
        assert!(!format!("{uow:?}").contains("much-newer"));
    }

    async fn what_failed_cannot_be_committed(case) {
        // INV-FAIL-CLOSED: PostgreSQL would roll back and call the commit a success.
        let mut uow = case.begin().await;
        setting::set(&mut uow, "x", "half").await.unwrap();
        let unknown = AccountId::new(12_345);
        assert!(gatefold_store::password::set(&mut uow, unknown, "hash").await.is_err());
        assert!(uow.commit().await.is_err());
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_setting").await, 0);
    }
}
