//! Following a one-time link.

use serde::Serialize;

use crate::error_page::SAMPLE_TIME;
use crate::{Message, Millis, Page};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkKind {
    /// Creates the first administrator.
    Setup,
    /// Accepts an invite.
    Invite,
    /// Enrols anew.
    Reset,
}

/// Where the person is.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "stage", rename_all = "lowercase")]
pub enum Enrol {
    /// No link is open: the script opens the one in the address, or a person pastes its code.
    Open {
        /// Why opening failed.
        error: Option<Message>,
    },
    /// The link is open: say who you are (when setting up), choose how you sign in.
    Choose(Box<Choose>),
    /// The link cannot be used: what to do.
    Dead {
        /// Why.
        message: Message,
    },
}

/// What an open link shows.
#[derive(Clone, Debug, Serialize)]
pub struct Choose {
    /// What it is for.
    pub kind: LinkKind,
    /// The login: typed when setting up, else shown.
    pub login: String,
    /// The name.
    pub name: String,
    /// The address; may be empty.
    pub email: String,
    /// Until when the link works.
    pub expires_at: Millis,
    /// Fewest characters of a password.
    pub min_length: usize,
    /// Why the last try failed.
    pub error: Option<Message>,
    /// The field it is about: `login`, `name`, `email` or `password`.
    pub error_field: Option<String>,
}

impl Page for Enrol {
    const TEMPLATE: &'static str = "pages/enrol.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let choose = |kind, login: &str, name: &str, email: &str| Choose {
            kind,
            login: login.into(),
            name: name.into(),
            email: email.into(),
            expires_at: SAMPLE_TIME,
            min_length: 15,
            error: None,
            error_field: None,
        };
        let wrong = Choose {
            error: Some(Message::new("refusal-password-guessable").number("minimum", 15.0)),
            error_field: Some("password".into()),
            ..choose(
                LinkKind::Setup,
                "amira",
                "Amira Haddad",
                "amira@northwind.example",
            )
        };
        vec![
            ("open", Self::Open { error: None }),
            (
                "setup",
                Self::Choose(Box::new(choose(LinkKind::Setup, "", "", ""))),
            ),
            ("setup-wrong", Self::Choose(Box::new(wrong))),
            (
                "invite",
                Self::Choose(Box::new(choose(
                    LinkKind::Invite,
                    "björn",
                    "Björn Þórsson",
                    "",
                ))),
            ),
            (
                "reset",
                Self::Choose(Box::new(choose(
                    LinkKind::Reset,
                    "amira",
                    "Amira Haddad",
                    "a@n.example",
                ))),
            ),
            (
                "dead",
                Self::Dead {
                    message: Message::new("refusal-link-dead"),
                },
            ),
            (
                "closed",
                Self::Dead {
                    message: Message::new("refusal-setup-closed"),
                },
            ),
        ]
    }
}

/// `/welcome`: the end of setting up.
#[derive(Clone, Debug, Serialize)]
pub struct Welcome {
    /// Where agents sign in.
    pub agent_url: String,
    /// Where customers sign in.
    pub customer_url: String,
}

impl Page for Welcome {
    const TEMPLATE: &'static str = "pages/welcome.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let at = |host: &str| Self {
            agent_url: format!("{host}/login"),
            customer_url: format!("{host}/customer/login"),
        };
        vec![
            ("local", at("http://localhost:8080")),
            (
                "long",
                at("https://anmeldung.kundendienst.northwind-traders.example"),
            ),
        ]
    }
}
