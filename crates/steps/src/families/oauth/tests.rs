use serde_json::{Value, json};

use super::super::testing::{World, document, run};
use crate::modules::Modules;

fn google(more: Value) -> Value {
    let base = document(json!({
        "google_oauth_client_id": "id",
        "google_oauth_client_secret": "hunter2",
        "google_oauth_redirect_url": "https://app.example.com/cb",
    }));
    Value::Object(base.overlaid(&document(more)).into_members())
}

#[test]
fn the_configuration_names_the_provider() {
    // B29
    let other = "the configuration allows no oauth provider but google";
    for (config, input, provider, reason) in [
        (json!({"provider": "google"}), json!({}), "google", None),
        (
            json!({"provider": "google"}),
            json!({"provider": " Google"}),
            "google",
            None,
        ),
        (
            json!({"provider": "google"}),
            json!({"provider": "facebook"}),
            "facebook",
            Some(other),
        ),
        (
            json!({"oauth_provider": "google"}),
            json!({}),
            "google",
            None,
        ),
        (
            json!({"oauth_provider": "google"}),
            json!({"provider": "Twitter"}),
            "x",
            Some("x oauth provider is disabled in this release"),
        ),
        (json!({}), json!({}), "", Some("missing oauth provider")),
    ] {
        let found = run(
            &World::default(),
            "oauth_provider_config",
            &Modules::default(),
            [google(config.clone()), input.clone(), json!({})],
        );
        assert_eq!(found["provider"], provider, "{config} {input}");
        assert_eq!(found["available"], reason.is_none(), "{config} {input}");
        assert_eq!(
            found["disabled_reason"].as_str(),
            reason,
            "{config} {input}"
        );
        assert!(!found.to_string().contains("hunter2"), "{found}");
    }
}

#[test]
fn a_module_says_who_we_are_where_the_step_does_not() {
    let modules = Modules::default();
    let settings = |id: &str| {
        json!({"client_id": id, "client_secret": "s", "redirect_url": "https://app.example.com/m",
               "authorization_url": "https://id.example.org/a", "token_url": "https://id.example.org/t",
               "userinfo_url": "https://id.example.org/u"})
    };
    let with = |providers: Value| document(json!({"auth_providers": providers}));
    modules.create("staff", with(json!({"acme": settings("one")})));
    let ask = |config: Value, provider: &str| {
        let input = json!({"provider": provider});
        let found = run(
            &World::default(),
            "oauth_provider_config",
            &modules,
            [config, input, json!({})],
        );
        let why = ["client_id", "disabled_reason", "step error"];
        let why = why.iter().find_map(|name| found[*name].as_str());
        why.unwrap_or_default().to_owned()
    };
    assert_eq!(ask(json!({}), "Acme"), "one");
    assert_eq!(ask(json!({}), "other"), "unsupported oauth provider");
    assert_eq!(ask(google(json!({})), "google"), "id");
    assert_eq!(
        ask(json!({"module": "nobody"}), "acme"),
        "auth.credential module \"nobody\" not found"
    );
    modules.create("shop", with(json!({"acme": settings("two")})));
    assert_eq!(ask(json!({"module": "shop"}), "acme"), "two");
    assert!(ask(json!({}), "acme").starts_with("several auth.credential modules configure acme"));
    assert_eq!(
        ask(google(json!({})), "google"),
        "id",
        "no module need be asked"
    );
}

#[test]
fn an_input_may_only_switch_pkce_on() {
    for (config, input, expected) in [
        (json!(true), json!(false), true),
        (json!(false), json!(true), true),
        (json!(" TRUE "), json!(null), true),
        (json!(null), json!("yes"), false),
        (json!(false), json!(false), false),
    ] {
        let found = run(
            &World::default(),
            "oauth_start",
            &Modules::default(),
            [
                google(json!({"provider": "google", "pkce_required": config})),
                json!({"pkce_required": input}),
                json!({}),
            ],
        );
        assert_eq!(found["started"], true);
        assert_eq!(
            found.get("code_verifier").is_some(),
            expected,
            "{config} {input}"
        );
    }
}

