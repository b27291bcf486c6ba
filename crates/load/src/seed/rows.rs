//! The rows that accounts consist of, in batches, the same for both databases.

use gatefold_kernel::credential::CredentialKind;
use gatefold_kernel::{AccountKind, AgentRole, EmailAddress, Status};
use gatefold_soft_authenticator::SoftAlgorithm;

use super::material::Material;
use super::people::{People, Somebody};
use super::table::{self, Cell, Rows};

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;
/// The oldest account is three years old.
const OLDEST: i64 = 3 * 365 * DAY;

/// Some accounts with everything that belongs to them.
#[derive(Debug)]
pub(super) struct Batch {
    /// How many accounts.
    pub(super) accounts: usize,
    /// How many credentials of all kinds.
    pub(super) credentials: usize,
    account: Rows,
    sign_in_name: Rows,
    user_handle: Rows,
    credential: Rows,
    passkey: Rows,
    password: Rows,
}

/// Makes the batches of a seed, one after the other.
#[derive(Debug)]
pub(super) struct Maker {
    people: People,
    material: Material,
    random: fastrand::Rng,
    now: i64,
}

/// How an authenticator comes along in the world: model, name, transports, attachment, and whether it is synced.
type Model = (
    [u8; 16],
    &'static str,
    &'static str,
    Option<&'static str>,
    bool,
);

const MODELS: [Model; 5] = [
    (
        0xfbfc_3007_154e_4ecc_8c0b_6e02_0557_d7bd_u128.to_be_bytes(),
        "iCloud Keychain",
        r#"["internal","hybrid"]"#,
        Some("platform"),
        true,
    ),
    (
        0xea9b_8d66_4d01_1d21_3ce4_b6b4_8cb5_75d4_u128.to_be_bytes(),
        "Google Password Manager",
        r#"["internal","hybrid"]"#,
        Some("platform"),
        true,
    ),
    (
        0x0898_7058_cadc_4b81_b6e1_30de_50dc_be96_u128.to_be_bytes(),
        "Windows Hello",
        r#"["internal"]"#,
        Some("platform"),
        false,
    ),
    (
        0x2fc0_579f_8113_47ea_b116_bb5a_8db9_202a_u128.to_be_bytes(),
        "YubiKey 5 NFC",
        r#"["nfc","usb"]"#,
        Some("cross-platform"),
        false,
    ),
    ([0; 16], "Passkey", "[]", None, true),
];

impl Batch {
    fn of(accounts: usize) -> Self {
        Self {
            accounts,
            credentials: 0,
            account: Rows::of(&table::ACCOUNT, accounts),
            sign_in_name: Rows::of(&table::SIGN_IN_NAME, accounts * 2),
            user_handle: Rows::of(&table::USER_HANDLE, accounts),
            credential: Rows::of(&table::CREDENTIAL, accounts * 3),
            passkey: Rows::of(&table::PASSKEY, accounts * 3),
            password: Rows::of(&table::PASSWORD, accounts),
        }
    }

    /// The rows of each table; those that others refer to come first.
    pub(super) fn tables(&self) -> [&Rows; 6] {
        [
            &self.account,
            &self.sign_in_name,
            &self.user_handle,
            &self.credential,
            &self.passkey,
            &self.password,
        ]
    }
}

impl Maker {
    /// Begins with the first account of a seed. Moments lie before `now`, in milliseconds.
    ///
    /// # Errors
    /// As [`Material::of`].
    pub(super) fn new(seed: u64, now: i64) -> anyhow::Result<Self> {
        Ok(Self {
            people: People::of(seed),
            material: Material::of(seed)?,
            // Another stream than that of the people, whom nothing here may change.
            random: fastrand::Rng::with_seed(seed.rotate_left(32) ^ 0x726f_7773),
            now,
        })
    }

    /// The next accounts, this many.
    ///
    /// # Errors
    /// As [`People::next_person`].
    pub(super) fn next_batch(&mut self, accounts: usize) -> anyhow::Result<Batch> {
        let mut batch = Batch::of(accounts);
        for nth in 0..accounts {
            let person = self.people.next_person()?;
            self.add_person(&mut batch, nth, &person);
        }
        Ok(batch)
    }

