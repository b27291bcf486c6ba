use serde_json::{Value, json};

use super::{Judgement, Proposal, Trust, validate};
use crate::Document;
use crate::provider::catalog;

fn document(value: Value) -> Document {
    Document::new(value.as_object().cloned().unwrap())
}

fn messages(judgement: &Judgement) -> Vec<String> {
    judgement
        .errors
        .iter()
        .map(|error| format!("{}: {}", error.field, error.message))
        .collect()
}

fn judged(sources: Value, desired: Value) -> Judgement {
    validate(&Proposal {
        sources: vec![document(sources)],
        desired: document(desired),
        ..Proposal::default()
    })
}

#[test]
fn an_origin_is_https_or_on_this_machine() {
    for (origin, valid) in [
        ("https://x", true),
        ("http://localhost:8080", true),
        ("http://127.0.0.1", true),
        ("http://[::1]:80", true),
        ("HTTPS://x", true),
        ("http://x", false),
        ("x.com", false),
        ("http://localhost.evil.example", false),
        ("http://localhost@evil.example", false),
        ("https:\\\\x", false),
        ("javascript://localhost/%0aalert(1)", false),
        ("https://", false),
    ] {
        let judgement = judged(
            json!({}),
            json!({"webauthn_rp_id": "x", "webauthn_origin": origin}),
        );
        assert_eq!(judgement.errors.is_empty(), valid, "{origin}");
    }
}

#[test]
fn a_change_cannot_leave_production() {
    // V9
    for sources in [
        json!({"environment": "production"}),
        json!({"environment": "{{ .env }}"}),
        json!({"environment": "live"}),
    ] {
        let judgement = judged(
            sources,
            json!({"environment": "development", "password_enabled": true}),
        );
        assert_eq!(
            messages(&judgement),
            ["password_auth_enabled: password auth cannot be enabled in production"]
        );
        assert!(!judgement.methods.password);
    }
}

#[test]
fn a_blank_secret_keeps_the_stored_one() {
    // B16
    let stored = document(
        json!({"auth_routes_enabled": true, "google_oauth_client_secret": "old",
        "google_oauth_redirect_url": "https://a/cb"}),
    );
    for (desired, stored, valid) in [
        (
            json!({"google_oauth_client_id": "i", "google_oauth_client_secret": ""}),
            stored.clone(),
            true,
        ),
        (json!({"google_oauth_client_id": "i"}), stored.clone(), true),
        (
            json!({"google_oauth_client_id": "i", "google_oauth_redirect_url": ""}),
            stored.clone(),
            false,
        ),
        (
            json!({"google_oauth_client_id": "i", "google_oauth_client_secret": ""}),
            Document::default(),
            false,
        ),
    ] {
        let judgement = validate(&Proposal {
            sources: vec![stored.clone()],
            stored,
            desired: document(desired.clone()),
            ..Proposal::default()
        });
        assert_eq!(judgement.errors.is_empty(), valid, "{desired}");
        let accepted = serde_json::to_string(judgement.accepted.members()).unwrap();
        assert!(!accepted.contains("old"), "{accepted}");
    }
}

#[test]
fn a_callers_claim_is_no_way_to_sign_in() {
    let claim = |fields: Value| {
        document(
            json!({"providers": [{"id": "evil", "categories": ["oauth2_oidc"],
            "capabilities": [{"key": "k", "category": "oauth2_oidc", "supported": true,
                "config_fields": fields}]}]}),
        )
    };
    let fields = json!([{"key": "evil_oauth_client_id", "required": true}]);
    let (empty, full) = (claim(json!([])), claim(fields));
    let believed = |source: &Document| Trust {
        believed: catalog(&[source]).providers,
        ..Trust::default()
    };
    let named = Trust {
        supported: vec![" Evil".into()],
        ..Trust::default()
    };
    let own = Trust {
        caller_is_trusted: true,
        ..Trust::default()
    };
    for (source, trust, valid, counted) in [
        (&empty, Trust::default(), false, 0),
        (&full, Trust::default(), false, 1),
        (&empty, own.clone(), false, 0),
        (&full, own, true, 1),
        (&empty, believed(&empty), true, 1),
        (&full, believed(&full), true, 1),
        (&full, believed(&empty), false, 1),
        (&empty, named, true, 1),
    ] {
        let judgement = validate(&Proposal {
            sources: vec![source.clone()],
            desired: document(json!({"auth_routes_enabled": true, "evil_oauth_client_id": "i"})),
            trust,
            requires_primary_method: true,
            ..Proposal::default()
        });
        assert_eq!(judgement.errors.is_empty(), valid);
        assert_eq!(judgement.methods.primary_count(), counted);
    }
}

#[test]
fn a_described_provider_says_what_it_lacks() {
    let source = json!({"providers": [{"id": "a", "disabled_reason": "",
        "capabilities": [
            {"key": "one", "category": "oauth2_oidc", "disabled_reason": "not here"},
            {"key": "two", "category": "oauth2_oidc"},
            {"key": "three", "category": "oauth2_oidc", "supported": true,
             "config_fields": [{"key": "a_id", "required": true}, {"key": "a_more"}]}]}]});
    let asked = judged(source.clone(), json!({"oauth_provider": "A"}));
    assert_eq!(
        messages(&asked),
        [
            "a_oauth: not here",
            "a_oauth: provider is not enabled",
            "auth_routes_enabled: a oauth requires auth routes to be enabled",
            "a_id: a oauth requires a_id",
        ]
    );
    assert!(judged(source, json!({})).errors.is_empty(), "not asked for");
}

#[test]
fn endpoints_that_lead_elsewhere_are_errors() {
    let judgement = judged(
        json!({"routes_enabled": true, "google_oauth_token_url": "https://evil.example/token"}),
        json!({"google_oauth_client_id": "i", "google_oauth_client_secret": "s",
            "google_oauth_redirect_url": "https://a/cb"}),
    );
    assert_eq!(messages(&judgement).len(), 1);
    assert!(messages(&judgement)[0].starts_with("google_oauth: google token_url must use https"));
}

#[test]
fn a_change_has_limits() {
    let mut deep = json!("x");
    for _ in 0..40 {
        deep = json!({"a": deep});
    }
    let wide: Vec<Value> = (0..3000).map(Value::from).collect();
    for desired in [
        json!({"oauth_providers": deep}),
        json!({"oauth_providers": wide}),
        json!({"smtp_host": "x".repeat(300_000)}),
    ] {
        let judgement = judged(json!({}), desired);
        assert_eq!(judgement.errors[0].field, "desired_config");
        assert!(judgement.accepted.members().is_empty());
    }
}
