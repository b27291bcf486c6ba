use std::time::Duration;

use gatefold_kernel::AccountId;
use gatefold_kernel::token::{Link, TokenHash};
use gatefold_store::invite::{self, LinkPurpose};

use crate::support::{Case, contract, token};

const TTL: Duration = Duration::from_secs(1_800);

async fn issue(case: &Case, purpose: LinkPurpose, account: Option<AccountId>) -> TokenHash<Link> {
    let hash = token();
    let mut uow = case.begin().await;
    invite::issue(&mut uow, &hash, purpose, account, None, TTL)
        .await
        .unwrap();
    uow.commit().await.unwrap();
    hash
}

async fn lives(case: &Case, hash: &TokenHash<Link>) -> bool {
    invite::find(&mut case.read().await, hash)
        .await
        .unwrap()
        .is_some()
}

contract! {
    async fn of_many_who_follow_a_link_one_gets_it(case) {
        // INV-CONSUME-ONCE, V-B2
        let (amira, ben) = (case.customer("amira").await, case.admin("ben").await);
        let hash = token();
        let mut uow = case.begin().await;
        invite::issue(&mut uow, &hash, LinkPurpose::Reset, Some(amira), Some(ben), TTL).await.unwrap();
        uow.commit().await.unwrap();
        let found = invite::find(&mut case.read().await, &hash).await.unwrap().unwrap();
        assert_eq!((found.purpose, found.account.unwrap().login.as_str()), (LinkPurpose::Reset, "amira"));
        let won = case
            .race(move |db, _| async move {
                let mut uow = db.begin().await.unwrap();
                let consumed = invite::consume(&mut uow, &hash).await.unwrap();
                uow.commit().await.unwrap();
                consumed.is_some_and(|consumed| {
                    let facts = consumed.facts();
                    (facts.purpose, facts.account, facts.created_by) == (LinkPurpose::Reset, Some(amira), Some(ben))
                })
            })
            .await;
        assert_eq!(won, 1);
        assert!(!lives(case, &hash).await);
    }

    async fn a_new_link_replaces_those_of_its_purpose_and_account(case) {
        let (amira, ben) = (case.customer("amira").await, case.customer("ben").await);
        let old = issue(case, LinkPurpose::Reset, Some(amira)).await;
        let invitation = issue(case, LinkPurpose::Invite, Some(amira)).await;
        let others = issue(case, LinkPurpose::Reset, Some(ben)).await;
        let new = issue(case, LinkPurpose::Reset, Some(amira)).await;
        assert!(!lives(case, &old).await);
        for hash in [invitation, others, new] {
            assert!(lives(case, &hash).await);
        }
        let mut uow = case.begin().await;
        assert_eq!(invite::delete_for(&mut uow, amira).await.unwrap(), 2);
        uow.commit().await.unwrap();
        assert!(lives(case, &others).await);
    }

    async fn setup_links_of_several_instances_coexist(case) {
        // V-B1
        let (one, two) = (issue(case, LinkPurpose::Setup, None).await, issue(case, LinkPurpose::Setup, None).await);
        assert!(lives(case, &one).await && lives(case, &two).await);
        let found = invite::find(&mut case.read().await, &one).await.unwrap().unwrap();
        assert_eq!((found.purpose, found.account), (LinkPurpose::Setup, None));
    }

    async fn an_expired_link_is_dead_before_it_is_swept(case) {
        // V-B2
        let hash = issue(case, LinkPurpose::Setup, None).await;
        case.later(1_799_000).await;
        assert!(lives(case, &hash).await);
        case.later(1_800_001).await;
        assert!(!lives(case, &hash).await);
        let mut uow = case.begin().await;
        assert!(invite::consume(&mut uow, &hash).await.unwrap().is_none());
        uow.commit().await.unwrap();
        assert_eq!(gatefold_store::sweep(&case.db).await.unwrap().links, 1);
    }
}
