use serde_json::{Value, json};

use super::{ProviderKind, resolve, resolve_with_module};
use crate::Document;
use crate::ports::InnerAddresses;

fn document(value: Value) -> Document {
    Document::new(value.as_object().cloned().unwrap())
}

fn google(more: Value) -> Document {
    let base = document(json!({
        "google_oauth_client_id": "id",
        "google_oauth_client_secret": "hunter2",
        "google_oauth_redirect_url": "https://app.example.com/cb",
    }));
    base.overlaid(&document(more))
}

#[test]
fn only_the_two_offered_providers_resolve() {
    for (name, expected) in [
        ("", "missing oauth provider"),
        ("  ", "missing oauth provider"),
        ("facebook", "facebook oauth is not fully configured"),
        ("Twitter", "x oauth provider is disabled in this release"),
        (
            "instagram",
            "instagram oauth provider is disabled in this release",
        ),
        (
            "bluesky",
            "bluesky oauth provider is disabled in this release",
        ),
        ("nope", "unsupported oauth provider"),
    ] {
        let refused = resolve(name, &google(json!({}))).unwrap_err();
        assert_eq!(refused.to_string(), expected, "{name}");
    }
    assert_eq!(
        resolve(" Google ", &google(json!({}))).unwrap().id,
        "google"
    );
    let shown = format!("{:?}", resolve("google", &google(json!({}))));
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn endpoints_stay_on_the_providers_own_host() {
    for (url, is_accepted) in [
        ("https://OAUTH2.googleapis.com:8443/x", true),
        (" https://oauth2.googleapis.com/token ", true),
        ("http://oauth2.googleapis.com/token", false),
        ("https://oauth2.googleapis.com.evil.com/", false),
        ("https://oauth2.googleapis.com@evil.com/", false),
        ("https://evil.com\\@oauth2.googleapis.com/", false),
        ("https://oauth2.googleapis.com\\@evil.com/", false),
        ("https:oauth2.googleapis.com/token", false),
        ("//oauth2.googleapis.com/token", false),
        ("https://oauth2.goo gleapis.com/", false),
        ("https://", false),
        ("nonsense", false),
    ] {
        let resolved = resolve("google", &google(json!({"google_oauth_token_url": url})));
        match resolved {
            Ok(provider) => assert!(is_accepted && provider.token_url == url.trim(), "{url}"),
            Err(error) => {
                assert!(!is_accepted, "{url}");
                assert_eq!(
                    error.to_string(),
                    "google token_url must use https and the expected Google hostname unless test \
                     endpoints are explicitly enabled"
                );
            }
        }
    }
}

#[test]
fn test_endpoints_need_a_real_boolean() {
    let settings = |flag: Value| {
        google(json!({
            "google_oauth_token_url": "http://127.0.0.1/x",
            "allow_insecure_test_oauth_endpoints": flag,
        }))
    };
    let provider = resolve("google", &settings(json!(true))).unwrap();
    assert_eq!(provider.inner_addresses, InnerAddresses::AllowedForTests);
    for flag in [json!("true"), json!(1), json!(false), json!(null)] {
        assert!(
            resolve("google", &settings(flag.clone())).is_err(),
            "{flag}"
        );
    }
}

#[test]
fn google_scopes_count_when_they_can_sign_somebody_in() {
    for (scopes, expected) in [
        (json!(["openid", "email"]), vec!["openid", "email"]),
        (json!(["a"]), vec!["openid", "email", "profile"]),
        (json!([]), vec!["openid", "email", "profile"]),
        (json!("openid"), vec!["openid", "email", "profile"]),
    ] {
        let provider = resolve("google", &google(json!({"google_oauth_scopes": scopes}))).unwrap();
        assert_eq!(provider.scopes, expected, "{scopes}");
    }
}

#[test]
fn a_module_fills_what_the_step_does_not_say() {
    let module = document(json!({
        "client_id": "m", "client_secret": "s", "redirect_url": "https://app.example.com/m",
        "scopes": ["openid"], "token_url": "https://oauth2.googleapis.com/v9",
    }));
    let own = document(json!({"google_oauth_redirect_url": "https://app.example.com/own"}));
    let provider = resolve_with_module("google", &own, &module).unwrap();
    assert_eq!(provider.client_id, "m");
    assert_eq!(provider.redirect_url, "https://app.example.com/own");
    assert_eq!(provider.scopes, ["openid"]);
    assert_eq!(provider.token_url, "https://oauth2.googleapis.com/v9");
    assert!(
        resolve_with_module("x", &own, &module).is_err(),
        "a disabled provider stays disabled"
    );

    let module = document(json!({
        "client_id": "m", "client_secret": "s", "redirect_url": "https://app.example.com/m",
        "token_url": "http://127.0.0.1/x", "allow_insecure_test_endpoints": true,
    }));
    assert!(resolve_with_module("google", &own, &module).is_ok());
    let strict = own.overlaid(&document(
        json!({"allow_insecure_test_oauth_endpoints": false}),
    ));
    assert!(
        resolve_with_module("google", &strict, &module).is_err(),
        "the step forbids test endpoints"
    );
}

#[test]
fn an_openid_provider_is_all_in_the_module() {
    let full = json!({
        "client_id": "m", "client_secret": "s", "redirect_url": "https://app.example.com/m",
        "authorization_url": "https://id.example.org/authorize",
        "token_url": "https://id.example.org/token",
        "userinfo_url": "https://id.example.org/userinfo",
    });
    let with = |key: &str, value: Value| {
        let mut members = full.as_object().cloned().unwrap();
        members.insert(key.to_owned(), value);
        resolve_with_module("Acme", &Document::default(), &Document::new(members))
    };
    let provider = with("client_id", json!("n")).unwrap();
    assert_eq!(
        (provider.id.as_str(), provider.kind),
        ("acme", ProviderKind::OpenId)
    );
    assert_eq!(provider.scopes, ["openid", "email", "profile"]);
    for (key, value, expected) in [
        (
            "client_secret",
            json!(""),
            "acme oauth is not fully configured",
        ),
        (
            "userinfo_url",
            json!(null),
            "acme oauth is not fully configured",
        ),
        (
            "token_url",
            json!("http://id.example.org/token"),
            "acme token_url must use https unless test endpoints are explicitly enabled",
        ),
        (
            "scopes",
            json!(["email"]),
            "acme scopes must contain openid",
        ),
    ] {
        assert_eq!(with(key, value).unwrap_err().to_string(), expected, "{key}");
    }
    let odd = resolve_with_module("a b", &Document::default(), &document(full));
    assert_eq!(odd.unwrap_err().to_string(), "unsupported oauth provider");
}
