//! Looking at everything once nothing is killed any more.

use std::collections::BTreeMap;

use anyhow::Context as _;
use sqlx::postgres::PgRow;
use sqlx::{Connection as _, PgConnection, Row as _};

use super::client::{Client, Step};
use super::flow::Flow;
use super::ledger::{SessionKey, Source, Standing, Stored};
use super::world::World;

/// The sessions of all accounts. The audit's numbers are read by [`COUNTS`].
const SESSIONS: &str = "SELECT a.login, s.token_hash FROM gk_session s \
    JOIN gk_account a ON a.id = s.account_id WHERE a.kind = 'customer'";
/// The passkeys of all accounts, as base64url.
const PASSKEYS: &str = "SELECT a.login, \
    rtrim(translate(encode(w.credential_id, 'base64'), E'+/\\n', '-_'), '=') AS id \
    FROM gk_webauthn_credential w JOIN gk_account a ON a.id = w.account_id WHERE a.kind = 'customer'";
/// How often something happened to each account, and the links that are left.
const COUNTS: &str = "SELECT a.login, e.kind AS what, COUNT(*) AS times \
    FROM gk_auth_event e JOIN gk_account a ON a.id = e.account_id \
    WHERE a.kind = 'customer' AND e.outcome = 'done' GROUP BY a.login, e.kind \
    UNION ALL SELECT a.login, 'link', COUNT(*) FROM gk_invite i \
    JOIN gk_account a ON a.id = i.account_id WHERE a.kind = 'customer' GROUP BY a.login";

impl Client<'_> {
    /// Tries every session and every passkey of this client's people, those that must not work too.
    pub(crate) async fn audit(&mut self) {
        self.flow = Flow::Audit;
        let mut sessions = std::mem::take(&mut self.sessions);
        sessions.append(&mut self.past);
        for held in sessions {
            // What is wrong is written down; the next one is looked at all the same.
            let _ = self.look(&held).await;
            self.world.tally.borrow_mut().sessions_audited += 1;
        }
        for who in 0..self.people.len() {
            let _ = self.audit_person(who).await;
        }
    }

    async fn audit_person(&mut self, who: usize) -> Step<()> {
        let devices = self.people[who].devices.clone();
        let person = self.people[who].who.clone();
        if self.people[who].has_password && devices.is_empty() {
            let held = self.sign_in_with_password(who).await?;
            return self.must_open(&held).await;
        }
        for device in &devices {
            let stands =
                |ledger: &super::ledger::Ledger| ledger.credential_stands(&device.credential);
            let standing = self.world.read(stands);
            self.world.tally.borrow_mut().passkeys_audited += 1;
            match self.present(&person, device).await? {
                Ok(held) => self.must_open(&held).await?,
                Err(code) if code == "unknown_credential" && standing != Some(Standing::Live) => {}
                Err(code) => return Err(self.fail("a passkey", code).await),
            }
        }
        Ok(())
    }
}

/// Compares what the database holds with the ledger.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn compare(world: &World, database_url: &str) -> anyhow::Result<()> {
    let stored = read(database_url).await?;
    let source = Source {
        flow: Flow::Audit,
        instance: None,
    };
    world.write(|ledger| ledger.compare(source, &stored));
    Ok(())
}

async fn read(database_url: &str) -> anyhow::Result<BTreeMap<String, Stored>> {
    let connected = PgConnection::connect(database_url).await;
    let mut connection = connected.context("reading the database at the end")?;
    let mut stored: BTreeMap<String, Stored> = BTreeMap::new();
    let mut of = |row: &PgRow, put: &dyn Fn(&mut Stored) -> Result<(), sqlx::Error>| {
        let login: String = row.try_get("login")?;
        put(stored.entry(login).or_default())
    };
    for row in sqlx::query(SESSIONS).fetch_all(&mut connection).await? {
        let hash: Vec<u8> = row.try_get("token_hash")?;
        let hash: [u8; 32] = hash
            .try_into()
            .map_err(|_| anyhow::anyhow!("a session's hash is not 32 bytes"))?;
        of(&row, &|stored| {
            stored.sessions.push(SessionKey(hash));
            Ok(())
        })?;
    }
    for row in sqlx::query(PASSKEYS).fetch_all(&mut connection).await? {
        of(&row, &|stored| {
            stored.passkeys.push(row.try_get("id")?);
            Ok(())
        })?;
    }
    for row in sqlx::query(COUNTS).fetch_all(&mut connection).await? {
        let what: String = row.try_get("what")?;
        let times: i64 = row.try_get("times")?;
        of(&row, &|stored| {
            count(stored, &what, times.unsigned_abs());
            Ok(())
        })?;
    }
    connection.close().await?;
    Ok(stored)
}

fn count(stored: &mut Stored, what: &str, times: u64) {
    match what {
        "sign_in" => stored.sign_ins = times,
        "sign_out" => stored.sign_outs = times,
        "passkey_added" => stored.passkeys_added = times,
        "passkey_removed" => stored.passkeys_removed = times,
        "invite_accepted" => stored.invites_accepted = times,
        "link" => stored.links = times,
        _ => {}
    }
}
