-- Accounts, credentials, ceremonies, sessions and what guards them.
-- SQLite dialect; the other folder holds the same tables.
-- Moments are INTEGER milliseconds UTC, flags are 0 or 1, JSON is text.

-- Database time. Every expiry is judged by it; tests replace the view.
CREATE VIEW gk_clock (now_ms) AS
    SELECT CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER);

-- A statement that reads this view commits without waiting for the disk, where the database can:
-- for rows whose loss costs a retry and nothing else.
CREATE VIEW gk_commit_early (setting) AS SELECT 'unsupported';

-- Rows to lock and leases to hold, where no row of their own exists.
CREATE TABLE gk_lock (
    name TEXT NOT NULL PRIMARY KEY,
    held_until INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO gk_lock (name) VALUES ('bootstrap'), ('admins'), ('sweep'), ('sweep-ceremony');

CREATE TABLE gk_setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE gk_account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('agent', 'customer')),
    role TEXT CHECK (role IN ('agent', 'admin')),
    login TEXT NOT NULL,
    email TEXT,
    display_name TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('invited', 'active', 'disabled')),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_sign_in_at INTEGER,
    CHECK ((kind = 'agent') = (role IS NOT NULL))
) STRICT;
CREATE INDEX gk_account_admin ON gk_account (id) WHERE role = 'admin';

