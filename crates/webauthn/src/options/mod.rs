//! What the page hands to the browser: plain Level 3 JSON, for `parseCreationOptionsFromJSON` and its sibling.

mod creation;
mod request;

pub use creation::{CreationOptions, UserEntity};
pub use request::RequestOptions;

use serde::Serialize;

use crate::base64url;
use crate::identifier::CredentialId;
use crate::vocabulary::Transport;

/// Names one credential, with how it was reached before (section 5.8.3, `PublicKeyCredentialDescriptor`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Descriptor {
    /// The credential.
    pub id: CredentialId,
    /// Hints; may be empty.
    pub transports: Vec<Transport>,
}

/// A descriptor as JSON (section 5.1.9, `PublicKeyCredentialDescriptorJSON`).
#[derive(Debug, Clone, Serialize)]
struct DescriptorJson {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    transports: Vec<Transport>,
}

impl From<Descriptor> for DescriptorJson {
    fn from(descriptor: Descriptor) -> Self {
        Self {
            kind: PUBLIC_KEY,
            id: base64url::encode(descriptor.id.as_bytes()),
            transports: descriptor.transports,
        }
    }
}

/// The one credential type there is (section 5.8.2).
const PUBLIC_KEY: &str = "public-key";
