//! Our own known answers, in `tests/vectors/webauthn-known-answers.json`: made once by the software authenticator and
//! stored, signatures included, so that a change of either crate cannot go unnoticed.
//!
//! After a wanted change: `cargo test -p gatefold-webauthn --test it -- --ignored write_known_answers`.

use gatefold_soft_authenticator::{
    AaguidExtension, AttestationMode, CertificateProfile, Config, Faults, SoftAlgorithm, SoftFlags,
};
use gatefold_webauthn::{
    AttestationKind, AuthenticationExpectations, Challenge, Counter, CredentialId, PublicKey,
    RegistrationExpectations, StoredCredential, UserHandle, UserHandleRule,
};
use serde_json::{Value, json};

use crate::support::{
    NOW, ORIGIN, RP_ID, World, check_authentication, check_registration, decode, encode,
    relying_party,
};

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/vectors/webauthn-known-answers.json"
);

fn name_of(kind: &AttestationKind) -> &'static str {
    match kind {
        AttestationKind::None => "none",
        AttestationKind::SelfSigned => "self",
        AttestationKind::Basic { .. } => "basic",
        kind => panic!("{kind:?} has no name here"),
    }
}

fn name_of_counter(counter: Counter) -> &'static str {
    match counter {
        Counter::Advanced => "advanced",
        Counter::Unused => "unused",
        Counter::Regressed => "regressed",
    }
}

/// What the verification said, as JSON: facts, or the code of the refusal.
fn judge_registration(case: &Value) -> Value {
    let party = relying_party(RP_ID, ORIGIN);
    let challenge = Challenge::new(decode(&case["challenge"])).expect("a challenge");
    let expectations = RegistrationExpectations::new(&party, &challenge, NOW);
    match check_registration(&expectations, &case["response"]) {
        Err(code) => json!({ "refused": code }),
        Ok(registered) => json!({
            "credential_id": registered.credential_id.to_string(),
            "public_key": encode(registered.public_key.to_cose()),
            "alg": registered.public_key.algorithm().cose_id(),
            "sign_count": registered.sign_count,
            "backup_eligible": registered.flags.backup_eligible,
            "backup_state": registered.flags.backup_state,
            "aaguid": registered.aaguid.to_string(),
            "transports": registered.transports.iter().map(|t| t.as_str()).collect::<Vec<_>>(),
            "discoverable": registered.discoverable,
            "format": registered.attestation.format,
            "attestation": name_of(&registered.attestation.kind),
        }),
    }
}

fn judge_authentication(case: &Value) -> Value {
    let party = relying_party(RP_ID, ORIGIN);
    let challenge = Challenge::new(decode(&case["challenge"])).expect("a challenge");
    let expectations =
        AuthenticationExpectations::new(&party, &challenge).user_handle(UserHandleRule::Required);
    let credential = &case["credential"];
    let stored = StoredCredential {
        id: CredentialId::new(decode(&credential["id"])).expect("an id"),
        public_key: PublicKey::from_cose(&decode(&credential["public_key"])).expect("a key"),
        sign_count: u32::try_from(credential["sign_count"].as_u64().expect("a number"))
            .expect("u32"),
        backup_eligible: credential["backup_eligible"] == true,
        user_handle: UserHandle::new(decode(&credential["user_handle"])).ok(),
    };
    match check_authentication(&expectations, &stored, &case["response"]) {
        Err(code) => json!({ "refused": code }),
        Ok(authenticated) => json!({
            "sign_count": authenticated.sign_count,
            "counter": name_of_counter(authenticated.counter),
            "backup_state": authenticated.flags.backup_state,
        }),
    }
}

fn judge(case: &Value) -> Value {
    if case["ceremony"] == "registration" {
        judge_registration(case)
    } else {
        judge_authentication(case)
    }
}

#[test]
fn known_answers() {
    let text = std::fs::read_to_string(FILE).expect("the known answers are part of the repository");
    let file: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        (&file["rp_id"], &file["origin"], &file["now"]),
        (&json!(RP_ID), &json!(ORIGIN), &json!(NOW))
    );
    let cases = file["cases"].as_array().expect("a list");
    let mut refusals = 0;
    for case in cases {
        assert_eq!(judge(case), case["expected"], "{}", case["id"]);
        refusals += usize::from(case["expected"]["refused"].is_string());
    }
    assert_eq!((cases.len() - refusals, refusals), (62, 30));
}

