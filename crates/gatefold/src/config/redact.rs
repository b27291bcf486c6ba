//! Masks the password inside a database address.

use url::Url;

/// What stands where a password was.
const MASK: &str = "***";

/// The address without its password; all but the scheme is masked if it cannot be parsed.
pub(super) fn address(text: &str) -> String {
    if text.starts_with("sqlite:") {
        return text.to_owned();
    }
    match Url::parse(text) {
        Ok(url) if url.has_host() || text.contains(":///") => masked(url),
        _ => match text.split_once("://") {
            Some((scheme, _)) => format!("{scheme}://{MASK}"),
            None => MASK.to_owned(),
        },
    }
}

fn masked(mut url: Url) -> String {
    if url.password().is_some() && url.set_password(Some(MASK)).is_err() {
        return MASK.to_owned();
    }
    if url.query().is_some() {
        let pairs: Vec<(String, String)> = url
            .query_pairs()
            .map(|(key, value)| match key.contains("password") {
                true => (key.into_owned(), MASK.to_owned()),
                false => (key.into_owned(), value.into_owned()),
            })
            .collect();
        url.query_pairs_mut().clear().extend_pairs(pairs);
    }
    url.to_string()
}
