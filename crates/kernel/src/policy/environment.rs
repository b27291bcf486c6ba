//! What counts as production.

use serde_json::Value;

use crate::Document;

/// Whether settings say that this is production (V9): `environment` begins with `prod`, or is
/// `live`, alone or followed by a region (`live-eu`). A template that was not resolved, and a value
/// that is no text at all, count as production too: nobody knows what they stand for. No
/// environment at all, `staging` and every other name are not production.
pub fn is_production(settings: &Document) -> bool {
    match settings.value("environment") {
        None => false,
        Some(Value::String(name)) => is_production_name(name),
        Some(Value::Array(_) | Value::Object(_)) => true,
        Some(_) => false,
    }
}

fn is_production_name(name: &str) -> bool {
    let name = name.trim().to_lowercase();
    let is_live = name
        .strip_prefix("live")
        .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
    name.contains("{{") || name.starts_with("prod") || is_live
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::is_production;
    use crate::Document;

    #[test]
    fn production_is_recognized_by_any_of_its_names() {
        for (environment, expected) in [
            (json!("prod"), true),
            (json!(" PRODUCTION "), true),
            (json!("prod-eu"), true),
            (json!("live"), true),
            (json!("Live-eu"), true),
            (json!("{{ .env }}"), true),
            (json!({"name": "production"}), true),
            (json!("staging"), false),
            (json!("development"), false),
            (json!("livestock"), false),
            (json!(""), false),
            (Value::Null, false),
        ] {
            let mut settings = Document::default();
            settings.set("environment", environment.clone());
            assert_eq!(is_production(&settings), expected, "{environment}");
        }
        assert!(!is_production(&Document::default()));
    }
}
