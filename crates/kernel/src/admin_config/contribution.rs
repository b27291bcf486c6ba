//! What an administration shell is told about our pages.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::redact::redacted;
use crate::Document;

/// A page that we contribute to an administration shell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contribution {
    /// Its name in the shell.
    pub id: String,
    /// Its title for people.
    pub title: String,
    /// Where it is listed.
    pub category: String,
    /// The address of its data.
    pub path: String,
    /// How the shell draws it.
    pub render_mode: String,
    /// Which application it belongs to.
    pub app_context: String,
    /// What somebody needs to use it.
    pub permissions: Vec<Permission>,
    /// What can be done there.
    pub actions: Vec<String>,
    /// More for the shell, without secrets.
    pub metadata: Map<String, Value>,
}

/// A permission that the page asks the shell for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Permission {
    /// What it is about.
    pub resource: String,
    /// What is done with that.
    pub action: String,
    /// Its name in the shell.
    pub permission: String,
}

/// The page of settings. A list of actions that is there counts, even an empty one, and so does
/// metadata, without its secrets (B30).
pub fn config_page(source: &Document) -> Contribution {
    let (permissions, metadata) = (permissions(source), source.object("metadata"));
    let defaults = Defaults {
        id: "auth-config",
        title: "Authentication",
        path: "/api/admin/auth/config",
        render_mode: "config-form",
    };
    Contribution {
        permissions: permissions
            .unwrap_or_else(|| allowed(&[("auth.config", "read"), ("auth.config", "update")])),
        actions: actions(source).unwrap_or_else(|| names(&["read", "update"])),
        metadata: match metadata {
            Some(metadata) => redacted(metadata.members()),
            None => members(json!({
                "describe_path": "/api/admin/auth/config",
                "validate_path": "/api/admin/auth/config/validate",
            })),
        },
        ..defaults.read(source)
    }
}

/// The page of a person's identity and of invitations. Empty lists, and metadata of which nothing
/// is left without its secrets, count as none.
pub fn identity_page(source: &Document) -> Contribution {
    let defaults = Defaults {
        id: "auth-identity",
        title: "Identity & Access",
        path: "/api/admin/auth/identity",
        render_mode: "identity-admin",
    };
    let actions = actions(source).filter(|actions| !actions.is_empty());
    let metadata = source
        .object("metadata")
        .map(|metadata| redacted(metadata.members()))
        .filter(|metadata| !metadata.is_empty());
    Contribution {
        permissions: permissions(source).unwrap_or_else(|| allowed(IDENTITY_PERMISSIONS)),
        actions: actions.unwrap_or_else(|| names(IDENTITY_ACTIONS)),
        metadata: metadata.unwrap_or_else(identity_metadata),
        ..defaults.read(source)
    }
}

const IDENTITY_PERMISSIONS: &[(&str, &str)] = &[
    ("auth.profile", "read"),
    ("auth.profile", "update"),
    ("auth.credentials", "read"),
    ("auth.credentials", "update"),
    ("auth.invites", "create"),
    ("auth.invites", "revoke"),
];

const IDENTITY_ACTIONS: &[&str] = &[
    "read_profile",
    "update_profile",
    "list_credentials",
    "issue_invite",
    "revoke_invite",
];

fn identity_metadata() -> Map<String, Value> {
    members(json!({
        "profile_path": "/api/admin/auth/profile",
        "credentials_path": "/api/admin/auth/credentials",
        "invite_issue_path": "/api/admin/auth/invites",
        "invite_redeem_path": "/api/admin/auth/invites/redeem",
        "invite_revoke_path": "/api/admin/auth/invites/revoke",
        "bootstrap_path": "/api/admin/auth/bootstrap",
    }))
}

struct Defaults {
    id: &'static str,
    title: &'static str,
    path: &'static str,
    render_mode: &'static str,
}

impl Defaults {
    /// The texts of a page; its lists and metadata are still empty.
    fn read(&self, source: &Document) -> Contribution {
        let text = |key: &str, default: &str| source.setting(key).unwrap_or(default.to_owned());
        Contribution {
            id: text("id", self.id),
            title: text("title", self.title),
            category: text("category", "security"),
            path: text("path", self.path),
            render_mode: text("render_mode", self.render_mode),
            app_context: text("app_context", "admin"),
            permissions: Vec::new(),
            actions: Vec::new(),
            metadata: Map::new(),
        }
    }
}

/// The permissions that are given, if there is at least one.
fn permissions(source: &Document) -> Option<Vec<Permission>> {
    let given = source.objects("permissions");
    let text = |one: &Document, key: &str| one.setting(key).unwrap_or_default();
    let permissions = given.iter().map(|one| Permission {
        resource: text(one, "resource"),
        action: text(one, "action"),
        permission: text(one, "permission"),
    });
    (!given.is_empty()).then(|| permissions.collect())
}

/// The actions that are given, if there is a list at all.
fn actions(source: &Document) -> Option<Vec<String>> {
    let items = source.value("actions")?.as_array()?;
    let texts = items.iter().filter_map(Value::as_str);
    let named = texts.filter(|text| !text.trim().is_empty());
    Some(named.map(str::to_owned).collect())
}

fn allowed(permissions: &[(&str, &str)]) -> Vec<Permission> {
    let named = permissions.iter().map(|(resource, action)| Permission {
        resource: (*resource).to_owned(),
        action: (*action).to_owned(),
        permission: format!("admin:{resource}:{action}"),
    });
    named.collect()
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{config_page, identity_page};
    use crate::Document;

    fn document(value: Value) -> Document {
        Document::new(value.as_object().cloned().unwrap())
    }

    #[test]
    fn metadata_is_shown_without_secrets_at_every_depth() {
        let source = document(json!({"metadata": {
            "ok": 1, "client_secret": "LEAK", "more": [{"a_token": "LEAK", "b": 2}]}}));
        for page in [config_page(&source), identity_page(&source)] {
            assert_eq!(
                Value::Object(page.metadata),
                json!({"ok": 1, "more": [{"b": 2}]})
            );
        }
    }

    #[test]
    fn empty_lists_mean_different_things_to_the_two_pages() {
        let source = document(json!({"actions": [], "permissions": [], "metadata": {"token": 1}}));
        let config = config_page(&source);
        assert_eq!((config.actions.len(), config.permissions.len()), (0, 2));
        assert!(config.metadata.is_empty());
        let identity = identity_page(&source);
        assert_eq!((identity.actions.len(), identity.permissions.len()), (5, 6));
        assert_eq!(identity.metadata.len(), 6);
    }

    #[test]
    fn texts_that_are_templates_are_none() {
        let page = config_page(&document(json!({"title": "{{ x }}", "path": " /p "})));
        assert_eq!(
            (page.title.as_str(), page.path.as_str()),
            ("Authentication", "/p")
        );
    }
}
