//! Style sheets, scripts and images, inside the binary.
//!
//! Their addresses carry one hash over the whole folder
//! (`/assets/<version>/css/gatefold.css`), so that a browser may keep them for ever
//! and modules can import each other by relative path.

use std::borrow::Cow;
use std::sync::OnceLock;

use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../assets"]
struct Folder;

/// One file, ready to be served.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Its content.
    pub bytes: Cow<'static, [u8]>,
    /// For `Content-Type`.
    pub content_type: &'static str,
    /// For `ETag`, with its quotes: changes whenever the content does.
    pub etag: String,
}

/// The file at `path` inside the folder, for example `css/gatefold.css`.
pub fn asset(path: &str) -> Option<Asset> {
    let content_type = content_type(path)?;
    let file: EmbeddedFile = Folder::get(path)?;
    let etag = format!("\"{:016x}\"", fold(SEED, &file.metadata.sha256_hash()));
    Some(Asset {
        bytes: file.data,
        content_type,
        etag,
    })
}

/// The address of a file, or nothing if there is no such file.
pub fn url(path: &str) -> Option<String> {
    Folder::get(path).map(|_| format!("/assets/{}/{path}", version()))
}

/// The hash over all files that is part of every address. A request with another one
/// comes from a page of another release: answer it, but forbid caching.
pub fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let mut paths: Vec<_> = Folder::iter().collect();
        paths.sort();
        let hash = paths.iter().fold(SEED, |hash, path| {
            let content = Folder::get(path).map(|file| file.metadata.sha256_hash());
            fold(fold(hash, path.as_bytes()), &content.unwrap_or_default())
        });
        format!("{hash:016x}")
    })
}

/// The paths of all files, in order.
pub fn paths() -> Vec<String> {
    let mut paths: Vec<_> = Folder::iter().map(Cow::into_owned).collect();
    paths.sort();
    paths
}

fn content_type(path: &str) -> Option<&'static str> {
    let (_, extension) = path.rsplit_once('.')?;
    Some(match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webmanifest" => "application/manifest+json",
        _ => return None,
    })
}

/// FNV-1a: the digests that go in are strong, the version only has to differ.
const SEED: u64 = 0xcbf2_9ce4_8422_2325;

fn fold(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
