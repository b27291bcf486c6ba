use gatefold_webauthn::{
    AuthenticationError, CeremonyError, InvalidSignature, Origin, RegistrationError, RelyingParty,
    RpId, UserVerification,
};
use serde_json::Value;

use super::{
    Beginning, LoginAnswer, LoginBeginning, LoginDenial, RegistrationAnswer, RegistrationBeginning,
    RegistrationDenial, SignedIn, Site, begin_login, begin_register, finish_login, finish_register,
};
use crate::passkey::{
    ClientAssertion, ClientAttestation, CredentialRecord, LoginRefusal, SessionData, base64url,
    go_ceremonies,
};
use crate::{Clock, Entropy, UnixMillis};

mod client_data;

const NOW: UnixMillis = UnixMillis::new(1_800_000_000_000);

/// A clock that stands, and bytes that count up.
struct Still;

impl Clock for Still {
    fn now(&self) -> UnixMillis {
        NOW
    }
}

impl Entropy for Still {
    fn fill(&self, out: &mut [u8]) {
        for (index, byte) in out.iter_mut().enumerate() {
            *byte = u8::try_from(index % 256).unwrap();
        }
    }
}

fn relying_party() -> RelyingParty {
    RelyingParty::new(
        RpId::parse("app.example.com").unwrap(),
        "Check".to_owned(),
        vec![Origin::parse("https://app.example.com").unwrap()],
    )
    .unwrap()
}

/// The input of one ceremony's second half, ready to be changed.
struct Input {
    user_verification: Option<UserVerification>,
    user_id: String,
    session: SessionData,
    credentials: Vec<CredentialRecord>,
    answer: Value,
}

impl Input {
    fn of(ceremony: &Value, finish: &str, member: &str) -> Self {
        let input = &ceremony[finish]["input"];
        let credentials = input["credentials"].as_str().unwrap_or("[]");
        Self {
            user_verification: None,
            user_id: input["user_id"].as_str().unwrap().to_owned(),
            session: SessionData::read(input["session_data"].as_str().unwrap()).unwrap(),
            credentials: CredentialRecord::read_list(credentials).unwrap(),
            answer: serde_json::from_str(input[member].as_str().unwrap()).unwrap(),
        }
    }

    fn registration() -> Self {
        Self::of(&go_ceremonies()[0], "finish_register", "attestation")
    }

    fn login() -> Self {
        Self::of(&go_ceremonies()[0], "finish_login", "assertion")
    }

    fn discoverable() -> Self {
        Self::of(
            &go_ceremonies()[0],
            "discoverable_finish_login",
            "assertion",
        )
    }

    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn register(self) -> Result<CredentialRecord, RegistrationDenial> {
        let party = relying_party();
        let answer = RegistrationAnswer {
            site: Site {
                relying_party: &party,
                user_verification: self.user_verification,
            },
            user_id: &self.user_id,
            session: &self.session,
            attestation: ClientAttestation::read(&self.answer.to_string()).unwrap(),
        };
        finish_register(&Still, answer)
    }

    fn sign_in(self) -> Result<SignedIn, LoginDenial> {
        let party = relying_party();
        let answer = LoginAnswer {
            site: Site {
                relying_party: &party,
                user_verification: self.user_verification,
            },
            user_id: &self.user_id,
            session: &self.session,
            credentials: self.credentials,
            assertion: ClientAssertion::read(&self.answer.to_string()).unwrap(),
        };
        finish_login(&Still, answer)
    }
}

/// Changes a binary member of the browser's answer.
fn patch(answer: &mut Value, member: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let text = answer["response"][member].as_str().unwrap();
    let mut bytes = crate::passkey::stored_text::read_url_safe(text).unwrap();
    change(&mut bytes);
    answer["response"][member] = base64url(&bytes).into();
}

