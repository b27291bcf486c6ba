//! Drawing recovery codes.

use data_encoding::HEXLOWER;

use crate::{Entropy, Secret, password};

/// How many codes there are when nobody says.
pub const DEFAULT_RECOVERY_CODES: u8 = 10;

/// Most codes that are drawn or checked at once: each costs one bcrypt.
pub const MAX_RECOVERY_CODES: u8 = 50;

/// New codes and what is stored of them, in the same order.
#[derive(Debug)]
pub struct RecoveryCodes {
    /// Ten lower-case hexadecimal digits each: 40 bits, enough behind bcrypt and a limit on tries.
    pub codes: Vec<Secret<String>>,
    /// A bcrypt hash of each.
    pub hashes: Vec<String>,
}

/// Draws codes. Takes some 60 milliseconds for each; at most [`MAX_RECOVERY_CODES`] are drawn.
pub fn recovery_codes(entropy: &dyn Entropy, count: u8) -> RecoveryCodes {
    let codes: Vec<_> = (0..count.min(MAX_RECOVERY_CODES))
        .map(|_| {
            let mut bytes = [0; 5];
            entropy.fill(&mut bytes);
            Secret::new(HEXLOWER.encode(&bytes))
        })
        .collect();
    let hashes = codes
        .iter()
        .map(|code| {
            password::hash_portable(entropy, code).expect("ten characters are within 72 bytes")
        })
        .collect();
    RecoveryCodes { codes, hashes }
}