/// Makes both ceremonies of a world; `expected` is filled in from the verification, and reviewed in the diff.
fn ceremonies(id: &str, world: &mut World, lie: Option<&Faults>, out: &mut Vec<Value>) {
    let challenge = encode(world.challenge.as_bytes());
    world.authenticator.be_honest();
    let mut registration = world.register();
    let registered = world.check_registration(&registration).ok();
    let mut authentication = world.authenticate();
    if let Some(lie) = lie {
        world.authenticator.set_faults(lie.clone());
        authentication = world.authenticate();
        registration = world.register();
    }
    let mut push = |ceremony: &str, response: Value, credential: Option<Value>| {
        let mut case = json!({
            "id": format!("{id}/{ceremony}"),
            "ceremony": ceremony,
            "challenge": challenge,
            "response": response,
        });
        if let Some(credential) = credential {
            case["credential"] = credential;
        }
        case["expected"] = judge(&case);
        out.push(case);
    };
    push("registration", registration, None);
    if let Some(registered) = registered {
        let credential = json!({
            "id": registered.credential_id.to_string(),
            "public_key": encode(registered.public_key.to_cose()),
            "sign_count": registered.sign_count,
            "backup_eligible": registered.flags.backup_eligible,
            "user_handle": encode(world.handle.as_bytes()),
        });
        push("authentication", authentication, Some(credential));
    }
}

fn lies() -> Vec<(&'static str, Faults)> {
    let lie = |change: fn(&mut Faults)| {
        let mut faults = Faults::default();
        change(&mut faults);
        faults
    };
    let flags = |change: fn(&mut SoftFlags)| {
        let mut flags = SoftFlags::default();
        change(&mut flags);
        Faults {
            flags: Some(flags),
            ..Faults::default()
        }
    };
    vec![
        ("wrong-type", lie(|f| f.ceremony_type = text("payment.get"))),
        ("wrong-challenge", lie(|f| f.challenge = Some(vec![1; 32]))),
        (
            "wrong-origin",
            lie(|f| f.origin = text("https://evil.example")),
        ),
        (
            "other-port",
            lie(|f| f.origin = text("https://login.example.org:8443")),
        ),
        ("framed", lie(|f| f.cross_origin = Some(true))),
        (
            "top-origin",
            lie(|f| f.top_origin = text("https://evil.example")),
        ),
        ("other-rp", lie(|f| f.rp_id = text("evil.example"))),
        ("nobody-there", flags(|f| f.user_present = false)),
        ("not-verified", flags(|f| f.user_verified = false)),
        ("backup-unlawful", flags(|f| f.backup_state = true)),
        (
            "extensions-no-map",
            lie(|f| f.extensions = Some(vec![0x80])),
        ),
    ]
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn bad_certificates() -> Vec<(&'static str, CertificateProfile)> {
    let flawed = |change: fn(&mut CertificateProfile)| {
        let mut profile = CertificateProfile::default();
        change(&mut profile);
        profile
    };
    vec![
        ("certificate-version", flawed(|p| p.version = 1)),
        ("certificate-subject", flawed(|p| p.country = None)),
        ("certificate-unit", flawed(|p| p.unit = None)),
        (
            "certificate-authority",
            flawed(|p| p.authority = Some(true)),
        ),
        (
            "certificate-aaguid",
            flawed(|p| p.aaguid = AaguidExtension::Other([0; 16])),
        ),
        (
            "certificate-critical",
            flawed(|p| p.aaguid = AaguidExtension::OwnCritical),
        ),
        (
            "certificate-expired",
            flawed(|p| p.not_after = "20250101000000Z".to_owned()),
        ),
    ]
}

#[test]
#[ignore = "rewrites the known answers"]
fn write_known_answers() {
    let mut cases = Vec::new();
    for algorithm in SoftAlgorithm::ALL {
        let modes = [
            ("none", AttestationMode::None),
            ("packed-self", AttestationMode::PackedSelf),
            ("packed-x5c", AttestationMode::packed_basic()),
        ];
        for (mode, attestation) in modes {
            let config = Config::seeded(100).only(algorithm).attesting(attestation);
            let id = format!("{algorithm:?}/{mode}").to_lowercase();
            ceremonies(&id, &mut World::new(config), None, &mut cases);
        }
    }
    ceremonies(
        "synced",
        &mut World::new(Config::synced(101)),
        None,
        &mut cases,
    );
    for (id, lie) in lies() {
        ceremonies(
            id,
            &mut World::new(Config::seeded(102)),
            Some(&lie),
            &mut cases,
        );
    }
    for (id, profile) in bad_certificates() {
        let attestation = AttestationMode::PackedBasic(Box::new(profile));
        let mut out = Vec::new();
        ceremonies(
            id,
            &mut World::new(Config::seeded(103).attesting(attestation)),
            None,
            &mut out,
        );
        cases.extend(out.into_iter().take(1));
    }
    let mut tampered = cases[1].clone();
    tampered["id"] = "signature-of-another/authentication".into();
    tampered["response"]["response"]["signature"] =
        cases[61]["response"]["response"]["signature"].clone();
    tampered["expected"] = judge(&tampered);
    cases.push(tampered);
    let file = json!({
        "about": "Ceremonies of crates/soft-authenticator with fixed seeds; see crates/webauthn/tests/it/known_answers.rs",
        "rp_id": RP_ID,
        "origin": ORIGIN,
        "now": NOW,
        "cases": cases,
    });
    let text = serde_json::to_string_pretty(&file).expect("JSON") + "\n";
    std::fs::write(FILE, text).expect("a writable repository");
}