#[test]
fn ceremonies_that_the_go_plugin_began_finish_here_with_its_records() {
    for ceremony in go_ceremonies() {
        let id = &ceremony["id"];
        let record = Input::of(&ceremony, "finish_register", "attestation").register();
        assert_eq!(
            record.unwrap().write(),
            ceremony["finish_register"]["output"]["credential"],
            "{id}"
        );
        let signed_in = Input::of(&ceremony, "finish_login", "assertion").sign_in();
        let signed_in = signed_in.unwrap();
        assert_eq!(
            signed_in.record.write(),
            ceremony["finish_login"]["output"]["credential"],
            "{id}"
        );
        let user_id = ceremony["finish_login"]["input"]["user_id"].as_str();
        assert_eq!(signed_in.user_id, user_id.unwrap().as_bytes());
    }
}

#[test]
fn a_discoverable_sign_in_is_the_user_handles_or_the_pipelines() {
    // B17
    let handle = |input: &mut Input, value: Value| input.answer["response"]["userHandle"] = value;
    for (named, answered, expected) in [
        ("user-0", Some("dXNlci0w"), Some("user-0")),
        ("", Some("dXNlci0w"), Some("user-0")),
        ("user-0", None, Some("user-0")),
        ("", None, None),
        ("user-1", Some("dXNlci0w"), None),
        ("user-0", Some("dXNlci0x"), None),
    ] {
        let outcome = Input::discoverable()
            .with(|input| {
                input.user_id = named.to_owned();
                handle(input, answered.into());
            })
            .sign_in();
        let who = outcome.ok().map(|signed_in| signed_in.user_id);
        assert_eq!(
            who.as_deref(),
            expected.map(str::as_bytes),
            "{named:?} {answered:?}"
        );
    }
}

#[test]
fn verification_is_demanded_by_the_site_or_the_session() {
    // The second ceremony's authenticator did not verify its user.
    use UserVerification::{Discouraged, Preferred, Required};
    let ceremony = &go_ceremonies()[1];
    for (site, session, is_let_in) in [
        (None, None, true),
        (Some(Preferred), None, true),
        (Some(Discouraged), Some(Preferred), true),
        (Some(Required), None, false),
        (None, Some(Required), false),
        (Some(Required), Some(Discouraged), false),
    ] {
        let demand = |input: &mut Input| {
            input.user_verification = site;
            input.session.user_verification = session;
        };
        let registration = Input::of(ceremony, "finish_register", "attestation").with(demand);
        let not_verified = RegistrationError::Ceremony(CeremonyError::UserNotVerified);
        let expected = is_let_in.then_some(()).ok_or(not_verified.into());
        assert_eq!(registration.register().map(|_| ()), expected);
        let login = Input::of(ceremony, "finish_login", "assertion").with(demand);
        assert_eq!(login.sign_in().is_ok(), is_let_in, "{site:?} {session:?}");
    }
}

type Change = fn(&mut Input);

#[test]
fn registrations_are_refused_for_what_is_wrong_with_them() {
    let cases: [(&str, Change, RegistrationDenial); 7] = [
        (
            "of another account",
            |input| input.user_id = "user-1".into(),
            RegistrationDenial::AnotherAccount,
        ),
        (
            "of nobody",
            |input| {
                input.user_id.clear();
                input.session.user_id = None;
            },
            RegistrationDenial::AnotherAccount,
        ),
        (
            "expired",
            |input| input.session.expires = Some(UnixMillis::new(NOW.get() - 1)),
            RegistrationDenial::Expired,
        ),
        (
            "no challenge",
            |input| input.session.challenge.clear(),
            RegistrationError::Ceremony(CeremonyError::ChallengeMismatch).into(),
        ),
        (
            "another challenge",
            |input| input.session.challenge = base64url(&[7; 32]),
            RegistrationError::Ceremony(CeremonyError::ChallengeMismatch).into(),
        ),
        (
            "of a sign-in's session",
            |input| input.session.algorithms.clear(),
            RegistrationError::AlgorithmNotOffered.into(),
        ),
        (
            "another relying party",
            |input| {
                patch(&mut input.answer, "attestationObject", |object| {
                    let start = object.windows(2).position(|two| two == [0x58, 0xa4]);
                    object[start.unwrap() + 2] ^= 1;
                });
            },
            RegistrationError::Ceremony(CeremonyError::RpIdHashMismatch).into(),
        ),
    ];
    for (what, change, expected) in cases {
        let outcome = Input::registration().with(change).register();
        assert_eq!(outcome, Err(expected), "{what}");
    }
    let at_the_last_moment = Input::registration().with(|input| input.session.expires = Some(NOW));
    assert!(at_the_last_moment.register().is_ok());
}

