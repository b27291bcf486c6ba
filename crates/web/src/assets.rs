//! Style sheets and scripts: built in, named by their content, cached for ever.

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
    let (tag, current) = (format!("\"{ours}\""), hash == ours);
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
    ];
    if current && known {
        return Ok((StatusCode::NOT_MODIFIED, meta).into_response());
    }
    let kind = [(header::CONTENT_TYPE, asset.content_type)];
    let body: Response = (meta, kind, asset.bytes).into_response();
    Ok(body)
}
