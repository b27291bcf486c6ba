//! The one choke point: every request passes here before its handler, and every answer after it.
//!
//! In this order: is it addressed to us, does an unsafe method come from our own pages, who is it,
//! may they. Then the handler. Then a refusal becomes a page or JSON, and headers are set. A route
//! cannot be mounted without a [`Rule`], because the catalogue is what mounts routes.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use gatefold_identity::Refusal;
use gatefold_identity::session::Principal;
use gatefold_kernel::{AccountKind, Token};
use gatefold_pages::Locale;

use crate::app::App;
use crate::denial::{Denied, Edge, Undressed};
use crate::headers::harden;
use crate::network::{Addressed, addressed, client};
use crate::present;
use crate::visit::{Format, Inner, Visit};

/// Who may call an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Probes and scrapers, under any host name, without cookies.
    Machine,
    /// Anybody, without asking who: nothing is read from the database for it.
    Open,
    /// Anybody; whoever is signed in is known.
    Public,
    /// Whoever is signed in on the portal.
    SignedIn,
    /// Administrators.
    Admin,
}

/// The rule of one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The portal it belongs to.
    pub portal: AccountKind,
    /// Who may call it.
    pub access: Access,
}

/// A rule with the application it guards.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) app: App,
    pub(crate) rule: Rule,
}

/// The middleware.
pub(crate) async fn guard(
    State(gate): State<Gate>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let https = gate.app.cookies().secure;
    if gate.rule.access == Access::Machine {
        let mut response = next.run(request).await;
        harden(response.headers_mut(), https);
        return response;
    }
    let (mut parts, body) = request.into_parts();
    let (method, route) = (
        parts.method.clone(),
        parts.extensions.get::<MatchedPath>().cloned(),
    );
    let visit = gate.visit(peer, &parts);
    let (visit, answer) = match gate.enter(visit, &parts).await {
        Ok(Entry::Come(visit)) => {
            parts.extensions.insert(visit.clone());
            let answer = next.run(Request::from_parts(parts, body)).await;
            (visit, answer)
        }
        Ok(Entry::Elsewhere(visit, to)) => (visit, Redirect::to(&to).into_response()),
        Err((visit, denied)) => (visit, denied.into_response()),
    };
    let mut response = dress(&visit, answer);
    remember_browser(&visit, &mut response);
    harden(response.headers_mut(), https);
    count(method, route, &response);
    response
}

/// Counts an answer by the catalogue's path, never by what was asked for: that could be
/// anything, and there is no end of it.
fn count(method: Method, route: Option<MatchedPath>, response: &Response) {
    let route = route.map_or_else(|| String::from("none"), |path| path.as_str().to_owned());
    let known = [Method::GET, Method::HEAD, Method::POST];
    let method = if known.contains(&method) {
        method.to_string()
    } else {
        String::from("other")
    };
    let status = response.status().as_u16().to_string();
    tracing::debug!(method, route, status, "answered");
    metrics::counter!("gatefold_http_requests_total", "method" => method, "route" => route, "status" => status)
        .increment(1);
}

/// What the guard decided.
enum Entry {
    Come(Visit),
    Elsewhere(Visit, String),
}

impl Gate {
    /// What can be said of a request before anything is checked.
    fn visit(&self, peer: SocketAddr, parts: &Parts) -> Inner {
        let (uri, headers) = (&parts.uri, &parts.headers);
        let jar = CookieJar::from_headers(headers);
        let cookies = self.app.cookies();
        let held = cookies.browser(&jar);
        let browser_is_new = held.is_none();
        let chosen = cookies.language(&jar);
        let accepted = headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        Inner {
            portal: self.rule.portal,
            client: client(peer, headers, self.app.trusted_proxies()),
            locale: Locale::negotiate(chosen.as_deref(), accepted, self.app.development()),
            browser: held.unwrap_or_else(|| Token::draw(self.app.entropy())),
            browser_is_new,
            path: uri
                .path_and_query()
                .map_or_else(|| uri.path().to_owned(), ToString::to_string),
            format: Format::of(uri.path(), headers),
            principal: None,
            jar,
            app: self.app.clone(),
        }
    }

