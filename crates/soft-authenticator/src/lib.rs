//! A software authenticator with the client in front of it: options in, Level 3 JSON out.
//!
//! *What it is.* For tests and load: deterministic keys from a seed, all ten algorithms, three kinds of attestation,
//! every flag, and every lie one would want to tell a relying party.
//!
//! *What it is not.* Safe. Keys come from a guessable seed and RSA keys are constants in this crate. It does not
//! check, as a browser would, that a page may use a relying party id, and it does not hide the authenticator model
//! when options ask for no attestation. Nothing but tests may depend on it.
//!
//! *Where to start.* [`SoftAuthenticator::register`] and [`SoftAuthenticator::authenticate`].
//!
//! ```
//! use gatefold_soft_authenticator::{Config, SoftAuthenticator};
//! use serde_json::json;
//!
//! let mut authenticator = SoftAuthenticator::new(Config::seeded(1))?;
//! let creation = json!({
//!     "rp": { "id": "example.org", "name": "Example" },
//!     "user": { "id": "AAAA", "name": "ada", "displayName": "Ada" },
//!     "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
//!     "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
//!     "authenticatorSelection": { "residentKey": "required" },
//! });
//! let registration = authenticator.register(&creation, "https://example.org")?;
//! let request = json!({ "rpId": "example.org", "challenge": "AAAAAAAAAAAAAAAAAAAAAA" });
//! let authentication = authenticator.authenticate(&request, "https://example.org")?;
//! assert_eq!(authentication["id"], registration["id"]);
//! assert_eq!(authentication["response"]["userHandle"], "AAAA");
//! # Ok::<(), gatefold_soft_authenticator::SoftError>(())
//! ```

mod authenticator;
mod certificate;
mod config;
mod credential;
mod der;
mod key;
mod message;
mod options;

pub use authenticator::SoftAuthenticator;
pub use certificate::{AaguidExtension, CertificateProfile};
pub use config::{AttestationMode, Config, CounterMode, Faults, SoftFlags};
pub use credential::SoftCredential;
pub use key::{RsaSize, SoftAlgorithm};

/// Why the authenticator did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SoftError {
    /// A member of the options is missing or malformed.
    #[error("option {member} is missing or malformed")]
    Options {
        /// The member.
        member: &'static str,
    },
    /// No offered algorithm is one this authenticator has (a browser says `NotSupportedError`).
    #[error("no offered algorithm is supported")]
    NoAlgorithm,
    /// It holds an excluded credential (`InvalidStateError`).
    #[error("an excluded credential is held")]
    Excluded,
    /// It holds no credential that may answer (`NotAllowedError`).
    #[error("no credential may answer")]
    NoCredential,
    /// The cryptographic library refused.
    #[error("cryptography failed")]
    Crypto,
}
