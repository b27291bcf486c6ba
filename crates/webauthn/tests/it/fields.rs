//! Every member of the JSON, changed in every way: refused, or listed here with its reason.

use gatefold_soft_authenticator::{AttestationMode, Config};
use serde_json::{Value, json};

use crate::support::World;

/// Members of a registration that may change without refusal.
const UNSIGNED_REGISTRATION: [(&str, &str); 7] = [
    (
        "/authenticatorAttachment",
        "a hint of the client; unknown words count as absent",
    ),
    ("/clientExtensionResults/credProps", "a hint of the client"),
    (
        "/clientExtensionResults/credProps/rk",
        "a hint of the client",
    ),
    (
        "/response/authenticatorData",
        "a copy for scripts, never read",
    ),
    (
        "/response/publicKeyAlgorithm",
        "a copy for scripts, never read",
    ),
    (
        "/response/transports",
        "a hint of the client; absent means none",
    ),
    (
        "/response/transports/0",
        "a hint of the client; unknown words are dropped",
    ),
];

/// Members of an authentication that may change without refusal.
const UNSIGNED_AUTHENTICATION: [(&str, &str); 1] = [(
    "/authenticatorAttachment",
    "a hint of the client; unknown words count as absent",
)];

/// What may replace a member. `None` removes it.
fn replacements(original: &Value) -> Vec<Option<Value>> {
    let mut all = vec![
        None,
        Some(json!(null)),
        Some(json!(true)),
        Some(json!(17)),
        Some(json!("")),
        Some(json!("AAAA")),
        Some(json!("not base64url!")),
        Some(json!([])),
        Some(json!([1])),
        Some(json!({ "a": 1 })),
    ];
    if let Some(text) = original.as_str() {
        all.push(Some(json!(format!("{text}="))));
        all.push(Some(json!(format!(" {text}"))));
        all.push(Some(json!(format!("{text}A"))));
    }
    all
}

/// JSON pointers to every member, parents included.
fn pointers(value: &Value, at: &str, out: &mut Vec<String>) {
    let mut visit = |name: String, child: &Value| {
        let pointer = format!("{at}/{name}");
        out.push(pointer.clone());
        pointers(child, &pointer, out);
    };
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(name, child)| visit(name.clone(), child)),
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, child)| visit(index.to_string(), child));
        }
        _ => {}
    }
}

fn replaced(json: &Value, pointer: &str, replacement: Option<Value>) -> Value {
    let mut json = json.clone();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    match (json.pointer_mut(parent).expect("a parent"), replacement) {
        (Value::Object(members), Some(value)) => drop(members.insert(name.to_owned(), value)),
        (Value::Object(members), None) => drop(members.remove(name)),
        (Value::Array(items), Some(value)) => items[0] = value,
        (Value::Array(items), None) => drop(items.remove(0)),
        _ => unreachable!("parents are containers"),
    }
    json
}

/// Changes everything; returns how many changes were refused.
fn change_everything(
    json: &Value,
    unsigned: &[(&str, &str)],
    accepts: impl Fn(&Value) -> bool,
) -> usize {
    assert!(accepts(json), "valid before it was changed");
    let mut all = Vec::new();
    pointers(json, "", &mut all);
    for (pointer, reason) in unsigned {
        assert!(
            all.iter().any(|known| known == pointer),
            "{pointer} ({reason}) is not in the response"
        );
    }
    let mut refused = 0;
    for pointer in &all {
        let listed = unsigned.iter().any(|(known, _)| known == pointer);
        let original = json.pointer(pointer).expect("present");
        for replacement in replacements(original) {
            if replacement.as_ref() == Some(original) {
                continue;
            }
            let changed = replaced(json, pointer, replacement.clone());
            if accepts(&changed) {
                // An object without the members we read is as good as an empty one.
                let empty_results = pointer == "/clientExtensionResults"
                    && replacement.as_ref().is_some_and(Value::is_object);
                assert!(listed || empty_results, "{pointer} := {replacement:?}");
            } else {
                refused += 1;
            }
        }
    }
    refused
}

#[test]
fn registration_members() {
    let mut world = World::new(Config::seeded(1).attesting(AttestationMode::PackedSelf));
    let json = world.register();
    let accepts = |json: &Value| world.check_registration(json).is_ok();
    let refused = change_everything(&json, &UNSIGNED_REGISTRATION, accepts);
    assert!(refused > 80, "{refused}");
}

#[test]
fn authentication_members() {
    let mut world = World::new(Config::seeded(2));
    let stored = world.enrol();
    let json = world.authenticate();
    let accepts = |json: &Value| world.check_authentication(&stored, json).is_ok();
    let refused = change_everything(&json, &UNSIGNED_AUTHENTICATION, accepts);
    assert!(refused > 80, "{refused}");
}

#[test]
fn unknown_members_are_tolerated_and_known_ones_not_repeated() {
    let mut world = World::new(Config::seeded(3));
    let mut json = world.register();
    json["x"] = json!({ "y": [1] });
    json["response"]["x"] = json!(1);
    json["clientExtensionResults"]["prf"] = json!({ "enabled": true });
    assert!(world.check_registration(&json).is_ok());
    let text = json.to_string();
    let parse = |text: &str| {
        let response = gatefold_webauthn::RegistrationResponse::from_json(text.as_bytes());
        response.map(|_| ()).map_err(|error| error.code())
    };
    assert_eq!(parse(&text), Ok(()));
    assert_eq!(
        parse(&text.replacen('{', r#"{"type":"public-key","#, 1)),
        Err("json")
    );
    assert_eq!(parse(&format!("{text}{text}")), Err("json"));
    assert_eq!(
        parse(&format!("{text}{}", " ".repeat(65536))),
        Err("too_large")
    );
}

#[test]
fn transports_are_bounded() {
    let mut world = World::new(Config::seeded(4));
    let mut json = world.register();
    json["response"]["transports"] = json!(["cable", "usb", "smart-card", "telepathy", "usb"]);
    let registered = world.check_registration(&json).expect("valid");
    let words: Vec<_> = registered.transports.iter().map(|t| t.as_str()).collect();
    assert_eq!(words, ["usb", "smart-card", "hybrid"]);
    json["response"]["transports"] = json!(vec!["usb"; 33]);
    assert_eq!(
        world.check_registration(&json).err(),
        Some("too_many_transports")
    );
}
