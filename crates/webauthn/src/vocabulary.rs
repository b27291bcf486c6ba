//! The closed word lists of Level 3, each with the words it has on the wire.

use serde::Serialize;

/// How a client reaches an authenticator (section 5.8.4, `AuthenticatorTransport`).
///
/// Words that are not listed here are dropped when read: they would only be sent back as hints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Transport {
    /// `usb`
    Usb,
    /// `nfc`
    Nfc,
    /// `ble`
    Ble,
    /// `smart-card`
    SmartCard,
    /// `hybrid`; the older word `cable` reads as this too.
    Hybrid,
    /// `internal`
    Internal,
}

impl Transport {
    /// Reads a word of the wire; `None` for words this list does not have.
    #[must_use]
    pub fn from_wire(word: &str) -> Option<Self> {
        match word {
            "usb" => Some(Self::Usb),
            "nfc" => Some(Self::Nfc),
            "ble" => Some(Self::Ble),
            "smart-card" => Some(Self::SmartCard),
            "hybrid" | "cable" => Some(Self::Hybrid),
            "internal" => Some(Self::Internal),
            _ => None,
        }
    }

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Usb => "usb",
            Self::Nfc => "nfc",
            Self::Ble => "ble",
            Self::SmartCard => "smart-card",
            Self::Hybrid => "hybrid",
            Self::Internal => "internal",
        }
    }
}

/// Whether the authenticator is part of the client device (section 5.4.5, `AuthenticatorAttachment`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attachment {
    /// `platform`: built into the client device.
    Platform,
    /// `cross-platform`: roams between client devices.
    CrossPlatform,
}

impl Attachment {
    /// Reads a word of the wire; unknown words count as absent, as section 5.4.5 asks.
    #[must_use]
    pub fn from_wire(word: &str) -> Option<Self> {
        match word {
            "platform" => Some(Self::Platform),
            "cross-platform" => Some(Self::CrossPlatform),
            _ => None,
        }
    }

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::CrossPlatform => "cross-platform",
        }
    }
}

/// Whether the authenticator must verify its user (section 5.8.6, `UserVerificationRequirement`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UserVerification {
    /// The ceremony fails without it, and so does ours when it is expected at verification.
    #[default]
    Required,
    /// Wanted but not needed.
    Preferred,
    /// Not wanted.
    Discouraged,
}

/// Whether the credential must be discoverable (section 5.4.6, `ResidentKeyRequirement`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResidentKey {
    /// A server-side credential is preferred.
    Discouraged,
    /// A discoverable credential is preferred.
    Preferred,
    /// The ceremony fails without it.
    Required,
}

/// How much of the authenticator's provenance is asked for (section 5.4.7, `AttestationConveyancePreference`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttestationConveyance {
    /// None.
    #[default]
    None,
    /// Whatever the client can give without asking.
    Indirect,
    /// The statement as the authenticator made it.
    Direct,
    /// A statement that may identify the device; for managed devices.
    Enterprise,
}

/// Which kind of authenticator the page expects (section 5.8.7, `PublicKeyCredentialHint`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Hint {
    /// A physical security key.
    SecurityKey,
    /// The authenticator of the client device.
    ClientDevice,
    /// A telephone or the like, reached over the hybrid transport.
    Hybrid,
}
