//! The wire edge: messages of the schema to JSON objects and back.
//!
//! Reading follows protojson with proto names: a field without presence that holds its default is
//! absent, an `optional` one that is set is there, `int64` is a decimal string, a `Struct` is an
//! object; unknown fields are dropped. Writing is strict the other way: a member that the message
//! lacks, or of another type, is an error, because then the catalogue and the code disagree.

use prost::encoding::{WireType, decode_varint, encode_key, encode_varint};
use serde_json::{Map, Value};

use crate::schema::{Field, Kind, Message, Schema};
use crate::structs::{self, MAX_DEPTH, Payload, WireError, put_bytes, put_varint, utf8};

/// Reads a message.
///
/// # Errors
/// When the bytes are none: broken framing, a wrong wire type, text that is no UTF-8.
pub fn decode(message: &Message, bytes: &[u8]) -> Result<Map<String, Value>, WireError> {
    read(message, bytes, MAX_DEPTH)
}

/// Writes a message.
///
/// # Errors
/// What the message cannot hold, by field: `unknown field "k"` or `invalid value for bool field
/// valid`. The value itself is not in the text.
pub fn encode(message: &Message, members: &Map<String, Value>) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    for (name, value) in members {
        let field = message
            .field(name)
            .ok_or_else(|| EncodeError::Unknown(name.clone()))?;
        put_field(&mut out, field, value)?;
    }
    Ok(out)
}

/// Why members do not fit a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The message has no such field.
    #[error("unknown field {0:?}")]
    Unknown(String),
    /// The value has another type, or is out of range.
    #[error("invalid value for {kind} field {field}")]
    Invalid {
        /// The field's name in lowerCamelCase.
        field: String,
        /// The type it should have.
        kind: &'static str,
    },
    /// A `Struct` that cannot be written.
    #[error("{0}")]
    Struct(#[from] WireError),
}

fn read(
    message: &Message,
    mut bytes: &[u8],
    depth: usize,
) -> Result<Map<String, Value>, WireError> {
    let depth = depth.checked_sub(1).ok_or(WireError("nested too deep"))?;
    let mut members = Map::new();
    while let Some((number, payload)) = structs::next(&mut bytes)? {
        let Some(field) = message.number(number) else {
            continue;
        };
        if let Payload::Bytes(packed) = payload
            && field.repeated
            && matches!(
                field.kind,
                Kind::Bool | Kind::Int32 | Kind::Uint32 | Kind::Int64
            )
        {
            read_packed(field, packed, &mut members)?;
            continue;
        }
        let value = scalar_or_message(field, payload, depth)?;
        store(field, value, &mut members);
    }
    members.retain(|name, value| {
        message
            .field(name)
            .is_some_and(|field| field.presence || !is_default(field, value))
    });
    Ok(members)
}

/// Puts a value in its place: appended to a list, merged into a map, else the last one counts.
fn store(field: &Field, value: Value, members: &mut Map<String, Value>) {
    if field.repeated {
        if let Value::Array(items) = members
            .entry(&field.name)
            .or_insert_with(|| Value::Array(Vec::new()))
        {
            items.push(value);
        }
    } else if let (Kind::Map(_) | Kind::Message(_) | Kind::Struct, Value::Object(more)) =
        (field.kind, &value)
    {
        match members.get_mut(&field.name) {
            Some(Value::Object(old)) => old.extend(more.clone()),
            _ => {
                members.insert(field.name.clone(), value);
            }
        }
    } else {
        members.insert(field.name.clone(), value);
    }
}

fn read_packed(
    field: &Field,
    mut packed: &[u8],
    members: &mut Map<String, Value>,
) -> Result<(), WireError> {
    while !packed.is_empty() {
        let raw = decode_varint(&mut packed).map_err(|_| WireError("malformed varint"))?;
        store(field, varint(field.kind, raw), members);
    }
    Ok(())
}

