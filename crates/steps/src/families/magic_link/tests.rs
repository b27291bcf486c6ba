use serde_json::{Value, json};

use super::super::testing::{World, document, run as run_with};
use crate::modules::Modules;

/// Runs a step behind an HTTP trigger with this query.
fn run(world: &World, step: &str, values: [Value; 3]) -> Value {
    run_with(world, step, &Modules::default(), values)
}

fn world(environment: &[(&'static str, &'static str)]) -> World {
    World {
        environment: environment.iter().copied().collect(),
        ..World::default()
    }
}

#[test]
fn a_link_is_judged_where_it_was_generated() {
    let world = world(&[("LINK_SECRET", "configured")]);
    let config = json!({"signing_secret_env": "LINK_SECRET"});
    let link = run(
        &world,
        "magic_link_generate",
        [
            config.clone(),
            json!({"email": "a@b", "signing_secret": "ignored"}),
            json!({}),
        ],
    );
    let input = |more: Value| {
        let base = document(json!({
            "token": link["token"], "stored_hash": link["token_hash"], "email": "a@b",
            "expires_at": link["expires_at"], "signature": link["signature"],
        }));
        Value::Object(base.overlaid(&document(more)).into_members())
    };
    for (config, more, valid, error) in [
        (config.clone(), json!({}), true, None),
        (
            config.clone(),
            json!({"email": "c@d"}),
            false,
            Some("invalid signature"),
        ),
        (
            config.clone(),
            json!({"signature": ""}),
            false,
            Some("missing signature or email"),
        ),
        (
            config.clone(),
            json!({"expires_at": "2999-01-01T00:00:00Z"}),
            false,
            Some("invalid signature"),
        ),
        (
            json!({"signing_secret_env": "NOT_SET"}),
            json!({}),
            false,
            Some("the environment variable \"NOT_SET\" of signing_secret_env is not set"),
        ),
        (json!({}), json!({"signature": "x"}), true, None),
    ] {
        let found = run(
            &world,
            "magic_link_verify",
            [config.clone(), input(more.clone()), json!({})],
        );
        assert_eq!(found["valid"], valid, "{config} {more}");
        assert_eq!(found["error"].as_str(), error, "{config} {more}");
    }
}

#[test]
fn a_secret_or_a_hash_from_the_request_counts_as_none() {
    let world = World::default();
    let query = json!({"email": "a@b", "signing_secret": "s"});
    let found = run(
        &world,
        "magic_link_generate",
        [json!({}), query.clone(), query],
    );
    assert_eq!(found, json!({"error": "missing email or signing_secret"}));
    let query = json!({"stored_hash": "e4c0a87e760240da600e6d0c5c37516742a3d691feb803a33dcbbe8405e64b1e", "token": "test-token-12345"});
    let found = run(
        &world,
        "magic_link_verify",
        [json!({}), query.clone(), query.clone()],
    );
    assert_eq!(
        found,
        json!({"valid": false, "error": "missing token or stored_hash"})
    );
    let found = run(&world, "magic_link_verify", [json!({}), query, json!({})]);
    assert_eq!(found, json!({"valid": true}), "looked up it counts");
    let query = json!({"to": "a@b", "magic_link_url": "https://evil.example"});
    let found = run(&world, "magic_link_send", [json!({}), query.clone(), query]);
    assert_eq!(found["error"], "missing to or magic_link_url");
}

#[test]
fn server_and_sender_come_from_configuration_then_environment() {
    let from_environment = world(&[
        ("SMTP_HOST", " mail.example.com "),
        ("SMTP_PORT", "465"),
        ("SMTP_USER", "u"),
        ("SMTP_PASSWORD", "p"),
        ("SMTP_FROM", "e@example.com"),
    ]);
    let odd = world(&[("SMTP_HOST", "h"), ("SMTP_PORT", "smtp")]);
    let own = json!({"smtp_host": "own", "smtp_port": 25, "smtp_user": "x", "smtp_pass": "y",
                     "from_address": "O <o@example.com>", "product_name": "Desk"});
    for (world, config, expected) in [
        (
            &from_environment,
            json!({}),
            "u:p@mail.example.com:465 e@example.com > a@b: Sign in to BuyMyWishlist",
        ),
        (
            &from_environment,
            own,
            "x:y@own:25 O <o@example.com> > a@b: Sign in to Desk",
        ),
        (
            &odd,
            json!({"smtp_port": 0}),
            "@h:587 noreply@buymywishlist.com > a@b: Sign in to BuyMyWishlist",
        ),
        (
            &odd,
            json!({"smtp_port": "1", "subject": "S"}),
            "@h:587 noreply@buymywishlist.com > a@b: S",
        ),
    ] {
        world.sent.lock().unwrap().clear();
        let input = json!({"to": "a@b", "magic_link_url": "https://x/y"});
        let found = run(world, "magic_link_send", [config, input, json!({})]);
        assert_eq!(found, json!({"sent": true, "dev_mode": false, "to": "a@b"}));
        assert_eq!(*world.sent.lock().unwrap(), [expected]);
    }
    for port in [-1, 65_536, 99_999] {
        let input = json!({"to": "a@b", "magic_link_url": "https://x/y"});
        let found = run(
            &odd,
            "magic_link_send",
            [json!({"smtp_port": port}), input, json!({})],
        );
        assert!(
            found["error"]
                .as_str()
                .unwrap()
                .contains("invalid port number"),
            "{port}"
        );
    }
}

#[test]
fn a_link_is_shown_to_developers_only() {
    // B12
    for (environment, is_shown) in [
        ("", true),
        ("dev", true),
        ("production", false),
        ("live", false),
    ] {
        let found = run(
            &World::default(),
            "magic_link_send",
            [
                json!({"environment": environment}),
                json!({"to": "a@b", "magic_link_url": "https://x/y"}),
                json!({}),
            ],
        );
        assert_eq!(found["sent"], false);
        assert_eq!(found["dev_mode"], is_shown, "{environment}");
        assert_eq!(
            found.get("magic_link_url").is_some(),
            is_shown,
            "{environment}"
        );
        assert_eq!(found.get("error").is_some(), !is_shown, "{environment}");
    }
}
