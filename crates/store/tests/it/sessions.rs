use std::time::Duration;

use gatefold_kernel::token::{Session, TokenHash};
use gatefold_kernel::{AccountId, AccountKind, Status, Subject};
use gatefold_store::session::{self, LiveSession, NewSession};
use gatefold_store::{account, testing};

use crate::support::{Case, contract, token};

const IDLE: Duration = Duration::from_secs(3_600);
const ABSOLUTE: Duration = Duration::from_secs(36_000);

pub(crate) fn new(token: TokenHash<Session>, id: AccountId) -> NewSession<'static> {
    NewSession {
        token,
        account: Subject {
            kind: AccountKind::Customer,
            id,
        },
        method: "passkey",
        surface: AccountKind::Agent,
        idle: IDLE,
        absolute: ABSOLUTE,
        user_agent: "Firefox",
        network: "192.0.2.0/24",
    }
}

async fn open(case: &Case, id: AccountId) -> TokenHash<Session> {
    let hash = token();
    let mut uow = case.begin().await;
    session::insert(&mut uow, &new(hash, id)).await.unwrap();
    uow.commit().await.unwrap();
    hash
}

async fn find(case: &Case, hash: &TokenHash<Session>) -> Option<LiveSession> {
    session::find(&mut case.read().await, hash).await.unwrap()
}

