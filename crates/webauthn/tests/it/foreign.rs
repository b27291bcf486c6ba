//! A verifier by other people (webauthn-rs-core, pure Rust cryptography) judges the same ceremonies and agrees.
//!
//! It verifies ES256, ES384 and RS256; it parses ES512 without verifying, and knows no other algorithm. Its challenges
//! are its own random ones, which we read out of its options.

use gatefold_soft_authenticator::{
    AttestationMode, Config, Faults, SoftAlgorithm, SoftAuthenticator, SoftFlags,
};
use gatefold_webauthn::{
    AuthenticationExpectations, Challenge, RegistrationExpectations, RelyingParty,
    StoredCredential, UserHandle, UserHandleRule, UserVerification,
};
use serde_json::Value;
use webauthn_rs_core::WebauthnCore;
use webauthn_rs_core::proto::{
    AttestationConveyancePreference, AuthenticationState, COSEAlgorithm, Credential,
    PublicKeyCredential, RegisterPublicKeyCredential, RegistrationState, UserVerificationPolicy,
};

use crate::support::{
    NOW, ORIGIN, RP_ID, check_authentication, check_registration, decode, relying_party,
    with_member,
};

const ALGORITHMS: [(SoftAlgorithm, COSEAlgorithm); 3] = [
    (SoftAlgorithm::Es256, COSEAlgorithm::ES256),
    (SoftAlgorithm::Es384, COSEAlgorithm::ES384),
    (SoftAlgorithm::Rs256, COSEAlgorithm::RS256),
];

const HANDLE: [u8; 16] = [9; 16];

/// Both verifiers in front of one authenticator.
struct Bench {
    theirs: WebauthnCore,
    ours: RelyingParty,
    authenticator: SoftAuthenticator,
    algorithm: COSEAlgorithm,
}

/// What a ceremony was begun with.
struct Begun<S> {
    state: S,
    challenge: Challenge,
    response: Value,
}

impl Bench {
    fn new(config: Config, algorithm: COSEAlgorithm) -> Self {
        let origins = vec![url::Url::parse(ORIGIN).expect("a URL")];
        let timeout = std::time::Duration::from_secs(60);
        Self {
            theirs: WebauthnCore::new_unsafe_experts_only(
                "Example", RP_ID, origins, timeout, None, None,
            ),
            ours: relying_party(RP_ID, ORIGIN),
            authenticator: SoftAuthenticator::new(config).expect("an authenticator"),
            algorithm,
        }
    }

    fn register(&mut self) -> Begun<RegistrationState> {
        let builder = self
            .theirs
            .new_challenge_register_builder(&HANDLE, "ada", "Ada");
        let builder = builder
            .expect("a builder")
            .credential_algorithms(vec![self.algorithm])
            .user_verification_policy(UserVerificationPolicy::Required)
            .attestation(AttestationConveyancePreference::None)
            .require_resident_key(true);
        let (options, state) = self
            .theirs
            .generate_challenge_register(builder)
            .expect("options");
        let options = serde_json::to_value(options).expect("JSON");
        Begun {
            state,
            challenge: challenge(&options),
            response: self
                .authenticator
                .register(&options, ORIGIN)
                .expect("a response"),
        }
    }

    fn their_registration(
        &self,
        begun: &Begun<RegistrationState>,
        json: &Value,
    ) -> Option<Credential> {
        let response: RegisterPublicKeyCredential = serde_json::from_value(json.clone()).ok()?;
        self.theirs
            .register_credential(&response, &begun.state, None)
            .ok()
    }

    fn our_registration(
        &self,
        begun: &Begun<RegistrationState>,
        json: &Value,
    ) -> Option<StoredCredential> {
        let expectations = RegistrationExpectations::new(&self.ours, &begun.challenge, NOW);
        let registered = check_registration(&expectations, json).ok()?;
        Some(StoredCredential {
            id: registered.credential_id,
            public_key: registered.public_key,
            sign_count: registered.sign_count,
            backup_eligible: registered.flags.backup_eligible,
            user_handle: UserHandle::new(HANDLE.to_vec()).ok(),
        })
    }

    fn authenticate(&mut self, credential: &Credential) -> Begun<AuthenticationState> {
        let policy = Some(UserVerificationPolicy::Required);
        let builder = self
            .theirs
            .new_challenge_authenticate_builder(vec![credential.clone()], policy);
        let builder = builder.expect("a builder");
        let (options, state) = self
            .theirs
            .generate_challenge_authenticate(builder)
            .expect("options");
        let options = serde_json::to_value(options).expect("JSON");
        Begun {
            state,
            challenge: challenge(&options),
            response: self
                .authenticator
                .authenticate(&options, ORIGIN)
                .expect("a response"),
        }
    }

    fn their_authentication(
        &self,
        begun: &Begun<AuthenticationState>,
        json: &Value,
    ) -> Option<u32> {
        let response: PublicKeyCredential = serde_json::from_value(json.clone()).ok()?;
        let result = self
            .theirs
            .authenticate_credential(&response, &begun.state)
            .ok()?;
        Some(result.counter())
    }

