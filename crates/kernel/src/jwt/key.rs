//! Keys that sign tokens.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use zeroize::Zeroizing;

use crate::Secret;

/// Shortest secret of HS256, in bytes (RFC 7518 section 3.2, V-B7).
pub const MIN_SECRET_BYTES: usize = 32;

/// A key and what its tokens say about it.
pub struct SigningKey {
    pub(super) header: Header,
    pub(super) key: EncodingKey,
    public: Option<Jwk>,
}

/// Why a text is no key. Never holds any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// It has fewer than 32 bytes.
    #[error("need >=32 chars")]
    TooShort,
    /// It is no private key of P-256 in PKCS#8 and PEM.
    #[error(
        "need a P-256 private key in PKCS#8 PEM, as `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256` writes it"
    )]
    NotP256,
}

impl SigningKey {
    /// A shared secret for HS256. Blanks around it do not count. The id, if there is one, goes into
    /// the header.
    ///
    /// # Errors
    /// [`KeyFault::TooShort`].
    pub fn hs256(secret: &Secret<String>, id: Option<&str>) -> Result<Self, KeyFault> {
        let secret = secret.expose().trim();
        if secret.len() < MIN_SECRET_BYTES {
            return Err(KeyFault::TooShort);
        }
        let mut header = Header::new(Algorithm::HS256);
        header.kid = id.map(str::to_owned);
        Ok(Self {
            header,
            key: EncodingKey::from_secret(secret.as_bytes()),
            public: None,
        })
    }

    /// A private key for ES256. Line breaks may be spelled `\n`, as environment files do. Without an
    /// id its thumbprint (RFC 7638) is its id.
    ///
    /// # Errors
    /// [`KeyFault::NotP256`].
    pub fn es256(pem: &Secret<String>, id: Option<&str>) -> Result<Self, KeyFault> {
        let der = pkcs8(pem.expose()).ok_or(KeyFault::NotP256)?;
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der)
            .map_err(|_| KeyFault::NotP256)?;
        let key = EncodingKey::from_ec_der(&der);
        let public = Jwk::from_encoding_key(&key, Algorithm::ES256);
        let mut public = public.map_err(|_| KeyFault::NotP256)?;
        let id = match id {
            Some(id) => id.to_owned(),
            None => public
                .thumbprint(ThumbprintHash::SHA256)
                .map_err(|_| KeyFault::NotP256)?,
        };
        public.common.key_id = Some(id.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(id);
        Ok(Self {
            header,
            key,
            public: Some(public),
        })
    }

    /// The public key as a set of one (RFC 7517 section 5), for others to check tokens with; nothing
    /// for a shared secret.
    #[must_use]
    pub fn jwks(&self) -> Option<String> {
        let set = JwkSet {
            keys: vec![self.public.clone()?],
        };
        serde_json::to_string(&set).ok()
    }
}

/// The bytes between the lines of a PEM file.
fn pkcs8(pem: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (_, rest) = pem.split_once("-----BEGIN PRIVATE KEY-----")?;
    let (body, _) = rest.split_once("-----END PRIVATE KEY-----")?;
    let body: Zeroizing<String> = Zeroizing::new(
        body.replace("\\n", "")
            .chars()
            .filter(|each| !each.is_ascii_whitespace())
            .collect(),
    );
    STANDARD.decode(body.as_bytes()).ok().map(Zeroizing::new)
}
