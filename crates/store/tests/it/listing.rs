use gatefold_kernel::account::comparison_key;
use gatefold_kernel::{AccountId, AccountKind};
use gatefold_store::account::{self, AccountQuery, AccountSummary};
use gatefold_store::{passkey, password};

use crate::support::{Case, contract, new_account, new_passkey};

fn query(kind: AccountKind, prefix: Option<&str>) -> AccountQuery {
    AccountQuery {
        kind,
        prefix: prefix.map(comparison_key),
        after: None,
        before: None,
        limit: 100,
    }
}

async fn page(case: &Case, query: &AccountQuery) -> Vec<AccountSummary> {
    account::page(&mut case.read().await, query).await.unwrap()
}

fn logins(page: &[AccountSummary]) -> Vec<&str> {
    page.iter()
        .map(|summary| summary.account.login.as_str())
        .collect()
}

/// Agents of these logins, each with an address.
async fn agents(case: &Case, names: &[(&str, &str)]) -> Vec<AccountId> {
    let mut ids = Vec::new();
    for (login, email) in names {
        ids.push(
            case.create(&new_account(AccountKind::Agent, login, Some(email)))
                .await
                .unwrap(),
        );
    }
    ids
}

contract! {
    async fn a_page_shows_each_account_once_in_order(case) {
        let ids = agents(case, &[("Zoë", "a@x.org"), ("émile", "b@x.org"), ("Ben", "ben@x.org"), ("_root", "r@x.org")]).await;
        case.customer("anna").await;
        let mut uow = case.begin().await;
        password::set(&mut uow, ids[0], "hash").await.unwrap();
        for key in [b"one", b"two"] {
            passkey::insert(&mut uow, ids[0], &new_passkey(key)).await.unwrap().unwrap();
        }
        uow.commit().await.unwrap();
        let page = page(case, &query(AccountKind::Agent, None)).await;
        // By code points of the comparison key, on both databases.
        assert_eq!(logins(&page), ["_root", "Ben", "Zoë", "émile"]);
        assert_eq!((page[2].passkeys, page[2].has_password, page[2].last_sign_in_at), (2, true, None));
        assert_eq!((page[1].passkeys, page[1].has_password), (0, false));
    }

    async fn a_prefix_finds_logins_and_addresses(case) {
        let names = [("amira", "amira@x.org"), ("ben", "amelie@x.org"), ("AM_100%", "z@x.org"), ("bam", "q@x.org")];
        agents(case, &names).await;
        let cases: [(&str, &[&str]); 7] = [
            ("am", &["AM_100%", "ben", "amira"]),
            ("AMI", &["amira"]),
            ("amira@", &["amira"]),
            ("am_", &["AM_100%"]),
            ("%", &[]),
            ("amel", &["ben"]),
            ("\u{10ffff}", &[]),
        ];
        for (prefix, expected) in cases {
            assert_eq!(logins(&page(case, &query(AccountKind::Agent, Some(prefix))).await), expected, "{prefix}");
        }
        assert!(page(case, &query(AccountKind::Customer, Some("am"))).await.is_empty());
    }

    async fn pages_join_without_gap_in_both_directions(case) {
        let mut expected = Vec::new();
        for n in 0..23 {
            let login = format!("user{n:02}");
            case.create(&new_account(AccountKind::Customer, &login, Some(&format!("user{n:02}@x.org")))).await.unwrap();
            expected.push(login);
        }
        for prefix in [None, Some("user"), Some("user1")] {
            let all: Vec<_> = expected.iter().filter(|login| login.starts_with(prefix.unwrap_or(""))).collect();
            let mut forward: Vec<AccountSummary> = Vec::new();
            loop {
                let after = forward.last().map(|summary| summary.cursor.clone());
                let next = page(case, &AccountQuery { after, limit: 5, ..query(AccountKind::Customer, prefix) }).await;
                if next.is_empty() {
                    break;
                }
                forward.extend(next);
            }
            assert_eq!(logins(&forward), all);
            let before = Some(forward.last().unwrap().cursor.clone());
            let back = page(case, &AccountQuery { before, limit: 4, ..query(AccountKind::Customer, prefix) }).await;
            assert_eq!(logins(&back), all[all.len() - 5..all.len() - 1], "the four before the last, ascending");
            let before = Some(forward[0].cursor.clone());
            assert!(page(case, &AccountQuery { before, ..query(AccountKind::Customer, prefix) }).await.is_empty());
        }
    }

    async fn a_place_that_is_gone_still_divides(case) {
        agents(case, &[("a", "1@x.org"), ("c", "2@x.org")]).await;
        let after = Some(("b".to_owned(), 99));
        assert_eq!(logins(&page(case, &AccountQuery { after: after.clone(), ..query(AccountKind::Agent, None) }).await), ["c"]);
        assert_eq!(logins(&page(case, &AccountQuery { before: after, ..query(AccountKind::Agent, None) }).await), ["a"]);
    }
}