fn unverified(error: AuthenticationError) -> LoginDenial {
    LoginDenial::Refused(LoginRefusal::Verification(error))
}

fn of_ceremony(error: CeremonyError) -> LoginDenial {
    unverified(AuthenticationError::Ceremony(error))
}

/// What is judged before anything cryptographic.
fn wrong_persons() -> Vec<(&'static str, Change, LoginDenial)> {
    vec![
        (
            "of another account",
            |input| input.user_id = "user-1".into(),
            LoginDenial::AnotherAccount,
        ),
        (
            "of a person, but the pipeline names none",
            |input| input.user_id.clear(),
            LoginDenial::AnotherAccount,
        ),
        (
            "expired",
            |input| input.session.expires = Some(UnixMillis::new(0)),
            LoginDenial::Expired,
        ),
        (
            "no records",
            |input| input.credentials.clear(),
            LoginDenial::NotAllOwned,
        ),
        (
            "no records, any allowed",
            |input| {
                input.credentials.clear();
                input.session.allowed_credentials.clear();
            },
            LoginDenial::Unknown,
        ),
        (
            "an owned credential that was not allowed",
            |input| {
                let other = CredentialRecord {
                    id: vec![1],
                    ..CredentialRecord::default()
                };
                input.credentials.push(other);
                input.session.allowed_credentials = vec![vec![1]];
            },
            LoginDenial::NotAllowed,
        ),
        (
            "another's credential",
            |input| {
                input.credentials[0].id = vec![1];
                input.session.allowed_credentials = vec![vec![1]];
            },
            LoginDenial::NotOwned,
        ),
    ]
}

/// What verification finds.
fn wrong_answers() -> Vec<(&'static str, Change, LoginDenial)> {
    let signature = || unverified(AuthenticationError::Signature(InvalidSignature));
    vec![
        (
            "no challenge",
            |input| input.session.challenge.clear(),
            of_ceremony(CeremonyError::ChallengeMismatch),
        ),
        (
            "another challenge",
            |input| input.session.challenge = base64url(&[7; 32]),
            of_ceremony(CeremonyError::ChallengeMismatch),
        ),
        (
            "a hash of zeros", // B21
            |input| {
                patch(&mut input.answer, "authenticatorData", |data| {
                    data[..32].fill(0)
                })
            },
            of_ceremony(CeremonyError::RpIdHashMismatch),
        ),
        (
            "a backed-up credential that may not be, by a record without flags", // B19
            |input| {
                input.credentials[0].flags = None;
                patch(&mut input.answer, "authenticatorData", |data| {
                    data[32] |= 0x18
                });
            },
            signature(),
        ),
        (
            "a signature of something else",
            |input| patch(&mut input.answer, "authenticatorData", |data| data[36] ^= 8),
            signature(),
        ),
        (
            "a counter that stood still", // B20
            |input| input.credentials[0].authenticator.sign_count = 2,
            LoginDenial::Refused(LoginRefusal::CounterRegressed {
                stored: 2,
                presented: 2,
            }),
        ),
    ]
}

