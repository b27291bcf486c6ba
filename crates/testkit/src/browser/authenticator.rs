//! Virtual authenticators: the WebAuthn domain of the Chrome DevTools Protocol.

use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Browser;

/// What kind of authenticator to plug in.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticatorOptions {
    /// Which protocol it speaks.
    pub protocol: Protocol,
    /// How it is attached.
    pub transport: Transport,
    /// Whether it stores discoverable credentials.
    pub has_resident_key: bool,
    /// Whether it can verify its user at all.
    pub has_user_verification: bool,
    /// Whether verification succeeds when asked for.
    pub is_user_verified: bool,
    /// Whether it touches itself; without, a ceremony waits.
    pub automatic_presence_simulation: bool,
    /// The BE flag of credentials it creates.
    pub default_backup_eligibility: bool,
    /// The BS flag of credentials it creates.
    pub default_backup_state: bool,
}

/// The protocol between browser and authenticator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// FIDO2.
    Ctap2,
    /// FIDO U2F: no user verification, nothing discoverable.
    U2f,
}

/// How an authenticator is attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// Part of the device.
    Internal,
    /// A key in a USB port.
    Usb,
    /// A key held against the device.
    Nfc,
    /// A key nearby.
    Ble,
}

/// One credential inside a virtual authenticator. Byte strings are standard base64, as the protocol has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VirtualCredential {
    /// The credential id.
    pub credential_id: String,
    /// Whether it is discoverable.
    pub is_resident_credential: bool,
    /// The relying party it belongs to.
    pub rp_id: Option<String>,
    /// The private key, PKCS#8.
    pub private_key: String,
    /// The user handle, of discoverable credentials only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_handle: Option<String>,
    /// The signature counter.
    pub sign_count: u32,
    /// `user.name`, as last told by creation or the Signal API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// `user.displayName`, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_display_name: Option<String>,
    /// The BE flag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_eligibility: Option<bool>,
    /// The BS flag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_state: Option<bool>,
}

/// An authenticator plugged into the window that was current when it was added.
#[derive(Debug)]
pub struct VirtualAuthenticator<'b> {
    browser: &'b Browser,
    id: String,
}

impl AuthenticatorOptions {
    /// A passkey provider in the device: verifies its user, discoverable, synced.
    #[must_use]
    pub fn passkey_provider() -> Self {
        Self {
            protocol: Protocol::Ctap2,
            transport: Transport::Internal,
            has_resident_key: true,
            has_user_verification: true,
            is_user_verified: true,
            automatic_presence_simulation: true,
            default_backup_eligibility: true,
            default_backup_state: true,
        }
    }

    /// A plain security key: touch only, nothing discoverable, bound to itself.
    #[must_use]
    pub fn security_key() -> Self {
        Self {
            transport: Transport::Usb,
            has_resident_key: false,
            has_user_verification: false,
            is_user_verified: false,
            default_backup_eligibility: false,
            default_backup_state: false,
            ..Self::passkey_provider()
        }
    }
}

impl Browser {
    /// Plugs in an authenticator. Real ones, and the browser's own dialogs, are off from then on.
    ///
    /// # Errors
    ///
    /// When the browser refuses the combination.
    pub async fn add_authenticator(
        &self,
        options: &AuthenticatorOptions,
    ) -> anyhow::Result<VirtualAuthenticator<'_>> {
        self.devtools("WebAuthn.enable", json!({ "enableUI": false }))
            .await?;
        let added = self
            .devtools(
                "WebAuthn.addVirtualAuthenticator",
                json!({ "options": options }),
            )
            .await?;
        let id = added["authenticatorId"]
            .as_str()
            .context("no authenticatorId")?
            .to_owned();
        Ok(VirtualAuthenticator { browser: self, id })
    }
}

impl VirtualAuthenticator<'_> {
    /// Everything stored inside.
    ///
    /// # Errors
    ///
    /// When the authenticator or the browser is gone; so for all methods here.
    pub async fn credentials(&self) -> anyhow::Result<Vec<VirtualCredential>> {
        let answer = self.send("WebAuthn.getCredentials", json!({})).await?;
        Ok(serde_json::from_value(answer["credentials"].clone())?)
    }

    /// Puts a credential in, for example one taken from another browser.
    ///
    /// # Errors
    ///
    /// As [`VirtualAuthenticator::credentials`].
    pub async fn add_credential(&self, credential: &VirtualCredential) -> anyhow::Result<()> {
        self.send(
            "WebAuthn.addCredential",
            json!({ "credential": credential }),
        )
        .await
        .map(drop)
    }

    /// Removes one credential, by its base64 id.
    ///
    /// # Errors
    ///
    /// As [`VirtualAuthenticator::credentials`].
    pub async fn remove_credential(&self, credential_id: &str) -> anyhow::Result<()> {
        self.send(
            "WebAuthn.removeCredential",
            json!({ "credentialId": credential_id }),
        )
        .await
        .map(drop)
    }

    /// Whether user verification succeeds from now on.
    ///
    /// # Errors
    ///
    /// As [`VirtualAuthenticator::credentials`].
    pub async fn set_user_verified(&self, verified: bool) -> anyhow::Result<()> {
        self.send(
            "WebAuthn.setUserVerified",
            json!({ "isUserVerified": verified }),
        )
        .await
        .map(drop)
    }

    /// Whether it touches itself from now on; without, ceremonies wait, which tests cancelling.
    ///
    /// # Errors
    ///
    /// As [`VirtualAuthenticator::credentials`].
    pub async fn set_automatic_presence(&self, automatic: bool) -> anyhow::Result<()> {
        self.send(
            "WebAuthn.setAutomaticPresenceSimulation",
            json!({ "enabled": automatic }),
        )
        .await
        .map(drop)
    }

    /// Unplugs it, with everything inside.
    ///
    /// # Errors
    ///
    /// As [`VirtualAuthenticator::credentials`].
    pub async fn remove(self) -> anyhow::Result<()> {
        self.send("WebAuthn.removeVirtualAuthenticator", json!({}))
            .await
            .map(drop)
    }

    async fn send(&self, method: &str, mut parameters: Value) -> anyhow::Result<Value> {
        parameters["authenticatorId"] = json!(self.id);
        self.browser.devtools(method, parameters).await
    }
}
