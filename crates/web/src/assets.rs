//! Style sheets and scripts: built in, compressed already, named by their content, cached for ever.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use gatefold_pages::assets::asset;

use crate::denial::{Answer, Edge};

pub(crate) async fn serve(
    Path((hash, path)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    let asset = asset(&path).ok_or(Edge::NoSuchPage)?;
    let ours = gatefold_pages::assets::hash();
    // Weak, because it names the compressed form as well (RFC 9110 section 8.8.3).
    let (tag, current) = (format!("W/\"{ours}\""), hash == ours);
    let caching = if current {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|value| value.as_bytes() == tag.as_bytes());
    let meta = [
        (header::CACHE_CONTROL, caching.to_owned()),
        (header::ETAG, tag),
        (header::VARY, String::from("accept-encoding")),
    ];
    if current && known {
        return Ok((StatusCode::NOT_MODIFIED, meta).into_response());
    }
    let kind = [(header::CONTENT_TYPE, asset.content_type)];
    let body: Response = match asset.gzip.filter(|_| takes_gzip(&headers)) {
        Some(gzip) => ([(header::CONTENT_ENCODING, "gzip")], gzip).into_response(),
        None => asset.bytes.into_response(),
    };
    Ok((meta, kind, body).into_response())
}

/// Whether gzip is among the codings the client names and not refused by a weight of 0 (RFC 9110
/// section 12.5.3).
fn takes_gzip(headers: &HeaderMap) -> bool {
    let named = headers.get(header::ACCEPT_ENCODING);
    let named = named.and_then(|value| value.to_str().ok());
    named.unwrap_or_default().split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight = weight.trim().trim_start_matches("q=").parse::<f32>();
        name.trim().eq_ignore_ascii_case("gzip") && weight.is_ok_and(|weight| weight > 0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_for_those_who_ask() {
        let table = [
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip;q=0.0, br", false),
            ("br", false),
            ("x-gzipped", false),
            ("", false),
        ];
        for (value, expected) in table {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, value.parse().expect("a header"));
            assert_eq!(takes_gzip(&headers), expected, "{value:?}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
