//! Attestation certificates (WebAuthn Level 3, section 8.2.1), self-signed, with knobs for each rule.

use crate::SoftError;
use crate::der::{
    self, BIT_STRING, BOOLEAN, GENERALIZED_TIME, INTEGER, OCTET_STRING, OID, PRINTABLE_STRING,
    SEQUENCE, SET, UTF8_STRING, context, element,
};
use crate::key::Key;

/// What stands in an attestation certificate. The default keeps every rule.
#[derive(Debug, Clone)]
pub struct CertificateProfile {
    /// X.509 version, 1 to 3.
    pub version: u8,
    /// Subject-C; `None` leaves the attribute out, as with the others.
    pub country: Option<String>,
    /// Subject-O.
    pub organization: Option<String>,
    /// Subject-OU.
    pub unit: Option<String>,
    /// Another Subject-OU after the first.
    pub second_unit: Option<String>,
    /// Subject-CN.
    pub common_name: Option<String>,
    /// Basic constraints: whether it is an authority; `None` leaves the extension out.
    pub authority: Option<bool>,
    /// The AAGUID extension.
    pub aaguid: AaguidExtension,
    /// Start of validity as `YYYYMMDDHHMMSSZ`.
    pub not_before: String,
    /// End of validity as `YYYYMMDDHHMMSSZ`.
    pub not_after: String,
}

/// The extension `id-fido-gen-ce-aaguid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AaguidExtension {
    /// Left out.
    Absent,
    /// The authenticator's own AAGUID.
    Own,
    /// The authenticator's own AAGUID, but marked critical.
    OwnCritical,
    /// The authenticator's own AAGUID in two extensions, which X.509 forbids.
    OwnTwice,
    /// This one.
    Other([u8; 16]),
}

impl Default for CertificateProfile {
    fn default() -> Self {
        Self {
            version: 3,
            country: Some("AA".to_owned()),
            organization: Some("Gatefold".to_owned()),
            unit: Some("Authenticator Attestation".to_owned()),
            second_unit: None,
            common_name: Some("Gatefold soft authenticator".to_owned()),
            authority: Some(false),
            aaguid: AaguidExtension::Own,
            not_before: "20240101000000Z".to_owned(),
            not_after: "30240101000000Z".to_owned(),
        }
    }
}

const OID_COUNTRY: &[u8] = &[0x55, 0x04, 0x06];
const OID_ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];
const OID_UNIT: &[u8] = &[0x55, 0x04, 0x0b];
const OID_COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const OID_BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const OID_AAGUID: &[u8] = &[
    0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xe5, 0x1c, 0x01, 0x01, 0x04,
];
const OID_ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const OID_EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];

impl CertificateProfile {
    /// Issues the certificate for a P-256 key.
    pub(crate) fn issue(&self, key: &Key, aaguid: [u8; 16]) -> Result<Vec<u8>, SoftError> {
        let algorithm = element(SEQUENCE, &[&element(OID, &[OID_ECDSA_SHA256])]);
        let name = self.name();
        let validity = element(
            SEQUENCE,
            &[
                &element(GENERALIZED_TIME, &[self.not_before.as_bytes()]),
                &element(GENERALIZED_TIME, &[self.not_after.as_bytes()]),
            ],
        );
        let version = match self.version {
            1 => Vec::new(),
            number => element(context(0), &[&element(INTEGER, &[&[number - 1]])]),
        };
        let body = element(
            SEQUENCE,
            &[
                &version,
                &element(INTEGER, &[&[1]]),
                &algorithm,
                &name,
                &validity,
                &name,
                &public_key(&key.ec_point()?),
                &self.extensions(aaguid),
            ],
        );
        let signature = key.sign(&body)?;
        let signature = element(BIT_STRING, &[&[0], &signature]);
        Ok(element(SEQUENCE, &[&body, &algorithm, &signature]))
    }

    fn name(&self) -> Vec<u8> {
        let attribute = |oid: &[u8], tag, text: &Option<String>| {
            text.as_ref().map_or_else(Vec::new, |text| {
                let value = element(tag, &[text.as_bytes()]);
                element(SET, &[&element(SEQUENCE, &[&element(OID, &[oid]), &value])])
            })
        };
        element(
            SEQUENCE,
            &[
                &attribute(OID_COUNTRY, PRINTABLE_STRING, &self.country),
                &attribute(OID_ORGANIZATION, UTF8_STRING, &self.organization),
                &attribute(OID_UNIT, UTF8_STRING, &self.unit),
                &attribute(OID_UNIT, UTF8_STRING, &self.second_unit),
                &attribute(OID_COMMON_NAME, UTF8_STRING, &self.common_name),
            ],
        )
    }

    fn extensions(&self, own: [u8; 16]) -> Vec<u8> {
        if self.version < 3 {
            return Vec::new();
        }
        let constraints = self.authority.map_or_else(Vec::new, |authority| {
            let flag = if authority {
                element(BOOLEAN, &[&[0xff]])
            } else {
                Vec::new()
            };
            extension(OID_BASIC_CONSTRAINTS, true, &element(SEQUENCE, &[&flag]))
        });
        let aaguid = |value: [u8; 16], critical| {
            extension(OID_AAGUID, critical, &element(OCTET_STRING, &[&value]))
        };
        let aaguid = match self.aaguid {
            AaguidExtension::Absent => Vec::new(),
            AaguidExtension::Own => aaguid(own, false),
            AaguidExtension::OwnCritical => aaguid(own, true),
            AaguidExtension::OwnTwice => [aaguid(own, false), aaguid(own, false)].concat(),
            AaguidExtension::Other(value) => aaguid(value, false),
        };
        if constraints.is_empty() && aaguid.is_empty() {
            return Vec::new();
        }
        element(context(3), &[&element(SEQUENCE, &[&constraints, &aaguid])])
    }
}

fn extension(oid: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical {
        element(BOOLEAN, &[&[0xff]])
    } else {
        Vec::new()
    };
    element(
        SEQUENCE,
        &[
            &element(OID, &[oid]),
            &critical,
            &element(OCTET_STRING, &[value]),
        ],
    )
}

fn public_key(point: &[u8]) -> Vec<u8> {
    let algorithm = element(
        SEQUENCE,
        &[
            &element(OID, &[OID_EC_PUBLIC_KEY]),
            &element(OID, &[der::OID_P256]),
        ],
    );
    element(
        SEQUENCE,
        &[&algorithm, &element(BIT_STRING, &[&[0], point])],
    )
}
