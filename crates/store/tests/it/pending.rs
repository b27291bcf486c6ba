use std::time::Duration;

use gatefold_kernel::token::{Pending, TokenHash};
use gatefold_kernel::{AccountId, AccountKind, Subject};
use gatefold_store::pending::{self, MAX_PER_ACCOUNT, NewPending};

use crate::support::{Case, contract, token};

fn new(token: TokenHash<Pending>, id: AccountId) -> NewPending<'static> {
    NewPending {
        token,
        account: Subject {
            kind: AccountKind::Customer,
            id,
        },
        return_to: Some("/customer/profile/security"),
        network: "192.0.2.0/24",
        user_agent: "Firefox",
        ttl: Duration::from_secs(300),
    }
}

async fn insert(case: &Case, id: AccountId) -> TokenHash<Pending> {
    let hash = token();
    let mut uow = case.begin().await;
    pending::insert(&mut uow, &new(hash, id)).await.unwrap();
    uow.commit().await.unwrap();
    hash
}

contract! {
    async fn a_pending_login_is_found_and_consumed_once(case) {
        // INV-CONSUME-ONCE
        let id = case.customer("amira").await;
        let hash = insert(case, id).await;
        let found = pending::find(&mut case.read().await, &hash).await.unwrap().unwrap();
        assert_eq!(found.account, Subject { kind: AccountKind::Customer, id });
        assert_eq!((found.attempts, found.max_attempts), (0, 5));
        assert_eq!(found.return_to.as_deref(), Some("/customer/profile/security"));
        let won = case
            .race(move |db, _| async move {
                let mut uow = db.begin().await.unwrap();
                let consumed = pending::consume(&mut uow, &hash).await.unwrap();
                uow.commit().await.unwrap();
                consumed.is_some_and(|consumed| consumed.facts().account.id == id)
            })
            .await;
        assert_eq!(won, 1);
        assert_eq!(pending::find(&mut case.read().await, &hash).await.unwrap(), None);
    }

    async fn an_expired_one_is_dead_before_it_is_swept(case) {
        let hash = insert(case, case.customer("amira").await).await;
        case.later(300_001).await;
        assert_eq!(pending::find(&mut case.read().await, &hash).await.unwrap(), None);
        let mut uow = case.begin().await;
        assert!(pending::consume(&mut uow, &hash).await.unwrap().is_none());
        assert_eq!(pending::record_failure(&mut uow, &hash).await.unwrap(), None);
        uow.commit().await.unwrap();
        assert_eq!(gatefold_store::sweep(&case.db).await.unwrap().pending, 1);
    }

    async fn five_failures_end_it(case) {
        let hash = insert(case, case.customer("amira").await).await;
        let mut uow = case.begin().await;
        for left in (0..5).rev() {
            assert_eq!(pending::record_failure(&mut uow, &hash).await.unwrap(), Some(left));
        }
        assert_eq!(pending::record_failure(&mut uow, &hash).await.unwrap(), None);
        uow.commit().await.unwrap();
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_totp_pending_session").await, 0);
    }

    async fn parallel_failures_all_count(case) {
        let hash = insert(case, case.customer("amira").await).await;
        let counted = case
            .race(move |db, _| async move {
                let mut uow = db.begin().await.unwrap();
                let left = pending::record_failure(&mut uow, &hash).await.unwrap();
                uow.commit().await.unwrap();
                left.is_some()
            })
            .await;
        assert_eq!(counted, 5);
    }

    async fn an_account_keeps_the_newest_twenty(case) {
        let (amira, ben) = (case.customer("amira").await, case.customer("ben").await);
        let other = insert(case, ben).await;
        let mut hashes = Vec::new();
        for n in 0..25 {
            case.later(n).await;
            hashes.push(insert(case, amira).await);
        }
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_totp_pending_session").await, MAX_PER_ACCOUNT + 1);
        let mut reader = case.read().await;
        for (n, hash) in hashes.iter().enumerate() {
            assert_eq!(pending::find(&mut reader, hash).await.unwrap().is_some(), n >= 5, "{n}");
        }
        assert!(pending::find(&mut reader, &other).await.unwrap().is_some());
        drop(reader);
        let mut uow = case.begin().await;
        assert_eq!(pending::delete_for(&mut uow, amira).await.unwrap(), 20);
        uow.commit().await.unwrap();
        assert!(pending::find(&mut case.read().await, &other).await.unwrap().is_some());
    }
}
