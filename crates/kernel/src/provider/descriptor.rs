//! What a provider says about itself.

use serde::Serialize;
use serde_json::Value;

use super::OAUTH_CATEGORY;
use crate::Document;
use crate::document::printed;

/// An identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Descriptor {
    /// Its name in settings and addresses, in lower case; never empty.
    pub id: String,
    /// Its name for people; the id if it has none.
    pub label: String,
    /// What it is, for people.
    pub description: String,
    /// What it is good for, such as `oauth2_oidc`.
    pub categories: Vec<String>,
    /// Who implements it.
    pub implementation: String,
    /// The version of the implementation.
    pub version: String,
    /// Where it is documented.
    pub docs_url: String,
    /// How well it is supported.
    pub support_level: String,
    /// Why it cannot be used; empty if it can.
    pub disabled_reason: String,
    /// What it can do.
    pub capabilities: Vec<Capability>,
}

/// One thing that a provider can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Capability {
    /// Its name; never empty.
    pub key: String,
    /// Its name for people; the key if it has none.
    pub label: String,
    /// What it is good for, such as `oauth2_oidc`.
    pub category: String,
    /// What it is, for people.
    pub description: String,
    /// Whether it works. A descriptor that does not say so means no (V12).
    pub supported: bool,
    /// Why it cannot be used; empty if it can.
    pub disabled_reason: String,
    /// The scopes that the application asks for.
    pub app_scopes: Vec<String>,
    /// The scopes for reading as an administrator.
    pub admin_read_scopes: Vec<String>,
    /// The scopes for changing as an administrator.
    pub admin_write_scopes: Vec<String>,
    /// The settings it needs.
    pub config_fields: Vec<Field>,
}

/// A setting that a capability needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// The key in the settings; never empty.
    pub key: String,
    /// Its name for people; the key if it has none.
    pub label: String,
    /// What it is, for people.
    pub description: String,
    /// What to enter.
    pub help_text: String,
    /// The kind of control: `text`, `secret`, `url`, `toggle`, `select`.
    pub input_type: String,
    /// Whether the value must never be shown.
    pub secret: bool,
    /// Whether the capability works without it.
    pub required: bool,
    /// The values to choose from; empty for any.
    pub options: Vec<Choice>,
    /// Where values can be looked up.
    pub lookup: String,
    /// The pattern that a value has.
    pub validation_pattern: String,
}

/// A value to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// The value; never empty.
    pub value: String,
    /// Its name for people; the value if it has none.
    pub label: String,
    /// What choosing it means.
    pub description: String,
}

impl Descriptor {
    /// Reads a descriptor. Texts are printed and trimmed; nothing if it has no id.
    pub fn parse(source: &Document) -> Option<Self> {
        let id = required(source, "id")?.to_lowercase();
        let capabilities = source.objects("capabilities");
        Some(Self {
            label: or(text(source, "label"), &id),
            description: text(source, "description"),
            categories: names(source, "categories"),
            implementation: text(source, "implementation"),
            version: text(source, "version"),
            docs_url: text(source, "docs_url"),
            support_level: text(source, "support_level"),
            disabled_reason: text(source, "disabled_reason"),
            capabilities: capabilities.iter().filter_map(Capability::parse).collect(),
            id,
        })
    }

    /// Whether it has anything to do with signing people in.
    pub fn is_oauth(&self) -> bool {
        self.categories.iter().any(|name| is_oauth(name)) || self.logins().next().is_some()
    }

    /// The capabilities that sign people in.
    pub fn logins(&self) -> impl Iterator<Item = &Capability> {
        self.capabilities
            .iter()
            .filter(|capability| is_oauth(&capability.category))
    }

    /// Whether people can sign in with it under these settings: it is not disabled, and one of its
    /// logins is supported and has every setting that it requires.
    pub fn is_ready(&self, settings: &Document) -> bool {
        self.disabled_reason.is_empty()
            && self
                .logins()
                .any(|login| login.is_usable() && login.is_configured(settings))
    }

    /// Whether each of its usable logins requires settings. With one that requires none the
    /// provider is ready wherever its descriptor shows up.
    pub fn requires_settings(&self) -> bool {
        self.logins()
            .filter(|login| login.is_usable())
            .all(|login| login.config_fields.iter().any(|field| field.required))
    }
}

impl Capability {
    fn parse(source: &Document) -> Option<Self> {
        let key = required(source, "key")?;
        let fields = source.objects("config_fields");
        Some(Self {
            label: or(text(source, "label"), &key),
            category: text(source, "category"),
            description: text(source, "description"),
            supported: source.flag("supported"),
            disabled_reason: text(source, "disabled_reason"),
            app_scopes: names(source, "app_scopes"),
            admin_read_scopes: names(source, "admin_read_scopes"),
            admin_write_scopes: names(source, "admin_write_scopes"),
            config_fields: fields.iter().filter_map(Field::parse).collect(),
            key,
        })
    }