contract! {
    async fn a_session_brings_its_account(case) {
        let id = case.customer("amira").await;
        let before = case.now().await;
        let hash = open(case, id).await;
        let live = find(case, &hash).await.unwrap();
        assert_eq!((live.account.id, live.method.as_str(), live.surface), (id, "passkey", AccountKind::Agent));
        assert_eq!(live.public_ref, hash.public_ref());
        assert_eq!(live.created_at, live.authenticated_at);
        assert!(live.created_at >= before && live.now >= live.created_at);
        assert_eq!(live.expires_at, live.created_at.plus(IDLE));
        assert!(!live.touch_due());
        assert_eq!(find(case, &token()).await, None);
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_account WHERE last_sign_in_at IS NOT NULL").await, 1);
    }

    async fn it_ends_when_idle_and_in_any_case(case) {
        let hash = open(case, case.customer("amira").await).await;
        case.later(3_590_000).await;
        assert!(find(case, &hash).await.unwrap().touch_due());
        assert!(session::touch(&case.db, &hash, IDLE).await.unwrap());
        case.later(3_590_000 + 3_590_000).await;
        assert!(find(case, &hash).await.is_some());
        case.later(3_590_000 + 3_601_000).await;
        assert!(find(case, &hash).await.is_none());
        assert!(!session::touch(&case.db, &hash, IDLE).await.unwrap(), "the dead stay dead");
        let hash = open(case, case.customer("ben").await).await;
        let opened = find(case, &hash).await.unwrap().created_at;
        for hours in 1..=10 {
            case.later(3_590_000 + 3_601_000 + hours * 3_590_000).await;
            assert!(session::touch(&case.db, &hash, IDLE).await.unwrap());
        }
        assert_eq!(find(case, &hash).await.unwrap().expires_at, opened.plus(ABSOLUTE));
        case.later(3_590_000 + 3_601_000 + 36_001_000).await;
        assert!(find(case, &hash).await.is_none());
        assert_eq!(gatefold_store::sweep(&case.db).await.unwrap().sessions, 2);
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_session").await, 0);
    }

    async fn last_seen_moves_once_a_minute(case) {
        let hash = open(case, case.customer("amira").await).await;
        assert!(!session::touch(&case.db, &hash, IDLE).await.unwrap());
        case.later(50_000).await;
        assert!(!session::touch(&case.db, &hash, IDLE).await.unwrap());
        case.later(61_000).await;
        let moved = case.race(move |db, _| async move { session::touch(&db, &hash, IDLE).await.unwrap() }).await;
        assert_eq!(moved, 1);
        let live = find(case, &hash).await.unwrap();
        assert!(live.last_seen_at > live.created_at);
    }

    async fn a_disabled_account_has_no_session(case) {
        let id = case.customer("amira").await;
        let hash = open(case, id).await;
        for (status, lives) in [(Status::Disabled, false), (Status::Invited, false), (Status::Active, true)] {
            let mut uow = case.begin().await;
            account::set_status(&mut uow, id, status).await.unwrap();
            uow.commit().await.unwrap();
            assert_eq!(find(case, &hash).await.is_some(), lives, "{status:?}");
        }
    }

    async fn of_many_who_rotate_one_wins(case) {
        let hash = open(case, case.customer("amira").await).await;
        case.later(60_000).await;
        let won = case
            .race(move |db, _| async move {
                let mut uow = db.begin().await.unwrap();
                let rotated = session::rotate(&mut uow, &hash, &token(), true).await.unwrap();
                uow.commit().await.unwrap();
                rotated
            })
            .await;
        assert_eq!(won, 1);
        assert!(find(case, &hash).await.is_none());
        assert_eq!(case.number("SELECT COUNT(*) FROM gk_session").await, 1);
    }

    async fn rotating_makes_proof_fresh_only_on_request(case) {
        let hash = open(case, case.customer("amira").await).await;
        let opened = find(case, &hash).await.unwrap();
        case.later(60_000).await;
        let (second, third) = (token(), token());
        let mut uow = case.begin().await;
        assert!(session::rotate(&mut uow, &hash, &second, false).await.unwrap());
        uow.commit().await.unwrap();
        let live = find(case, &second).await.unwrap();
        assert_eq!((live.authenticated_at, live.public_ref), (opened.authenticated_at, second.public_ref()));
        let mut uow = case.begin().await;
        assert!(session::rotate(&mut uow, &second, &third, true).await.unwrap());
        uow.commit().await.unwrap();
        let live = find(case, &third).await.unwrap();
        assert!(live.authenticated_at > opened.authenticated_at);
        assert_eq!((live.created_at, live.expires_at), (opened.created_at, opened.expires_at));
        case.later(3_700_000).await;
        let mut uow = case.begin().await;
        assert!(!session::rotate(&mut uow, &third, &token(), true).await.unwrap(), "the dead stay dead");
    }

    async fn sessions_end_one_by_one_and_together(case) {
        let (amira, ben) = (case.customer("amira").await, case.customer("ben").await);
        let mut hashes = Vec::new();
        for _ in 0..5 {
            hashes.push(open(case, amira).await);
        }
        let others = open(case, ben).await;
        let mut uow = case.begin().await;
        session::end(&mut uow, &hashes[0]).await.unwrap();
        session::end(&mut uow, &hashes[0]).await.unwrap();
        assert!(!session::end_by_ref(&mut uow, ben, &hashes[1].public_ref()).await.unwrap(), "somebody else's");
        assert!(session::end_by_ref(&mut uow, amira, &hashes[1].public_ref()).await.unwrap());
        assert_eq!(session::count(&mut uow, amira).await.unwrap(), 3);
        assert_eq!(session::end_all(&mut uow, amira, Some(&hashes[2])).await.unwrap(), 2);
        uow.commit().await.unwrap();
        assert!(find(case, &hashes[2]).await.is_some());
        let mut uow = case.begin().await;
        assert_eq!(session::end_all(&mut uow, amira, None).await.unwrap(), 1);
        uow.commit().await.unwrap();
        assert!(find(case, &others).await.is_some());
    }

    async fn the_list_shows_the_live_ones_last_used_first(case) {
        let id = case.customer("amira").await;
        let first = open(case, id).await;
        case.later(1_000_000).await;
        let second = open(case, id).await;
        let refs = async || {
            let list = session::list(&mut case.read().await, id).await.unwrap();
            list.into_iter().map(|session| session.public_ref).collect::<Vec<_>>()
        };
        assert_eq!(refs().await, [second.public_ref(), first.public_ref()]);
        case.later(2_000_000).await;
        session::touch(&case.db, &first, IDLE).await.unwrap();
        assert_eq!(refs().await, [first.public_ref(), second.public_ref()]);
        case.later(4_700_000).await;
        assert_eq!(refs().await, [first.public_ref()]);
        let summary = session::list(&mut case.read().await, id).await.unwrap().pop().unwrap();
        assert_eq!((summary.user_agent.as_str(), summary.network.as_str()), ("Firefox", "192.0.2.0/24"));
        assert_eq!((summary.method.as_str(), summary.surface), ("passkey", AccountKind::Agent));
    }

    async fn deleting_an_account_ends_everything_it_had(case) {
        let id = case.customer("amira").await;
        open(case, id).await;
        testing::execute(&case.db, "DELETE FROM gk_account").await.unwrap();
        for table in ["gk_session", "gk_sign_in_name", "gk_user_handle"] {
            assert_eq!(case.number(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
        }
    }
}