-- What an account can be found by: its login and its e-mail address share one name space, because
-- people may sign in with either. The primary key makes a name belong to one account of a kind.
-- Names are comparison keys; alias_of is the login an e-mail address stands for, NULL for logins.
CREATE TABLE gk_sign_in_name (
    kind TEXT NOT NULL,
    name_key TEXT NOT NULL,
    alias_of TEXT,
    account_id INTEGER NOT NULL REFERENCES gk_account (id) ON DELETE CASCADE,
    PRIMARY KEY (kind, name_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX gk_sign_in_name_account ON gk_sign_in_name (account_id);
-- The list of all accounts follows the logins alone.
CREATE INDEX gk_sign_in_name_login ON gk_sign_in_name (kind, name_key) WHERE alias_of IS NULL;

-- The WebAuthn user handle: random, so that it says nothing about the person.
CREATE TABLE gk_user_handle (
    account_id INTEGER NOT NULL PRIMARY KEY REFERENCES gk_account (id) ON DELETE CASCADE,
    handle BLOB NOT NULL UNIQUE CHECK (length(handle) = 64)
) STRICT;

-- One row for each credential that can sign in, of any kind, so that V1 counts across kinds.
CREATE TABLE gk_credential (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES gk_account (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('passkey', 'password', 'identity')),
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX gk_credential_account ON gk_credential (account_id);
CREATE UNIQUE INDEX gk_credential_password ON gk_credential (account_id) WHERE kind = 'password';

CREATE TABLE gk_webauthn_credential (
    credential_key INTEGER NOT NULL PRIMARY KEY REFERENCES gk_credential (id) ON DELETE CASCADE,
    account_id INTEGER NOT NULL REFERENCES gk_account (id) ON DELETE CASCADE,
    credential_id BLOB NOT NULL UNIQUE CHECK (length(credential_id) BETWEEN 1 AND 1023),
    public_key BLOB NOT NULL,
    algorithm INTEGER NOT NULL,
    sign_count INTEGER NOT NULL,
    backup_eligible INTEGER NOT NULL CHECK (backup_eligible IN (0, 1)),
    backup_state INTEGER NOT NULL CHECK (backup_state IN (0, 1)),
    discoverable INTEGER CHECK (discoverable IN (0, 1)),
    transports TEXT NOT NULL,
    aaguid BLOB NOT NULL CHECK (length(aaguid) = 16),
    attestation_format TEXT NOT NULL,
    attachment TEXT,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    clone_suspected_at INTEGER
) STRICT;
CREATE INDEX gk_webauthn_credential_account ON gk_webauthn_credential (account_id, credential_key);

CREATE TABLE gk_password (
    credential_key INTEGER NOT NULL PRIMARY KEY REFERENCES gk_credential (id) ON DELETE CASCADE,
    account_id INTEGER NOT NULL UNIQUE REFERENCES gk_account (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT;

-- Short-lived and written in floods, so it refers to accounts without foreign keys.
CREATE TABLE gk_webauthn_ceremony (
    challenge_hash BLOB NOT NULL PRIMARY KEY,
    browser_hash BLOB NOT NULL,
    purpose TEXT NOT NULL,
    portal TEXT NOT NULL CHECK (portal IN ('agent', 'customer')),
    account_id INTEGER,
    bound BLOB,
    state TEXT NOT NULL,
    network TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX gk_webauthn_ceremony_expiry ON gk_webauthn_ceremony (expires_at);
CREATE INDEX gk_webauthn_ceremony_network ON gk_webauthn_ceremony (network, created_at)
    WHERE account_id IS NULL AND bound IS NULL;
CREATE INDEX gk_webauthn_ceremony_oldest ON gk_webauthn_ceremony (created_at)
    WHERE account_id IS NULL AND bound IS NULL;

CREATE TABLE gk_totp_pending_session (
    token_hash BLOB NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES gk_account (id) ON DELETE CASCADE,
    account_kind TEXT NOT NULL CHECK (account_kind IN ('agent', 'customer')),
    attempts INTEGER NOT NULL DEFAULT 0,
    max_attempts INTEGER NOT NULL DEFAULT 5,
    return_to TEXT,
    network TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX gk_totp_pending_session_account ON gk_totp_pending_session (account_id, created_at);
CREATE INDEX gk_totp_pending_session_expiry ON gk_totp_pending_session (expires_at);

-- expires_at is the earlier of the idle and the absolute end.
CREATE TABLE gk_session (
    token_hash BLOB NOT NULL PRIMARY KEY,
    public_ref TEXT NOT NULL,
    account_id INTEGER NOT NULL REFERENCES gk_account (id) ON DELETE CASCADE,
    account_kind TEXT NOT NULL CHECK (account_kind IN ('agent', 'customer')),
    surface TEXT NOT NULL CHECK (surface IN ('agent', 'customer')),
    method TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    authenticated_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    absolute_expires_at INTEGER NOT NULL,
    user_agent TEXT NOT NULL,
    network TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX gk_session_account ON gk_session (account_id, public_ref);
CREATE INDEX gk_session_expiry ON gk_session (expires_at);

CREATE TABLE gk_throttle (
    key_hash BLOB NOT NULL PRIMARY KEY,
    failures INTEGER NOT NULL,
    forget_at INTEGER NOT NULL,
    blocked_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX gk_throttle_forget ON gk_throttle (forget_at);

CREATE TABLE gk_invite (
    token_hash BLOB NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('setup', 'invite', 'reset')),
    account_id INTEGER REFERENCES gk_account (id) ON DELETE CASCADE,
    created_by INTEGER,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX gk_invite_account ON gk_invite (account_id);
CREATE INDEX gk_invite_expiry ON gk_invite (expires_at);

-- The audit. It outlives accounts, so it has no foreign keys, and it only grows.
CREATE TABLE gk_auth_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    outcome TEXT NOT NULL,
    account_id INTEGER,
    account_kind TEXT,
    actor_id INTEGER,
    surface TEXT,
    network TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX gk_auth_event_account ON gk_auth_event (account_id, id);
CREATE TRIGGER gk_auth_event_no_update BEFORE UPDATE ON gk_auth_event
BEGIN SELECT RAISE(ABORT, 'gk_auth_event is append-only'); END;
CREATE TRIGGER gk_auth_event_no_delete BEFORE DELETE ON gk_auth_event
BEGIN SELECT RAISE(ABORT, 'gk_auth_event is append-only'); END;
