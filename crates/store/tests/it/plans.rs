//! The hot statements seek: on tables large enough to matter, no plan walks through one.

use gatefold_store::{Backend, testing};

use crate::support::{Case, contract};

/// Fills the tables in bulk.
async fn fill(case: &Case) {
    let (blob, blob_type) = match case.db.backend() {
        Backend::Sqlite => ("CAST(printf('%032d', n) AS BLOB)", "BLOB"),
        Backend::Postgres => (
            "convert_to(lpad(CAST(n AS TEXT), 32, '0'), 'UTF8')",
            "BYTEA",
        ),
    };
    let series = "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 20000)";
    let inserts = [
        "gk_account (kind, role, login, display_name, status, created_at, updated_at) \
         SELECT 'customer', NULL, 'user' || n, 'x', 'active', 0, 0".to_owned(),
        "gk_sign_in_name (kind, name_key, account_id) SELECT 'customer', 'user' || n, n".to_owned(),
        "gk_sign_in_name (kind, name_key, alias_of, account_id) \
         SELECT 'customer', 'user' || n || '@x.org', 'user' || n, n".to_owned(),
        "gk_credential (account_id, kind, created_at) SELECT n, 'passkey', 0".to_owned(),
        format!("gk_user_handle (account_id, handle) SELECT n, CAST({blob} || {blob} AS {blob_type})"),
        format!("gk_webauthn_credential (credential_key, account_id, credential_id, public_key, algorithm, sign_count, \
         backup_eligible, backup_state, transports, aaguid, attestation_format, name, created_at) \
         SELECT n, n, {blob}, {blob}, -7, 0, 0, 0, '[]', substr({blob}, 1, 16), 'none', 'x', 0"),
        "gk_password (credential_key, account_id, hash, changed_at) SELECT n, n, 'x', 0".to_owned(),
        format!("gk_session (token_hash, public_ref, account_id, account_kind, surface, method, created_at, authenticated_at, \
         last_seen_at, expires_at, absolute_expires_at, user_agent, network) SELECT {blob}, 'x' || n, n, 'customer', 'customer', \
         'x', 0, 0, 0, 4000000000000 + n, 0, '', ''"),
        format!("gk_totp_pending_session (token_hash, account_id, account_kind, network, user_agent, created_at, expires_at) \
         SELECT {blob}, n, 'customer', '', '', 0, 4000000000000 + n"),
        format!("gk_invite (token_hash, purpose, account_id, created_at, expires_at) \
         SELECT {blob}, 'reset', n, 0, 4000000000000 + n"),
        format!("gk_throttle (key_hash, failures, forget_at, blocked_until) SELECT {blob}, 1, 4000000000000 + n, 0"),
        "gk_auth_event (at, kind, outcome, account_id, network, user_agent, detail) SELECT 0, 'x', 'x', n, '', '', '{}'"
            .to_owned(),
        format!("gk_webauthn_ceremony (challenge_hash, browser_hash, purpose, portal, state, network, created_at, expires_at) \
         SELECT {blob}, {blob}, 'sign-in', 'agent', '', CAST(n % 100 AS TEXT), n, 4000000000000 + n"),
    ];
    for insert in inserts {
        let (head, select) = insert.split_once("SELECT").unwrap();
        let script = format!("{series} INSERT INTO {head} SELECT {select} FROM r");
        testing::execute(&case.db, &script).await.unwrap();
    }
    testing::execute(&case.db, "ANALYZE").await.unwrap();
}

/// Walking through a whole table, in the words of each database. The account page may walk its
/// index within bounds, which both call a search.
fn walks(plan: &str, table: &str, backend: Backend) -> bool {
    plan.lines().any(|line| match backend {
        // A scan of the clock's single row, of a constant or along an index that gives the order.
        Backend::Sqlite => {
            line.trim() == format!("SCAN {table}") || aliases(table).contains(&line.trim())
        }
        Backend::Postgres => line.contains(&format!("Seq Scan on {table}")),
    })
}

/// How a walk through a table reads where a statement gives it a short name.
fn aliases(table: &str) -> &'static [&'static str] {
    match table {
        "gk_account" => &["SCAN a"],
        "gk_sign_in_name" => &["SCAN n"],
        "gk_user_handle" => &["SCAN h"],
        "gk_webauthn_credential" => &["SCAN w"],
        "gk_password" => &["SCAN p"],
        "gk_session" => &["SCAN s"],
        "gk_invite" => &["SCAN i"],
        _ => &[],
    }
}