    fn our_authentication(
        &self,
        begun: &Begun<AuthenticationState>,
        stored: &StoredCredential,
        json: &Value,
    ) -> Option<u32> {
        let expectations = AuthenticationExpectations::new(&self.ours, &begun.challenge)
            .user_verification(UserVerification::Required)
            .user_handle(UserHandleRule::Required);
        Some(
            check_authentication(&expectations, stored, json)
                .ok()?
                .sign_count,
        )
    }
}

fn challenge(options: &Value) -> Challenge {
    Challenge::new(decode(&options["publicKey"]["challenge"])).expect("a challenge")
}

/// Valid ceremonies and every tenth byte changed: both accept, both refuse.
#[test]
fn both_verifiers_agree() {
    for (algorithm, theirs) in ALGORITHMS {
        for attestation in [AttestationMode::None, AttestationMode::PackedSelf] {
            let config = Config::seeded(1)
                .only(algorithm)
                .attesting(attestation.clone());
            let mut bench = Bench::new(config, theirs);
            let begun = bench.register();
            let credential = bench.their_registration(&begun, &begun.response);
            let credential = credential.unwrap_or_else(|| panic!("{algorithm:?} {attestation:?}"));
            let stored = bench
                .our_registration(&begun, &begun.response)
                .expect("ours agrees");
            assert_eq!(credential.cred_id.as_slice(), stored.id.as_bytes());

            let begun = bench.authenticate(&credential);
            let json = &begun.response;
            assert_eq!(
                bench.their_authentication(&begun, json),
                Some(1),
                "{algorithm:?}"
            );
            assert_eq!(
                bench.our_authentication(&begun, &stored, json),
                Some(1),
                "{algorithm:?}"
            );
            for member in ["clientDataJSON", "authenticatorData", "signature"] {
                let original = decode(&json["response"][member]);
                for index in (0..original.len()).step_by(10) {
                    let mut bytes = original.clone();
                    bytes[index] ^= 0x01;
                    let json = with_member(json, member, &bytes);
                    assert_eq!(
                        bench.their_authentication(&begun, &json),
                        None,
                        "{member} {index}"
                    );
                    assert_eq!(bench.our_authentication(&begun, &stored, &json), None);
                }
            }
        }
    }
}

/// Lies in the registration and in the authentication: both refuse.
#[test]
fn both_verifiers_refuse_lies() {
    let flags = |change: fn(&mut SoftFlags)| {
        let mut flags = SoftFlags::default();
        change(&mut flags);
        Faults {
            flags: Some(flags),
            ..Faults::default()
        }
    };
    let text = |text: &str| Some(text.to_owned());
    let lies = [
        Faults {
            origin: text("https://evil.example"),
            ..Faults::default()
        },
        Faults {
            ceremony_type: text("payment.get"),
            ..Faults::default()
        },
        Faults {
            challenge: Some(vec![1; 32]),
            ..Faults::default()
        },
        Faults {
            rp_id: text("evil.example"),
            ..Faults::default()
        },
        flags(|flags| flags.user_present = false),
        flags(|flags| flags.user_verified = false),
        flags(|flags| flags.backup_state = true),
    ];
    for lie in lies {
        let mut bench = Bench::new(Config::seeded(2), COSEAlgorithm::ES256);
        let begun = bench.register();
        let credential = bench
            .their_registration(&begun, &begun.response)
            .expect("valid");
        let stored = bench
            .our_registration(&begun, &begun.response)
            .expect("valid");
        bench.authenticator.set_faults(lie.clone());
        let begun = bench.authenticate(&credential);
        assert_eq!(
            bench.their_authentication(&begun, &begun.response),
            None,
            "{lie:?}"
        );
        assert_eq!(
            bench.our_authentication(&begun, &stored, &begun.response),
            None,
            "{lie:?}"
        );
        let begun = bench.register();
        assert!(
            bench.their_registration(&begun, &begun.response).is_none(),
            "{lie:?}"
        );
        assert!(
            bench.our_registration(&begun, &begun.response).is_none(),
            "{lie:?}"
        );
    }
}

/// The one disagreement: 0.6 does not look at `crossOrigin`. When this fails, they do, and the lie joins the others.
#[test]
fn frames_are_refused_by_us_only() {
    let mut bench = Bench::new(Config::seeded(3), COSEAlgorithm::ES256);
    let begun = bench.register();
    let credential = bench
        .their_registration(&begun, &begun.response)
        .expect("valid");
    let stored = bench
        .our_registration(&begun, &begun.response)
        .expect("valid");
    bench.authenticator.set_faults(Faults {
        cross_origin: Some(true),
        ..Faults::default()
    });
    let begun = bench.authenticate(&credential);
    assert_eq!(bench.their_authentication(&begun, &begun.response), Some(1));
    assert_eq!(
        bench.our_authentication(&begun, &stored, &begun.response),
        None
    );
}
