//! Telling a person or a program that something was refused or failed.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use gatefold_identity::Refusal;
use gatefold_pages::{ErrorPage, Message};
use serde_json::{Map, Value, json};

use crate::denial::Denied;
use crate::return_to::base;
use crate::visit::{Format, Visit};

/// The refusal as a page or as JSON, by what the request asked for.
pub(crate) fn denied(visit: &Visit, denied: &Denied) -> Response {
    let incident = incident(visit, denied);
    let mut response = match visit.format() {
        Format::Json => problem(visit, denied, incident.as_deref()),
        Format::Html if matches!(denied, Denied::Refused(Refusal::NotSignedIn)) => door(visit),
        Format::Html => page(visit, denied, incident),
    };
    if let Some(seconds) = denied.retry_after() {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The sentence a denial is told with, in the reader's language.
pub(crate) fn message(denied: &Denied) -> Message {
    let mut message = Message::new(denied.message());
    for (name, value) in denied.details() {
        message = match value {
            Value::Number(number) => message.number(&name, number.as_f64().unwrap_or_default()),
            Value::String(text) => message.text(&name, &text),
            _ => message,
        };
    }
    message
}

/// Adds cookies to a response that is there already.
pub(crate) fn keep_cookies(response: &mut Response, jar: CookieJar) {
    copy_cookies(&(jar, ()).into_response(), response);
}

/// Sets the cookies of one response on another too.
pub(crate) fn copy_cookies(from: &Response, to: &mut Response) {
    for value in from.headers().get_all(header::SET_COOKIE) {
        to.headers_mut().append(header::SET_COOKIE, value.clone());
    }
}

/// RFC 9457, with the fields older clients read (`success`, `error`).
fn problem(visit: &Visit, denied: &Denied, incident: Option<&str>) -> Response {
    let detail = visit.app().pages().say(visit.locale(), &message(denied));
    let code = denied.code();
    let mut body: Map<String, Value> = denied.details();
    body.insert("type".into(), json!(format!("urn:gatefold:problem:{code}")));
    body.insert("title".into(), json!(detail));
    body.insert("detail".into(), json!(detail));
    body.insert("status".into(), json!(denied.status().as_u16()));
    body.insert("code".into(), json!(code));
    body.insert("success".into(), json!(false));
    body.insert("error".into(), json!(code));
    if let Some(incident) = incident {
        body.insert("incident".into(), json!(incident));
    }
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    (denied.status(), kind, Value::Object(body).to_string()).into_response()
}

fn page(visit: &Visit, denied: &Denied, incident: Option<String>) -> Response {
    let page = ErrorPage {
        status: denied.status().as_u16(),
        message: message(denied),
        incident,
        saved: false,
        retry_after_seconds: denied.retry_after(),
        home: format!("{}/login", visit.base()),
    };
    visit.page(denied.status(), &page)
}

/// The sign-in page of this portal, with the way back for pages that can be asked for again.
fn door(visit: &Visit) -> Response {
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("return_to", visit.path())
        .finish();
    Redirect::to(&format!("{}/login?{query}", base(visit.portal()))).into_response()
}

/// Logs a failure once, with its causes, and gives the name a person can quote. Refusals have none.
fn incident(visit: &Visit, denied: &Denied) -> Option<String> {
    let Denied::Failed(fault) = denied else {
        if denied.status() == StatusCode::FORBIDDEN
            || denied.status() == StatusCode::MISDIRECTED_REQUEST
        {
            tracing::info!(
                code = denied.code(),
                network = visit.client().network(),
                "a request was refused"
            );
        }
        return None;
    };
    let mut bytes = [0; 5];
    visit.app().entropy().fill(&mut bytes);
    let incident: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let path = visit.path().split('?').next().unwrap_or_default();
    tracing::error!(
        incident,
        path,
        error = fault as &dyn std::error::Error,
        "a request failed"
    );
    Some(incident)
}
