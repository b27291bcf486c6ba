//! `google.protobuf.Struct` and JSON, both ways, by hand over `prost`'s wire primitives.
//!
//! Numbers of a `Struct` are doubles. A whole one becomes a JSON integer, because it re-enters text
//! (claims, metadata) where 5 and 5.0 are not the same. NaN, infinities and a `Value` without a
//! kind are refused, and so is nesting deeper than [`MAX_DEPTH`].

use prost::bytes::Buf;
use prost::encoding::{self, DecodeContext, WireType, decode_key, decode_varint};
use serde_json::{Map, Number, Value};

use crate::reply::StepError;

/// How deep objects and lists may nest.
pub const MAX_DEPTH: usize = 64;

/// Why bytes are not what they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WireError(pub(crate) &'static str);

impl From<WireError> for StepError {
    fn from(error: WireError) -> Self {
        Self::new(error.0)
    }
}

/// Decodes a whole `Struct`.
///
/// # Errors
/// When the bytes are none.
pub fn decode(bytes: &[u8]) -> Result<Map<String, Value>, WireError> {
    members(bytes, MAX_DEPTH)
}

/// Decodes one member of a `Struct` and skips its siblings. The last one of a name counts, as in a
/// map that was decoded whole.
///
/// # Errors
/// When the framing is broken or the member's value is none.
pub fn member(mut bytes: &[u8], key: &str) -> Result<Option<Value>, WireError> {
    let mut found = None;
    while let Some((number, payload)) = next(&mut bytes)? {
        if let (1, Payload::Bytes(pair)) = (number, payload) {
            let (name, value) = entry(pair)?;
            if name == key.as_bytes() {
                found = Some(value);
            }
        }
    }
    found.map(|value| self::value(value, MAX_DEPTH)).transpose()
}

/// Encodes an object as a `Struct`.
///
/// # Errors
/// When it nests too deep.
pub fn encode(members: &Map<String, Value>) -> Result<Vec<u8>, WireError> {
    let mut out = Vec::new();
    put_members(&mut out, members, MAX_DEPTH)?;
    Ok(out)
}

/// The payload of one field on the wire.
pub(crate) enum Payload<'a> {
    /// A varint.
    Varint(u64),
    /// Eight bytes.
    Fixed64([u8; 8]),
    /// A length-delimited field.
    Bytes(&'a [u8]),
    /// A wire type that no field here has.
    Other,
}

/// Takes the next field: its number and payload.
pub(crate) fn next<'a>(bytes: &mut &'a [u8]) -> Result<Option<(u32, Payload<'a>)>, WireError> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let (number, wire_type) = decode_key(bytes).map_err(|_| WireError("malformed field key"))?;
    let payload = match wire_type {
        WireType::Varint => {
            Payload::Varint(decode_varint(bytes).map_err(|_| WireError("malformed varint"))?)
        }
        WireType::LengthDelimited => Payload::Bytes(delimited(bytes)?),
        WireType::SixtyFourBit => {
            let Some((eight, rest)) = bytes.split_first_chunk::<8>() else {
                return Err(WireError("truncated fixed64"));
            };
            *bytes = rest;
            Payload::Fixed64(*eight)
        }
        other => {
            encoding::skip_field(other, number, bytes, DecodeContext::default())
                .map_err(|_| WireError("malformed field"))?;
            Payload::Other
        }
    };
    Ok(Some((number, payload)))
}

fn delimited<'a>(bytes: &mut &'a [u8]) -> Result<&'a [u8], WireError> {
    let length = decode_varint(bytes).map_err(|_| WireError("malformed length"))?;
    let length = usize::try_from(length)
        .ok()
        .filter(|length| *length <= bytes.remaining());
    let (taken, rest) = bytes.split_at(length.ok_or(WireError("length beyond the end"))?);
    *bytes = rest;
    Ok(taken)
}

/// UTF-8, which protobuf demands of strings.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, WireError> {
    std::str::from_utf8(bytes).map_err(|_| WireError("string field contains invalid UTF-8"))
}

/// The two halves of a map entry; the value is empty if it is missing.
pub(crate) fn entry(mut bytes: &[u8]) -> Result<(&[u8], &[u8]), WireError> {
    let (mut name, mut value): (&[u8], &[u8]) = (&[], &[]);
    while let Some((number, payload)) = next(&mut bytes)? {
        match (number, payload) {
            (1, Payload::Bytes(bytes)) => name = bytes,
            (2, Payload::Bytes(bytes)) => value = bytes,
            _ => {}
        }
    }
    Ok((name, value))
}

