use gatefold_kernel::AccountId;
use gatefold_kernel::credential::CredentialKey;
use gatefold_store::passkey::{self, DuplicateCredential, NewPasskey};

use crate::support::{Case, contract, new_passkey};

/// A passkey of this account that has counted nothing yet.
pub(crate) async fn registered(case: &Case, id: AccountId) -> CredentialKey {
    let mut uow = case.begin().await;
    let key = passkey::insert(&mut uow, id, &new_passkey(b"one")).await;
    uow.commit().await.unwrap();
    key.unwrap().unwrap()
}

contract! {
    async fn a_passkey_comes_back_as_it_was_stored(case) {
        let id = case.customer("amira").await;
        let new = NewPasskey {
            sign_count: u32::MAX,
            discoverable: None,
            attachment: Some("platform".to_owned()),
            transports: vec!["usb".to_owned(), "we\"ird".to_owned()],
            algorithm: -65535,
            name: "Schlüssel 🔑".to_owned(),
            ..new_passkey(&[0, 255, 1, 0])
        };
        let mut uow = case.begin().await;
        let key = passkey::insert(&mut uow, id, &new).await.unwrap().unwrap();
        uow.commit().await.unwrap();
        let stored = passkey::list(&mut case.read().await, id).await.unwrap().pop().unwrap();
        let again = NewPasskey {
            credential_id: stored.credential_id.clone(),
            public_key: stored.public_key.clone(),
            algorithm: stored.algorithm,
            sign_count: stored.sign_count,
            backup_eligible: stored.backup_eligible,
            backup_state: stored.backup_state,
            discoverable: stored.discoverable,
            transports: stored.transports.clone(),
            aaguid: stored.aaguid,
            attestation_format: stored.attestation_format.clone(),
            attachment: stored.attachment.clone(),
            name: stored.name.clone(),
        };
        assert_eq!(again, new);
        assert_eq!((stored.key, stored.account, stored.last_used_at), (key, id, None));
    }

    async fn credential_ids_are_unique_and_compare_byte_by_byte(case) {
        let (amira, ben) = (case.customer("amira").await, case.admin("ben").await);
        let long = [vec![9; 1022], vec![1]].concat();
        let ids: [&[u8]; 6] = [b"abc", b"ABC", b"abc\0", b"\0", &long, &long[..1022]];
        let mut uow = case.begin().await;
        for id in ids {
            passkey::insert(&mut uow, amira, &new_passkey(id)).await.unwrap().unwrap();
        }
        for id in ids {
            let twice = passkey::insert(&mut uow, ben, &new_passkey(id)).await.unwrap();
            assert_eq!(twice, Err(DuplicateCredential));
        }
        uow.commit().await.unwrap();
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_credential").await, 6);
        let mut uow = case.begin().await;
        for id in ids {
            let (stored, account, _) = passkey::with_account(&mut uow, id).await.unwrap().unwrap();
            assert_eq!((stored.credential_id.as_slice(), account.id), (id, amira));
        }
        drop(uow);
        for (id, why) in [(vec![], "empty"), (vec![1; 1024], "too long")] {
            let mut uow = case.begin().await;
            assert!(passkey::insert(&mut uow, amira, &new_passkey(&id)).await.is_err(), "{why}");
        }
        let mut uow = case.begin().await;
        let nobody = passkey::insert(&mut uow, AccountId::new(99), &new_passkey(b"x")).await;
        assert!(nobody.is_err());
    }

    async fn of_many_who_register_an_id_one_gets_it(case) {
        let (amira, ben) = (case.customer("amira").await, case.admin("ben").await);
        let won = case
            .race(move |db, n| async move {
                let mut uow = db.begin().await.unwrap();
                let whose = if n % 2 == 0 { amira } else { ben };
                let won = passkey::insert(&mut uow, whose, &new_passkey(b"one")).await.unwrap().is_ok();
                uow.commit().await.unwrap();
                won
            })
            .await;
        assert_eq!(won, 1);
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_credential").await, 1);
    }

    async fn the_credential_brings_its_account_and_handle(case) {
        let new = crate::support::new_account(gatefold_kernel::AccountKind::Agent, "amira", None);
        let id = case.create(&new).await.unwrap();
        let mut uow = case.begin().await;
        passkey::insert(&mut uow, id, &new_passkey(b"one")).await.unwrap().unwrap();
        uow.commit().await.unwrap();
        case.later(10_000).await;
        let mut uow = case.begin().await;
        let (stored, account, handle) = passkey::with_account(&mut uow, b"one").await.unwrap().unwrap();
        let direct = gatefold_store::account::by_id(&mut uow, id).await.unwrap().unwrap();
        assert_eq!((stored.account, account, handle), (id, direct, new.user_handle));
        assert_eq!(passkey::list(&mut uow, id).await.unwrap(), [stored]);
        assert_eq!(passkey::with_account(&mut uow, b"two").await.unwrap(), None);
    }

    async fn the_counter_moves_from_the_value_that_was_judged(case) {
        let id = case.customer("amira").await;
        let mut uow = case.begin().await;
        let key = passkey::insert(&mut uow, id, &new_passkey(b"one")).await.unwrap().unwrap();
        uow.commit().await.unwrap();
        let won = case
            .race(move |db, _| async move {
                let mut uow = db.begin().await.unwrap();
                passkey::record_use(&mut uow, key, 0, 7, true).await.unwrap();
                uow.commit().await.is_ok()
            })
            .await;
        assert_eq!(won, 1);
        let stored = passkey::list(&mut case.read().await, id).await.unwrap().pop().unwrap();
        assert_eq!((stored.sign_count, stored.backup_state, stored.last_used_at.is_some()), (7, true, true));
        // Authenticators without a counter stay at zero.
        let mut uow = case.begin().await;
        passkey::record_use(&mut uow, key, 7, 7, true).await.unwrap();
        uow.commit().await.unwrap();
    }

    async fn whoever_uses_a_passkey_waits_for_the_one_before(case) {
        let id = case.customer("amira").await;
        let mut uow = case.begin().await;
        let key = passkey::insert(&mut uow, id, &new_passkey(b"one")).await.unwrap().unwrap();
        uow.commit().await.unwrap();
        let won = case
            .race(move |db, _| async move {
                let mut uow = db.begin().await.unwrap();
                let (stored, ..) = passkey::with_account(&mut uow, b"one").await.unwrap().unwrap();
                let count = stored.sign_count;
                passkey::record_use(&mut uow, key, count, count + 1, true).await.unwrap();
                uow.commit().await.is_ok()
            })
            .await;
        let stored = passkey::list(&mut case.read().await, id).await.unwrap().pop().unwrap();
        assert_eq!(usize::try_from(stored.sign_count).unwrap(), won, "each saw the one before");
        assert!(won > 1);
    }

    async fn the_first_suspicion_stays(case) {
        let id = case.customer("amira").await;
        let mut uow = case.begin().await;
        let key = passkey::insert(&mut uow, id, &new_passkey(b"one")).await.unwrap().unwrap();
        passkey::mark_clone_suspected(&mut uow, key).await.unwrap();
        uow.commit().await.unwrap();
        let first = passkey::list(&mut case.read().await, id).await.unwrap()[0].clone_suspected_at;
        case.later(1_000).await;
        let mut uow = case.begin().await;
        passkey::mark_clone_suspected(&mut uow, key).await.unwrap();
        uow.commit().await.unwrap();
        assert!(first.is_some());
        assert_eq!(passkey::list(&mut case.read().await, id).await.unwrap()[0].clone_suspected_at, first);
    }

    async fn only_the_owner_renames(case) {
        let (amira, ben) = (case.customer("amira").await, case.admin("ben").await);
        let mut uow = case.begin().await;
        let key = passkey::insert(&mut uow, amira, &new_passkey(b"one")).await.unwrap().unwrap();
        assert!(!passkey::rename(&mut uow, ben, key, "mine").await.unwrap());
        assert!(passkey::rename(&mut uow, amira, key, "Laptop").await.unwrap());
        assert_eq!(passkey::list(&mut uow, amira).await.unwrap()[0].name, "Laptop");
        uow.commit().await.unwrap();
    }
}
