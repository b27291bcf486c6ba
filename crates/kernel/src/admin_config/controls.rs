//! The controls of the settings page.

use serde::Serialize;

use super::settings::Secrets;
use crate::Document;
use crate::policy::Settings;
use crate::provider::{Capability, Choice, Descriptor, Field};

/// A group of controls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Its name.
    pub key: String,
    /// Its name for people.
    pub label: String,
    /// What it is about, for people.
    pub description: String,
    /// Its controls, in the order of the page.
    pub controls: Vec<Control>,
}

/// One control. It says whether there is a value, never which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Control {
    /// Its name.
    pub key: String,
    /// The name of its group.
    pub group_key: String,
    /// Its name for people.
    pub label: String,
    /// What it does, for people.
    pub description: String,
    /// What to enter.
    pub help_text: String,
    /// How it is drawn: `toggle`, `text`, `url`, `secret`, or what a descriptor says.
    pub input_type: String,
    /// The setting that it changes (V10).
    pub config_key: String,
    /// Whether its value must never be shown.
    pub secret: bool,
    /// Whether its setting has a value.
    pub configured: bool,
    /// Whether it must have one.
    pub required: bool,
    /// Whether it can be changed.
    pub enabled: bool,
    /// Why it cannot; empty if it can.
    pub disabled_reason: String,
    /// The values to choose from; empty for any.
    pub options: Vec<Choice>,
}

/// The groups of the page. With descriptors of providers that sign people in, their fields take
/// the place of the providers that are known by name (V11).
pub(super) fn groups(settings: &Settings, descriptors: &[Descriptor]) -> Vec<Group> {
    let secrets = Secrets::of(descriptors);
    let page = Page { settings, secrets };
    let described: Vec<&Descriptor> = descriptors.iter().filter(|one| one.is_oauth()).collect();
    let group = |text: &GroupText| {
        let controls = if text.key == OAUTH_GROUP && !described.is_empty() {
            page.described(text, &described)
        } else {
            text.controls
                .iter()
                .map(|control| page.control(text.key, control))
                .collect()
        };
        Group {
            key: text.key.to_owned(),
            label: text.label.to_owned(),
            description: text.description.to_owned(),
            controls,
        }
    };
    GROUPS.iter().map(group).collect()
}

struct Page<'a> {
    settings: &'a Settings,
    secrets: Secrets,
}

impl Page<'_> {
    fn control(&self, group: &str, text: &ControlText) -> Control {
        let disabled_reason = self.disabled_reason(text.key);
        Control {
            key: text.key.to_owned(),
            group_key: group.to_owned(),
            label: text.label.to_owned(),
            description: text.description.to_owned(),
            help_text: text.help_text.to_owned(),
            input_type: text.kind.name().to_owned(),
            config_key: text.key.to_owned(),
            secret: text.kind == Kind::Secret || self.secrets.hold(text.key),
            configured: is_configured(self.settings.document(), text.key),
            required: text.required,
            enabled: disabled_reason.is_empty(),
            disabled_reason,
            options: Vec::new(),
        }
    }

    fn disabled_reason(&self, key: &str) -> String {
        let unsupported = ["instagram", "x"]
            .iter()
            .find(|id| key.starts_with(&format!("{id}_oauth_")));
        match unsupported {
            Some(id) => format!("{id} oauth provider is disabled in this release"),
            None if key == "password_auth_enabled" && self.settings.is_production() => {
                "password auth cannot be enabled in production".to_owned()
            }
            None => String::new(),
        }
    }

    fn described(&self, group: &GroupText, descriptors: &[&Descriptor]) -> Vec<Control> {
        let routes = group.controls.first();
        let mut controls: Vec<Control> = routes
            .map(|text| self.control(group.key, text))
            .into_iter()
            .collect();
        for descriptor in descriptors {
            let mut reason = descriptor.disabled_reason.clone();
            for login in descriptor.logins() {
                // A reason stays for the logins that follow: the page shows one provider.
                if reason.is_empty() && !login.supported {
                    "provider is not enabled".clone_into(&mut reason);
                }
                if !login.disabled_reason.is_empty() {
                    reason.clone_from(&login.disabled_reason);
                }
                let fields = login.config_fields.iter();
                let about = about(login, descriptor);
                controls.extend(fields.map(|field| Control {
                    disabled_reason: reason.clone(),
                    enabled: reason.is_empty(),
                    ..self.field(group.key, field, about)
                }));
            }
        }
        controls
    }

    fn field(&self, group: &str, field: &Field, about: &str) -> Control {
        Control {
            key: field.key.clone(),
            group_key: group.to_owned(),
            label: field.label.clone(),
            description: if field.description.is_empty() {
                about.to_owned()
            } else {
                field.description.clone()
            },
            help_text: field.help_text.clone(),
            input_type: field.input_type.clone(),
            config_key: field.key.clone(),
            secret: field.secret || self.secrets.hold(&field.key),
            configured: self.settings.are_present(&[&field.key]),
            required: field.required,
            enabled: true,
            disabled_reason: String::new(),
            options: field.options.clone(),
        }
    }
}

