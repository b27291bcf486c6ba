//! What every page has in common.

use serde::Serialize;

use crate::{Locale, Message};

/// Whose door a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Portal {
    /// Staff.
    Agent,
    /// Customers.
    Customer,
}

impl Portal {
    /// The prefix of the portal's pages.
    #[must_use]
    pub fn base(self) -> &'static str {
        match self {
            Self::Agent => "",
            Self::Customer => "/customer",
        }
    }

    /// The prefix of its addresses for signing in.
    #[must_use]
    pub fn api(self) -> &'static str {
        match self {
            Self::Agent => "/api/auth",
            Self::Customer => "/api/auth/customer",
        }
    }

    /// The prefix of its addresses for one's own account.
    #[must_use]
    pub fn profile_api(self) -> &'static str {
        match self {
            Self::Agent => "/api/profile",
            Self::Customer => "/customer/api/profile",
        }
    }
}

/// How an operator names a portal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Brand {
    /// The name.
    pub name: String,
    /// One sentence; the locale's own when there is none.
    pub sentence: Option<String>,
}

impl Brand {
    /// A name without a sentence.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            sentence: None,
        }
    }
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FrameAccount {
    /// How they are called.
    pub display_name: String,
    /// Whether they see the administration.
    pub is_admin: bool,
}

/// Something that was just done, said once at the top of a page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Notice {
    /// `good`, `warn` or `bad`: icon and colour.
    pub tone: &'static str,
    /// What was done.
    pub message: Message,
}

/// What every page has in common.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Whose door.
    pub portal: Portal,
    /// How it is called.
    pub brand: Brand,
    /// The reader's language.
    pub locale: Locale,
    /// The form token, for the hidden field `_csrf` and the header `X-CSRF-Token`.
    pub csrf: String,
    /// The path and query of the page.
    pub path: String,
    /// Who is signed in.
    pub account: Option<FrameAccount>,
    /// What was just done.
    pub notice: Option<Notice>,
    /// Whether development aids are shown.
    pub development: bool,
    /// The sign-in page of the other portal.
    pub other_portal_url: String,
}

/// The frame as templates read it.
#[derive(Serialize)]
pub(crate) struct FrameView<'a> {
    portal: Portal,
    base: &'static str,
    api: &'static str,
    profile_api: &'static str,
    brand: &'a Brand,
    locale: &'a str,
    dir: &'static str,
    languages: Vec<(&'static str, &'static str)>,
    csrf: &'a str,
    path: &'a str,
    account: &'a Option<FrameAccount>,
    notice: &'a Option<Notice>,
    development: bool,
    other_portal_url: &'a str,
}

impl<'a> From<&'a Frame> for FrameView<'a> {
    fn from(frame: &'a Frame) -> Self {
        Self {
            portal: frame.portal,
            base: frame.portal.base(),
            api: frame.portal.api(),
            profile_api: frame.portal.profile_api(),
            brand: &frame.brand,
            locale: frame.locale.tag(),
            dir: frame.locale.dir(),
            languages: Locale::offered(frame.development),
            csrf: &frame.csrf,
            path: &frame.path,
            account: &frame.account,
            notice: &frame.notice,
            development: frame.development,
            other_portal_url: &frame.other_portal_url,
        }
    }
}

impl Frame {
    /// A frame for samples.
    #[must_use]
    pub fn sample(portal: Portal, locale: Locale) -> Self {
        let (name, other) = match portal {
            Portal::Agent => ("Northwind Support", Portal::Customer),
            Portal::Customer => ("Northwind", Portal::Agent),
        };
        Self {
            portal,
            brand: Brand::named(name),
            locale,
            csrf: String::from("sample-form-token"),
            path: String::from("/sample"),
            account: Some(FrameAccount {
                display_name: String::from("Amira Haddad"),
                is_admin: portal == Portal::Agent,
            }),
            notice: None,
            development: true,
            other_portal_url: format!("{}/login", other.base()),
        }
    }
}
