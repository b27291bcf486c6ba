//! The catalogue of addresses: what we answer, on which portal, to whom.
//!
//! This is the only place that mounts a handler, and it cannot mount one without a [`Rule`]. Tests
//! walk the catalogue, so a new address is tried without a session, with the other kind's session
//! and from another site before anybody writes a test for it.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};
use gatefold_kernel::AccountKind;

use crate::app::App;
use crate::denial::{Denied, Edge};
use crate::guard::{Access, Gate, Rule, guard};
use crate::{admin, api, assets, health, portal};

/// One address.
pub struct Route {
    /// The path, with `{name}` for what varies.
    pub path: String,
    /// The methods it takes.
    pub methods: &'static [&'static str],
    /// Its rule.
    pub rule: Rule,
    handler: MethodRouter<App>,
}

use Access::{Admin, Machine, Open, Public, SignedIn};
use AccountKind::{Agent, Customer};

/// Every address of the application.
#[must_use]
pub fn catalogue(development: bool) -> Vec<Route> {
    let mut routes = machines();
    routes.extend(common());
    for portal in AccountKind::ALL {
        routes.extend(signing_in(portal));
        routes.extend(own_account(portal));
    }
    routes.extend(administration());
    if development {
        routes.push(read("/_components", Agent, Public, get(portal::components)));
    }
    routes
}

/// Mounts the catalogue.
pub(crate) fn mount(app: App) -> Router {
    // INV-ONE-GUARD: a handler is mounted with its gate or not at all.
    let mut router = Router::new();
    for Route {
        path,
        rule,
        handler,
        ..
    } in catalogue(app.development())
    {
        let gate = Gate {
            app: app.clone(),
            rule,
        };
        router = router.route(&path, handler.layer(from_fn_with_state(gate, guard)));
    }
    let nowhere = Gate {
        app: app.clone(),
        rule: Rule {
            portal: Agent,
            access: Public,
        },
    };
    let nothing = || async { Denied::from(Edge::NoSuchPage) };
    router
        .fallback_service(
            get(nothing)
                .fallback(nothing)
                .layer(from_fn_with_state(nowhere, guard)),
        )
        .with_state(app)
}

fn machines() -> Vec<Route> {
    vec![
        read("/health/live", Agent, Machine, get(health::live)),
        read("/health/ready", Agent, Machine, get(health::ready)),
        read("/metrics", Agent, Machine, get(health::metrics)),
    ]
}

fn common() -> Vec<Route> {
    vec![
        read("/assets/{hash}/{*path}", Agent, Open, get(assets::serve)),
        read("/favicon.ico", Agent, Open, get(portal::favicon)),
        act("/language", Agent, Open, post(portal::language)),
        read("/enrol", Agent, Open, get(portal::enrol::page)),
        act("/enrol/open", Agent, Open, post(portal::enrol::open)),
        act(
            "/enrol/password",
            Agent,
            Open,
            post(portal::enrol::password),
        ),
        act(
            "/api/enrol/passkey/begin",
            Agent,
            Open,
            post(api::enrol::begin),
        ),
        act(
            "/api/enrol/passkey/finish",
            Agent,
            Open,
            post(api::enrol::finish),
        ),
        read("/welcome", Agent, Admin, get(portal::enrol::welcome)),
    ]
}

/// Addresses of signing in, the same on both portals.
fn signing_in(portal: AccountKind) -> Vec<Route> {
    let pages = crate::return_to::base(portal);
    let api = match portal {
        Agent => "/api/auth",
        Customer => "/api/auth/customer",
    };
    let home = if portal == Agent {
        String::from("/")
    } else {
        pages.to_owned()
    };
    let reads = |path: &str, handler| read(&format!("{pages}{path}"), portal, Public, handler);
    let acts = |path: &str, handler| act(&format!("{api}{path}"), portal, Open, handler);
    vec![
        read(&home, portal, Public, get(portal::home)),
        form(
            &format!("{pages}/login"),
            portal,
            Public,
            get(portal::sign_in::page).post(portal::sign_in::post),
        ),
        reads("/login/2fa", get(portal::sign_in::second_step)),
        reads("/logout", get(portal::sign_in::leaving)),
        acts("/login", post(api::login::login)),
        act(
            &format!("{api}/logout"),
            portal,
            Public,
            post(api::login::logout),
        ),
        acts("/passkey/begin", post(api::passkey::begin)),
        acts("/passkey/finish", post(api::passkey::finish)),
        acts("/2fa/webauthn/begin", post(api::second_step::begin)),
        acts("/2fa/webauthn/finish", post(api::second_step::finish)),
    ]
}