#[test]
fn the_configured_path_and_the_configured_time_count() {
    for (config, input, return_to, expires_at) in [
        (
            json!({"return_to": "/c"}),
            "/i",
            "/c",
            "1970-01-01T00:15:00Z",
        ),
        (
            json!({"oauth_state_ttl_minutes": 7}),
            "/i",
            "/i",
            "1970-01-01T00:07:00Z",
        ),
        (
            json!({"oauth_state_ttl_minutes": 9e9}),
            "",
            "/auth/callback",
            "1970-01-01T01:00:00Z",
        ),
        (
            json!({"oauth_state_ttl_minutes": "7"}),
            "",
            "/auth/callback",
            "1970-01-01T00:15:00Z",
        ),
    ] {
        let config = document(google(config)).overlaid(&document(json!({"provider": "google"})));
        let found = run(
            &World::default(),
            "oauth_start",
            &Modules::default(),
            [
                Value::Object(config.into_members()),
                json!({"return_to": input}),
                json!({}),
            ],
        );
        assert_eq!(found["return_to"], return_to);
        assert_eq!(found["expires_at"], expires_at);
    }
}

#[test]
fn a_token_or_a_verifier_from_the_query_counts_as_none() {
    let world = World {
        answer: r#"{"sub":"s","access_token":"a"}"#.to_owned(),
        ..World::default()
    };
    let query = json!({"access_token": "stolen", "code_verifier": "chosen", "code": "c"});
    let config = google(json!({"provider": "google", "pkce_required": true}));
    let ask = |step: &str| {
        let found = run(
            &world,
            step,
            &Modules::default(),
            [config.clone(), query.clone(), query.clone()],
        );
        found["error"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(ask("oauth_userinfo"), "missing access_token");
    assert_eq!(ask("oauth_exchange"), "missing code_verifier");
    assert!(
        world.asked.lock().unwrap().is_empty(),
        "nobody may be asked"
    );
}

#[test]
fn tokens_and_refusals_are_told_apart() {
    let ask = |answer: &str| {
        let world = World {
            answer: answer.to_owned(),
            ..World::default()
        };
        let config = google(json!({"provider": "google"}));
        run(
            &world,
            "oauth_exchange",
            &Modules::default(),
            [config, json!({"code": "c"}), json!({})],
        )
    };
    assert_eq!(
        ask(r#"{"access_token":"a","expires_in":3600,"more":[1]}"#),
        json!({"exchanged": true, "provider": "google", "access_token": "a", "expires_in": 3600,
               "raw_tokens": {"access_token": "a", "expires_in": 3600, "more": [1]}})
    );
    // B27
    assert_eq!(
        ask(r#"{"error":"invalid_grant","access_token":"a"}"#),
        json!({"exchanged": false, "provider": "google", "error": "invalid_grant",
               "raw_tokens": {"error": "invalid_grant"}})
    );
}

#[test]
fn an_unverified_address_is_refused_where_that_is_configured() {
    // V3
    let world = World {
        answer: r#"{"sub":"s","email":"e@x","email_verified":"true"}"#.to_owned(),
        ..World::default()
    };
    for (required, fetched, subject) in [(false, true, Some("s")), (true, false, None)] {
        let found = run(
            &world,
            "oauth_userinfo",
            &Modules::default(),
            [
                google(
                    json!({"provider": "google", "access_token": "t", "require_verified_email": required}),
                ),
                json!({}),
                json!({}),
            ],
        );
        assert_eq!(found["fetched"], fetched);
        assert_eq!(found["email_verified"], false);
        assert_eq!(found["provider_subject"].as_str(), subject);
        assert_eq!(
            found["error"].as_str(),
            (!fetched).then_some("email_not_verified")
        );
    }
}
