//! What finishing a ceremony costs apart from the database: reading the response, reading the stored key, verifying.

use criterion::{BenchmarkId, Criterion};
use gatefold_kernel::UnixMillis;
use gatefold_kernel::passkey::{LoginExpectation, finish_login, finish_register};
use gatefold_kernel::webauthn::{
    AuthenticationResponse, Challenge, PublicKey, RegistrationResponse, RelyingParty,
    StoredCredential, UserHandle, UserHandleRule, UserVerification,
};
use gatefold_soft_authenticator::{AttestationMode, Config, SoftAlgorithm, SoftAuthenticator};
use serde_json::{Value, json};

use crate::place::{ORIGIN, relying_party};

/// 2026-01-01T00:00:00Z, which lies within the certificate's validity.
const NOW: UnixMillis = UnixMillis::new(1_767_225_600_000);
/// The challenge of all ceremonies, as bytes and in base64url.
const CHALLENGE: ([u8; 32], &str) = ([0; 32], "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
/// The account's user handle, likewise.
const HANDLE: ([u8; 3], &str) = ([0; 3], "AAAA");

/// The groups `authentication`, by algorithm, and `registration`, by attestation.
pub(crate) fn bench(criterion: &mut Criterion) {
    let relying_party = relying_party();
    let mut group = criterion.benchmark_group("authentication");
    for algorithm in SoftAlgorithm::ALL {
        let answer = Answer::of(algorithm, &relying_party);
        answer.verify(&relying_party);
        group.bench_function(BenchmarkId::from_parameter(name(algorithm)), |bencher| {
            bencher.iter(|| answer.verify(&relying_party));
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("registration");
    let attestations = [
        ("none", AttestationMode::None),
        ("packed-self", AttestationMode::PackedSelf),
        ("packed-certificate", AttestationMode::packed_basic()),
    ];
    for (name, attestation) in attestations {
        let config = Config::seeded(1).only(SoftAlgorithm::Es256);
        let mut authenticator = authenticator(config.attesting(attestation));
        let json = register(&mut authenticator, SoftAlgorithm::Es256).to_string();
        register_again(&json, &relying_party);
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            bencher.iter(|| register_again(&json, &relying_party));
        });
    }
    group.finish();
}

/// An authentication's response, and what the database holds about its credential.
struct Answer {
    json: String,
    public_key: Vec<u8>,
    challenge: Challenge,
}

impl Answer {
    fn of(algorithm: SoftAlgorithm, relying_party: &RelyingParty) -> Self {
        let mut authenticator = authenticator(Config::synced(1).only(algorithm));
        register(&mut authenticator, algorithm);
        let options = json!({ "rpId": relying_party.id().as_str(), "challenge": CHALLENGE.1 });
        let response = authenticator.authenticate(&options, ORIGIN);
        let key = authenticator.credentials()[0].public_key_cose();
        Self {
            json: response.expect("the authenticator answers").to_string(),
            public_key: key.to_vec(),
            challenge: challenge(),
        }
    }

    fn verify(&self, relying_party: &RelyingParty) -> bool {
        let response = AuthenticationResponse::from_json(self.json.as_bytes());
        let response = response.expect("a response");
        let handle = UserHandle::new(HANDLE.0.to_vec()).expect("a user handle");
        let stored = StoredCredential {
            id: response.credential_id().clone(),
            public_key: PublicKey::from_cose(&self.public_key).expect("a key"),
            sign_count: 0,
            backup_eligible: true,
            user_handle: Some(handle),
        };
        let expectation = LoginExpectation {
            relying_party,
            challenge: &self.challenge,
            user_verification: UserVerification::Required,
            user_handle: UserHandleRule::Required,
        };
        let proof = finish_login(&expectation, &stored, &response, NOW);
        proof
            .expect("the response is right")
            .method()
            .user_verified()
    }
}

fn register_again(json: &str, relying_party: &RelyingParty) -> u32 {
    let response = RegistrationResponse::from_json(json.as_bytes()).expect("a response");
    let proof = finish_register(relying_party, &challenge(), &response, NOW);
    let proof = proof.expect("the response is right");
    proof.method().registered().sign_count
}

fn register(authenticator: &mut SoftAuthenticator, algorithm: SoftAlgorithm) -> Value {
    let options = json!({
        "rp": { "id": "localhost", "name": "Gatefold" },
        "user": { "id": HANDLE.1, "name": "ada", "displayName": "Ada" },
        "challenge": CHALLENGE.1,
        "pubKeyCredParams": [{ "type": "public-key", "alg": algorithm.cose_id() }],
        "authenticatorSelection": { "residentKey": "required" },
    });
    let response = authenticator.register(&options, ORIGIN);
    response.expect("the authenticator registers")
}

fn authenticator(config: Config) -> SoftAuthenticator {
    SoftAuthenticator::new(config).expect("an authenticator can be made")
}

fn challenge() -> Challenge {
    Challenge::new(CHALLENGE.0.to_vec()).expect("a challenge")
}

fn name(algorithm: SoftAlgorithm) -> String {
    format!("{algorithm:?}").to_uppercase()
}