/// Addresses of one's own account, the same on both portals.
fn own_account(portal: AccountKind) -> Vec<Route> {
    let base = crate::return_to::base(portal);
    let reads = |path: &str, handler| read(&format!("{base}{path}"), portal, SignedIn, handler);
    let acts = |path: &str, handler| act(&format!("{base}{path}"), portal, SignedIn, handler);
    let confirm = get(portal::security::confirm).post(portal::security::confirmed);
    vec![
        reads("/profile/security", get(portal::security::page)),
        form(
            &format!("{base}/profile/security/confirm"),
            portal,
            SignedIn,
            confirm,
        ),
        acts(
            "/profile/security/passkeys/{id}/rename",
            post(portal::security::rename),
        ),
        acts(
            "/profile/security/passkeys/{id}/remove",
            post(portal::security::remove),
        ),
        acts(
            "/profile/security/password",
            post(portal::security::set_password),
        ),
        acts(
            "/profile/security/sessions/end-others",
            post(portal::security::end_others),
        ),
        acts(
            "/profile/security/sessions/{id}/end",
            post(portal::security::end_session),
        ),
        acts(
            "/api/profile/passkeys/begin",
            post(api::profile::passkey_begin),
        ),
        acts(
            "/api/profile/passkeys/finish",
            post(api::profile::passkey_finish),
        ),
        acts("/api/profile/step-up/check", post(api::step_up::check)),
        acts(
            "/api/profile/step-up/passkey/begin",
            post(api::step_up::passkey_begin),
        ),
        acts(
            "/api/profile/step-up/passkey/finish",
            post(api::step_up::passkey_finish),
        ),
        acts(
            "/api/profile/step-up/password",
            post(api::step_up::password),
        ),
    ]
}

fn administration() -> Vec<Route> {
    let reads = |path: &str, handler| read(path, Agent, Admin, handler);
    let acts = |path: &str, handler| act(path, Agent, Admin, handler);
    let invite = get(admin::invite::page).post(admin::invite::post);
    vec![
        reads("/admin", get(admin::home)),
        reads("/admin/accounts", get(admin::home)),
        reads("/admin/accounts/{kind}", get(admin::accounts::page)),
        form("/admin/accounts/{kind}/invite", Agent, Admin, invite),
        reads("/admin/accounts/{kind}/{id}", get(admin::detail::page)),
        acts(
            "/admin/accounts/{kind}/{id}/disable",
            post(admin::detail::disable),
        ),
        acts(
            "/admin/accounts/{kind}/{id}/enable",
            post(admin::detail::enable),
        ),
        acts(
            "/admin/accounts/{kind}/{id}/end-sessions",
            post(admin::detail::end_sessions),
        ),
        acts(
            "/admin/accounts/{kind}/{id}/invite-link",
            post(admin::detail::issue_link),
        ),
        acts(
            "/admin/accounts/{kind}/{id}/reset-link",
            post(admin::detail::issue_link),
        ),
    ]
}

/// An address that is read.
fn read(path: &str, portal: AccountKind, access: Access, handler: MethodRouter<App>) -> Route {
    Route {
        path: path.to_owned(),
        methods: &["GET"],
        rule: Rule { portal, access },
        handler,
    }
}

/// An address that is posted to.
fn act(path: &str, portal: AccountKind, access: Access, handler: MethodRouter<App>) -> Route {
    Route {
        path: path.to_owned(),
        methods: &["POST"],
        rule: Rule { portal, access },
        handler,
    }
}

/// A form's address: read, then posted to.
fn form(path: &str, portal: AccountKind, access: Access, handler: MethodRouter<App>) -> Route {
    Route {
        path: path.to_owned(),
        methods: &["GET", "POST"],
        rule: Rule { portal, access },
        handler,
    }
}
