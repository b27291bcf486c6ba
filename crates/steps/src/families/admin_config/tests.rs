use serde_json::{Value, json};

use super::super::policy::tests::{after, invocation, output};
use crate::call::Edge;
use crate::modules::Modules;
use crate::runtime::Invocation;

fn run(step: &str, invocation: Invocation) -> Value {
    output(step, invocation, &Modules::default())
}

#[test]
fn settings_of_earlier_steps_are_described_without_secrets_on_the_wire() {
    let outputs = json!({
        "b": {"webauthn_rp_id": "b", "jwt_secret": "LEAK", "smtp_host": {"pass": "LEAK"},
            "oauth_providers": {"google": {"client_secret": "LEAK", "enabled": true}}},
        "a": {"webauthn_rp_id": "a", "smtp_from": "a"},
        "policy": {"primary_method_count": 1, "passkey_enabled": false, "totp_enabled": true},
    });
    let call = |edge| {
        after(
            invocation(edge, json!({}), json!({"config": {"smtp_from": "config"}})),
            outputs.clone(),
            json!({}),
        )
    };
    let wire = run("admin_config_describe", call(Edge::Wire));
    assert_eq!(
        wire["effective_config"],
        json!({"webauthn_rp_id": "b", "smtp_from": "config", "totp_enabled": true,
            "oauth_providers": {"google": {"enabled": true}}})
    );
    assert!(!wire.to_string().contains("LEAK"));
    let own = run("admin_config_describe", call(Edge::Json));
    assert_eq!(own["effective_config"], json!({"smtp_from": "config"}));
}

#[test]
fn the_demand_of_the_configuration_stays() {
    // V9
    for (config, input, valid) in [
        (
            json!({"require_primary_method": true}),
            json!({"require_primary_method": false}),
            false,
        ),
        (json!({"require_primary_method": true}), json!({}), false),
        (json!({}), json!({"require_primary_method": true}), false),
        (
            json!({"require_primary_method": false}),
            json!({"require_primary_method": true}),
            false,
        ),
        (json!({}), json!({}), true),
    ] {
        let judged = run(
            "admin_config_validate",
            invocation(Edge::Wire, config.clone(), input.clone()),
        );
        assert_eq!(judged["valid"], json!(valid), "{config} {input}");
    }
}

#[test]
fn descriptors_count_where_an_earlier_step_made_them_or_the_configuration_names_them() {
    let providers = json!([{"id": "okta", "categories": ["oauth2_oidc"], "capabilities": [
        {"key": "login", "category": "oauth2_oidc", "supported": true}]}]);
    let input = json!({"providers": providers, "desired_config": {"auth_routes_enabled": true}});
    let required = json!({"require_primary_method": true});
    let named = json!({"require_primary_method": true, "oauth_supported_providers": ["okta"]});
    let made = json!({"catalog": {"providers": providers}});
    let other = json!({"catalog": {"providers": [{"id": "okta", "label": "Other"}]}});
    let sent = json!({"body": {"providers": providers}});
    for (config, outputs, trigger, valid) in [
        (&required, json!({}), json!({}), false),
        (&required, other, json!({}), false),
        (&required, made.clone(), json!({}), true),
        (&required, made, sent, false),
        (&named, json!({}), json!({}), true),
    ] {
        let call = invocation(Edge::Wire, config.clone(), input.clone());
        let judged = run(
            "admin_config_validate",
            after(call, outputs.clone(), trigger),
        );
        assert_eq!(judged["valid"], json!(valid), "{config} {outputs}");
    }
}

#[test]
fn a_change_may_come_in_the_body_of_the_request() {
    let trigger = json!({"body": {"desired_config": {"webauthn_rp_id": "x"}}});
    for (edge, input, accepted) in [
        (Edge::Wire, json!({}), json!({"webauthn_rp_id": "x"})),
        (
            Edge::Wire,
            json!({"desired_config": {}}),
            json!({"webauthn_rp_id": "x"}),
        ),
        (
            Edge::Wire,
            json!({"desired_config": {"smtp_host": "h"}}),
            json!({"smtp_host": "h"}),
        ),
        (Edge::Json, json!({}), json!({})),
        (
            Edge::Json,
            json!({"body": {"desired_config": {"smtp_host": "h"}}}),
            json!({"smtp_host": "h"}),
        ),
    ] {
        let call = after(
            invocation(edge, json!({}), input),
            json!({}),
            trigger.clone(),
        );
        let judged = run("admin_config_validate", call);
        assert_eq!(judged["accepted_config"], accepted);
    }
}
