//! The few DER structures (X.690) that are written here.

pub(crate) const OID_P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
pub(crate) const OID_P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
pub(crate) const OID_P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OID: u8 = 0x06;
pub(crate) const UTF8_STRING: u8 = 0x0c;
pub(crate) const PRINTABLE_STRING: u8 = 0x13;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// The tag of a constructed, context-specific element.
pub(crate) fn context(number: u8) -> u8 {
    0xa0 | number
}

/// One element from the concatenation of its contents.
pub(crate) fn element(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
    let contents = contents.concat();
    let mut out = vec![tag];
    match contents.len() {
        length @ 0..=127 => out.push(low_byte(length)),
        length @ 128..=255 => out.extend([0x81, low_byte(length)]),
        length => out.extend([0x82, low_byte(length >> 8), low_byte(length)]),
    }
    out.extend(contents);
    out
}

fn low_byte(length: usize) -> u8 {
    length.to_le_bytes()[0]
}

/// `ECPrivateKey` (RFC 5915) without the public key, which follows from the scalar.
pub(crate) fn ec_private_key(scalar: &[u8], curve: &[u8]) -> Vec<u8> {
    element(
        SEQUENCE,
        &[
            &element(INTEGER, &[&[1]]),
            &element(OCTET_STRING, &[scalar]),
            &element(context(0), &[&element(OID, &[curve])]),
        ],
    )
}