fn members(mut bytes: &[u8], depth: usize) -> Result<Map<String, Value>, WireError> {
    let depth = depth.checked_sub(1).ok_or(WireError("nested too deep"))?;
    let mut members = Map::new();
    while let Some((number, payload)) = next(&mut bytes)? {
        if let (1, Payload::Bytes(pair)) = (number, payload) {
            let (name, value) = entry(pair)?;
            members.insert(utf8(name)?.to_owned(), self::value(value, depth)?);
        }
    }
    Ok(members)
}

fn value(mut bytes: &[u8], depth: usize) -> Result<Value, WireError> {
    let mut found = None;
    while let Some((number, payload)) = next(&mut bytes)? {
        found = match (number, payload) {
            (1, Payload::Varint(_)) => Some(Value::Null),
            (2, Payload::Fixed64(bytes)) => {
                Some(Value::Number(number_of(f64::from_le_bytes(bytes))?))
            }
            (3, Payload::Bytes(bytes)) => Some(Value::String(utf8(bytes)?.to_owned())),
            (4, Payload::Varint(truth)) => Some(Value::Bool(truth != 0)),
            (5, Payload::Bytes(bytes)) => Some(Value::Object(members(bytes, depth)?)),
            (6, Payload::Bytes(bytes)) => Some(Value::Array(list(bytes, depth)?)),
            _ => found,
        };
    }
    found.ok_or(WireError("google.protobuf.Value without a kind"))
}

fn list(mut bytes: &[u8], depth: usize) -> Result<Vec<Value>, WireError> {
    let depth = depth.checked_sub(1).ok_or(WireError("nested too deep"))?;
    let mut items = Vec::new();
    while let Some((number, payload)) = next(&mut bytes)? {
        if let (1, Payload::Bytes(item)) = (number, payload) {
            items.push(value(item, depth)?);
        }
    }
    Ok(items)
}

/// A double as a JSON number: whole ones below 10^18 as integers.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the range is checked first"
)]
fn number_of(double: f64) -> Result<Number, WireError> {
    if double.fract() == 0.0 && double.abs() < 1e18 {
        return Ok(Number::from(double as i64));
    }
    Number::from_f64(double).ok_or(WireError("google.protobuf.Value holds NaN or an infinity"))
}

fn put_members(
    out: &mut Vec<u8>,
    members: &Map<String, Value>,
    depth: usize,
) -> Result<(), WireError> {
    let depth = depth.checked_sub(1).ok_or(WireError("nested too deep"))?;
    for (name, value) in members {
        let mut pair = Vec::new();
        put_bytes(&mut pair, 1, name.as_bytes());
        let mut encoded = Vec::new();
        put_value(&mut encoded, value, depth)?;
        put_bytes(&mut pair, 2, &encoded);
        put_bytes(out, 1, &pair);
    }
    Ok(())
}

fn put_value(out: &mut Vec<u8>, value: &Value, depth: usize) -> Result<(), WireError> {
    match value {
        Value::Null => put_varint(out, 1, 0),
        Value::Bool(truth) => put_varint(out, 4, u64::from(*truth)),
        Value::String(text) => put_bytes(out, 3, text.as_bytes()),
        Value::Number(number) => {
            encoding::encode_key(2, WireType::SixtyFourBit, out);
            out.extend_from_slice(&number.as_f64().unwrap_or_default().to_le_bytes());
        }
        Value::Object(members) => {
            let mut encoded = Vec::new();
            put_members(&mut encoded, members, depth)?;
            put_bytes(out, 5, &encoded);
        }
        Value::Array(items) => {
            let depth = depth.checked_sub(1).ok_or(WireError("nested too deep"))?;
            let mut encoded = Vec::new();
            for item in items {
                let mut one = Vec::new();
                put_value(&mut one, item, depth)?;
                put_bytes(&mut encoded, 1, &one);
            }
            put_bytes(out, 6, &encoded);
        }
    }
    Ok(())
}

/// Writes a length-delimited field.
pub(crate) fn put_bytes(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    encoding::encode_key(number, WireType::LengthDelimited, out);
    encoding::encode_varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

/// Writes a varint field.
pub(crate) fn put_varint(out: &mut Vec<u8>, number: u32, value: u64) {
    encoding::encode_key(number, WireType::Varint, out);
    encoding::encode_varint(value, out);
}