    /// Whether it is supported and not disabled.
    pub fn is_usable(&self) -> bool {
        self.supported && self.disabled_reason.is_empty()
    }

    fn is_configured(&self, settings: &Document) -> bool {
        let mut required = self.config_fields.iter().filter(|field| field.required);
        required.all(|field| settings.is_present(&field.key))
    }
}

impl Field {
    fn parse(source: &Document) -> Option<Self> {
        let key = required(source, "key")?;
        let label = or(text(source, "label"), &key);
        let description = text(source, "description");
        let help = or(text(source, "help_text"), &description);
        let options = source.objects("options");
        Some(Self {
            help_text: or(help, &format!("Configure {label}.")),
            input_type: or(text(source, "input_type"), "text"),
            secret: source.flag("secret"),
            required: source.flag("required"),
            options: options.iter().filter_map(Choice::parse).collect(),
            lookup: text(source, "lookup"),
            validation_pattern: text(source, "validation_pattern"),
            key,
            label,
            description,
        })
    }
}

impl Choice {
    fn parse(source: &Document) -> Option<Self> {
        let value = required(source, "value")?;
        Some(Self {
            label: or(text(source, "label"), &value),
            description: text(source, "description"),
            value,
        })
    }
}

fn is_oauth(category: &str) -> bool {
    category.trim().eq_ignore_ascii_case(OAUTH_CATEGORY)
}

/// A member printed and trimmed; objects and lists are no texts.
fn text(source: &Document, key: &str) -> String {
    source.value(key).map(scalar).unwrap_or_default()
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Object(_) => String::new(),
        other => printed(other).trim().to_owned(),
    }
}

fn required(source: &Document, key: &str) -> Option<String> {
    Some(text(source, key)).filter(|text| !text.is_empty())
}

fn or(text: String, otherwise: &str) -> String {
    if text.is_empty() {
        otherwise.to_owned()
    } else {
        text
    }
}

/// A list of names, or a single one, without blanks.
fn names(source: &Document, key: &str) -> Vec<String> {
    let names = match source.value(key) {
        Some(Value::Array(items)) => items.iter().map(scalar).collect(),
        Some(Value::String(name)) => vec![name.trim().to_owned()],
        _ => Vec::new(),
    };
    names.into_iter().filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Descriptor;
    use crate::Document;

    fn document(value: Value) -> Document {
        Document::new(value.as_object().cloned().unwrap())
    }

    fn descriptor(value: Value) -> Option<Descriptor> {
        Descriptor::parse(&document(value))
    }

    #[test]
    fn what_is_missing_has_the_default_that_people_can_read() {
        let parsed = descriptor(json!({
            "id": " OKTA ", "label": 5, "categories": "one",
            "capabilities": [
                {"key": "c", "supported": "TRUE", "config_fields": [
                    {"key": "k", "description": "d"}, {"key": "l"}, {"label": "no key"},
                    {"key": "o", "options": [{"value": "v"}, {"label": "no value"}]}]},
                {"key": "e"}, {"label": "no key"}, "no object"],
        }))
        .unwrap();
        assert_eq!((parsed.id.as_str(), parsed.label.as_str()), ("okta", "5"));
        assert_eq!(parsed.categories, ["one"]);
        let [first, second] = &parsed.capabilities[..] else {
            panic!("two capabilities have keys");
        };
        // V12
        assert!(first.supported && !second.supported);
        let help: Vec<_> = first
            .config_fields
            .iter()
            .map(|field| field.help_text.as_str())
            .collect();
        assert_eq!(help, ["d", "Configure l.", "Configure o."]);
        assert_eq!(first.config_fields[2].options[0].label, "v");
        assert!(descriptor(json!({"id": "  "})).is_none());
    }

    #[test]
    fn a_login_is_ready_when_it_is_usable_and_configured() {
        let with = |capability: Value, disabled: &str| {
            let mut capability = document(capability);
            capability.set("key", "login");
            capability.set("category", "OAuth2_OIDC");
            capability.set(
                "config_fields",
                json!([{"key": "k_client_id", "required": true}]),
            );
            descriptor(json!({"id": "k", "disabled_reason": disabled,
                "capabilities": [Value::Object(capability.into_members())]}))
            .unwrap()
        };
        let settings = document(json!({"k_client_id": "c"}));
        for (capability, disabled, expected) in [
            (json!({"supported": true}), "", true),
            (json!({}), "", false),
            (json!({"supported": true}), "no", false),
            (
                json!({"supported": true, "disabled_reason": "no"}),
                "",
                false,
            ),
        ] {
            let descriptor = with(capability.clone(), disabled);
            assert_eq!(descriptor.is_ready(&settings), expected, "{capability}");
            assert!(!descriptor.is_ready(&Document::default()));
        }
    }
}
