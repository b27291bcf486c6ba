//! A configuration document: a JSON object, read with the leniency that pipelines rely on.
//!
//! Values of a pipeline come from templates, query strings and databases, so a boolean may arrive
//! as text and a number as either. Each reading here is one rule, named after what it is for; a
//! step says by the method it calls how lenient it is. Absent, null and of the wrong type are the
//! same thing unless a method says otherwise.

use serde_json::{Map, Value};

/// A JSON object and the ways to read it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document(Map<String, Value>);

/// A whole number as it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Integer {
    /// There is none.
    Absent,
    /// This one.
    Value(i64),
    /// There is something, but it is no whole number.
    Bad,
}

impl Document {
    /// A document with these members.
    pub fn new(members: Map<String, Value>) -> Self {
        Self(members)
    }

    /// The members themselves.
    pub fn members(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The members themselves, taken.
    pub fn into_members(self) -> Map<String, Value> {
        self.0
    }

    /// The member itself, of any type; null counts as absent.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    /// Removes a member.
    pub fn remove(&mut self, key: &str) {
        self.0.remove(key);
    }

    /// Sets a member.
    pub fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.0.insert(key.to_owned(), value.into());
    }

    /// This document overlaid by another: shallow, the other wins.
    pub fn overlaid(&self, over: &Self) -> Self {
        let mut members = self.0.clone();
        members.extend(
            over.0
                .iter()
                .map(|(key, value)| (key.clone(), value.clone())),
        );
        Self(members)
    }

    /// The text under this key as it stands, else the empty text.
    pub fn text(&self, key: &str) -> &str {
        self.0.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// A text that a template looked up; empty if the template found nothing or was not resolved.
    /// Engines print a missing value as `<no value>` or `<nil>`, and two of those are not the same
    /// person.
    pub fn looked_up(&self, key: &str) -> &str {
        let text = self.text(key);
        let is_nothing = matches!(text.trim(), "<no value>" | "<nil>") || text.contains("{{");
        if is_nothing { "" } else { text }
    }

    /// The first of these keys whose text is not empty.
    pub fn first_text(&self, keys: &[&str]) -> Option<&str> {
        keys.iter()
            .map(|key| self.text(key))
            .find(|text| !text.is_empty())
    }

    /// The text under this key without blanks around it, else the empty text.
    pub fn trimmed(&self, key: &str) -> &str {
        self.text(key).trim()
    }

    /// A boolean, or the text "true" in any case with blanks around it; everything else is false.
    pub fn flag(&self, key: &str) -> bool {
        self.0.get(key).and_then(truth) == Some(true)
    }

    /// A boolean and nothing else: the text "true" is false.
    pub fn strict_flag(&self, key: &str) -> bool {
        self.0.get(key) == Some(&Value::Bool(true))
    }

    /// A setting as text: numbers and booleans are printed, blanks around it are dropped. A text
    /// with an unresolved template (`{{`) counts as absent.
    pub fn setting(&self, key: &str) -> Option<String> {
        setting(self.0.get(key)?)
    }

    /// Whether a setting has any value. The boolean false has one.
    pub fn is_present(&self, key: &str) -> bool {
        self.setting(key).is_some()
    }

    /// A switch that is on, off, or neither: booleans, and the texts "true" and "false" in any case
    /// and without an unresolved template.
    pub fn switch(&self, key: &str) -> Option<bool> {
        match self.0.get(key)? {
            Value::Bool(value) => Some(*value),
            Value::String(text) if !text.contains("{{") => truth(self.0.get(key)?),
            _ => None,
        }
    }

    /// Whether a switch is on.
    pub fn is_on(&self, key: &str) -> bool {
        self.switch(key) == Some(true)
    }

    /// Whether a switch is off (absent is neither on nor off).
    pub fn is_off(&self, key: &str) -> bool {
        self.switch(key) == Some(false)
    }

    /// A number truncated toward zero, or a text that is one; everything else is 0.
    pub fn number(&self, key: &str) -> i64 {
        match self.0.get(key) {
            Some(Value::Number(number)) => truncated(number).unwrap_or(0),
            Some(Value::String(_)) => self
                .setting(key)
                .and_then(|text| decimal(&text))
                .unwrap_or(0),
            _ => 0,
        }
    }

    /// A whole number: numbers are truncated, texts are trimmed and must be decimal with an
    /// optional sign. Null counts as absent.
    pub fn integer(&self, key: &str) -> Integer {
        match self.0.get(key) {
            None | Some(Value::Null) => Integer::Absent,
            Some(Value::Number(number)) => truncated(number).map_or(Integer::Bad, Integer::Value),
            Some(Value::String(text)) => decimal(text.trim()).map_or(Integer::Bad, Integer::Value),
            Some(_) => Integer::Bad,
        }
    }

    /// A count: a whole number, or a text that is one; never negative, never rounded.
    pub fn count(&self, key: &str) -> Option<u64> {
        let count = match self.0.get(key)? {
            Value::Number(number) => integral(number)?,
            Value::String(text) => decimal(text.trim())?,
            _ => return None,
        };
        u64::try_from(count).ok()
    }

    /// A list of texts. Numbers and booleans among them are printed; blank and templated ones are
    /// dropped. Nothing if there is no list.
    pub fn list(&self, key: &str) -> Option<Vec<String>> {
        Some(
            self.0
                .get(key)?
                .as_array()?
                .iter()
                .filter_map(setting)
                .collect(),
        )
    }

    /// An object under this key.
    pub fn object(&self, key: &str) -> Option<Self> {
        self.0.get(key)?.as_object().cloned().map(Self)
    }

    /// The objects of a list under this key; other elements are skipped.
    pub fn objects(&self, key: &str) -> Vec<Self> {
        let list = self.0.get(key).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .cloned()
            .map(Self)
            .collect()
    }
}

impl From<Map<String, Value>> for Document {
    fn from(members: Map<String, Value>) -> Self {
        Self(members)
    }
}

/// A value as a setting: printed, trimmed, and nothing if that is empty or a template.
pub fn setting(value: &Value) -> Option<String> {
    let text = printed(value);
    let text = text.trim();
    (!text.is_empty() && !text.contains("{{")).then(|| text.to_owned())
}

/// A value as text: texts as they are, null as nothing, whole numbers without a fraction.
pub fn printed(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => {
            integral(number).map_or_else(|| number.to_string(), |whole| whole.to_string())
        }
        other => other.to_string(),
    }
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// Strictly decimal, with an optional sign.
fn decimal(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the range is checked first"
)]
fn truncated(number: &serde_json::Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        let value = number.as_f64()?.trunc();
        (value.abs() < 9.2e18).then_some(value as i64)
    })
}

