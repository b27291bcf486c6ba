//! One request, as every handler receives it: who asks, from where, in which language and format.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use gatefold_identity::session::{Arrival, Held, Principal};
use gatefold_identity::{Client, Refusal};
use gatefold_kernel::token::{Browser, Link};
use gatefold_kernel::{AccountKind, Token};
use gatefold_pages::{Frame, FrameAccount, Locale, Notice, Page};
use serde::Serialize;

use crate::app::App;
use crate::denial::{Answer, Denied};
use crate::return_to::base;

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// A page, for a person.
    Html,
    /// JSON, for a program or one of our scripts.
    Json,
}

impl Format {
    /// The `Accept` header decides. Who names neither gets JSON under an `api` path, else a page;
    /// a browser that sends a form there, as signing out does, names pages.
    pub(crate) fn of(path: &str, headers: &HeaderMap) -> Self {
        let api = path.starts_with("/api/") || path.starts_with("/customer/api/");
        let accept = headers
            .get(header::ACCEPT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let wants_page = accept.contains("text/html");
        let wants_json =
            accept.contains("application/json") || accept.contains("application/problem+json");
        if (api || wants_json) && !wants_page {
            Self::Json
        } else {
            Self::Html
        }
    }
}

/// The request, bundled. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Visit {
    inner: Arc<Inner>,
}

#[derive(Clone)]
pub(crate) struct Inner {
    pub(crate) app: App,
    pub(crate) portal: AccountKind,
    pub(crate) client: Client,
    pub(crate) jar: CookieJar,
    pub(crate) locale: Locale,
    pub(crate) browser: Token<Browser>,
    pub(crate) browser_is_new: bool,
    pub(crate) path: String,
    pub(crate) format: Format,
    pub(crate) principal: Option<Principal>,
}

impl Visit {
    pub(crate) fn new(inner: Inner) -> Self {
        Self {
            inner: Arc::new(inner),
        }
    }

    pub(crate) fn app(&self) -> &App {
        &self.inner.app
    }

    /// The portal whose page or address this is.
    pub(crate) fn portal(&self) -> AccountKind {
        self.inner.portal
    }

    pub(crate) fn client(&self) -> &Client {
        &self.inner.client
    }

    /// The cookies that came with the request, to add to.
    pub(crate) fn jar(&self) -> CookieJar {
        self.inner.jar.clone()
    }

    pub(crate) fn browser(&self) -> &Token<Browser> {
        &self.inner.browser
    }

    pub(crate) fn browser_is_new(&self) -> bool {
        self.inner.browser_is_new
    }

    pub(crate) fn locale(&self) -> &Locale {
        &self.inner.locale
    }

    pub(crate) fn format(&self) -> Format {
        self.inner.format
    }

    pub(crate) fn path(&self) -> &str {
        &self.inner.path
    }

    /// Who is signed in on this portal, if anybody.
    pub(crate) fn signed_in(&self) -> Option<&Principal> {
        self.inner.principal.as_ref()
    }

    /// Who is signed in, behind an access rule that asks for it.
    pub(crate) fn principal(&self) -> Result<&Principal, Denied> {
        self.inner
            .principal
            .as_ref()
            .ok_or(Denied::Refused(Refusal::NotSignedIn))
    }

    /// The link this browser opened.
    pub(crate) fn link(&self) -> Result<Token<Link>, Denied> {
        let cookies = self.app().cookies();
        cookies
            .link(&self.inner.jar)
            .ok_or(Denied::Refused(Refusal::LinkDead))
    }

    /// This request as the start of a sign-in: the sessions this browser holds will be replaced.
    pub(crate) fn arrival(&self) -> Arrival<'_> {
        let cookies = self.app().cookies();
        let held = |portal| {
            let token = cookies.session(&self.inner.jar, portal)?;
            Some(token.hash())
        };
        Arrival {
            client: &self.inner.client,
            surface: self.portal(),
            held: Held {
                agent: held(AccountKind::Agent),
                customer: held(AccountKind::Customer),
            },
        }
    }

    /// The prefix of this portal's pages.
    pub(crate) fn base(&self) -> &'static str {
        base(self.portal())
    }

    /// What every page of this request has in common.
    pub(crate) fn frame(&self) -> Frame {
        let account = self.signed_in().map(|principal| FrameAccount {
            display_name: principal.account().display_name.clone(),
            is_admin: principal.account().is_admin(),
        });
        self.app().frame(self, account)
    }

    /// A page.
    pub(crate) fn page<P: Page>(&self, status: StatusCode, page: &P) -> Response {
        self.render(status, &self.frame(), page)
    }

    /// This request as one of the other portal, for a page that serves both.
    pub(crate) fn of_portal(&self, portal: AccountKind) -> Self {
        let inner = self.inner.as_ref();
        Self::new(Inner {
            portal,
            principal: None,
            ..inner.clone()
        })
    }

    fn render<P: Page>(&self, status: StatusCode, frame: &Frame, page: &P) -> Response {
        match self.app().pages().render(frame, page) {
            Ok(html) => (status, Html(html)).into_response(),
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    template = P::TEMPLATE,
                    "a page could not be rendered"
                );
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }

    /// A page that says what was just done.
    pub(crate) fn page_with<P: Page>(
        &self,
        status: StatusCode,
        page: &P,
        notice: Option<Notice>,
    ) -> Response {
        let mut frame = self.frame();
        frame.notice = notice;
        self.render(status, &frame, page)
    }

    /// A successful JSON answer.
    pub(crate) fn json(value: &impl Serialize) -> Response {
        axum::Json(value).into_response()
    }

    /// "Done, go there": a redirect for a form, JSON for a script.
    pub(crate) fn go(&self, to: &str) -> Response {
        match self.format() {
            Format::Html => Redirect::to(to).into_response(),
            Format::Json => Self::json(&serde_json::json!({ "success": true, "redirect": to })),
        }
    }

    /// The same as an [`Answer`].
    pub(crate) fn going(&self, to: &str) -> Answer {
        Ok(self.go(to))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        // A route without the guard is a mistake in the catalogue; it answers nothing.
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}