    async fn enter(&self, mut visit: Inner, parts: &Parts) -> Result<Entry, (Visit, Denied)> {
        match addressed(&parts.uri, &parts.headers, self.app.public_url()) {
            Addressed::Ours => {}
            Addressed::LoopbackAddress
                if parts.method == Method::GET && visit.format == Format::Html =>
            {
                let to = self.app.absolute(&visit.path);
                return Ok(Entry::Elsewhere(Visit::new(visit), to));
            }
            Addressed::LoopbackAddress | Addressed::Foreign => {
                return Err((Visit::new(visit), Edge::ForeignHost.into()));
            }
        }
        if !parts.method.is_safe() && !self.same_site(&parts.headers) {
            return Err((Visit::new(visit), Edge::CrossSite.into()));
        }
        match self.who(&visit).await {
            Ok(principal) => visit.principal = principal,
            Err(denied) => return Err((Visit::new(visit), denied)),
        }
        let denied = match (self.rule.access, &visit.principal) {
            (Access::Machine | Access::Open | Access::Public, _) | (Access::SignedIn, Some(_)) => {
                None
            }
            (Access::Admin, Some(principal)) if principal.account().is_admin() => None,
            (Access::Admin, Some(_)) => Some(Refusal::Forbidden),
            (Access::SignedIn | Access::Admin, None) => Some(Refusal::NotSignedIn),
        };
        let visit = Visit::new(visit);
        match denied {
            None => Ok(Entry::Come(visit)),
            Some(refusal) => Err((visit, refusal.into())),
        }
    }

    /// Whether an unsafe request was sent by a page of ours: by its `Origin`, else by
    /// `Sec-Fetch-Site`. A request that carries neither is refused: every browser sends one.
    fn same_site(&self, headers: &HeaderMap) -> bool {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        match (origins.next(), origins.next()) {
            (Some(origin), None) => origin.as_bytes() == self.app.origin().as_bytes(),
            (None, None) => text("sec-fetch-site") == Some("same-origin"),
            _ => false,
        }
    }

    /// Who holds a session of this portal. A database that fails is a failure, never "nobody".
    async fn who(&self, visit: &Inner) -> Result<Option<Principal>, Denied> {
        if self.rule.access == Access::Open {
            return Ok(None);
        }
        let Some(token) = self.app.cookies().session(&visit.jar, self.rule.portal) else {
            return Ok(None);
        };
        Ok(self
            .app
            .identity()
            .authenticate(self.rule.portal, &token)
            .await?)
    }
}

/// Makes a page or JSON of a refusal, and sends people who are not signed in to their door.
fn dress(visit: &Visit, response: Response) -> Response {
    if let Some(Undressed(denied)) = response.extensions().get::<Undressed>() {
        let mut dressed = present::denied(visit, denied);
        // A refusal may forget a cookie that has become worthless.
        present::copy_cookies(&response, &mut dressed);
        return dressed;
    }
    match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => {
            let allow = response.headers().get(header::ALLOW).cloned();
            let mut dressed = present::denied(visit, &Edge::WrongMethod.into());
            if let Some(allow) = allow {
                dressed.headers_mut().insert(header::ALLOW, allow);
            }
            dressed
        }
        _ => response,
    }
}

/// Gives a new browser its token, unless something failed: a failure never sets a cookie.
fn remember_browser(visit: &Visit, response: &mut Response) {
    // INV-FAIL-CLOSED
    let refused = [StatusCode::FORBIDDEN, StatusCode::MISDIRECTED_REQUEST];
    // What may be kept by a cache must not carry one browser's token to another.
    let cacheable = response.headers().contains_key(header::CACHE_CONTROL);
    let failed = response.status().is_server_error() || refused.contains(&response.status());
    if !visit.browser_is_new() || cacheable || failed {
        return;
    }
    let jar = visit
        .app()
        .cookies()
        .set_browser(CookieJar::new(), visit.browser());
    present::keep_cookies(response, jar);
}
