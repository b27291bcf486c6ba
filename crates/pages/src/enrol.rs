//! One-time links: first set-up, invitation, reset; and the welcome afterwards.

use serde::Serialize;

use crate::engine::Page;
use crate::frame::Portal;
use crate::message::Message;
use crate::samples::{ARABIC_NAME, LONG_MAIL, LONG_NAME};

/// What a one-time link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EnrolKind {
    /// The first administrator of a new installation.
    Setup,
    /// An invited account that has no way in yet.
    Invite,
    /// An account whose ways in are replaced.
    Reset,
}

/// Refusals by field.
#[derive(Clone, Debug, Default, Serialize)]
pub struct EnrolErrors {
    /// About `login`.
    pub login: Option<Message>,
    /// About `name`.
    pub name: Option<Message>,
    /// About `email`.
    pub email: Option<Message>,
    /// About `password`.
    pub password: Option<Message>,
}

/// Choosing how to sign in, after a link was opened.
#[derive(Clone, Debug, Serialize)]
pub struct Choose {
    /// What the link is for.
    pub kind: EnrolKind,
    /// The door the account belongs to.
    pub portal: Portal,
    /// Editable for `Setup`, shown otherwise.
    pub login: String,
    /// Editable for `Setup`, shown otherwise.
    pub name: String,
    /// Editable for `Setup`, shown otherwise; empty if there is none.
    pub email: String,
    /// A refusal that belongs to no field.
    pub error: Option<Message>,
    /// Refusals by field.
    pub errors: EnrolErrors,
    /// Fewest characters a password may have.
    pub min_length: u32,
}

/// Where an enrolment stands.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum EnrolStage {
    /// No link is open. A form posts `token` to `/enrol/open`; a script takes it from
    /// the fragment of the address.
    Open {
        /// Why the last token was refused.
        error: Option<Message>,
    },
    /// A link is open. The password form posts `login`, `name`, `email`, `password`
    /// to `/enrol/password`.
    Choose(Choose),
    /// The link was used, replaced or is too old.
    Dead {
        /// What it was for, if that is still known.
        kind: Option<EnrolKind>,
    },
}

/// Enrolment, at `/enrol`.
#[derive(Clone, Debug, Serialize)]
pub struct Enrol {
    /// Where it stands.
    #[serde(flatten)]
    pub stage: EnrolStage,
}

impl Enrol {
    /// The page at this stage.
    pub fn at(stage: EnrolStage) -> Self {
        Self { stage }
    }
}

impl Page for Enrol {
    const TEMPLATE: &'static str = "pages/enrol.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let error = Some(Message::new("enrol-error-token"));
        let dead = |kind| Self::at(EnrolStage::Dead { kind });
        vec![
            ("open", Self::at(EnrolStage::Open { error: None })),
            ("open-refused", Self::at(EnrolStage::Open { error })),
            ("setup", choose(EnrolKind::Setup, ["", "", ""])),
            ("setup-refused", setup_refused()),
            (
                "invite",
                choose(EnrolKind::Invite, ["salma", ARABIC_NAME, "salma@northwind.example"]),
            ),
            ("invite-long", choose(EnrolKind::Invite, [LONG_MAIL, LONG_NAME, LONG_MAIL])),
            ("reset", choose(EnrolKind::Reset, ["amira.h", "Amira Haddad", ""])),
            ("dead", dead(Some(EnrolKind::Invite))),
            ("dead-setup", dead(Some(EnrolKind::Setup))),
            ("dead-unknown", dead(None)),
        ]
    }
}

fn choose(kind: EnrolKind, [login, name, email]: [&str; 3]) -> Enrol {
    Enrol::at(EnrolStage::Choose(Choose {
        kind,
        portal: Portal::Agent,
        login: login.to_owned(),
        name: name.to_owned(),
        email: email.to_owned(),
        error: None,
        errors: EnrolErrors::default(),
        min_length: 15,
    }))
}

fn setup_refused() -> Enrol {
    Enrol::at(EnrolStage::Choose(Choose {
        kind: EnrolKind::Setup,
        portal: Portal::Agent,
        login: "amira h".to_owned(),
        name: "Amira Haddad".to_owned(),
        email: "amira".to_owned(),
        error: Some(Message::new("form-error-summary")),
        errors: EnrolErrors {
            login: Some(Message::new("account-error-login-invalid")),
            name: None,
            email: Some(Message::new("account-error-email-invalid")),
            password: Some(Message::new("password-error-too-short").with("min", 15_u32)),
        },
        min_length: 15,
    }))
}

/// You are in, at `/welcome`, after the first set-up.
#[derive(Clone, Debug, Serialize)]
pub struct Welcome {
    /// The full address agents sign in at.
    pub agent_sign_in_url: String,
    /// The full address customers sign in at.
    pub customer_sign_in_url: String,
    /// Passkeys the account has: decides the next steps.
    pub passkeys: u32,
}

impl Page for Welcome {
    const TEMPLATE: &'static str = "pages/welcome.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let at = |origin: &str, passkeys| Self {
            agent_sign_in_url: format!("{origin}/login"),
            customer_sign_in_url: format!("{origin}/customer/login"),
            passkeys,
        };
        vec![
            ("passkey", at("https://desk.northwind.example", 1)),
            ("password", at("https://desk.northwind.example", 0)),
            ("local", at("http://localhost:8080", 1)),
            (
                "long",
                at(
                    "https://anmeldung.rechtsschutzversicherungsgesellschaften.northwind.example:8443",
                    2,
                ),
            ),
        ]
    }
}
