//! Our transcoder agrees with `prost-reflect` on every message of the schema, and nothing that
//! comes over the wire can harm it.

use std::sync::LazyLock;

use gatefold_steps::schema::{DESCRIPTOR_SET, Kind, Message, Schema};
use gatefold_steps::{structs, wire};
use proptest::prelude::*;
use prost::Message as _;
use prost_reflect::{
    DescriptorPool, DeserializeOptions, DynamicMessage, MessageDescriptor, SerializeOptions,
};
use serde_json::{Map, Value, json};

fn oracle(message: &Message) -> MessageDescriptor {
    static POOL: LazyLock<DescriptorPool> =
        LazyLock::new(|| DescriptorPool::decode(DESCRIPTOR_SET).unwrap());
    POOL.get_message_by_name(&message.full_name()).unwrap()
}

/// What the oracle makes of bytes, as protojson with proto names and without defaults.
fn reads(message: &Message, bytes: &[u8]) -> Option<Value> {
    let decoded = DynamicMessage::decode(oracle(message), bytes).ok()?;
    let options = SerializeOptions::new()
        .use_proto_field_name(true)
        .skip_default_fields(true);
    decoded
        .serialize_with_options(serde_json::value::Serializer, &options)
        .ok()
}

/// Whole doubles as integers, as ours has them.
fn whole(value: &Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the range is checked first"
            )]
            Some(double) if double.fract() == 0.0 && double.abs() < 1e18 => {
                Value::from(double as i64)
            }
            _ => value.clone(),
        },
        Value::Array(items) => items.iter().map(whole).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| (key.clone(), whole(value)))
            .collect(),
        other => other.clone(),
    }
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1e9..1e9).prop_map(|number: f64| json!(number)),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(".{0,4}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn object() -> impl Strategy<Value = Value> {
    prop::collection::btree_map("[a-z]{0,4}", json_value(), 0..4)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

/// Any members of a message, nested ones a few levels deep.
fn members(message: &'static Message, depth: u32) -> BoxedStrategy<Map<String, Value>> {
    let fields: Vec<_> = message
        .fields
        .iter()
        .map(|field| {
            let one: BoxedStrategy<Value> = match field.kind {
                Kind::Bool => any::<bool>().prop_map(Value::from).boxed(),
                Kind::Int32 => any::<i32>().prop_map(Value::from).boxed(),
                Kind::Uint32 => any::<u32>().prop_map(Value::from).boxed(),
                Kind::Int64 => any::<i64>()
                    .prop_map(|number| Value::from(number.to_string()))
                    .boxed(),
                Kind::Text => ".{0,8}".prop_map(Value::from).boxed(),
                Kind::Struct => object().boxed(),
                Kind::Message(_) | Kind::Map(_) if depth == 0 => Just(Value::Null).boxed(),
                Kind::Message(at) => members(Schema::get().at(at), depth - 1)
                    .prop_map(Value::from)
                    .boxed(),
                Kind::Map(at) => prop::collection::btree_map(
                    "[a-z]{1,4}",
                    members(Schema::get().at(at), depth - 1),
                    0..3,
                )
                .prop_map(|entries| {
                    entries
                        .into_iter()
                        .map(|(key, value)| (key, Value::from(value)))
                        .collect()
                })
                .boxed(),
            };
            let value = match (field.repeated, field.kind) {
                (true, Kind::Message(_)) if depth == 0 => Just(Value::Null).boxed(),
                (true, _) => prop::collection::vec(one, 0..3)
                    .prop_map(Value::from)
                    .boxed(),
                (false, _) => one,
            };
            let name = field.name.clone();
            prop::option::weighted(0.3, value)
                .prop_map(move |value| value.map(|value| (name.clone(), value)))
        })
        .collect();
    fields
        .prop_map(|fields| {
            fields
                .into_iter()
                .flatten()
                .filter(|(_, value)| !value.is_null())
                .collect()
        })
        .boxed()
}

fn any_message() -> impl Strategy<Value = (&'static Message, Map<String, Value>)> {
    let messages = Schema::get().messages();
    (0..messages.len()).prop_flat_map(move |at| {
        members(&messages[at], 2).prop_map(move |members| (&messages[at], members))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_we_write_the_oracle_reads_and_so_do_we((message, members) in any_message()) {
        let bytes = wire::encode(message, &members).unwrap();
        let theirs = reads(message, &bytes).unwrap();
        let ours = Value::Object(wire::decode(message, &bytes).unwrap());
        prop_assert_eq!(whole(&ours), whole(&theirs), "{}", message.name);
    }

    #[test]
    fn what_the_oracle_writes_we_read((message, members) in any_message()) {
        let options = DeserializeOptions::new().deny_unknown_fields(true);
        let text = Value::Object(members).to_string();
        let mut deserializer = serde_json::Deserializer::from_str(&text);
        let dynamic = DynamicMessage::deserialize_with_options(oracle(message), &mut deserializer, &options).unwrap();
        let bytes = dynamic.encode_to_vec();
        let ours = Value::Object(wire::decode(message, &bytes).unwrap());
        prop_assert_eq!(whole(&ours), whole(&reads(message, &bytes).unwrap()), "{}", message.name);
    }

    #[test]
    fn no_bytes_harm_us(bytes in prop::collection::vec(any::<u8>(), 0..256), at in any::<prop::sample::Index>()) {
        let messages = Schema::get().messages();
        let message = &messages[at.index(messages.len())];
        let _ = wire::decode(message, &bytes);
        let _ = structs::decode(&bytes);
        let _ = structs::member(&bytes, "a");
    }

    #[test]
    fn one_member_is_the_same_as_in_the_whole(object in object(), key in "[a-z]{0,2}") {
        let members = object.as_object().cloned().unwrap();
        let bytes = structs::encode(&members).unwrap();
        let whole = structs::decode(&bytes).unwrap();
        prop_assert_eq!(structs::member(&bytes, &key).unwrap(), whole.get(&key).cloned());
        for key in members.keys() {
            prop_assert_eq!(structs::member(&bytes, key).unwrap(), whole.get(key).cloned());
        }
    }
}

#[test]
fn nesting_has_an_end() {
    let mut deep = json!({"k": 1});
    for _ in 0..200 {
        deep = json!({"k": deep});
    }
    let mut bytes: Vec<u8> = Vec::new();
    // Two hundred messages that each hold the next: far beyond what is read.
    for _ in 0..200 {
        let mut value = vec![5 << 3 | 2];
        prost::encoding::encode_varint(bytes.len() as u64, &mut value);
        value.extend(bytes);
        let mut pair = vec![2 << 3 | 2];
        prost::encoding::encode_varint(value.len() as u64, &mut pair);
        pair.extend(value);
        bytes = vec![1 << 3 | 2];
        prost::encoding::encode_varint(pair.len() as u64, &mut bytes);
        bytes.extend(pair);
    }
    assert!(structs::decode(&bytes).is_err());
    assert!(structs::encode(deep.as_object().unwrap()).is_err());
}

#[test]
fn numbers_that_json_cannot_write_are_refused() {
    for number in [f64::NAN, f64::INFINITY] {
        let mut value = vec![2 << 3 | 1];
        value.extend(number.to_le_bytes());
        let mut pair = vec![1 << 3 | 2, 1, b'k', 2 << 3 | 2, 9];
        pair.extend(value);
        let mut bytes = vec![1 << 3 | 2, u8::try_from(pair.len()).unwrap()];
        bytes.extend(pair);
        assert!(structs::decode(&bytes).is_err(), "{number}");
        assert!(
            structs::member(&bytes, "other").unwrap().is_none(),
            "nobody asked for it"
        );
    }
}
