use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Validation, crypto};
use serde_json::{Value, json};

use super::{MAX_LIFETIME_SECONDS, TokenRequest, issue, lifetime};
use crate::jwt::{KeyFault, SigningKey};
use crate::{Clock, Document, Entropy, Secret, UnixMillis};

struct World;
impl Clock for World {
    fn now(&self) -> UnixMillis {
        UnixMillis::new(1_700_000_000_999)
    }
}
impl Entropy for World {
    fn fill(&self, out: &mut [u8]) {
        out.fill(0xff);
    }
}

const SECRET: &str = "this-is-a-32-byte-minimum-secret-xx";

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

/// A new private key as a PEM file.
fn pem() -> String {
    let rng = aws_lc_rs::rand::SystemRandom::new();
    let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &rng).unwrap();
    format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(der.as_ref())
    )
}

fn request(claims: Value) -> TokenRequest<'static> {
    TokenRequest {
        issuer: "us",
        subject: " s ",
        audience: None,
        claims: Document::new(claims.as_object().cloned().unwrap()),
        lifetime: lifetime(Some(60)),
    }
}

fn part(token: &str, at: usize) -> String {
    let part = token.split('.').nth(at).unwrap();
    String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[test]
fn standard_claims_are_ours_and_others_pass() {
    // V-B8
    let key = SigningKey::hs256(&secret(&format!(" {SECRET}\n")), None).unwrap();
    let claims = json!({"sub": "evil", "iat": 1, "exp": 1, "iss": "evil", "jti": "x", "nbf": 5.0,
        "aud": "api", "deep": {"n": [12_345_678_901_234_568.0, 1.5]}});
    let issued = issue(&World, &World, &key, request(claims)).unwrap();
    let token = issued.token.expose();
    assert_eq!(
        serde_json::from_str::<Value>(&part(token, 0)).unwrap(),
        json!({"alg": "HS256", "typ": "JWT"})
    );
    let text = part(token, 1);
    assert_eq!(
        serde_json::from_str::<Value>(&text).unwrap(),
        json!({"sub": " s ", "iat": 1_700_000_000, "exp": 1_700_000_060, "iss": "us",
            "jti": "ffffffff-ffff-4fff-bfff-ffffffffffff", "nbf": 5, "aud": "api",
            "deep": {"n": [12_345_678_901_234_568_i64, 1.5]}})
    );
    assert!(
        text.contains("\"nbf\":5,") || text.contains("\"nbf\":5}"),
        "{text}"
    );
    assert_eq!(issued.expires_at, UnixMillis::new(1_700_000_060_000));
    let (message, signature) = token.rsplit_once('.').unwrap();
    let verifier = DecodingKey::from_secret(SECRET.as_bytes());
    assert!(crypto::verify(signature, message.as_bytes(), &verifier, Algorithm::HS256).unwrap());
}

#[test]
fn a_configured_audience_wins() {
    let key = SigningKey::hs256(&secret(SECRET), Some("k1")).unwrap();
    let request = TokenRequest {
        audience: Some("billing"),
        ..request(json!({"aud": "evil"}))
    };
    let issued = issue(&World, &World, &key, request).unwrap();
    let claims: Value = serde_json::from_str(&part(issued.token.expose(), 1)).unwrap();
    assert_eq!(claims["aud"], "billing");
    assert!(part(issued.token.expose(), 0).contains("\"kid\":\"k1\""));
}

#[test]
fn lifetimes_are_bounded_and_cannot_overflow() {
    // B26
    for (asked, expected) in [
        (None, 3600),
        (Some(0), 3600),
        (Some(90), 90),
        (Some(u64::MAX), MAX_LIFETIME_SECONDS),
    ] {
        assert_eq!(lifetime(asked).as_secs(), expected, "{asked:?}");
    }
}

#[test]
fn secrets_are_long_enough() {
    // V-B7
    for (text, expected) in [
        ("x".repeat(32), None),
        ("x".repeat(31), Some(KeyFault::TooShort)),
        (
            format!("{}x{}", " ".repeat(20), " ".repeat(20)),
            Some(KeyFault::TooShort),
        ),
    ] {
        assert_eq!(SigningKey::hs256(&secret(&text), None).err(), expected);
    }
}

#[test]
fn others_check_es256_tokens_with_the_published_key() {
    let pem = pem();
    for spelled in [pem.clone(), pem.replace('\n', "\\n")] {
        for id in [None, Some("2026-01")] {
            let key = SigningKey::es256(&secret(&spelled), id).unwrap();
            let issued = issue(&World, &World, &key, request(json!({}))).unwrap();
            let set: JwkSet = serde_json::from_str(&key.jwks().unwrap()).unwrap();
            let header = jsonwebtoken::decode_header(issued.token.expose()).unwrap();
            let jwk = set.find(header.kid.as_deref().unwrap()).unwrap();
            let mut rules = Validation::new(Algorithm::ES256);
            rules.validate_exp = false;
            let decoded = jsonwebtoken::decode::<Value>(
                issued.token.expose(),
                &DecodingKey::from_jwk(jwk).unwrap(),
                &rules,
            );
            assert_eq!(decoded.unwrap().claims["sub"], " s ");
        }
    }
}

#[test]
fn what_is_published_holds_nothing_private() {
    let key = SigningKey::es256(&secret(&pem()), None).unwrap();
    let set: Value = serde_json::from_str(&key.jwks().unwrap()).unwrap();
    let mut members: Vec<&String> = set["keys"][0].as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
    assert!(
        SigningKey::hs256(&secret(SECRET), None)
            .unwrap()
            .jwks()
            .is_none()
    );
}

#[test]
fn what_is_no_p256_key_is_refused() {
    let wrong_curve = {
        use aws_lc_rs::signature::ECDSA_P384_SHA384_FIXED_SIGNING;
        let rng = aws_lc_rs::rand::SystemRandom::new();
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &rng).unwrap();
        STANDARD.encode(der.as_ref())
    };
    let wrapped =
        |body: &str| format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----");
    for text in [
        String::new(),
        SECRET.to_owned(),
        wrapped("AAAA"),
        wrapped("%%%"),
        wrapped(&wrong_curve),
        pem().replace("PRIVATE KEY", "EC PRIVATE KEY"),
    ] {
        assert_eq!(
            SigningKey::es256(&secret(&text), None).err(),
            Some(KeyFault::NotP256)
        );
    }
}

/// The signing input of RFC 7515 appendix A.1, which is also RFC 7519 section 3.1.
const RFC_HS256: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

#[test]
fn hs256_signs_as_in_rfc_7515_appendix_a_1_and_rfc_7519_section_3_1() {
    let key =
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    let key = EncodingKey::from_secret(&URL_SAFE_NO_PAD.decode(key).unwrap());
    assert_eq!(
        crypto::sign(RFC_HS256.as_bytes(), &key, Algorithm::HS256).unwrap(),
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    );
}

#[test]
fn es256_is_checked_as_in_rfc_7515_appendix_a_3() {
    let message = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let signature =
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    let key = DecodingKey::from_ec_components(
        "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    )
    .unwrap();
    let check = |message: &str| {
        crypto::verify(signature, message.as_bytes(), &key, Algorithm::ES256).unwrap()
    };
    assert!(check(message));
    assert!(!check(&message.replace("eyJh", "eyJi")));
}
