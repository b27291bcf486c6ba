//! Headers that every response has.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// Nothing inline, nothing from elsewhere, no framing. `form-action` keeps a page from posting to
/// another site; `require-trusted-types-for` keeps scripts from writing markup.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'; \
    require-trusted-types-for 'script'";

/// Sets what is not set. `no-store` unless the handler said otherwise: every answer of ours is about
/// somebody.
pub(crate) fn harden(headers: &mut HeaderMap, https: bool) {
    let mut set = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, CSP);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    // Nothing to other sites. Not `no-referrer`: with it browsers send `Origin: null` along with our
    // own forms (Fetch, "append a request Origin header"), and the guard would refuse every one.
    set(header::REFERRER_POLICY, "same-origin");
    set(header::CACHE_CONTROL, "no-store");
    set(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    set(
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    set(
        HeaderName::from_static("permissions-policy"),
        "publickey-credentials-create=(self), publickey-credentials-get=(self), camera=(), microphone=(), geolocation=()",
    );
    if https {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000");
    }
}
