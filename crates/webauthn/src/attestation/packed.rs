//! The format `packed` (section 8.2): a signature by the credential's own key or by an attestation key.

use ciborium::Value;

use super::certificate::AttestationCertificate;
use super::{AttestationError, AttestationKind, Subject};
use crate::algorithm::Algorithm;
use crate::cbor::{self, Entries};

pub(super) fn verify(
    mut statement: Entries,
    subject: Subject<'_>,
) -> Result<AttestationKind, AttestationError> {
    let mut take = |key| cbor::remove_text(&mut statement, key);
    let missing = |member| AttestationError::Member { member };
    let cose_id = take("alg")
        .as_ref()
        .and_then(cbor::as_i64)
        .ok_or(missing("alg"))?;
    let Some(Value::Bytes(signature)) = take("sig") else {
        return Err(missing("sig"));
    };
    let chain = take("x5c");
    if !statement.is_empty() {
        return Err(AttestationError::Malformed);
    }
    let algorithm = Algorithm::from_cose_id(cose_id).ok_or(AttestationError::AlgorithmMismatch)?;
    match chain {
        None => verify_self(algorithm, &signature, subject),
        Some(chain) => verify_basic(algorithm, &signature, certificates(chain)?, subject),
    }
}

fn verify_self(
    algorithm: Algorithm,
    signature: &[u8],
    subject: Subject<'_>,
) -> Result<AttestationKind, AttestationError> {
    if algorithm != subject.public_key.algorithm() {
        return Err(AttestationError::AlgorithmMismatch);
    }
    subject
        .public_key
        .verify(subject.signed_bytes, signature)
        .map_err(|_| AttestationError::InvalidSignature)?;
    Ok(AttestationKind::SelfSigned)
}

fn verify_basic(
    algorithm: Algorithm,
    signature: &[u8],
    chain: Vec<Vec<u8>>,
    subject: Subject<'_>,
) -> Result<AttestationKind, AttestationError> {
    let first = chain.first().ok_or(AttestationError::Malformed)?;
    let certificate = AttestationCertificate::parse(first)?;
    certificate.check(subject.credential.aaguid(), subject.now)?;
    certificate
        .verify(algorithm, subject.signed_bytes, signature)
        .map_err(|_| AttestationError::InvalidSignature)?;
    Ok(AttestationKind::Basic { chain })
}

fn certificates(chain: Value) -> Result<Vec<Vec<u8>>, AttestationError> {
    let Value::Array(items) = chain else {
        return Err(AttestationError::Malformed);
    };
    let certificate = |item: Value| item.into_bytes().map_err(|_| AttestationError::Malformed);
    items.into_iter().map(certificate).collect()
}
