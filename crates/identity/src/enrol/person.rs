//! Who the first administrator says they are.

use gatefold_kernel::account::NameError;
use gatefold_kernel::{DisplayName, EmailAddress, Login};
use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;

/// The fields as they were typed. Also the version-tagged state of a ceremony that will create the
/// account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonFields {
    /// What they will type to sign in.
    #[serde(default)]
    pub login: String,
    /// How they are called.
    #[serde(default)]
    pub name: String,
    /// Their address; may be empty.
    #[serde(default)]
    pub email: String,
}

/// The fields, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPerson {
    /// What they will type to sign in.
    pub login: Login,
    /// How they are called.
    pub display_name: DisplayName,
    /// Their address.
    pub email: Option<EmailAddress>,
}

impl PersonFields {
    /// Parses the fields. A login that looks like an address must be the person's own, so that
    /// nobody can sit on somebody else's.
    ///
    /// # Errors
    /// [`Refusal::InvalidField`] names the first field that is wrong.
    pub fn parse(&self) -> Result<NewPerson, Refusal> {
        let wrong = |field| move |problem| Refusal::InvalidField { field, problem };
        let login = Login::parse(&self.login).map_err(wrong("login"))?;
        let display_name = DisplayName::parse(&self.name).map_err(wrong("name"))?;
        let email = match self.email.trim() {
            "" => None,
            text => Some(EmailAddress::parse(text).map_err(wrong("email"))?),
        };
        let own = email
            .as_ref()
            .is_some_and(|email| email.key() == login.key());
        if login.as_str().contains('@') && !own {
            return Err(wrong("login")(NameError::NotAnAddress));
        }
        Ok(NewPerson {
            login,
            display_name,
            email,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(login: &str, name: &str, email: &str) -> Result<NewPerson, Refusal> {
        PersonFields {
            login: login.into(),
            name: name.into(),
            email: email.into(),
        }
        .parse()
    }

    #[test]
    fn a_login_may_be_ones_own_address_only() {
        assert!(parse("amira@a.example", "Amira", "Amira@A.example").is_ok());
        assert!(parse("amira", "Amira", "").is_ok());
        for email in ["", "other@a.example"] {
            let refused = parse("amira@a.example", "Amira", email).unwrap_err();
            assert_eq!(
                refused,
                Refusal::InvalidField {
                    field: "login",
                    problem: NameError::NotAnAddress
                }
            );
        }
    }

    #[test]
    fn the_first_wrong_field_is_named() {
        assert_eq!(parse("", "", "").unwrap_err().code(), "field_empty");
        let refused = parse("a", "b", "nonsense").unwrap_err();
        assert_eq!(
            refused,
            Refusal::InvalidField {
                field: "email",
                problem: NameError::NotAnAddress
            }
        );
    }
}
