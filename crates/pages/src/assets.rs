//! Style sheets, scripts and icons: built in, addressed by the hash of them all.
//!
//! They are compressed when the program is built. One hash covers the whole folder, so scripts import each other by relative paths and every file can
//! be cached for ever.

use std::borrow::Cow;
use std::sync::LazyLock;

use aws_lc_rs::digest;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../assets"]
struct Files;

/// A static file.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Its content.
    pub bytes: Cow<'static, [u8]>,
    /// Its content compressed by gzip (RFC 1952), where that is shorter.
    pub gzip: Option<&'static [u8]>,
    /// Its media type.
    pub content_type: &'static str,
}

// `compressed`, made by the build script.
include!(concat!(env!("OUT_DIR"), "/compressed.rs"));

static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut paths: Vec<_> = Files::iter().collect();
    paths.sort();
    let mut context = digest::Context::new(&digest::SHA256);
    for path in paths {
        let data = Files::get(&path).map(|file| file.data).unwrap_or_default();
        context.update(path.as_bytes());
        context.update(&u64::try_from(data.len()).unwrap_or_default().to_be_bytes());
        context.update(&data);
    }
    context
        .finish()
        .as_ref()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
});

/// The hash of all assets: 16 hexadecimal digits.
#[must_use]
pub fn hash() -> &'static str {
    &HASH
}

/// The address of an asset, for example of `css/gatefold.css`.
#[must_use]
pub fn url(path: &str) -> String {
    format!("/assets/{}/{path}", hash())
}

/// An asset by its path in the folder.
#[must_use]
pub fn asset(path: &str) -> Option<Asset> {
    let content_type = match path.rsplit_once('.')?.1 {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "ico" => "image/x-icon",
        "png" => "image/png",
        _ => return None,
    };
    let bytes = Files::get(path)?.data;
    let gzip = compressed(path).filter(|gzip| gzip.len() < bytes.len());
    Some(Asset {
        bytes,
        gzip,
        content_type,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_compressed_and_nothing_grows() {
        let sheet = asset("css/gatefold.css").expect("our style sheet");
        let gzip = sheet.gzip.expect("worth compressing");
        assert_eq!(gzip[..2], [0x1f, 0x8b], "gzip's magic number");
        assert!(gzip.len() * 2 < sheet.bytes.len());
        for path in Files::iter() {
            let asset = asset(&path).expect("a type that is known");
            assert!(asset.gzip.is_none_or(|gzip| gzip.len() < asset.bytes.len()));
        }
    }
}
