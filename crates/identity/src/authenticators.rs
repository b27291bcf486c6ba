//! Names of well-known authenticators by their AAGUID, so that a person recognises a passkey.
//!
//! The AAGUID is a claim of the authenticator and proves nothing; it is only shown. Values are those
//! the vendors publish.

/// AAGUID (lower-case hex without dashes) and the name people know it by.
const NAMES: &[(&str, &str)] = &[
    ("08987058cadc4b81b6e130de50dcbe96", "Windows Hello"),
    ("2fc0579f811347eab116bb5a8db9202a", "YubiKey 5 NFC"),
    ("50726f746f6e5061737350726f746f6e", "Proton Pass"),
    ("531126d6e717415c93203d9aa6981239", "Dashlane"),
    ("53414d53554e47000000000000000000", "Samsung Pass"),
    ("6028b017b1d44c02b4b3afcdafc96bb2", "Windows Hello"),
    ("9ddd1817af5a4672a2b93e3dd95000a9", "Windows Hello"),
    ("adce000235bcc60a648b0b25f1f05503", "Chrome on Mac"),
    ("b84e404815dc4dd08640f4f60813c8af", "NordPass"),
    ("bada5566a7aa401fbd9645619a55120d", "1Password"),
    ("cb69481e8ff7403993ec0a2729a154a8", "YubiKey 5"),
    ("d548826e79b4db40a3d811116f7e8349", "Bitwarden"),
    (
        "dd4ec289e01d41c9bb8970fa845d4bf2",
        "iCloud Keychain (managed)",
    ),
    (
        "ea9b8d664d011d213ce4b6b48cb575d4",
        "Google Password Manager",
    ),
    ("ee882879721c491397753dfcce97072a", "YubiKey 5"),
    ("fa2b99dc9e3942578f924a30d23c4118", "YubiKey 5 NFC"),
    ("fbfc3007154e4ecc8c0b6e020557d7bd", "iCloud Keychain"),
    ("fdb141b25d84443e8a354698c205a502", "KeePassXC"),
];

/// The name of an authenticator, if it is a well-known one.
#[must_use]
pub fn name_of(aaguid: &[u8; 16]) -> Option<&'static str> {
    let hex: String = aaguid.iter().map(|byte| format!("{byte:02x}")).collect();
    NAMES
        .iter()
        .find(|(id, _)| *id == hex)
        .map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_sixteen_bytes_and_stands_once() {
        for (i, (id, name)) in NAMES.iter().enumerate() {
            assert!(
                id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()),
                "{name}"
            );
            assert!(NAMES[..i].iter().all(|(other, _)| other != id), "{name}");
        }
        assert_eq!(name_of(&[0; 16]), None);
    }
}
