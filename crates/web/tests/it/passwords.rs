//! Signing in with a password: one answer for every failure, limits on guessing, imported hashes,
//! and which new passwords are taken.

use gatefold_identity::Client;
use gatefold_identity::account::Actor;
use gatefold_identity::enrol::PersonFields;
use gatefold_kernel::AccountKind::{self, Agent, Customer};
use gatefold_testkit::visitor::{PASSWORD, Visitor, base, pending_cookie};
use gatefold_testkit::world::{World, everywhere, on_both};
use reqwest::StatusCode;
use serde_json::json;

/// [`PASSWORD`] as another system stored it.
const IMPORTED: &str = "$2b$04$abcdefghijklmnopqrstuu/SE26ekee11ntrIpw9fkxXWfrjC4GS.";

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_gets_the_same_answer() {
    on_both("every_failure_gets_the_same_answer", async |world| {
        let (amira, gone, customer) = (world.visitor(), world.visitor(), world.visitor());
        amira.with_password(Agent, "amira").await;
        let subject = gone.with_password(Agent, "gone").await;
        world.disable(subject).await;
        gone.invited(Agent, None, "invited").await;
        customer.with_password(Customer, "customer").await;
        let keys = world.visitor();
        keys.with_passkey(Agent, "keys").await;

        let anyone = world.visitor();
        let mut answers = Vec::new();
        for (login, password) in [
            ("nobody", PASSWORD),
            ("amira", "not the password at all"),
            ("amira", ""),
            ("gone", PASSWORD),
            ("gone", "not the password at all"),
            ("invited", PASSWORD),
            ("keys", PASSWORD),
            ("customer", PASSWORD),
            ("", ""),
        ] {
            let reply = anyone.password_sign_in(Agent, login, password).await;
            reply.refused(401, "invalid_credentials");
            assert!(reply.headers.get("retry-after").is_none());
            let mut names: Vec<_> = reply.headers.keys().map(ToString::to_string).collect();
            names.retain(|name| name != "set-cookie");
            answers.push((reply.body, names));
        }
        assert!(
            answers.windows(2).all(|pair| pair[0] == pair[1]),
            "{answers:#?}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_sign_in_with_login_or_mail_in_any_case() {
    everywhere("people_sign_in_with_login_or_mail", async |world| {
        let amira = world.visitor();
        with_mail(world, &amira, "Amira.Haddad", "Amira@Northwind.example").await;
        for (field, name) in [
            ("login", "Amira.Haddad"),
            ("login", "amira.haddad"),
            ("username", " AMIRA.HADDAD "),
            ("email", "amira@northwind.example"),
            ("login", "AMIRA@NORTHWIND.EXAMPLE"),
        ] {
            amira.forget_sessions();
            let body = json!({ field: name, "password": PASSWORD });
            amira.post("/api/auth/login", &body).await.opened(Agent);
        }
        let elsewhere = amira
            .password_sign_in(Customer, "amira.haddad", PASSWORD)
            .await;
        elsewhere.refused(401, "invalid_credentials");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down() {
    on_both("guessing_is_slowed_down", async |world| {
        let (amira, basil, guesser) = (world.visitor(), world.visitor(), world.visitor());
        with_mail(world, &amira, "amira", "amira@northwind.example").await;
        let reply = amira.add_passkey(Agent).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        basil.with_password(Agent, "basil").await;
        amira.forget_sessions();
        let now = world.now().await;
        world.stop_clock_at(now).await;

        // Ten are free, and another spelling or the address opens no second budget.
        let names = ["amira", "AMIRA", " amira ", "amira@northwind.example"];
        for name in names.into_iter().cycle().take(11) {
            let reply = guesser.password_sign_in(Agent, name, "wrong").await;
            reply.refused(401, "invalid_credentials");
        }
        for (name, password) in [
            ("amira", "wrong"),
            ("amira", PASSWORD),
            ("AMIRA@northwind.example", PASSWORD),
        ] {
            let reply = guesser.password_sign_in(Agent, name, password).await;
            reply.refused(429, "throttled");
            assert_eq!(reply.headers["retry-after"], "2");
            assert_eq!(reply.json()["retry_after_sec"], 2);
        }

        // Nobody else is slowed down, and nobody is locked out who has a key.
        amira.passkey_sign_in(Agent).await.opened(Agent);
        basil.forget_sessions();
        let reply = basil.password_sign_in(Agent, "basil", PASSWORD).await;
        reply.opened(Agent);

        // It ends by itself.
        world.stop_clock_at(now + 2_000).await;
        amira.forget_sessions();
        let reply = amira.password_sign_in(Agent, "amira", PASSWORD).await;
        assert_eq!(reply.json()["requires_2fa"], true, "{}", reply.body);

        // A half sign-in forgives nothing: the next failure blocks for longer. A whole one does.
        let reply = guesser.password_sign_in(Agent, "amira", "wrong").await;
        reply.refused(401, "invalid_credentials");
        let reply = guesser.password_sign_in(Agent, "amira", "wrong").await;
        reply.refused(429, "throttled");
        assert_eq!(reply.headers["retry-after"], "4");
        amira.second_step(Agent).await.opened(Agent);
        let reply = guesser.password_sign_in(Agent, "amira", "wrong").await;
        reply.refused(401, "invalid_credentials");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_at_nobody_is_slowed_down_alike() {
    on_both("guessing_at_nobody", async |world| {
        let guesser = world.visitor();
        let now = world.now().await;
        world.stop_clock_at(now).await;
        for _ in 0..11 {
            let reply = guesser.password_sign_in(Agent, "nobody", "wrong").await;
            reply.refused(401, "invalid_credentials");
        }
        let reply = guesser.password_sign_in(Agent, "nobody", "wrong").await;
        reply.refused(429, "throttled");
        assert_eq!(reply.headers["retry-after"], "2");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_work_without_scripts() {
    everywhere("forms_work_without_scripts", async |world| {
        for portal in AccountKind::ALL {
            let amira = world.visitor();
            amira.with_password(portal, "amira").await;
            let login = format!("{}/login", base(portal));
            amira.forget_sessions();
            let wrong = [("login", "amira"), ("password", "not the password at all")];
            let page = amira.submit(&login, &login, &wrong).await;
            assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{}", page.body);
            page.opens_nothing();
            assert!(page.body.contains("value=\"amira\""), "the name stays");
            assert!(!page.body.contains("not the password at all"));

            let right = [("login", "amira"), ("password", PASSWORD)];
            let reply = amira.submit(&login, &login, &right).await;
            assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
            assert!(reply.opens(portal));
            assert_eq!(
                reply.goes_to(),
                format!("{}/profile/security", base(portal))
            );

            amira.add_passkey(portal).await;
            amira.forget_sessions();
            let reply = amira.submit(&login, &login, &right).await;
            assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
            assert_eq!(reply.cookies_set(), [pending_cookie(portal)]);
            assert_eq!(reply.goes_to(), format!("{}/login/2fa", base(portal)));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn imported_bcrypt_is_checked_and_upgraded() {
    on_both("imported_bcrypt_is_checked_and_upgraded", async |world| {
        let amira = world.visitor();
        let subject = amira.with_password(Agent, "amira").await;
        let id = subject.id;
        world
            .run(&format!(
                "UPDATE gk_password SET hash = '{IMPORTED}' WHERE account_id = {id}"
            ))
            .await;
        amira.forget_sessions();
        let wrong = amira
            .password_sign_in(Agent, "amira", "vellum quartz heron")
            .await;
        wrong.refused(401, "invalid_credentials");
        let upgraded = "gk_password WHERE hash LIKE '$argon2id$%'";
        assert_eq!(world.count(upgraded).await, 0);
        for _ in 0..2 {
            amira.forget_sessions();
            let reply = amira.password_sign_in(Agent, "amira", PASSWORD).await;
            reply.opened(Agent);
            assert_eq!(world.count(upgraded).await, 1);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn weak_passwords_are_refused() {
    on_both("weak_passwords_are_refused", async |world| {
        let amira = world.visitor();
        amira.with_password(Agent, "amira.haddad").await;
        let long = "vellum quartz heron tundra ".repeat(38);
        let weak = [
            ("", "password_too_short"),
            ("fourteen chars", "password_too_short"),
            ("passwordpassword", "password_guessable"),
            ("amira.haddad2026", "password_guessable"),
            ("gatefoldgatefold", "password_guessable"),
            (&long, "password_too_long"),
        ];
        let set = "/profile/security/password";
        for (password, code) in weak {
            let reply = amira.act(set, &[("new_password", password)]).await;
            reply.refused(422, code);
            assert_eq!(reply.json()["field"], "password");
        }
        // The old one still opens the account.
        amira.forget_sessions();
        let reply = amira
            .password_sign_in(Agent, "amira.haddad", PASSWORD)
            .await;
        reply.opened(Agent);

        let basil = world.visitor();
        let (_, token) = basil.invited(Agent, None, "basil").await;
        basil.open_link(&token).await;
        let weak = [("password", "passwordpassword")];
        let reply = basil.submit("/enrol", "/enrol/password", &weak).await;
        assert_eq!(
            reply.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            reply.body
        );
        reply.opens_nothing();
        assert!(
            !reply.body.contains("passwordpassword"),
            "typed passwords are not shown again"
        );
        let reply = basil.enrol_password(&token, &[]).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
        assert!(reply.opens(Agent));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_the_password_ends_other_sessions() {
    everywhere("changing_the_password", async |world| {
        let (here, there) = (world.visitor(), world.visitor());
        here.with_password(Agent, "amira").await;
        let reply = there.password_sign_in(Agent, "amira", PASSWORD).await;
        reply.opened(Agent);
        let new = "granite otter seldom 41";
        let set = "/profile/security/password";
        let reply = here.act(set, &[("new_password", new)]).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        assert!(here.is_signed_in(Agent).await);
        assert!(!there.is_signed_in(Agent).await);
        let reply = there.password_sign_in(Agent, "amira", PASSWORD).await;
        reply.refused(401, "invalid_credentials");
        let reply = there.password_sign_in(Agent, "amira", new).await;
        reply.opened(Agent);
    })
    .await;
}

/// An account with an address and [`PASSWORD`].
async fn with_mail(world: &World, visitor: &Visitor<'_>, login: &str, email: &str) {
    let fields = PersonFields {
        login: login.to_owned(),
        name: String::from("Somebody Else"),
        email: email.to_owned(),
    };
    let client = Client::operator();
    let actor = Actor {
        principal: None,
        client: &client,
    };
    let person = fields.parse().expect("a person");
    let invited = world.identity.invite(actor, Agent, None, &person).await;
    let token = invited.expect("an invite").1.token.to_text();
    let reply = visitor.enrol_password(token.expose(), &[]).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
}
