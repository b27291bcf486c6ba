//! Accounts page by page, found by the beginning of a name.

use gatefold_kernel::{AccountKind, UnixMillis};

use super::{Account, account_columns, from_row};
use crate::database::sql::{Row, statements, values};
use crate::{Reads, StoreError};

/// What a page shows of each account. Rows come from an index of names.
macro_rules! page_of {
    ($names:literal, $order:literal) => {
        concat!(
            "SELECT ",
            account_columns!(),
            ", a.last_sign_in_at, n.name_key, \
             (SELECT COUNT(*) FROM gk_webauthn_credential w WHERE w.account_id = a.id) AS passkeys, \
             (SELECT COUNT(*) FROM gk_password p WHERE p.account_id = a.id) AS passwords \
             FROM gk_sign_in_name n JOIN gk_account a ON a.id = n.account_id \
             WHERE n.kind = $1 AND n.name_key >= $2 AND n.name_key < $3 \
             AND ",
            $names,
            " ORDER BY n.name_key ",
            $order,
            " LIMIT $4"
        )
    };
}

statements! {
    "gk_account":
    /// Everybody, at their login.
    ALL_FORWARD = page_of!("n.alias_of IS NULL", "ASC");
    ALL_BACKWARD = page_of!("n.alias_of IS NULL", "DESC");
    /// Who has a name in $5..$6, the bounds of the prefix: at their login, or at their e-mail
    /// address if only that is one.
    FOUND_FORWARD = page_of!("(n.alias_of IS NULL OR n.alias_of < $5 OR n.alias_of >= $6)", "ASC");
    FOUND_BACKWARD = page_of!("(n.alias_of IS NULL OR n.alias_of < $5 OR n.alias_of >= $6)", "DESC");
}

/// A place in the list: the name an account was listed under, as a comparison key, and its number.
pub type Cursor = (String, i64);

/// Which accounts to list. At most one of `after` and `before` is meant to be set; with both, the
/// page ends before `before`.
#[derive(Clone, Debug)]
pub struct AccountQuery {
    /// Agents or customers.
    pub kind: AccountKind,
    /// The beginning of a login or an e-mail address, as a comparison key
    /// ([`gatefold_kernel::account::comparison_key`]).
    pub prefix: Option<String>,
    /// Continue after this place.
    pub after: Option<Cursor>,
    /// Go back: the accounts just before this place.
    pub before: Option<Cursor>,
    /// How many at most. Ask for one more than is shown to learn whether more follow.
    pub limit: u32,
}

/// An account in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSummary {
    /// The account.
    pub account: Account,
    /// How many passkeys it has.
    pub passkeys: i64,
    /// Whether it has a password.
    pub has_password: bool,
    /// When it last signed in.
    pub last_sign_in_at: Option<UnixMillis>,
    /// Its place in this list, for [`AccountQuery::after`] and [`AccountQuery::before`].
    pub cursor: Cursor,
}

/// One page, always in ascending order of the name listed by: the login, or the e-mail address
/// where only that begins with the prefix. It costs the rows it shows, however many there are.
///
/// # Errors
/// [`StoreError`].
pub async fn page(
    reads: &mut impl Reads,
    query: &AccountQuery,
) -> Result<Vec<AccountSummary>, StoreError> {
    let low = query.prefix.as_deref().unwrap_or("");
    let high = successor(low);
    // Names hold no control characters, so nothing sorts between a name and that name with U+0001.
    let after = query.after.as_ref().map(|(name, _)| format!("{name}\u{1}"));
    let from = after.as_deref().filter(|after| *after > low).unwrap_or(low);
    let before = query.before.as_ref().map(|(name, _)| name.as_str());
    let to = before
        .filter(|before| *before < high.as_str())
        .unwrap_or(&high);
    let values = values![query.kind, from, to, query.limit, low, high.as_str()];
    let (sql, values) = match (low.is_empty(), before.is_some()) {
        (true, false) => (&ALL_FORWARD, &values[..4]),
        (true, true) => (&ALL_BACKWARD, &values[..4]),
        (false, false) => (&FOUND_FORWARD, &values[..]),
        (false, true) => (&FOUND_BACKWARD, &values[..]),
    };
    let rows = reads.link().rows(sql, values).await?;
    let mut page = rows.iter().map(summary).collect::<Result<Vec<_>, _>>()?;
    if before.is_some() {
        page.reverse();
    }
    Ok(page)
}

fn summary(row: &Row) -> Result<AccountSummary, StoreError> {
    let account = from_row(row)?;
    Ok(AccountSummary {
        passkeys: row.int("passkeys")?,
        has_password: row.int("passwords")? > 0,
        last_sign_in_at: row.opt_time("last_sign_in_at")?,
        cursor: (row.text("name_key")?, account.id.get()),
        account,
    })
}

/// The least text that is greater than every text with this beginning. Both databases compare
/// names by code points.
fn successor(prefix: &str) -> String {
    let mut head: Vec<char> = prefix.chars().collect();
    while let Some(last) = head.pop() {
        if let Some(next) = (last..=char::MAX).nth(1) {
            head.push(next);
            return head.into_iter().collect();
        }
    }
    char::MAX.to_string()
}

#[cfg(test)]
mod tests {
    use super::successor;

    #[test]
    fn successor_is_the_next_text_without_the_prefix() {
        let cases = [
            ("a", "b"),
            ("az", "a{"),
            ("\u{d7ff}", "\u{e000}"),
            ("a\u{10ffff}", "b"),
            ("", "\u{10ffff}"),
        ];
        for (prefix, next) in cases {
            assert_eq!(successor(prefix), next, "{prefix:?}");
        }
    }
}
