//! Writes that wait for each other inside a unit of work.

use gatefold_kernel::{AccountId, AccountKind, Subject};
use gatefold_store::event::{self, NewEvent};
use gatefold_store::{StoreError, passkey, session, setting};

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

    async fn what_failed_cannot_be_committed(case) {
        // INV-FAIL-CLOSED: PostgreSQL would roll back and call the commit a success.
        let mut uow = case.begin().await;
        setting::set(&mut uow, "x", "half").await.unwrap();
        let unknown = gatefold_kernel::AccountId::new(12_345);
        assert!(gatefold_store::password::set(&mut uow, unknown, "hash").await.is_err());
        assert!(uow.commit().await.is_err());
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_setting").await, 0);
    }
}
