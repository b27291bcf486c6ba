//! Relying-party verification of Web Authentication Level 3, sans-I/O.
//!
//! *What it is.* Options for the browser, parsers for what it sends back, and the two verifications of
//! sections 7.1 and 7.2. Every input is explicit: challenge, origins, relying party id, stored key, time.
//! Section numbers in this crate are those of <https://www.w3.org/TR/webauthn-3/>.
//!
//! *What it is not.* It draws no challenge, reads no clock, stores nothing and knows no account. Whoever calls it
//! draws challenges at random, hands each out once, consumes it before verification, and makes sure that no two
//! accounts register one credential id. It trusts no attestation authority: it returns the chain.
//!
//! *Where to start.* [`CreationOptions`] and [`verify_registration`], then [`RequestOptions`] and
//! [`verify_authentication`].
//!
//! ```
//! use gatefold_webauthn::{Challenge, Origin, RelyingParty, RequestOptions, RpId, UserVerification};
//!
//! let relying_party = RelyingParty::new(
//!     RpId::parse("example.org")?,
//!     "Example".to_owned(),
//!     vec![Origin::parse("https://login.example.org")?],
//! )?;
//! // In earnest: 32 random bytes, kept until the response arrives.
//! let challenge = Challenge::new(vec![7; 32])?;
//! let options = RequestOptions::new(&relying_party, &challenge)
//!     .user_verification(UserVerification::Required);
//! assert_eq!(serde_json::to_value(&options)?["rpId"], "example.org");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is not signed
//!
//! An authentication's signature covers authenticator data and client data whole. Unsigned remain, in both
//! ceremonies, the client's `authenticatorAttachment`, `clientExtensionResults` and members that are not known here;
//! in a registration also `transports`. A registration with attestation `none` carries no signature at all: TLS and
//! the session vouch for AAGUID, counter, flags, key and credential id, and the first authentication proves the key.
//! With `packed` attestation the authenticator data and the client data are covered.
//!
//! # Choices within the standard
//!
//! * Client data with a member named twice are refused.
//! * A COSE key has exactly the parameters of section 6.5.1.1, canonically encoded.
//! * `topOrigin` without `crossOrigin` is refused, unless [`CrossOrigin::Ignored`] looks at neither.
//! * Extension outputs are read as far as they must be a map, then ignored, solicited or not.
//! * Backup eligibility must stay what it was at registration.
//! * A counter that goes back is reported, not refused.
//! * Origins are compared byte by byte; [`OriginComparison::Parsed`] forgives spelling.

mod algorithm;
mod attestation;
mod authentication;
mod authenticator_data;
mod base64url;
mod cbor;
mod ceremony;
mod client_data;
mod identifier;
mod options;
mod origin;
mod public_key;
mod registration;
mod response;
mod vocabulary;

pub use algorithm::Algorithm;
pub use attestation::{
    Attestation, AttestationError, AttestationFormat, AttestationKind, AttestationObject,
    CertificateError, UnixSeconds,
};
pub use authentication::{
    Authenticated, AuthenticationError, AuthenticationExpectations, Counter, StoredCredential,
    UserHandleRule, verify_authentication,
};
pub use authenticator_data::{
    AttestedCredential, AuthenticatorData, AuthenticatorDataError, Flags,
};
pub use cbor::CborError;
pub use ceremony::{CeremonyError, UserPresence};
pub use client_data::{ClientData, ClientDataError};
pub use identifier::{Aaguid, Challenge, CredentialId, IdentifierError, UserHandle};
pub use options::{CreationOptions, Descriptor, RequestOptions, UserEntity};
pub use origin::{
    CrossOrigin, Origin, OriginComparison, OriginError, RelyingParty, RelyingPartyError, RpId,
    RpIdError,
};
pub use public_key::{InvalidSignature, PublicKey, PublicKeyError};
pub use registration::{
    Registered, RegistrationError, RegistrationExpectations, verify_registration,
};
pub use response::{AuthenticationResponse, MAX_RESPONSE_BYTES, ParseError, RegistrationResponse};
pub use vocabulary::{
    Attachment, AttestationConveyance, Hint, ResidentKey, Transport, UserVerification,
};
