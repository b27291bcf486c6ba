//! What people do: sign in, enrol, prove that it is them, become somebody.

use gatefold_identity::Client;
use gatefold_identity::account::Actor;
use gatefold_identity::enrol::PersonFields;
use gatefold_kernel::{AccountKind, AgentRole, Subject};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Reply, Visitor, auth, base};

/// A password that the policy accepts.
pub const PASSWORD: &str = "vellum quartz heron tundra";

impl Visitor<'_> {
    /// Asks for a sign-in with a passkey and lets the authenticator answer.
    ///
    /// # Panics
    /// When begin is refused or the authenticator has no credential.
    pub async fn answer(&self, begin: &str) -> Value {
        let begun = self.post(begin, &json!({})).await;
        assert_eq!(begun.status, StatusCode::OK, "{begin}: {}", begun.body);
        let options = &begun.json()["options"]["publicKey"];
        self.authenticator
            .lock()
            .expect("not poisoned")
            .authenticate(options, &self.origin())
            .expect("a credential answers")
    }

    /// Asks to register a passkey and lets the authenticator answer.
    ///
    /// # Panics
    /// When begin is refused or the authenticator refuses.
    pub async fn register(&self, begin: &str, body: &Value) -> Value {
        let begun = self.post(begin, body).await;
        assert_eq!(begun.status, StatusCode::OK, "{begin}: {}", begun.body);
        let options = &begun.json()["options"]["publicKey"];
        self.authenticator
            .lock()
            .expect("not poisoned")
            .register(options, &self.origin())
            .expect("a credential is made")
    }

    /// Signs in with a passkey from a portal's page.
    pub async fn passkey_sign_in(&self, portal: AccountKind) -> Reply {
        let answer = self
            .answer(&format!("{}/passkey/begin", auth(portal)))
            .await;
        self.post(&format!("{}/passkey/finish", auth(portal)), &answer)
            .await
    }

    /// Signs in with a password.
    pub async fn password_sign_in(
        &self,
        portal: AccountKind,
        login: &str,
        password: &str,
    ) -> Reply {
        self.post(
            &format!("{}/login", auth(portal)),
            &json!({ "login": login, "password": password }),
        )
        .await
    }

    /// Completes the second step with the authenticator.
    pub async fn second_step(&self, portal: AccountKind) -> Reply {
        let answer = self
            .answer(&format!("{}/2fa/webauthn/begin", auth(portal)))
            .await;
        self.post(&format!("{}/2fa/webauthn/finish", auth(portal)), &answer)
            .await
    }

    /// Gives fresh proof with the authenticator.
    pub async fn step_up(&self, portal: AccountKind) -> Reply {
        let steps = format!("{}/api/profile/step-up/passkey", base(portal));
        let answer = self.answer(&format!("{steps}/begin")).await;
        self.post(&format!("{steps}/finish"), &answer).await
    }

    /// Adds a passkey of the authenticator to the account that is signed in.
    pub async fn add_passkey(&self, portal: AccountKind) -> Reply {
        let passkeys = format!("{}/api/profile/passkeys", base(portal));
        let credential = self
            .register(&format!("{passkeys}/begin"), &json!({}))
            .await;
        self.post(&format!("{passkeys}/finish"), &credential).await
    }

    /// Opens a one-time link as its page does.
    pub async fn open_link(&self, token: &str) -> Reply {
        self.submit("/enrol", "/enrol/open", &[("token", token)])
            .await
    }

    /// Follows a link with a passkey.
    pub async fn enrol_passkey(&self, token: &str, person: &Value) -> Reply {
        self.open_link(token).await;
        let credential = self.register("/api/enrol/passkey/begin", person).await;
        self.post("/api/enrol/passkey/finish", &credential).await
    }

    /// Follows a link with a password.
    pub async fn enrol_password(&self, token: &str, person: &[(&str, &str)]) -> Reply {
        self.open_link(token).await;
        let mut fields = person.to_vec();
        fields.push(("password", PASSWORD));
        self.submit("/enrol", "/enrol/password", &fields).await
    }

    /// Becomes a new account of this kind, signed in, with a passkey of this authenticator.
    pub async fn with_passkey(&self, kind: AccountKind, login: &str) -> Subject {
        let (subject, token) = self.invited(kind, None, login).await;
        let reply = self.enrol_passkey(&token, &json!({})).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        subject
    }

    /// Becomes a new account of this kind, signed in, with [`PASSWORD`].
    pub async fn with_password(&self, kind: AccountKind, login: &str) -> Subject {
        let (subject, token) = self.invited(kind, None, login).await;
        let reply = self.enrol_password(&token, &[]).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
        subject
    }

    /// Becomes a new account with a password and a passkey.
    pub async fn with_both(&self, kind: AccountKind, login: &str) -> Subject {
        let subject = self.with_password(kind, login).await;
        let reply = self.add_passkey(kind).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        subject
    }

    /// Becomes an administrator with a passkey.
    pub async fn admin(&self, login: &str) -> Subject {
        let (subject, token) = self
            .invited(AccountKind::Agent, Some(AgentRole::Admin), login)
            .await;
        let reply = self.enrol_passkey(&token, &json!({})).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        subject
    }

    /// Has an operator invite an account; gives its number and the link's token.
    ///
    /// # Panics
    /// When the invite is refused.
    pub async fn invited(
        &self,
        kind: AccountKind,
        role: Option<AgentRole>,
        login: &str,
    ) -> (Subject, String) {
        let fields = PersonFields {
            login: login.to_owned(),
            name: format!("Person {login}").chars().take(120).collect(),
            email: String::new(),
        };
        let client = Client::operator();
        let actor = Actor {
            principal: None,
            client: &client,
        };
        let person = fields.parse().expect("an acceptable person");
        let (account, link) = self
            .world
            .identity
            .invite(actor, kind, role, &person)
            .await
            .expect("an invite");
        (account.subject(), link.token.to_text().expose().clone())
    }

    /// Leaves every portal by forgetting the sessions; the browser's own cookie stays.
    pub fn forget_sessions(&self) {
        let mut cookies = self.cookies.lock().expect("not poisoned");
        cookies.retain(|name, _| name.ends_with("browser"));
    }
}
