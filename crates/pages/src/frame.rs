//! What every page has, whatever it shows.

use serde::Serialize;

use crate::locale::{Direction, Locale};
use crate::message::Message;

/// The two doors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Portal {
    /// Staff.
    Agent,
    /// Customers.
    Customer,
}

/// How an operator presents a portal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Brand {
    /// The name in the corner and in titles, for example `Northwind Support`.
    pub name: String,
    /// One sentence on sign-in pages, in the operator's words; ours when absent.
    pub sentence: Option<String>,
    /// Address of an image on this origin; the fold mark when absent.
    pub logo: Option<String>,
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FrameAccount {
    /// As shown in the navigation.
    pub display_name: String,
    /// Whether administration is linked.
    pub is_admin: bool,
}

/// How a notice is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// Something was done.
    Good,
    /// Something to know.
    Info,
    /// Something to take care of.
    Warn,
    /// Something did not work.
    Bad,
}

/// A text shown once, on the page after the one that caused it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// How it is meant.
    pub kind: NoticeKind,
    /// What it says.
    pub message: Message,
}

/// What every page has.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Which door this page belongs to.
    pub portal: Portal,
    /// How that door presents itself.
    pub brand: Brand,
    /// The language of this page.
    pub locale: Locale,
    /// The form token; goes into every form and, for scripts, into a `meta`.
    pub csrf: String,
    /// The path of this page, without its query.
    pub path: String,
    /// Who is signed in, if anyone.
    pub account: Option<FrameAccount>,
    /// What happened on the page before.
    pub notice: Option<Notice>,
    /// Whether this is a development environment: adds links to `/_components` and
    /// to the pseudo-locales.
    pub development: bool,
    /// The sign-in page of the other portal.
    pub other_portal_url: String,
}

impl Frame {
    /// As templates see it.
    pub(crate) fn view(&self) -> FrameView<'_> {
        FrameView {
            portal: self.portal,
            brand: &self.brand,
            lang: self.locale.tag(),
            dir: match self.locale.direction() {
                Direction::Ltr => "ltr",
                Direction::Rtl => "rtl",
            },
            csrf: &self.csrf,
            path: &self.path,
            account: self.account.as_ref(),
            notice: self.notice.as_ref(),
            other_portal_url: &self.other_portal_url,
            urls: Urls::of(self.portal),
            development: self.development,
            locales: Locale::available(self.development)
                .into_iter()
                .map(Locale::tag)
                .collect(),
        }
    }
}

/// The frame as templates see it.
#[derive(Serialize)]
pub(crate) struct FrameView<'a> {
    portal: Portal,
    brand: &'a Brand,
    lang: &'static str,
    dir: &'static str,
    csrf: &'a str,
    path: &'a str,
    account: Option<&'a FrameAccount>,
    notice: Option<&'a Notice>,
    other_portal_url: &'a str,
    urls: Urls,
    development: bool,
    locales: Vec<&'static str>,
}

/// Where a portal's pages and endpoints are.
#[derive(Serialize)]
struct Urls {
    sign_in: &'static str,
    second_step: &'static str,
    security: &'static str,
    confirm: &'static str,
    sign_out: &'static str,
    auth_api: &'static str,
    profile_api: &'static str,
}

impl Urls {
    fn of(portal: Portal) -> Self {
        match portal {
            Portal::Agent => Self {
                sign_in: "/login",
                second_step: "/login/2fa",
                security: "/profile/security",
                confirm: "/profile/security/confirm",
                sign_out: "/logout",
                auth_api: "/api/auth",
                profile_api: "/api/profile",
            },
            Portal::Customer => Self {
                sign_in: "/customer/login",
                second_step: "/customer/login/2fa",
                security: "/customer/profile/security",
                confirm: "/customer/profile/security/confirm",
                sign_out: "/customer/logout",
                auth_api: "/api/auth/customer",
                profile_api: "/customer/api/profile",
            },
        }
    }
}