#[test]
fn sign_ins_are_refused_for_what_is_wrong_with_them() {
    let cases = wrong_persons().into_iter().chain(wrong_answers());
    for (what, change, expected) in cases {
        let outcome = Input::login().with(change).sign_in();
        let refused = outcome.expect_err(what);
        assert_eq!(format!("{refused:?}"), format!("{expected:?}"), "{what}");
    }
    let keyless = Input::login().with(|input| input.credentials[0].public_key = None);
    assert!(matches!(keyless.sign_in(), Err(LoginDenial::PublicKey(_))));
}

#[test]
fn the_counters_warning_outlives_the_next_sign_in() {
    let warned = Input::login()
        .with(|input| input.credentials[0].authenticator.clone_warning = true)
        .sign_in();
    assert!(warned.unwrap().record.authenticator.clone_warning);
}

fn creation(beginning: &RegistrationBeginning<'_>) -> (Value, SessionData) {
    opened(begin_register(&Still, beginning))
}

fn opened(begun: Beginning) -> (Value, SessionData) {
    let mut options: Value = serde_json::from_str(&begun.options).unwrap();
    let session = SessionData::read(&begun.session_data).unwrap();
    let options = options["publicKey"].take();
    assert_eq!(options["challenge"], session.challenge, "one challenge");
    assert!(session.challenge().is_some());
    (options, session)
}

#[test]
fn options_are_those_of_the_go_plugin_but_for_the_challenge() {
    let party = relying_party();
    let site = Site {
        relying_party: &party,
        user_verification: None,
    };
    let ceremony = &go_ceremonies()[0];
    let theirs = |begun: &str| {
        ceremony[begun]["output"]["options"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let same = |ours: &Beginning, theirs: String| {
        let json: Value = serde_json::from_str(&theirs).unwrap();
        let challenge = json["publicKey"]["challenge"].as_str().unwrap();
        let (_, session) = opened(Beginning {
            options: ours.options.clone(),
            session_data: ours.session_data.clone(),
        });
        assert_eq!(ours.options, theirs.replace(challenge, &session.challenge));
    };
    let beginning = RegistrationBeginning {
        site,
        user_id: "user-0",
        name: "user-0@example.com",
        display_name: "User user-0",
        exclude: &[],
    };
    same(
        &begin_register(&Still, &beginning),
        theirs("begin_register"),
    );
    let credentials = Input::login().credentials;
    let known = LoginBeginning::Known {
        user_id: "user-0",
        credentials: &credentials,
    };
    same(
        &begin_login(&Still, site, known).unwrap(),
        theirs("begin_login"),
    );
    let anybody = begin_login(&Still, site, LoginBeginning::Discoverable).unwrap();
    same(&anybody, theirs("discoverable_begin_login"));
}

#[test]
fn what_the_site_asks_stands_in_options_and_session() {
    let party = relying_party();
    let site = Site {
        relying_party: &party,
        user_verification: Some(UserVerification::Required),
    };
    let exclude = Input::login().credentials;
    let longest = "x".repeat(64);
    let beginning = RegistrationBeginning {
        site,
        user_id: &longest,
        name: "<a@b>",
        display_name: "A",
        exclude: &exclude,
    };
    let (options, session) = creation(&beginning);
    let selection = &options["authenticatorSelection"]["userVerification"];
    assert_eq!(selection, "required");
    assert_eq!(session.user_verification, site.user_verification);
    assert_eq!(
        options["excludeCredentials"][0]["id"],
        base64url(&exclude[0].id)
    );
    assert_eq!(options["user"]["name"], "<a@b>");
    let begun = begin_register(&Still, &beginning);
    assert!(!begun.options.contains('<'), "it may stand in a script");

    let begun = begin_login(&Still, site, LoginBeginning::Discoverable).unwrap();
    let (options, session) = opened(begun);
    assert_eq!(options["userVerification"], "required");
    assert_eq!(session.user_verification, site.user_verification);
    let nothing = LoginBeginning::Known {
        user_id: "user-0",
        credentials: &[],
    };
    assert!(begin_login(&Still, site, nothing).is_err());
}