/// What a field is about if it does not say so itself.
fn about<'a>(login: &'a Capability, descriptor: &'a Descriptor) -> &'a str {
    if login.description.is_empty() {
        &descriptor.description
    } else {
        &login.description
    }
}

/// Whether the setting behind a control has a value, also under the name that the step which uses
/// it has for it (V10).
fn is_configured(settings: &Document, key: &str) -> bool {
    let alias = match key {
        "smtp_from" => "from_address",
        "jwt_secret" => "signing_secret",
        _ => key,
    };
    settings.is_present(key) || settings.is_present(alias)
}

/// How a control is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Toggle,
    Text,
    Url,
    Secret,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Toggle => "toggle",
            Self::Text => "text",
            Self::Url => "url",
            Self::Secret => "secret",
        }
    }
}

struct GroupText {
    key: &'static str,
    label: &'static str,
    description: &'static str,
    controls: &'static [ControlText],
}

struct ControlText {
    key: &'static str,
    label: &'static str,
    kind: Kind,
    description: &'static str,
    help_text: &'static str,
    required: bool,
}

const fn text(
    key: &'static str,
    label: &'static str,
    kind: Kind,
    [description, help_text]: [&'static str; 2],
) -> ControlText {
    ControlText {
        key,
        label,
        kind,
        description,
        help_text,
        required: false,
    }
}

impl ControlText {
    const fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }
}

const OAUTH_GROUP: &str = "oauth_providers";