fn integral(number: &serde_json::Number) -> Option<i64> {
    let whole = truncated(number)?;
    let fraction = number.is_f64() && number.as_f64().is_some_and(|value| value.fract() != 0.0);
    (!fraction).then_some(whole)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Document, Integer};

    fn document(value: Value) -> Document {
        Document::new(value.as_object().cloned().unwrap())
    }

    #[test]
    fn switches_are_on_off_or_neither() {
        for (value, expected) in [
            (json!(true), Some(true)),
            (json!(" TRUE "), Some(true)),
            (json!("False"), Some(false)),
            (json!("yes"), None),
            (json!(1), None),
            (json!("{{ true }}"), None),
            (json!(null), None),
        ] {
            assert_eq!(
                document(json!({"k": value})).switch("k"),
                expected,
                "{value}"
            );
        }
    }

    #[test]
    fn settings_are_printed_and_templates_are_absent() {
        for (value, expected) in [
            (json!(" a "), Some("a")),
            (json!(""), None),
            (json!("x {{ y }}"), None),
            (json!(false), Some("false")),
            (json!(5.0), Some("5")),
            (json!(1.5), Some("1.5")),
            (json!(null), None),
        ] {
            assert_eq!(
                document(json!({"k": value})).setting("k").as_deref(),
                expected,
                "{value}"
            );
        }
    }

    #[test]
    fn a_lookup_that_found_nothing_is_empty() {
        for (text, expected) in [
            ("u-1", "u-1"),
            (" u", " u"),
            ("<no value>", ""),
            (" <nil> ", ""),
            ("{{ .id }}", ""),
        ] {
            assert_eq!(document(json!({"k": text})).looked_up("k"), expected);
        }
    }

    #[test]
    fn counts_and_integers_are_strict_in_different_ways() {
        for (value, count, integer) in [
            (json!(0), Some(0), Integer::Value(0)),
            (json!("-0"), Some(0), Integer::Value(0)),
            (json!(" 7 "), Some(7), Integer::Value(7)),
            (json!(2.5), None, Integer::Value(2)),
            (json!(-1), None, Integer::Value(-1)),
            (json!("1e3"), None, Integer::Bad),
            (json!(true), None, Integer::Bad),
            (json!(null), None, Integer::Absent),
        ] {
            let document = document(json!({"k": value}));
            assert_eq!(document.count("k"), count, "{value}");
            assert_eq!(document.integer("k"), integer, "{value}");
        }
    }
}
