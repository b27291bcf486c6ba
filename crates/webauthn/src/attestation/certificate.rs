//! Attestation certificates of the `packed` format (section 8.2.1).

use aws_lc_rs::signature::UnparsedPublicKey;
use x509_parser::prelude::{FromDer as _, X509Certificate, X509Extension, X509Name, X509Version};

use super::UnixSeconds;
use crate::algorithm::Algorithm;
use crate::identifier::Aaguid;
use crate::public_key::InvalidSignature;

/// Which rule of section 8.2.1 an attestation certificate breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// Not one DER certificate.
    #[error("not a DER certificate")]
    Malformed,
    /// Not of version 3.
    #[error("not an X.509 certificate of version 3")]
    Version,
    /// Subject-C is not one code of two characters, or Subject-O or Subject-CN is missing or empty.
    #[error("the subject lacks country, organisation or common name")]
    Subject,
    /// Subject-OU is not the text `Authenticator Attestation`.
    #[error("the subject's unit is not `Authenticator Attestation`")]
    SubjectUnit,
    /// The basic constraints are missing, or say that it is an authority.
    #[error("not marked as an end-entity certificate")]
    Authority,
    /// The AAGUID extension is malformed or critical.
    #[error("malformed AAGUID extension")]
    AaguidExtension,
    /// The AAGUID extension names another authenticator model (section 8.2).
    #[error("the certificate belongs to another authenticator model")]
    AaguidMismatch,
    /// Not valid at the given time.
    #[error("not valid at this time")]
    Validity,
}

impl CertificateError {
    /// A stable name for logs and tests.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "certificate_malformed",
            Self::Version => "certificate_version",
            Self::Subject => "certificate_subject",
            Self::SubjectUnit => "certificate_subject_unit",
            Self::Authority => "certificate_authority",
            Self::AaguidExtension => "certificate_aaguid_extension",
            Self::AaguidMismatch => "certificate_aaguid_mismatch",
            Self::Validity => "certificate_validity",
        }
    }
}

/// `id-fido-gen-ce-aaguid`, 1.3.6.1.4.1.45724.1.1.4, as DER content bytes.
const AAGUID_EXTENSION: &[u8] = &[
    0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xe5, 0x1c, 0x01, 0x01, 0x04,
];

/// The header of a DER octet string of 16 bytes.
const AAGUID_HEADER: &[u8] = &[0x04, 0x10];

const SUBJECT_UNIT: &str = "Authenticator Attestation";

pub(super) struct AttestationCertificate<'a>(X509Certificate<'a>);

impl<'a> AttestationCertificate<'a> {
    pub(super) fn parse(der: &'a [u8]) -> Result<Self, CertificateError> {
        match X509Certificate::from_der(der) {
            Ok(([], certificate)) => Ok(Self(certificate)),
            _ => Err(CertificateError::Malformed),
        }
    }

    /// The rules of section 8.2.1, and validity at `now`.
    pub(super) fn check(&self, aaguid: Aaguid, now: UnixSeconds) -> Result<(), CertificateError> {
        if self.0.version() != X509Version::V3 {
            return Err(CertificateError::Version);
        }
        check_subject(self.0.subject())?;
        match self.0.basic_constraints() {
            Ok(Some(constraints)) if !constraints.value.ca => {}
            _ => return Err(CertificateError::Authority),
        }
        self.check_aaguid(aaguid)?;
        let validity = self.0.validity();
        let valid = validity.not_before.timestamp()..=validity.not_after.timestamp();
        if !valid.contains(&now) {
            return Err(CertificateError::Validity);
        }
        Ok(())
    }

    fn check_aaguid(&self, aaguid: Aaguid) -> Result<(), CertificateError> {
        let is_aaguid = |e: &&X509Extension<'_>| e.oid.as_bytes() == AAGUID_EXTENSION;
        let mut extensions = self.0.extensions().iter().filter(is_aaguid);
        let Some(extension) = extensions.next() else {
            return Ok(());
        };
        let certified = extension.value.strip_prefix(AAGUID_HEADER);
        match certified {
            Some(bytes) if bytes.len() == 16 && !extension.critical => {
                if extensions.next().is_some() {
                    Err(CertificateError::AaguidExtension)
                } else if bytes == aaguid.0 {
                    Ok(())
                } else {
                    Err(CertificateError::AaguidMismatch)
                }
            }
            _ => Err(CertificateError::AaguidExtension),
        }
    }

    /// Verifies a signature with the certified key; a key that does not fit the algorithm verifies nothing.
    pub(super) fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        UnparsedPublicKey::new(algorithm.verifier(), self.0.public_key().raw)
            .verify(message, signature)
            .map_err(|_| InvalidSignature)
    }
}

fn check_subject(subject: &X509Name<'_>) -> Result<(), CertificateError> {
    let texts = |mut attributes: Box<dyn Iterator<Item = Option<String>> + '_>| {
        let first = attributes.next().flatten();
        first.filter(|text| !text.is_empty() && attributes.next().is_none())
    };
    let text = |attribute: &x509_parser::x509::AttributeTypeAndValue<'_>| {
        attribute.as_str().ok().map(str::to_owned)
    };
    let country = texts(Box::new(subject.iter_country().map(text)));
    let organisation = texts(Box::new(subject.iter_organization().map(text)));
    let name = texts(Box::new(subject.iter_common_name().map(text)));
    if country.is_none_or(|code| code.len() != 2) || organisation.is_none() || name.is_none() {
        return Err(CertificateError::Subject);
    }
    let unit = texts(Box::new(subject.iter_organizational_unit().map(text)));
    if unit.as_deref() != Some(SUBJECT_UNIT) {
        return Err(CertificateError::SubjectUnit);
    }
    Ok(())
}
