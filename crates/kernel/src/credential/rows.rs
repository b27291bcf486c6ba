//! Rows of credentials as pipelines hand them over: the text of a JSON list.

use serde_json::Value;

use crate::Document;
use crate::document::printed;

/// One stored credential, with whatever columns the caller has.
pub struct CredentialRow(Document);

/// The text is no JSON list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAList;

/// Reads the rows. An element that is no object is a row without columns.
///
/// # Errors
/// [`NotAList`].
pub fn rows(text: &str) -> Result<Vec<CredentialRow>, NotAList> {
    let elements: Vec<Value> = serde_json::from_str(text).map_err(|_| NotAList)?;
    Ok(elements
        .into_iter()
        .map(|element| match element {
            Value::Object(members) => CredentialRow(Document::new(members)),
            _ => CredentialRow(Document::default()),
        })
        .collect())
}

impl CredentialRow {
    /// A column that holds a text, a number or a boolean, as it stands. Lists and objects are not
    /// shown: they might hold what must stay inside.
    #[must_use]
    pub fn plain(&self, column: &str) -> Option<&Value> {
        self.0
            .value(column)
            .filter(|value| value.is_string() || value.is_number() || value.is_boolean())
    }

    /// The first of these columns that holds a text or a number, as text; empty if there is none.
    #[must_use]
    pub fn text(&self, columns: &[&str]) -> String {
        columns
            .iter()
            .filter_map(|column| self.0.value(column))
            .find(|value| value.is_string() || value.is_number())
            .map(printed)
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{NotAList, rows};

    #[test]
    fn rows_are_read_and_ids_may_be_numbers() {
        // B32
        let read = rows(r#"[{"id": 7, "kind": "passkey", "key": {"k": 1}}, 5]"#).unwrap();
        assert_eq!(read[0].text(&["id"]), "7");
        assert_eq!(read[0].text(&["type", "kind"]), "passkey");
        assert!(read[0].plain("key").is_none());
        assert_eq!(read[1].text(&["id"]), "");
        for broken in ["", "nope", r#"{"id":1}"#, "null", "[1"] {
            assert_eq!(rows(broken).err(), Some(NotAList), "{broken}");
        }
    }
}
