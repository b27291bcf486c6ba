//! What people see: typed page contexts, the template engine, the texts and the
//! static assets.
//!
//! This crate knows no service and no store, on purpose: a page is plain facts in,
//! HTML out. It depends on no other Gatefold crate, so that a template cannot reach
//! anything that decides.
//!
//! Start at [`Pages::render`]. Each page is a struct implementing [`Page`]; its
//! `samples` are its states, and the tests render all of them in every locale. What
//! every page has in common (portal, account, form token, notice) is the [`Frame`].
//! Pages carry [`Message`]s (key and arguments), never words: words live in
//! `locales/`.

mod admin;
pub mod assets;
mod components;
mod engine;
mod enrol;
mod error_page;
mod frame;
mod functions;
mod locale;
mod message;
mod moment;
mod pseudo;
mod samples;
mod security;
mod sign_in;
mod sign_out;
mod texts;

pub use admin::detail::{AccountDetail, AccountSummary, EventOutcome, EventRow};
pub use admin::invite::{AccountInvite, InviteErrors, LinkIssued, LinkPurpose};
pub use admin::list::{AccountList, AccountRow};
pub use admin::{AccountKind, AccountRole, AccountStatus};
pub use components::Components;
pub use engine::{Page, Pages, PagesError};
pub use enrol::{Choose, Enrol, EnrolErrors, EnrolKind, EnrolStage, Welcome};
pub use error_page::{ErrorPage, UnknownStatus};
pub use frame::{Brand, Frame, FrameAccount, Notice, NoticeKind, Portal};
pub use locale::{Direction, Locale};
pub use message::{Arg, Message};
pub use moment::Moment;
pub use security::{Confirm, PasskeyRow, PasswordCard, Security, SessionRow, StepUpMethods};
pub use sign_in::{SecondStep, SignIn};
pub use sign_out::{SignOut, SignedOut};
