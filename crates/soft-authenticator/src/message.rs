//! Building the byte strings of a response, lies included.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value;

use crate::SoftError;
use crate::config::{Faults, SoftFlags};

pub(crate) fn to_base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

pub(crate) fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA256, bytes).as_ref().to_vec()
}

pub(crate) fn int(value: i64) -> Value {
    Value::Integer(value.into())
}

pub(crate) fn bytes(value: &[u8]) -> Value {
    Value::Bytes(value.to_vec())
}

pub(crate) fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

pub(crate) fn encode(value: &Value) -> Result<Vec<u8>, SoftError> {
    let mut out = Vec::new();
    ciborium::into_writer(value, &mut out).map_err(|_| SoftError::Crypto)?;
    Ok(out)
}

/// Client data in the order section 5.8.1.1 prescribes.
pub(crate) fn client_data(kind: &str, challenge: &[u8], origin: &str, faults: &Faults) -> Vec<u8> {
    let kind = faults.ceremony_type.as_deref().unwrap_or(kind);
    let challenge = to_base64url(faults.challenge.as_deref().unwrap_or(challenge));
    let origin = faults.origin.as_deref().unwrap_or(origin);
    let string = |text: &str| serde_json::Value::from(text).to_string();
    let mut json = format!(
        r#"{{"type":{},"challenge":{},"origin":{},"crossOrigin":{}"#,
        string(kind),
        string(&challenge),
        string(origin),
        faults.cross_origin.unwrap_or(false),
    );
    if let Some(top) = &faults.top_origin {
        json.push_str(&format!(r#","topOrigin":{}"#, string(top)));
    }
    json.push('}');
    json.into_bytes()
}

/// The credential part of registration data.
pub(crate) struct Attested<'a> {
    pub(crate) aaguid: [u8; 16],
    pub(crate) id: &'a [u8],
    pub(crate) public_key: &'a [u8],
}

/// Authenticator data (section 6.1).
pub(crate) fn authenticator_data(
    rp_id: &str,
    flags: SoftFlags,
    sign_count: u32,
    attested: Option<Attested<'_>>,
    faults: &Faults,
) -> Vec<u8> {
    let mut out = sha256(faults.rp_id.as_deref().unwrap_or(rp_id).as_bytes());
    let mut byte = faults.flags.unwrap_or(flags).to_byte();
    if attested.is_some() {
        byte |= 0x40;
    }
    if faults.extensions.is_some() {
        byte |= 0x80;
    }
    out.push(byte);
    out.extend(faults.sign_count.unwrap_or(sign_count).to_be_bytes());
    if let Some(attested) = attested {
        out.extend(attested.aaguid);
        let length = u16::try_from(attested.id.len()).unwrap_or(u16::MAX);
        out.extend(length.to_be_bytes());
        out.extend(attested.id);
        out.extend(attested.public_key);
    }
    out.extend(faults.extensions.as_deref().unwrap_or_default());
    out
}
