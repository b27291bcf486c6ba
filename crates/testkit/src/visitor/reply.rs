//! What came back, and what a test asks of it.

use gatefold_kernel::AccountKind;
use reqwest::StatusCode;
use serde_json::Value;

/// What came back.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body.
    pub body: String,
}

impl Reply {
    /// The body as JSON.
    ///
    /// # Panics
    /// When it is not.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|_| panic!("JSON expected: {} {}", self.status, self.body))
    }

    /// The stable code of a problem.
    #[must_use]
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The names of the cookies this response sets (those it clears excluded).
    #[must_use]
    pub fn cookies_set(&self) -> Vec<String> {
        set_cookies(&self.headers)
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, _)| name)
            .collect()
    }

    /// Whether this response opens a portal.
    #[must_use]
    pub fn opens(&self, portal: AccountKind) -> bool {
        self.cookies_set().contains(&session_cookie(portal))
    }

    /// Asserts that a portal was opened, and no other.
    ///
    /// # Panics
    /// When it was not.
    #[track_caller]
    pub fn opened(&self, portal: AccountKind) {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        for each in AccountKind::ALL {
            assert_eq!(self.opens(each), each == portal, "{each}: {}", self.body);
        }
    }

    /// Asserts a refusal: its status, its code, and that it opens nothing.
    ///
    /// # Panics
    /// When the answer is another.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        let found = (self.status.as_u16(), self.code());
        assert_eq!(found, (status, code.to_owned()), "{}", self.body);
        self.opens_nothing();
    }

    /// Asserts that no portal was opened and no second step offered.
    ///
    /// # Panics
    /// When one was.
    #[track_caller]
    pub fn opens_nothing(&self) {
        for portal in AccountKind::ALL {
            let set = self.cookies_set();
            assert!(!set.contains(&session_cookie(portal)), "{set:?}");
            assert!(!set.contains(&pending_cookie(portal)), "{set:?}");
        }
    }

    /// Where a redirect leads, or where a script was told to go.
    #[must_use]
    pub fn goes_to(&self) -> String {
        let header = self
            .headers
            .get("location")
            .and_then(|value| value.to_str().ok());
        header.map_or_else(
            || {
                self.json()["redirect"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            },
            str::to_owned,
        )
    }
}

/// The cookies a response sets or clears.
pub(super) fn set_cookies(
    headers: &reqwest::header::HeaderMap,
) -> impl Iterator<Item = (String, String)> + '_ {
    headers.get_all("set-cookie").iter().filter_map(|line| {
        let (name, value) = line.to_str().ok()?.split(';').next()?.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    })
}

/// The name of a portal's session cookie.
#[must_use]
pub fn session_cookie(portal: AccountKind) -> String {
    format!("gatefold-{portal}")
}

/// The name of the cookie of a login that waits for its second step.
#[must_use]
pub fn pending_cookie(portal: AccountKind) -> String {
    format!("gatefold-{portal}-pending")
}

/// Sends a request, whoever it is of.
///
/// # Panics
/// When no instance answers.
pub async fn reply(request: reqwest::RequestBuilder) -> Reply {
    let response = request.send().await.expect("an answer");
    Reply {
        status: response.status(),
        headers: response.headers().clone(),
        body: response.text().await.expect("a body"),
    }
}

/// Sends all requests at once.
///
/// # Panics
/// When one of them gets no answer.
pub async fn race(requests: Vec<reqwest::RequestBuilder>) -> Vec<Reply> {
    let tasks: tokio::task::JoinSet<Reply> = requests.into_iter().map(reply).collect();
    tasks.join_all().await
}

/// The token in a page's first form.
///
/// # Panics
/// When the page has none.
#[must_use]
pub fn form_token(page: &str) -> String {
    let at = page
        .find("name=\"_csrf\"")
        .unwrap_or_else(|| panic!("a form with a token expected: {page}"));
    let rest = &page[at..];
    let value = rest
        .find("value=\"")
        .map(|start| &rest[start + 7..])
        .expect("a token");
    value[..value.find('"').expect("a closing quote")].to_owned()
}
