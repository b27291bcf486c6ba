//! The message tables, read once from the descriptor set that the build made of `auth.proto`.
//!
//! The same bytes are shipped to the host, so what it believes about a message and what this crate
//! does with it cannot differ.

use std::collections::HashMap;
use std::sync::OnceLock;

use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorSet};

/// The package of every message of ours.
pub const PACKAGE: &str = "workflow.plugins.auth.v1";

/// The serialized `FileDescriptorSet`: `google/protobuf/struct.proto`, then ours.
pub const DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `bool`
    Bool,
    /// `int32`
    Int32,
    /// `uint32`
    Uint32,
    /// `int64`; JSON writes it as a decimal string.
    Int64,
    /// `string`
    Text,
    /// `google.protobuf.Struct`: any JSON object.
    Struct,
    /// Another message, by its position in the schema.
    Message(usize),
    /// `map<string, M>` with messages as values, by the position of `M`.
    Map(usize),
}

/// One field of a message.
#[derive(Debug)]
pub struct Field {
    /// Its name, as pipelines write it.
    pub name: String,
    /// Its name in lowerCamelCase, which the host accepts too.
    pub json_name: String,
    /// Its number on the wire.
    pub number: u32,
    /// What it holds.
    pub kind: Kind,
    /// Whether it holds any number of values.
    pub repeated: bool,
    /// Whether absent and default are two things (`optional`).
    pub presence: bool,
}

/// One message.
#[derive(Debug)]
pub struct Message {
    /// Its name without the package.
    pub name: String,
    /// Its fields, in the order of their numbers.
    pub fields: Vec<Field>,
}

impl Message {
    /// The name with its package, as it stands in an `Any`.
    pub fn full_name(&self) -> String {
        format!("{PACKAGE}.{}", self.name)
    }

    /// The field with this number.
    pub fn number(&self, number: u32) -> Option<&Field> {
        self.fields
            .binary_search_by_key(&number, |field| field.number)
            .ok()
            .map(|at| &self.fields[at])
    }

    /// The field with this name, in either spelling.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields
            .iter()
            .find(|field| field.name == name || field.json_name == name)
    }
}

/// All messages of the package.
#[derive(Debug)]
pub struct Schema {
    messages: Vec<Message>,
    by_name: HashMap<String, usize>,
}

impl Schema {
    /// The schema of this build.
    pub fn get() -> &'static Self {
        static SCHEMA: OnceLock<Schema> = OnceLock::new();
        SCHEMA.get_or_init(|| Self::read(DESCRIPTOR_SET))
    }

    /// The message of this short name.
    pub fn message(&self, name: &str) -> Option<&Message> {
        self.by_name.get(name).map(|&at| &self.messages[at])
    }

    /// The message of this short name, which the catalogue or another of our own lists has; a test
    /// walks all of them.
    pub fn named(name: &str) -> &'static Message {
        Self::get()
            .message(name)
            .expect("the catalogue names messages of auth.proto")
    }

    /// The message at a position that a [`Kind`] names.
    pub fn at(&self, position: usize) -> &Message {
        &self.messages[position]
    }

    /// All messages, in the order of the file.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    fn read(bytes: &[u8]) -> Self {
        let set = FileDescriptorSet::decode(bytes).expect("the build wrote this descriptor set");
        let file = set.file.last().expect("the set holds our file");
        let by_name: HashMap<String, usize> = file
            .message_type
            .iter()
            .enumerate()
            .map(|(at, message)| (message.name().to_owned(), at))
            .collect();
        let messages = file.message_type.iter().map(|message| Message {
            name: message.name().to_owned(),
            fields: fields(message, &by_name),
        });
        Self {
            messages: messages.collect(),
            by_name,
        }
    }
}

fn fields(message: &DescriptorProto, by_name: &HashMap<String, usize>) -> Vec<Field> {
    let mut fields: Vec<Field> = message
        .field
        .iter()
        .map(|field| {
            let kind = kind(field, message, by_name);
            Field {
                name: field.name().to_owned(),
                json_name: field.json_name().to_owned(),
                number: u32::try_from(field.number()).expect("field numbers are positive"),
                kind,
                repeated: field.label() == Label::Repeated && !matches!(kind, Kind::Map(_)),
                presence: field.proto3_optional(),
            }
        })
        .collect();
    fields.sort_by_key(|field| field.number);
    fields
}

fn kind(
    field: &FieldDescriptorProto,
    parent: &DescriptorProto,
    by_name: &HashMap<String, usize>,
) -> Kind {
    match field.r#type() {
        Type::Bool => Kind::Bool,
        Type::Int32 => Kind::Int32,
        Type::Uint32 => Kind::Uint32,
        Type::Int64 => Kind::Int64,
        Type::String => Kind::Text,
        Type::Message if field.type_name() == ".google.protobuf.Struct" => Kind::Struct,
        Type::Message => match entry(field, parent) {
            Some(value) => Kind::Map(position(value.type_name(), by_name)),
            None => Kind::Message(position(field.type_name(), by_name)),
        },
        other => panic!(
            "auth.proto uses {other:?} in {}, which the codec does not know",
            field.name()
        ),
    }
}

/// The value field of the entry message behind a map field, or nothing if it is no map.
fn entry<'a>(
    field: &FieldDescriptorProto,
    parent: &'a DescriptorProto,
) -> Option<&'a FieldDescriptorProto> {
    let name = field.type_name().rsplit('.').next()?;
    let nested = parent
        .nested_type
        .iter()
        .find(|nested| nested.name() == name)?;
    nested.field.iter().find(|field| field.number() == 2)
}

fn position(type_name: &str, by_name: &HashMap<String, usize>) -> usize {
    let short = type_name.rsplit('.').next().unwrap_or(type_name);
    *by_name
        .get(short)
        .unwrap_or_else(|| panic!("auth.proto refers to {type_name}, which it does not define"))
}