    fn add_person(&mut self, batch: &mut Batch, nth: usize, person: &Somebody) {
        let created = self.now - self.random.i64(1..OLDEST);
        let signed_in = person.status != Status::Invited && self.random.u32(0..10) > 0;
        let last = signed_in.then(|| self.random.i64(created..self.now));
        batch.account.add([
            Cell::Account(nth),
            Cell::Word(person.kind.as_str()),
            match person.kind {
                AccountKind::Agent => Cell::Word(AgentRole::Agent.as_str()),
                AccountKind::Customer => Cell::Nothing,
            },
            text(person.login.as_str()),
            (person.email.as_ref()).map_or(Cell::Nothing, |email| text(email.as_str())),
            text(person.name.as_str()),
            Cell::Word(person.status.as_str()),
            Cell::Number(created),
            Cell::Number(created),
            number(last),
        ]);
        let kind = Cell::Word(person.kind.as_str());
        let login = text(person.login.key());
        batch.sign_in_name.add([
            kind.clone(),
            login.clone(),
            Cell::Nothing,
            Cell::Account(nth),
        ]);
        let email = person.email.as_ref().map(EmailAddress::key);
        if let Some(email) = email.filter(|email| *email != person.login.key()) {
            batch
                .sign_in_name
                .add([kind, text(email), login, Cell::Account(nth)]);
        }
        batch.user_handle.add([Cell::Account(nth), self.bytes(64)]);
        if person.status == Status::Invited {
            return;
        }
        // 30, 35, 22 and 13 of a hundred have one to four.
        let passkeys = match self.random.u32(0..100) {
            0..30 => 1,
            30..65 => 2,
            65..87 => 3,
            _ => 4,
        };
        for _ in 0..passkeys {
            self.add_passkey(batch, nth, (created, last));
        }
        if self.random.u32(0..100) < 40 {
            self.add_password(batch, nth, (created, last));
        }
    }

    fn add_passkey(&mut self, batch: &mut Batch, nth: usize, between: (i64, Option<i64>)) {
        let (created, used) = self.draw_moments(between);
        let key = add_credential(batch, nth, CredentialKind::Passkey, created);
        let (aaguid, name, transports, attachment, synced) =
            MODELS[self.random.usize(0..MODELS.len())];
        let count = match (synced, used) {
            (false, Some(_)) => self.random.i64(1..2_000),
            _ => 0,
        };
        let public_keys = &self.material.public_keys;
        let public_key = public_keys[self.random.usize(0..public_keys.len())].clone();
        let row = [
            Cell::Credential(key),
            Cell::Account(nth),
            self.bytes(32),
            Cell::Bytes(public_key),
            Cell::Number(SoftAlgorithm::Es256.cose_id()),
            Cell::Number(count),
            Cell::Number(i64::from(synced)),
            Cell::Number(i64::from(synced)),
            Cell::Number(1),
            Cell::Word(transports),
            Cell::Bytes(aaguid.to_vec()),
            Cell::Word("none"),
            attachment.map_or(Cell::Nothing, Cell::Word),
            Cell::Word(name),
            Cell::Number(created),
            number(used),
        ];
        batch.passkey.add(row);
    }

    fn add_password(&mut self, batch: &mut Batch, nth: usize, between: (i64, Option<i64>)) {
        let (created, used) = self.draw_moments(between);
        let key = add_credential(batch, nth, CredentialKind::Password, created);
        let hashes = &self.material.hashes;
        let hash = hashes[self.random.usize(0..hashes.len())].clone();
        batch.password.add([
            Cell::Credential(key),
            Cell::Account(nth),
            Cell::Text(hash),
            Cell::Number(created),
            number(used),
        ]);
    }

    /// When a credential of an account was made and last used: between the account's making and its last sign-in.
    fn draw_moments(&mut self, (created, last): (i64, Option<i64>)) -> (i64, Option<i64>) {
        let Some(last) = last else {
            return (created, None);
        };
        let made = self.random.i64(created..=last);
        (made, Some(self.random.i64(made..=last)))
    }

    fn bytes(&mut self, length: usize) -> Cell {
        let mut bytes = vec![0; length];
        self.random.fill(&mut bytes);
        Cell::Bytes(bytes)
    }
}

/// Adds the row that a credential of any kind hangs on, and gives its number in the batch.
fn add_credential(batch: &mut Batch, nth: usize, kind: CredentialKind, created: i64) -> usize {
    let key = batch.credentials;
    batch.credentials += 1;
    batch.credential.add([
        Cell::Credential(key),
        Cell::Account(nth),
        Cell::Word(kind.as_str()),
        Cell::Number(created),
    ]);
    key
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn number(number: Option<i64>) -> Cell {
    number.map_or(Cell::Nothing, Cell::Number)
}
