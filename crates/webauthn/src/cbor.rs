//! Reading CBOR (RFC 8949) strictly: whole items, bounded depth, maps without duplicate keys.

use ciborium::Value;

/// Why bytes are not the CBOR that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CborError {
    /// Not well-formed, cut short, or nested deeper than 16 levels.
    #[error("not well-formed CBOR")]
    Malformed,
    /// Bytes follow the item.
    #[error("bytes follow the CBOR item")]
    TrailingBytes,
    /// The item is no map.
    #[error("not a CBOR map")]
    NotAMap,
    /// A key appears twice in a map.
    #[error("a map key appears twice")]
    DuplicateKey,
    /// A map has more than 64 entries.
    #[error("a map has too many entries")]
    TooManyEntries,
}

/// The entries of a map whose keys are known to differ.
pub(crate) type Entries = Vec<(Value, Value)>;

const MAX_DEPTH: usize = 16;

/// No structure we read comes near; it bounds the quadratic search for duplicate keys.
const MAX_ENTRIES: usize = 64;

/// Takes one item off the front of `input`.
pub(crate) fn take_item(input: &mut &[u8]) -> Result<Value, CborError> {
    ciborium::de::from_reader_with_recursion_limit(&mut *input, MAX_DEPTH)
        .map_err(|_| CborError::Malformed)
}

/// Takes one map off the front of `input`.
pub(crate) fn take_map(input: &mut &[u8]) -> Result<Entries, CborError> {
    entries(take_item(input)?)
}

/// Reads a map that fills `input`.
pub(crate) fn read_map(mut input: &[u8]) -> Result<Entries, CborError> {
    let map = take_map(&mut input)?;
    if input.is_empty() {
        Ok(map)
    } else {
        Err(CborError::TrailingBytes)
    }
}

/// The entries of a value that must be a map.
pub(crate) fn entries(value: Value) -> Result<Entries, CborError> {
    let Value::Map(map) = value else {
        return Err(CborError::NotAMap);
    };
    if map.len() > MAX_ENTRIES {
        return Err(CborError::TooManyEntries);
    }
    let is_repeated = |(index, (key, _)): (usize, &(Value, Value))| {
        map[..index].iter().any(|(earlier, _)| earlier == key)
    };
    if map.iter().enumerate().any(is_repeated) {
        return Err(CborError::DuplicateKey);
    }
    Ok(map)
}

/// Removes and returns the value of a text key.
pub(crate) fn remove_text(map: &mut Entries, key: &str) -> Option<Value> {
    let index = map.iter().position(|(k, _)| k.as_text() == Some(key))?;
    Some(map.swap_remove(index).1)
}

/// An integer that fits `i64`; COSE labels and identifiers do.
pub(crate) fn as_i64(value: &Value) -> Option<i64> {
    value
        .as_integer()
        .and_then(|integer| i64::try_from(integer).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_are_read_strictly() {
        let cases: [(&[u8], Result<usize, CborError>); 9] = [
            (&[0xa1, 0x01, 0x02], Ok(1)),
            (&[0xa0], Ok(0)),
            (&[0xbf, 0x01, 0x02, 0xff], Ok(1)),
            (&[], Err(CborError::Malformed)),
            (&[0xa1, 0x01], Err(CborError::Malformed)),
            (&[0xa0, 0x00], Err(CborError::TrailingBytes)),
            (&[0x80], Err(CborError::NotAMap)),
            (
                &[0xa2, 0x01, 0x02, 0x01, 0x03],
                Err(CborError::DuplicateKey),
            ),
            // A header that claims 2^64-1 entries must not allocate.
            (
                &[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
                Err(CborError::Malformed),
            ),
        ];
        for (bytes, expected) in cases {
            assert_eq!(
                read_map(bytes).map(|map| map.len()),
                expected,
                "{bytes:02x?}"
            );
        }
    }

    #[test]
    fn depth_and_size_are_bounded() {
        assert_eq!(read_map(&[0x81; 5000]), Err(CborError::Malformed));
        let mut large = vec![0xb8, 65];
        (0..65).for_each(|key| large.extend([0x18, 100 + key, 0x00]));
        assert_eq!(read_map(&large), Err(CborError::TooManyEntries));
    }
}
