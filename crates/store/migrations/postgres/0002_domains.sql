-- Checks of the tables that a sign-in writes become checks of domains.
-- PostgreSQL reads a table's checks from text again for every statement that writes to the table,
-- whatever it writes; it keeps those of a domain, and asks only for the columns that are written.

CREATE DOMAIN gk_portal AS TEXT CHECK (VALUE IN ('agent', 'customer'));
CREATE DOMAIN gk_role AS TEXT CHECK (VALUE IN ('agent', 'admin'));
CREATE DOMAIN gk_status AS TEXT CHECK (VALUE IN ('invited', 'active', 'disabled'));
CREATE DOMAIN gk_flag AS BIGINT CHECK (VALUE IN (0, 1));
CREATE DOMAIN gk_credential_id AS BYTEA CHECK (length(VALUE) BETWEEN 1 AND 1023);
CREATE DOMAIN gk_aaguid AS BYTEA CHECK (length(VALUE) = 16);

-- The check that joins kind and role stays where it is: no column has it alone.
ALTER TABLE gk_account
    DROP CONSTRAINT gk_account_kind_check, ALTER COLUMN kind TYPE gk_portal,
    DROP CONSTRAINT gk_account_role_check, ALTER COLUMN role TYPE gk_role,
    DROP CONSTRAINT gk_account_status_check, ALTER COLUMN status TYPE gk_status;

ALTER TABLE gk_webauthn_credential
    DROP CONSTRAINT gk_webauthn_credential_credential_id_check, ALTER COLUMN credential_id TYPE gk_credential_id,
    DROP CONSTRAINT gk_webauthn_credential_backup_eligible_check, ALTER COLUMN backup_eligible TYPE gk_flag,
    DROP CONSTRAINT gk_webauthn_credential_backup_state_check, ALTER COLUMN backup_state TYPE gk_flag,
    DROP CONSTRAINT gk_webauthn_credential_discoverable_check, ALTER COLUMN discoverable TYPE gk_flag,
    DROP CONSTRAINT gk_webauthn_credential_aaguid_check, ALTER COLUMN aaguid TYPE gk_aaguid;

ALTER TABLE gk_webauthn_ceremony
    DROP CONSTRAINT gk_webauthn_ceremony_portal_check, ALTER COLUMN portal TYPE gk_portal;

ALTER TABLE gk_session
    DROP CONSTRAINT gk_session_account_kind_check, ALTER COLUMN account_kind TYPE gk_portal,
    DROP CONSTRAINT gk_session_surface_check, ALTER COLUMN surface TYPE gk_portal;