fn scalar_or_message(
    field: &Field,
    payload: Payload<'_>,
    depth: usize,
) -> Result<Value, WireError> {
    Ok(match (field.kind, payload) {
        (Kind::Bool | Kind::Int32 | Kind::Uint32 | Kind::Int64, Payload::Varint(raw)) => {
            varint(field.kind, raw)
        }
        (Kind::Text, Payload::Bytes(bytes)) => Value::String(utf8(bytes)?.to_owned()),
        (Kind::Struct, Payload::Bytes(bytes)) => Value::Object(structs::decode(bytes)?),
        (Kind::Message(at), Payload::Bytes(bytes)) => {
            Value::Object(read(Schema::get().at(at), bytes, depth)?)
        }
        (Kind::Map(at), Payload::Bytes(bytes)) => {
            let (name, value) = structs::entry(bytes)?;
            let value = Value::Object(read(Schema::get().at(at), value, depth)?);
            Value::Object(Map::from_iter([(utf8(name)?.to_owned(), value)]))
        }
        _ => return Err(WireError("field has another wire type")),
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "protobuf defines integers on the wire as truncated two's complement"
)]
fn varint(kind: Kind, raw: u64) -> Value {
    match kind {
        Kind::Bool => Value::Bool(raw != 0),
        Kind::Int32 => Value::from(raw as i32),
        Kind::Uint32 => Value::from(raw as u32),
        _ => Value::String((raw as i64).to_string()),
    }
}

fn is_default(field: &Field, value: &Value) -> bool {
    match value {
        Value::Bool(truth) => !truth,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty() || (field.kind == Kind::Int64 && text == "0"),
        Value::Array(items) => items.is_empty(),
        Value::Object(_) | Value::Null => false,
    }
}

fn put_field(out: &mut Vec<u8>, field: &Field, value: &Value) -> Result<(), EncodeError> {
    match value {
        Value::Null => Ok(()),
        Value::Array(items) if field.repeated => {
            items.iter().try_for_each(|item| put_one(out, field, item))
        }
        _ if field.repeated => Err(invalid(field)),
        Value::Object(entries) if matches!(field.kind, Kind::Map(_)) => entries
            .iter()
            .try_for_each(|(name, value)| put_entry(out, field, name, value)),
        _ if !field.presence && is_default(field, value) => check(field, value),
        _ => put_one(out, field, value),
    }
}

/// A default is not written, but it must be the default of this very type.
fn check(field: &Field, value: &Value) -> Result<(), EncodeError> {
    put_one(&mut Vec::new(), field, value)
}

fn put_one(out: &mut Vec<u8>, field: &Field, value: &Value) -> Result<(), EncodeError> {
    let wrong = || invalid(field);
    match (field.kind, value) {
        (Kind::Bool, Value::Bool(truth)) => put_varint(out, field.number, u64::from(*truth)),
        (Kind::Text, Value::String(text)) => put_bytes(out, field.number, text.as_bytes()),
        (Kind::Struct, Value::Object(members)) => {
            put_bytes(out, field.number, &structs::encode(members)?)
        }
        (Kind::Message(at), Value::Object(members)) => {
            put_bytes(out, field.number, &encode(Schema::get().at(at), members)?);
        }
        (Kind::Int32, _) => {
            let whole = i32::try_from(whole(value).ok_or_else(wrong)?).map_err(|_| wrong())?;
            put_signed(out, field.number, i64::from(whole));
        }
        (Kind::Uint32, _) => {
            let whole = u32::try_from(whole(value).ok_or_else(wrong)?).map_err(|_| wrong())?;
            put_varint(out, field.number, u64::from(whole));
        }
        (Kind::Int64, _) => put_signed(out, field.number, whole(value).ok_or_else(wrong)?),
        _ => return Err(wrong()),
    }
    Ok(())
}

fn put_entry(
    out: &mut Vec<u8>,
    field: &Field,
    name: &str,
    value: &Value,
) -> Result<(), EncodeError> {
    let (Kind::Map(at), Value::Object(members)) = (field.kind, value) else {
        return Err(invalid(field));
    };
    let mut pair = Vec::new();
    put_bytes(&mut pair, 1, name.as_bytes());
    put_bytes(&mut pair, 2, &encode(Schema::get().at(at), members)?);
    put_bytes(out, field.number, &pair);
    Ok(())
}

#[expect(
    clippy::cast_sign_loss,
    reason = "protobuf writes negative integers as two's complement"
)]
fn put_signed(out: &mut Vec<u8>, number: u32, value: i64) {
    encode_key(number, WireType::Varint, out);
    encode_varint(value as u64, out);
}

/// A whole number, also as text or as a double without a fraction.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the range is checked first"
)]
fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let double = number.as_f64()?;
            (double.fract() == 0.0 && double.abs() < 9.2e18).then_some(double as i64)
        }),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn invalid(field: &Field) -> EncodeError {
    let kind = match field.kind {
        Kind::Bool => "bool",
        Kind::Int32 => "int32",
        Kind::Uint32 => "uint32",
        Kind::Int64 => "int64",
        Kind::Text => "string",
        Kind::Struct | Kind::Message(_) | Kind::Map(_) => "message",
    };
    EncodeError::Invalid {
        field: field.json_name.clone(),
        kind,
    }
}
