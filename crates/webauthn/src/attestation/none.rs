//! The format `none` (section 8.7): no statement, so nothing may be in it.

use super::{AttestationError, AttestationKind, Subject};
use crate::cbor::Entries;

pub(super) fn verify(
    statement: Entries,
    _: Subject<'_>,
) -> Result<AttestationKind, AttestationError> {
    if statement.is_empty() {
        Ok(AttestationKind::None)
    } else {
        Err(AttestationError::Malformed)
    }
}
