//! The pinned relying party: what must be said, and what belongs together.

use super::{PRODUCTION, nothing, one_problem};

#[test]
fn production_must_pin_the_relying_party() {
    // V5, INV-PINNED-RP
    let missing = [
        "webauthn.rp_id: is missing; pin it to the host of public_url or a parent domain of it, such as auth.example.com (not set)",
        "webauthn.rp_name: is missing; write the name that browsers show with a passkey, such as Example Inc. (not set)",
        "webauthn.origins: is missing; list the origins that may use passkeys: at least https://auth.example.com (not set)",
    ];
    let elsewhere = nothing().flag("public_url", "https://auth.example.com");
    assert_eq!(
        elsewhere.problems(),
        missing,
        "development, but not on localhost"
    );
    assert_eq!(
        elsewhere.flag("environment", "production").problems(),
        missing
    );

    let bare = nothing().flag("environment", "production").problems();
    assert_eq!(bare.len(), 4, "{bare:#?}");
    assert!(bare[0].starts_with("public_url: http://localhost:8080 is plain http, which production refuses; write the https address"));
    assert_eq!(bare[1..], missing);

    assert_eq!(
        nothing().file(PRODUCTION).config().webauthn.id,
        "example.com"
    );
}

/// A key, a wrong value over the configuration for production, how the problem begins, and what else it holds.
const WRONG_RELYING_PARTIES: &[(&str, &str, &str, &str)] = &[
    (
        "webauthn.rp_id",
        "other.com",
        "webauthn.rp_id: \"other.com\" is neither the host of https://auth.example.com nor a parent domain",
        "pin the domain that all origins share",
    ),
    (
        "webauthn.rp_id",
        "ample.com",
        "webauthn.rp_id: \"ample.com\" is neither",
        "",
    ),
    (
        "webauthn.rp_id",
        "com",
        "webauthn.rp_id: \"com\" is neither",
        "",
    ),
    (
        "webauthn.rp_id",
        "www.auth.example.com",
        "webauthn.rp_id: ",
        "nor a parent domain",
    ),
    (
        "webauthn.rp_id",
        "https://example.com",
        "webauthn.rp_id: \"https://example.com\" is not a domain; write a domain such as example.com, without scheme and port",
        "",
    ),
    (
        "webauthn.rp_id",
        "example.com:443",
        "webauthn.rp_id: ",
        "without scheme and port",
    ),
    (
        "webauthn.rp_id",
        "Example.COM",
        "webauthn.rp_id: \"Example.COM\" is not written as browsers compare it; write example.com",
        "",
    ),
    (
        "webauthn.rp_id",
        "bücher.example",
        "webauthn.rp_id: ",
        "write xn--bcher-kva.example",
    ),
    (
        "webauthn.rp_id",
        "example.com.",
        "webauthn.rp_id: \"example.com.\" ends with a dot",
        "",
    ),
    (
        "webauthn.rp_id",
        "*.example.com",
        "webauthn.rp_id: \"*.example.com\" holds a wildcard",
        "",
    ),
    (
        "webauthn.rp_id",
        "10.0.0.1",
        "webauthn.rp_id: \"10.0.0.1\" is an IP address, which holds no passkeys",
        "",
    ),
    (
        "webauthn.origins",
        "https://www.example.com",
        "webauthn.origins: does not hold https://auth.example.com, the origin of public_url; add https://auth.example.com",
        "",
    ),
    (
        "webauthn.origins",
        "https://auth.example.com:8443",
        "webauthn.origins: does not hold",
        "",
    ),
    (
        "webauthn.origins",
        "http://auth.example.com",
        "webauthn.origins: \"http://auth.example.com\" is plain http on a name other than localhost; write origins such as https://auth.example.com",
        "",
    ),
    (
        "webauthn.origins",
        "https://auth.example.com/login",
        "webauthn.origins: ",
        "is more than scheme, host and port",
    ),
    (
        "webauthn.origins",
        "https://*.example.com",
        "webauthn.origins: \"https://*.example.com\" holds a wildcard",
        "",
    ),
    (
        "webauthn.origins",
        "auth.example.com",
        "webauthn.origins: \"auth.example.com\" is not an origin",
        "",
    ),
    (
        "webauthn.origins",
        "android:apk-key-hash:x",
        "webauthn.origins: ",
        "",
    ),
    (
        "webauthn.origins",
        ",",
        "webauthn.origins: is empty; list at least the origin of public_url",
        "",
    ),
];

#[test]
fn relying_party_and_origins_belong_together() {
    for (key, text, start, right) in WRONG_RELYING_PARTIES {
        one_problem(&nothing().file(PRODUCTION).flag(key, text), start, right);
    }
    let host = nothing()
        .file(PRODUCTION)
        .flag("webauthn.rp_id", "auth.example.com");
    assert_eq!(host.config().webauthn.id, "auth.example.com");
    let below = nothing()
        .flag("public_url", "http://app.localhost:8080")
        .config();
    assert_eq!(below.webauthn.id, "app.localhost");
}
