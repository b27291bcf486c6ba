use gatefold_kernel::AccountKind;
use gatefold_kernel::BootstrapWindow;
use gatefold_kernel::credential::{CredentialKind, CredentialSet, RevokeRefusal};
use gatefold_store::{credential, passkey, password};

use crate::support::{contract, new_account, new_passkey, overlap, unique};

contract! {
    async fn credentials_count_across_kinds_and_accounts(case) {
        let (amira, ben) = (case.customer("amira").await, case.admin("ben").await);
        assert_eq!(credential::count_all(&mut case.read().await).await.unwrap(), 0);
        let mut uow = case.begin().await;
        password::set(&mut uow, amira, "hash").await.unwrap();
        passkey::insert(&mut uow, ben, &new_passkey(b"one")).await.unwrap().unwrap();
        passkey::insert(&mut uow, ben, &new_passkey(b"two")).await.unwrap().unwrap();
        uow.commit().await.unwrap();
        assert_eq!(credential::count_all(&mut case.read().await).await.unwrap(), 3);
        let mut uow = case.begin().await;
        let set = credential::load_set(&mut uow, ben).await.unwrap();
        assert_eq!((set.len(), set.has(CredentialKind::Passkey), set.has(CredentialKind::Password)), (2, true, false));
        assert_eq!(credential::delete_all(&mut uow, ben).await.unwrap(), 2);
        uow.commit().await.unwrap();
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_webauthn_credential").await, 0);
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_password").await, 1);
    }

    async fn a_revoked_credential_is_gone_with_its_row(case) {
        let id = case.customer("amira").await;
        let mut uow = case.begin().await;
        let key = passkey::insert(&mut uow, id, &new_passkey(b"one")).await.unwrap().unwrap();
        let set = credential::load_set(&mut uow, id).await.unwrap();
        assert_eq!(set.revoke(key).unwrap_err(), RevokeRefusal::LastCredential);
        password::set(&mut uow, id, "hash").await.unwrap();
        let set = credential::load_set(&mut uow, id).await.unwrap();
        let revocation = set.revoke(key).unwrap();
        assert!(credential::revoke(&mut uow, id, revocation).await.unwrap());
        assert!(passkey::list(&mut uow, id).await.unwrap().is_empty());
        uow.commit().await.unwrap();
    }

    async fn a_stale_permission_does_not_take_the_last_credential(case) {
        // V1: the permission was given when there were two.
        let (id, other) = (case.customer("amira").await, case.customer("ben").await);
        let mut uow = case.begin().await;
        let key = passkey::insert(&mut uow, id, &new_passkey(b"one")).await.unwrap().unwrap();
        passkey::insert(&mut uow, other, &new_passkey(b"two")).await.unwrap().unwrap();
        let stale = || CredentialSet::new(vec![
            (key, CredentialKind::Passkey),
            (gatefold_kernel::credential::CredentialKey::new(999), CredentialKind::Password),
        ]).revoke(key).unwrap();
        assert!(!credential::revoke(&mut uow, id, stale()).await.unwrap());
        assert!(!credential::revoke(&mut uow, other, stale()).await.unwrap(), "somebody else's");
        uow.commit().await.unwrap();
        assert_eq!(credential::count_all(&mut case.read().await).await.unwrap(), 2);
    }

    async fn of_two_credentials_revoked_at_once_one_stays(case) {
        // V1
        let id = case.customer("amira").await;
        let mut uow = case.begin().await;
        let keys = [
            passkey::insert(&mut uow, id, &new_passkey(b"one")).await.unwrap().unwrap(),
            password::set(&mut uow, id, "hash").await.unwrap(),
        ];
        uow.commit().await.unwrap();
        let won = case
            .race(move |db, n| async move {
                let mut uow = db.begin().await.unwrap();
                let set = credential::load_set(&mut uow, id).await.unwrap();
                let Ok(revocation) = set.revoke(keys[n % 2]) else { return false };
                let revoked = credential::revoke(&mut uow, id, revocation).await.unwrap();
                uow.commit().await.unwrap();
                revoked
            })
            .await;
        assert_eq!(won, 1);
        assert_eq!(credential::count_all(&mut case.read().await).await.unwrap(), 1);
    }

    async fn permissions_given_at_once_still_leave_one(case) {
        // V1, without the set: each racer holds a permission already.
        let id = case.customer("amira").await;
        let mut uow = case.begin().await;
        let keys = [
            passkey::insert(&mut uow, id, &new_passkey(b"one")).await.unwrap().unwrap(),
            passkey::insert(&mut uow, id, &new_passkey(b"two")).await.unwrap().unwrap(),
        ];
        uow.commit().await.unwrap();
        let won = case
            .race(move |db, n| async move {
                let set = CredentialSet::new(keys.map(|key| (key, CredentialKind::Passkey)).to_vec());
                let mut uow = db.begin().await.unwrap();
                let revoked = credential::revoke(&mut uow, id, set.revoke(keys[n % 2]).unwrap()).await.unwrap();
                uow.commit().await.unwrap();
                revoked
            })
            .await;
        assert_eq!(won, 1);
        assert_eq!(credential::count_all(&mut case.read().await).await.unwrap(), 1);
    }

    async fn a_removal_waits_for_another_of_the_same_account(case) {
        // V1: without the lock, PostgreSQL lets each removal count the other's credential.
        let id = case.customer("amira").await;
        let mut uow = case.begin().await;
        let one = passkey::insert(&mut uow, id, &new_passkey(b"one")).await.unwrap().unwrap();
        let two = passkey::insert(&mut uow, id, &new_passkey(b"two")).await.unwrap().unwrap();
        uow.commit().await.unwrap();
        let permission = move |key| {
            CredentialSet::new(vec![(one, CredentialKind::Passkey), (two, CredentialKind::Passkey)]).revoke(key).unwrap()
        };
        let mut uow = case.begin().await;
        assert!(credential::revoke(&mut uow, id, permission(one)).await.unwrap());
        let db = case.db.clone();
        let revoked = overlap(uow, async move {
            let mut uow = db.begin().await.unwrap();
            let revoked = credential::revoke(&mut uow, id, permission(two)).await.unwrap();
            uow.commit().await.unwrap();
            revoked
        })
        .await;
        assert!(!revoked);
        assert_eq!(credential::count_all(&mut case.read().await).await.unwrap(), 1);
    }

    async fn of_many_who_set_up_one_becomes_administrator(case) {
        // V-B1, V-B4
        let won = case
            .race(|db, n| async move {
                let mut uow = db.begin().await.unwrap();
                credential::lock_bootstrap(&mut uow).await.unwrap();
                let count = credential::count_all(&mut uow).await.unwrap();
                if BootstrapWindow::open(count).is_none() {
                    return false;
                }
                let new = new_account(AccountKind::Agent, &format!("first{n}"), None);
                let id = gatefold_store::account::insert(&mut uow, &new).await.unwrap().unwrap();
                let key = new_passkey(&unique().to_be_bytes());
                passkey::insert(&mut uow, id, &key).await.unwrap().unwrap();
                uow.commit().await.unwrap();
                true
            })
            .await;
        assert_eq!(won, 1);
        assert_eq!(credential::count_all(&mut case.read().await).await.unwrap(), 1);
    }

    async fn a_password_is_one_credential_however_often_it_is_set(case) {
        let id = case.customer("amira").await;
        case.race(move |db, n| async move {
            let mut uow = db.begin().await.unwrap();
            password::set(&mut uow, id, &format!("hash {n}")).await.unwrap();
            uow.commit().await.unwrap();
            true
        })
        .await;
        assert_eq!(credential::count_all(&mut case.read().await).await.unwrap(), 1);
        let mut uow = case.begin().await;
        let key = password::set(&mut uow, id, "old").await.unwrap();
        let stored = password::find(&mut uow, id).await.unwrap().unwrap();
        assert_eq!((stored.key, stored.account, stored.hash.as_str()), (key, id, "old"));
        assert!(!format!("{stored:?}").contains("old"), "a hash does not belong in logs");
        uow.commit().await.unwrap();
        case.later(5_000).await;
        let mut uow = case.begin().await;
        password::replace_hash_if(&mut uow, key, "old", "new").await.unwrap();
        password::replace_hash_if(&mut uow, key, "old", "newer").await.unwrap();
        password::record_use(&mut uow, key).await.unwrap();
        let upgraded = password::find(&mut uow, id).await.unwrap().unwrap();
        assert_eq!((upgraded.hash.as_str(), upgraded.changed_at), ("new", stored.changed_at));
        assert_eq!(password::set(&mut uow, id, "changed").await.unwrap(), key);
        assert!(password::find(&mut uow, id).await.unwrap().unwrap().changed_at > stored.changed_at);
        uow.commit().await.unwrap();
    }

    async fn a_name_brings_account_password_and_number_of_passkeys(case) {
        let new = new_account(AccountKind::Agent, "amira", Some("amira@example.org"));
        let id = case.create(&new).await.unwrap();
        let find = async |key: &str| {
            password::with_account(&mut case.read().await, AccountKind::Agent, key).await.unwrap()
        };
        assert_eq!(find("nobody").await, None);
        let (account, hash, passkeys) = find("amira").await.unwrap();
        assert_eq!((account.id, hash, passkeys), (id, None, 0));
        let mut uow = case.begin().await;
        password::set(&mut uow, id, "hash").await.unwrap();
        passkey::insert(&mut uow, id, &new_passkey(b"one")).await.unwrap().unwrap();
        uow.commit().await.unwrap();
        let (account, hash, passkeys) = find("amira@example.org").await.unwrap();
        assert_eq!((account.login.as_str(), hash.unwrap().hash.as_str(), passkeys), ("amira", "hash", 1));
        let other_kind = password::with_account(&mut case.read().await, AccountKind::Customer, "amira").await;
        assert_eq!(other_kind.unwrap(), None);
    }
}