/// The page as it is without descriptors.
#[rustfmt::skip]
const GROUPS: &[GroupText] = &[
    GroupText {
        key: "primary_methods",
        label: "Primary methods",
        description: "Login methods that can establish a user session.",
        controls: &[
            text("passkey_auth_enabled", "Passkey login", Kind::Toggle, ["Allows users to sign in or register with a passkey.", "Requires relying party ID and origin to be configured."]),
            text("webauthn_rp_id", "Passkey relying party ID", Kind::Text, ["Domain used by browsers to scope passkey credentials.", "Use the effective application host, for example app.example.com."]).required(),
            text("webauthn_origin", "Passkey origin", Kind::Url, ["Origin that WebAuthn challenges must be created for.", "Use the full HTTPS origin, for example https://app.example.com."]).required(),
            text("password_auth_enabled", "Password login", Kind::Toggle, ["Allows users to sign in with a password outside production.", "Production policy blocks password login even when this is enabled."]),
        ],
    },
    GroupText {
        key: "delivery_methods",
        label: "Delivery methods",
        description: "Email and SMS configuration used by passwordless login challenges.",
        controls: &[
            text("smtp_host", "SMTP host", Kind::Text, ["SMTP server used for email codes and magic links.", "Set with smtp_from to enable email-code login."]),
            text("smtp_from", "SMTP sender", Kind::Text, ["From address used for auth emails.", "Use a verified sender address from the configured mail provider."]),
            text("sms_auth_enabled", "SMS login", Kind::Toggle, ["Allows SMS verification challenges when Twilio is configured.", "Requires auth routes, Twilio Verify service SID, and Twilio credentials."]),
            text("twilio_verify_service_sid", "Twilio Verify service SID", Kind::Text, ["Verify service that sends SMS challenges.", "Use a VA-prefixed Twilio Verify service SID."]),
            text("twilio_account_sid", "Twilio account SID", Kind::Text, ["Twilio account used with an auth token.", "Required when using twilio_auth_token instead of API key credentials."]),
            text("twilio_auth_token", "Twilio auth token", Kind::Secret, ["Secret token for Twilio account authentication.", "Write-only. Leave blank to keep an existing configured value."]),
            text("twilio_api_key_sid", "Twilio API key SID", Kind::Text, ["Twilio API key identifier.", "Use with twilio_api_key_secret as the preferred SMS credential pair."]),
            text("twilio_api_key_secret", "Twilio API key secret", Kind::Secret, ["Secret paired with the Twilio API key SID.", "Write-only. Leave blank to keep an existing configured value."]),
            text("jwt_secret", "Challenge signing secret", Kind::Secret, ["Secret used to sign email and challenge tokens.", "Write-only. Required by policy gates for email-code login."]),
        ],
    },
    GroupText {
        key: "second_factors",
        label: "Second factors",
        description: "Additional verification methods used after primary login.",
        controls: &[
            text("totp_auth_enabled", "Authenticator app codes", Kind::Toggle, ["Enables TOTP enrollment and verification steps.", "Use recovery codes alongside TOTP for account recovery."]),
        ],
    },
    GroupText {
        key: "oauth_providers",
        label: "OAuth providers",
        description: "External identity providers available to auth routes.",
        controls: &[
            text("auth_routes_enabled", "Auth routes", Kind::Toggle, ["Enables HTTP auth routes used by OAuth callback flows.", "OAuth login requires auth routes before any provider can become login-ready."]),
            text("google_oauth_client_id", "Google client ID", Kind::Text, ["OAuth client identifier issued by Google.", "Pair with the matching client secret and redirect URL."]),
            text("google_oauth_client_secret", "Google client secret", Kind::Secret, ["OAuth client secret issued by Google.", "Write-only. Leave blank to keep an existing configured value."]),
            text("google_oauth_redirect_url", "Google redirect URL", Kind::Url, ["Callback URL registered with Google.", "Must be HTTPS and match the provider application settings."]),
            text("facebook_oauth_client_id", "Facebook client ID", Kind::Text, ["OAuth client identifier issued by Facebook.", "Pair with the matching client secret and redirect URL."]),
            text("facebook_oauth_client_secret", "Facebook client secret", Kind::Secret, ["OAuth client secret issued by Facebook.", "Write-only. Leave blank to keep an existing configured value."]),
            text("facebook_oauth_redirect_url", "Facebook redirect URL", Kind::Url, ["Callback URL registered with Facebook.", "Must be HTTPS and match the provider application settings."]),
            text("instagram_oauth_client_id", "Instagram client ID", Kind::Text, ["OAuth client identifier issued by Instagram.", "Pair with the matching client secret and redirect URL."]),
            text("instagram_oauth_client_secret", "Instagram client secret", Kind::Secret, ["OAuth client secret issued by Instagram.", "Write-only. Leave blank to keep an existing configured value."]),
            text("x_oauth_client_id", "X client ID", Kind::Text, ["OAuth client identifier issued by X.", "Pair with the matching client secret and redirect URL."]),
            text("x_oauth_client_secret", "X client secret", Kind::Secret, ["OAuth client secret issued by X.", "Write-only. Leave blank to keep an existing configured value."]),
        ],
    },
];
