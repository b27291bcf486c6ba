//! Typed pages: what each page shows, its template, its words and its static assets.
//!
//! *What it is:* a struct for each page, rendered by a template bound to it, in the reader's language.
//! Every text is a message of a locale; contexts carry message keys, never sentences.
//!
//! *What it is not:* it cannot reach a service or a row, because it depends on nothing of ours. What
//! a page needs is in its context or it is not on the page.
//!
//! *Where to start:* [`Pages::render`]; [`sign_in::SignIn`] for an example of a page with its samples.

pub mod accounts;
pub mod assets;
pub mod components;
mod engine;
pub mod enrol;
pub mod error_page;
mod frame;
mod locale;
mod message;
pub mod security;
pub mod sign_in;

pub use engine::{Page, Pages, PagesError};
pub use error_page::ErrorPage;
pub use frame::{Brand, Frame, FrameAccount, Notice, Portal};
pub use locale::Locale;
pub use message::{Arg, Message};

/// Milliseconds since 1970-01-01T00:00:00Z, as pages show times.
pub type Millis = i64;
