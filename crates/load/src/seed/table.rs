//! Tables, rows and values, the same for both databases.

/// A table and the columns that are filled.
#[derive(Debug)]
pub(super) struct Table {
    /// Its name.
    pub(super) name: &'static str,
    /// The columns, in the order of the cells.
    pub(super) columns: &'static [&'static str],
}

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// NULL.
    Nothing,
    /// A number, a moment in milliseconds, or a flag as 0 or 1.
    Number(i64),
    /// One of a few words.
    Word(&'static str),
    /// Any text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// The id of an account of this batch, counted from 0.
    Account(usize),
    /// The id of a credential of this batch, counted from 0.
    Credential(usize),
}

/// Rows of one table, their cells one after the other.
#[derive(Debug)]
pub(super) struct Rows {
    /// Where they belong.
    pub(super) table: &'static Table,
    /// As many for each row as the table has columns.
    pub(super) cells: Vec<Cell>,
}

/// The database's own ids for the accounts and credentials of a batch.
#[derive(Debug)]
pub(super) struct Ids {
    /// One for each account.
    pub(super) accounts: Vec<i64>,
    /// One for each credential.
    pub(super) credentials: Vec<i64>,
}

/// Accounts.
pub(super) static ACCOUNT: Table = Table {
    name: "gk_account",
    columns: &[
        "id",
        "kind",
        "role",
        "login",
        "email",
        "display_name",
        "status",
        "created_at",
        "updated_at",
        "last_sign_in_at",
    ],
};
/// What accounts are found by.
pub(super) static SIGN_IN_NAME: Table = Table {
    name: "gk_sign_in_name",
    columns: &["kind", "name_key", "alias_of", "account_id"],
};
/// WebAuthn user handles.
pub(super) static USER_HANDLE: Table = Table {
    name: "gk_user_handle",
    columns: &["account_id", "handle"],
};
/// Credentials of every kind.
pub(super) static CREDENTIAL: Table = Table {
    name: "gk_credential",
    columns: &["id", "account_id", "kind", "created_at"],
};
/// Passkeys.
pub(super) static PASSKEY: Table = Table {
    name: "gk_webauthn_credential",
    columns: &[
        "credential_key",
        "account_id",
        "credential_id",
        "public_key",
        "algorithm",
        "sign_count",
        "backup_eligible",
        "backup_state",
        "discoverable",
        "transports",
        "aaguid",
        "attestation_format",
        "attachment",
        "name",
        "created_at",
        "last_used_at",
    ],
};
/// Passwords.
pub(super) static PASSWORD: Table = Table {
    name: "gk_password",
    columns: &[
        "credential_key",
        "account_id",
        "hash",
        "changed_at",
        "last_used_at",
    ],
};

/// The tables that are filled.
pub(super) static ALL: [&Table; 6] = [
    &ACCOUNT,
    &SIGN_IN_NAME,
    &USER_HANDLE,
    &CREDENTIAL,
    &PASSKEY,
    &PASSWORD,
];

impl Ids {
    /// What a cell refers to, or the cell's own value.
    pub(super) fn resolve<'c>(&self, cell: &'c Cell) -> Value<'c> {
        match cell {
            Cell::Nothing => Value::Nothing,
            Cell::Number(number) => Value::Number(*number),
            Cell::Word(word) => Value::Text(word),
            Cell::Text(text) => Value::Text(text),
            Cell::Bytes(bytes) => Value::Bytes(bytes),
            Cell::Account(nth) => Value::Number(self.accounts[*nth]),
            Cell::Credential(nth) => Value::Number(self.credentials[*nth]),
        }
    }
}

/// What is stored for a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'c> {
    /// NULL.
    Nothing,
    /// BIGINT.
    Number(i64),
    /// TEXT.
    Text(&'c str),
    /// BYTEA or BLOB.
    Bytes(&'c [u8]),
}

impl Rows {
    /// None yet, with room for this many.
    pub(super) fn of(table: &'static Table, room: usize) -> Self {
        Self {
            table,
            cells: Vec::with_capacity(room * table.columns.len()),
        }
    }

    /// The rows, each as the cells of its columns.
    pub(super) fn each(&self) -> std::slice::ChunksExact<'_, Cell> {
        self.cells.chunks_exact(self.table.columns.len())
    }

    /// Adds a row.
    pub(super) fn add<const COLUMNS: usize>(&mut self, row: [Cell; COLUMNS]) {
        debug_assert_eq!(COLUMNS, self.table.columns.len(), "{}", self.table.name);
        self.cells.extend(row);
    }
}
