use gatefold_kernel::account::comparison_key;
use gatefold_kernel::{AccountId, AccountKind, DisplayName, EmailAddress, Status, Subject};
use gatefold_store::account::{self, NewAccount, Taken};
use gatefold_store::testing;

use crate::support::{contract, new_account, overlap};

contract! {
    async fn an_account_is_found_by_each_of_its_names(case) {
        let new = new_account(AccountKind::Agent, "Ámira", Some("Amira@Example.org"));
        let id = case.create(&new).await.unwrap();
        let mut reader = case.read().await;
        let found = account::by_id(&mut reader, id).await.unwrap().unwrap();
        assert_eq!((found.login.as_str(), found.email.as_deref()), ("Ámira", Some("Amira@Example.org")));
        assert_eq!((found.kind, found.status, found.is_admin()), (AccountKind::Agent, Status::Active, false));
        assert_eq!(found.subject(), Subject { kind: AccountKind::Agent, id });
        for name in ["ÁMIRA", "amira@EXAMPLE.org"] {
            let key = comparison_key(name);
            let by_name = account::by_sign_in_name(&mut reader, AccountKind::Agent, &key).await.unwrap();
            assert_eq!(by_name.as_ref(), Some(&found), "{name}");
            let other_kind = account::by_sign_in_name(&mut reader, AccountKind::Customer, &key).await.unwrap();
            assert_eq!(other_kind, None);
        }
        assert_eq!(account::by_user_handle(&mut reader, &new.user_handle).await.unwrap().as_ref(), Some(&found));
        assert_eq!(account::by_user_handle(&mut reader, &new.user_handle[1..]).await.unwrap(), None);
        assert_eq!(account::user_handle(&mut reader, id).await.unwrap(), new.user_handle);
        assert!(account::user_handle(&mut reader, AccountId::new(99)).await.is_err());
    }

    async fn a_number_of_the_other_kind_finds_nobody(case) {
        // INV-TYPED-SUBJECT
        let id = case.customer("amira").await;
        let mut reader = case.read().await;
        let subject = |kind| Subject { kind, id };
        assert!(account::by_subject(&mut reader, subject(AccountKind::Customer)).await.unwrap().is_some());
        assert!(account::by_subject(&mut reader, subject(AccountKind::Agent)).await.unwrap().is_none());
    }

    async fn a_name_belongs_to_one_account_of_a_kind(case) {
        let amira = new_account(AccountKind::Agent, "Amira", Some("amira@example.org"));
        case.create(&amira).await.unwrap();
        let cases = [
            ("AMIRA", None, Taken::Login),
            ("ＡＭＩＲＡ", None, Taken::Login),
            // A login must not be somebody else's address, nor an address somebody else's login.
            ("Amira@example.org", None, Taken::Login),
            ("ben", Some("AMIRA@example.org"), Taken::Email),
        ];
        for (login, email, taken) in cases {
            assert_eq!(case.create(&new_account(AccountKind::Agent, login, email)).await, Err(taken), "{login} {email:?}");
        }
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_account").await, 1);
        // The other kind has names of its own, and an address may be one's own login.
        let same = new_account(AccountKind::Customer, "amira@example.org", Some("AMIRA@example.org"));
        case.create(&same).await.unwrap();
        let login_is_address = new_account(AccountKind::Agent, "carol@example.org", None);
        case.create(&login_is_address).await.unwrap();
        let address_is_login = new_account(AccountKind::Agent, "dora", Some("carol@example.org"));
        assert_eq!(case.create(&address_is_login).await, Err(Taken::Email));
    }

    async fn a_taken_name_leaves_the_unit_of_work_usable(case) {
        case.customer("amira").await;
        let mut uow = case.begin().await;
        let twice = new_account(AccountKind::Customer, "amira", Some("a@example.org"));
        assert_eq!(account::insert(&mut uow, &twice).await.unwrap(), Err(Taken::Login));
        let free = new_account(AccountKind::Customer, "ben", Some("a@example.org"));
        let id = account::insert(&mut uow, &free).await.unwrap().unwrap();
        uow.commit().await.unwrap();
        assert!(account::by_id(&mut case.read().await, id).await.unwrap().is_some());
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_sign_in_name").await, 3);
    }

    async fn of_many_who_want_a_name_one_gets_it(case) {
        let won = case
            .race(|db, n| async move {
                // Logins and addresses cross, so that each racer wants both names in another order.
                let (login, email) = if n % 4 < 2 { ("a@x.org", "b@x.org") } else { ("b@x.org", "a@x.org") };
                let mut uow = db.begin().await.unwrap();
                let new = new_account(AccountKind::Agent, login, Some(email));
                let won = account::insert(&mut uow, &new).await.unwrap().is_ok();
                uow.commit().await.unwrap();
                won
            })
            .await;
        assert_eq!(won, 1);
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_account").await, 1);
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_sign_in_name").await, 2);
    }

    async fn the_longest_names_are_stored_whole(case) {
        let login = "ö\u{1f511}".repeat(127) + "ß";
        let email = format!("{}@example.org", "\u{1f511}".repeat(200));
        let new = NewAccount {
            display_name: DisplayName::parse(&"語".repeat(120)).unwrap(),
            email: Some(EmailAddress::parse(&email).unwrap()),
            ..new_account(AccountKind::Customer, &login, None)
        };
        let id = case.create(&new).await.unwrap();
        let mut reader = case.read().await;
        let found = account::by_id(&mut reader, id).await.unwrap().unwrap();
        assert_eq!((found.login, found.email, found.display_name), (login.clone(), Some(email), "語".repeat(120)));
        let key = comparison_key(&login);
        assert!(account::by_sign_in_name(&mut reader, AccountKind::Customer, &key).await.unwrap().is_some());
    }

    async fn changes_are_stored_and_dated(case) {
        let id = case.customer("amira").await;
        case.later(60_000).await;
        let mut uow = case.begin().await;
        let before = account::lock(&mut uow, id).await.unwrap().unwrap();
        assert!(account::set_status(&mut uow, id, Status::Disabled).await.unwrap());
        let name = DisplayName::parse("Amira H.").unwrap();
        assert!(account::set_display_name(&mut uow, id, &name).await.unwrap());
        assert!(!account::set_status(&mut uow, AccountId::new(99), Status::Active).await.unwrap());
        assert!(!account::set_display_name(&mut uow, AccountId::new(99), &name).await.unwrap());
        assert_eq!(account::lock(&mut uow, AccountId::new(99)).await.unwrap(), None);
        uow.commit().await.unwrap();
        let after = account::by_id(&mut case.read().await, id).await.unwrap().unwrap();
        assert_eq!((after.status, after.display_name.as_str()), (Status::Disabled, "Amira H."));
        assert_eq!(after.created_at, before.created_at);
        assert!(after.updated_at.get() >= before.updated_at.get() + 59_000);
    }

    async fn two_administrators_cannot_disable_each_other(case) {
        let admins = [case.admin("amira").await, case.admin("ben").await];
        let won = case
            .race(move |db, n| async move {
                let mut uow = db.begin().await.unwrap();
                account::lock_admins(&mut uow).await.unwrap();
                let target = admins[n % 2];
                if account::other_active_admins(&mut uow, target).await.unwrap() == 0 {
                    return false;
                }
                let found = account::lock(&mut uow, target).await.unwrap().unwrap();
                account::set_status(&mut uow, target, Status::Disabled).await.unwrap();
                uow.commit().await.unwrap();
                found.status == Status::Active
            })
            .await;
        assert_eq!(won, 1);
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_account WHERE status = 'active'").await, 1);
    }

    async fn who_changes_administrators_waits_for_another(case) {
        let (amira, ben) = (case.admin("amira").await, case.admin("ben").await);
        let mut uow = case.begin().await;
        account::lock_admins(&mut uow).await.unwrap();
        assert_eq!(account::other_active_admins(&mut uow, amira).await.unwrap(), 1);
        account::set_status(&mut uow, amira, Status::Disabled).await.unwrap();
        let db = case.db.clone();
        let others = overlap(uow, async move {
            let mut uow = db.begin().await.unwrap();
            account::lock_admins(&mut uow).await.unwrap();
            account::other_active_admins(&mut uow, ben).await.unwrap()
        })
        .await;
        assert_eq!(others, 0);
    }

    async fn the_tables_refuse_what_no_account_can_be(case) {
        let bad = [
            "INSERT INTO gk_account (kind, role, login, display_name, status, created_at, updated_at) \
             VALUES ('customer', 'admin', 'x', 'x', 'active', 0, 0)",
            "INSERT INTO gk_account (kind, role, login, display_name, status, created_at, updated_at) \
             VALUES ('agent', NULL, 'x', 'x', 'active', 0, 0)",
            "INSERT INTO gk_sign_in_name (kind, name_key, account_id) VALUES ('agent', 'x', 12345)",
        ];
        for statement in bad {
            assert!(testing::execute(&case.db, statement).await.is_err(), "{statement}");
        }
    }
}