/// Hot statements and example values, each of which must seek.
const HOT: &[(&str, &[&str])] = &[
    ("gk_account BY_ID", &["77"]),
    ("gk_account BY_NAME", &["'customer'", "'user77'"]),
    ("gk_account BY_HANDLE", &["BYTES"]),
    ("gk_account LOCK", &["77"]),
    ("gk_account ALL_FORWARD", &["'customer'", "''", "'~'", "26"]),
    (
        "gk_account ALL_BACKWARD",
        &["'customer'", "''", "'user9'", "26"],
    ),
    (
        "gk_account FOUND_FORWARD",
        &[
            "'customer'",
            "'user1'",
            "'user2'",
            "26",
            "'user1'",
            "'user2'",
        ],
    ),
    (
        "gk_account FOUND_BACKWARD",
        &[
            "'customer'",
            "'user1'",
            "'user15'",
            "26",
            "'user1'",
            "'user2'",
        ],
    ),
    ("gk_credential SET", &["77"]),
    ("gk_credential REVOKE", &["77", "77"]),
    ("gk_webauthn_credential LIST", &["77"]),
    ("gk_webauthn_credential WITH_ACCOUNT", &["BYTES"]),
    ("gk_webauthn_credential RECORD_USE", &["77", "0", "1", "0"]),
    ("gk_password WITH_ACCOUNT", &["'customer'", "'user77'"]),
    ("gk_password FIND", &["77"]),
    (
        "gk_webauthn_ceremony FIND",
        &["BYTES", "BYTES", "'sign-in'"],
    ),
    ("gk_webauthn_ceremony DELETE", &["BYTES"]),
    ("gk_totp_pending_session FIND", &["BYTES"]),
    ("gk_totp_pending_session CONSUME", &["BYTES"]),
    ("gk_totp_pending_session TRIM", &["77", "BYTES", "19"]),
    ("gk_session FIND", &["BYTES"]),
    ("gk_session TOUCH", &["BYTES", "1000", "60000"]),
    ("gk_session ROTATE", &["BYTES", "BYTES", "'x'", "1"]),
    ("gk_session LIST", &["77"]),
    ("gk_session END_ALL", &["77"]),
    ("gk_session END_BY_REF", &["77", "'x'"]),
    ("gk_throttle CHECK", &["BYTES", "NULL", "NULL", "NULL"]),
    ("gk_invite FIND", &["BYTES"]),
    ("gk_invite CONSUME", &["BYTES"]),
    ("gk_invite REPLACE", &["77", "'reset'"]),
    ("gk_auth_event RECENT", &["77", "20"]),
];

/// Statements that delete in bulk, and the index that must lead them to the rows. How they then
/// join these rows to the table is for the database to choose by their number.
const BULK: &[(&str, &[&str], &str)] = &[
    (
        "gk_webauthn_ceremony EXPIRED",
        &["100"],
        "gk_webauthn_ceremony_expiry",
    ),
    (
        "gk_webauthn_ceremony TRIM_NETWORK",
        &["'7'", "100"],
        "gk_webauthn_ceremony_network",
    ),
    (
        "gk_webauthn_ceremony TRIM_OLDEST",
        &["100"],
        "gk_webauthn_ceremony_oldest",
    ),
    ("gk_lock SESSIONS", &["100"], "gk_session_expiry"),
    (
        "gk_lock PENDING",
        &["100"],
        "gk_totp_pending_session_expiry",
    ),
    ("gk_lock LINKS", &["100"], "gk_invite_expiry"),
    ("gk_lock THROTTLES", &["100"], "gk_throttle_forget"),
];

contract! {
    async fn hot_statements_seek(case) {
        fill(case).await;
        let catalogue = testing::catalogue();
        let bytes = match case.db.backend() {
            Backend::Sqlite => "x'00'",
            Backend::Postgres => "'\\x00'::bytea",
        };
        for (name, values) in HOT {
            let (_, text) = catalogue.iter().find(|(each, _)| each == name).unwrap();
            let values: Vec<_> = values.iter().map(|value| if *value == "BYTES" { bytes } else { *value }).collect();
            let plan = testing::explain(&case.db, text, &values).await.unwrap();
            for table in ["gk_account", "gk_sign_in_name", "gk_user_handle", "gk_credential", "gk_webauthn_credential", "gk_password",
                "gk_webauthn_ceremony", "gk_totp_pending_session", "gk_session", "gk_throttle", "gk_invite", "gk_auth_event"] {
                assert!(!walks(&plan, table, case.db.backend()), "{name} walks {table}:\n{plan}");
            }
        }
    }

    async fn bulk_deletes_follow_an_index(case) {
        fill(case).await;
        let catalogue = testing::catalogue();
        for (name, values, index) in BULK {
            let (_, text) = catalogue.iter().find(|(each, _)| each == name).unwrap();
            let plan = testing::explain(&case.db, text, values).await.unwrap();
            assert!(plan.contains(index), "{name} does not use {index}:\n{plan}");
        }
    }

    async fn a_page_sorts_nothing(case) {
        fill(case).await;
        let catalogue = testing::catalogue();
        for name in ["gk_account ALL_FORWARD", "gk_account ALL_BACKWARD", "gk_account FOUND_FORWARD", "gk_account FOUND_BACKWARD"] {
            let (_, text) = catalogue.iter().find(|(each, _)| *each == name).unwrap();
            for (from, to) in [("''", "'\u{10ffff}'"), ("'user15'", "'user16'"), ("'user19'", "'user2'")] {
                let values = ["'customer'", from, to, "26", from, to];
                let plan = testing::explain(&case.db, text, &values).await.unwrap();
                assert!(!plan.contains("Sort") && !plan.contains("TEMP B-TREE"), "{name} {from}:\n{plan}");
            }
        }
    }
}
