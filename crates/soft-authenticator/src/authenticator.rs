//! The authenticator: credentials, ceremonies, tampering.

use serde_json::{Value, json};

use crate::SoftError;
use crate::config::{AttestationMode, Config, CounterMode, Faults};
use crate::credential::SoftCredential;
use crate::key::{Key, SoftAlgorithm};
use crate::message::{
    Attested, authenticator_data, bytes, client_data, encode, int, sha256, text, to_base64url,
};
use crate::options::{Creation, Request};

/// Changes authenticator data and client data.
type Tamper = Box<dyn FnMut(&mut Vec<u8>, &mut Vec<u8>) + Send>;

/// The members of an attestation statement.
type Statement = Vec<(ciborium::Value, ciborium::Value)>;

/// An authenticator and the client in front of it.
pub struct SoftAuthenticator {
    config: Config,
    attestation: Option<Attestation>,
    credentials: Vec<SoftCredential>,
    derived: u32,
    faults: Faults,
    forge: Option<Tamper>,
    tamper: Option<Tamper>,
}

struct Attestation {
    key: Key,
    certificate: Vec<u8>,
}

impl SoftAuthenticator {
    /// Makes an authenticator without credentials.
    ///
    /// # Errors
    /// [`SoftError::Crypto`] when the cryptographic library refuses.
    pub fn new(config: Config) -> Result<Self, SoftError> {
        let mut authenticator = Self {
            config,
            attestation: None,
            credentials: Vec::new(),
            derived: 0,
            faults: Faults::default(),
            forge: None,
            tamper: None,
        };
        if let AttestationMode::PackedBasic(profile) = authenticator.config.attestation.clone() {
            let key = authenticator.derive_key(SoftAlgorithm::Es256)?;
            let certificate = profile.issue(&key, authenticator.config.aaguid)?;
            authenticator.attestation = Some(Attestation { key, certificate });
        }
        Ok(authenticator)
    }

    /// What it is; changes count from the next ceremony on, except for the attestation certificate.
    pub fn config_mut(&mut self) -> &mut Config {
        &mut self.config
    }

    /// The credentials, oldest first.
    #[must_use]
    pub fn credentials(&self) -> &[SoftCredential] {
        &self.credentials
    }

    /// Drops a credential, as `signalUnknownCredential` makes an authenticator do.
    pub fn forget(&mut self, credential_id: &[u8]) {
        self.credentials
            .retain(|credential| credential.id != credential_id);
    }

    /// Replaces the lies told from now on.
    pub fn set_faults(&mut self, faults: Faults) {
        self.faults = faults;
    }

    /// Changes authenticator data and client data (in this order) *before* they are signed, from now on.
    pub fn forge(&mut self, forge: impl FnMut(&mut Vec<u8>, &mut Vec<u8>) + Send + 'static) {
        self.forge = Some(Box::new(forge));
    }

    /// Changes authenticator data and client data (in this order) *after* they were signed, from now on.
    pub fn tamper(&mut self, tamper: impl FnMut(&mut Vec<u8>, &mut Vec<u8>) + Send + 'static) {
        self.tamper = Some(Box::new(tamper));
    }

    /// Tells the truth again: no faults, no forging, no tampering.
    pub fn be_honest(&mut self) {
        self.faults = Faults::default();
        self.forge = None;
        self.tamper = None;
    }

    /// Answers `PublicKeyCredentialCreationOptionsJSON` with `RegistrationResponseJSON`.
    ///
    /// # Errors
    /// See [`SoftError`].
    pub fn register(&mut self, options: &Value, origin: &str) -> Result<Value, SoftError> {
        let creation = Creation::parse(options, origin)?;
        if self.holds_any(&creation.rp_id, &creation.excluded) {
            return Err(SoftError::Excluded);
        }
        let credential = self.make_credential(&creation)?;
        let client = client_data("webauthn.create", &creation.challenge, origin, &self.faults);
        let attested = Attested {
            aaguid: self.config.aaguid,
            id: &credential.id,
            public_key: &credential.public_key,
        };
        let data = authenticator_data(
            &creation.rp_id,
            self.config.flags,
            0,
            Some(attested),
            &self.faults,
        );
        let response = self.attest(&credential, data, client)?;
        let id = to_base64url(&credential.id);
        let cred_props = creation.cred_props.then_some(credential.discoverable);
        self.keep(credential);
        Ok(self.envelope(&id, response, cred_props))
    }

    /// Answers `PublicKeyCredentialRequestOptionsJSON` with `AuthenticationResponseJSON`: by the newest allowed
    /// credential, or the newest discoverable one when the options allow any.
    ///
    /// # Errors
    /// See [`SoftError`].
    pub fn authenticate(&mut self, options: &Value, origin: &str) -> Result<Value, SoftError> {
        let request = Request::parse(options, origin)?;
        let may_answer = |credential: &SoftCredential| {
            credential.rp_id == request.rp_id
                && if request.allowed.is_empty() {
                    credential.discoverable
                } else {
                    request.allowed.contains(&credential.id)
                }
        };
        let index = self.credentials.iter().rposition(may_answer);
        self.assert(index.ok_or(SoftError::NoCredential)?, &request, origin)
    }

    /// The same by a chosen credential, whatever the options allow.
    ///
    /// # Errors
    /// See [`SoftError`].
    pub fn authenticate_as(
        &mut self,
        credential_id: &[u8],
        options: &Value,
        origin: &str,
    ) -> Result<Value, SoftError> {
        let request = Request::parse(options, origin)?;
        let index = self.credentials.iter().position(|c| c.id == credential_id);
        self.assert(index.ok_or(SoftError::NoCredential)?, &request, origin)
    }

    fn assert(
        &mut self,
        index: usize,
        request: &Request,
        origin: &str,
    ) -> Result<Value, SoftError> {
        let flags = self.config.flags;
        let credential = &mut self.credentials[index];
        if self.config.counter == CounterMode::Increments {
            credential.sign_count += 1;
        }
        credential.sign_count = self.faults.sign_count.unwrap_or(credential.sign_count);
        let mut client = client_data("webauthn.get", &request.challenge, origin, &self.faults);
        let mut data = authenticator_data(
            &request.rp_id,
            flags,
            credential.sign_count,
            None,
            &self.faults,
        );
        if let Some(forge) = &mut self.forge {
            forge(&mut data, &mut client);
        }
        let signature = credential
            .key
            .sign(&[&data[..], &sha256(&client)].concat())?;
        if let Some(tamper) = &mut self.tamper {
            tamper(&mut data, &mut client);
        }
        let own_handle = credential
            .discoverable
            .then(|| credential.user_handle.clone());
        let handle = self.faults.user_handle.clone().unwrap_or(own_handle);
        let id = to_base64url(&credential.id);
        let mut response = json!({
            "clientDataJSON": to_base64url(&client),
            "authenticatorData": to_base64url(&data),
            "signature": to_base64url(&signature),
        });
        if let Some(handle) = handle {
            response["userHandle"] = to_base64url(&handle).into();
        }
        Ok(self.envelope(&id, response, None))
    }

    /// Signs, and gives the inner object of a registration response.
    fn attest(
        &mut self,
        credential: &SoftCredential,
        mut data: Vec<u8>,
        mut client: Vec<u8>,
    ) -> Result<Value, SoftError> {
        if let Some(forge) = &mut self.forge {
            forge(&mut data, &mut client);
        }
        let signed = [&data[..], &sha256(&client)].concat();
        let (format, statement) = self.statement(credential, &signed)?;
        if let Some(tamper) = &mut self.tamper {
            tamper(&mut data, &mut client);
        }
        let object = ciborium::Value::Map(vec![
            (text("fmt"), text(format)),
            (text("attStmt"), ciborium::Value::Map(statement)),
            (text("authData"), bytes(&data)),
        ]);
        Ok(json!({
            "clientDataJSON": to_base64url(&client),
            "attestationObject": to_base64url(&encode(&object)?),
            "authenticatorData": to_base64url(&data),
            "publicKeyAlgorithm": credential.algorithm().cose_id(),
            "transports": self.config.transports,
        }))
    }

    fn statement(
        &self,
        credential: &SoftCredential,
        signed: &[u8],
    ) -> Result<(&'static str, Statement), SoftError> {
        let (key, certificate) = match (&self.config.attestation, &self.attestation) {
            (AttestationMode::None, _) => return Ok(("none", Vec::new())),
            (AttestationMode::PackedBasic(_), Some(attestation)) => {
                (&attestation.key, Some(&attestation.certificate))
            }
            _ => (&credential.key, None),
        };
        let mut statement = vec![
            (text("alg"), int(key.algorithm.cose_id())),
            (text("sig"), bytes(&key.sign(signed)?)),
        ];
        if let Some(certificate) = certificate {
            let chain = ciborium::Value::Array(vec![bytes(certificate)]);
            statement.push((text("x5c"), chain));
        }
        Ok(("packed", statement))
    }

    fn envelope(&self, id: &str, response: Value, cred_props: Option<bool>) -> Value {
        let mut envelope = json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        });
        if let Some(rk) = cred_props {
            envelope["clientExtensionResults"] = json!({ "credProps": { "rk": rk } });
        }
        if let Some(attachment) = &self.config.attachment {
            envelope["authenticatorAttachment"] = attachment.as_str().into();
        }
        envelope
    }

    fn holds_any(&self, rp_id: &str, ids: &[Vec<u8>]) -> bool {
        self.credentials
            .iter()
            .any(|credential| credential.rp_id == rp_id && ids.contains(&credential.id))
    }

    fn make_credential(&mut self, creation: &Creation) -> Result<SoftCredential, SoftError> {
        let supported = |id: &i64| {
            let mut algorithms = self.config.algorithms.iter().copied();
            algorithms.find(|algorithm| algorithm.cose_id() == *id)
        };
        let algorithm = creation.algorithms.iter().find_map(supported);
        let key = self.derive_key(algorithm.ok_or(SoftError::NoAlgorithm)?)?;
        Ok(SoftCredential {
            id: self.derive_bytes(b"id", self.config.credential_id_bytes),
            rp_id: creation.rp_id.clone(),
            user_handle: creation.user_handle.clone(),
            discoverable: creation.discoverable,
            sign_count: self.faults.sign_count.unwrap_or(0),
            public_key: key.to_cose()?,
            key,
        })
    }

    /// A discoverable credential replaces the one its account had (section 6.3.2, step 7).
    fn keep(&mut self, new: SoftCredential) {
        self.credentials.retain(|old| {
            !(new.discoverable
                && old.discoverable
                && old.rp_id == new.rp_id
                && old.user_handle == new.user_handle)
        });
        self.credentials.push(new);
    }

    fn derive_key(&mut self, algorithm: SoftAlgorithm) -> Result<Key, SoftError> {
        self.derived += 1;
        let mut seed = [0; 80];
        seed.copy_from_slice(&self.derive_bytes(b"key", 80));
        Key::derive(algorithm, self.config.rsa_size, &seed)
    }

    /// Bytes that follow from the seed, the purpose and how many keys were made before.
    fn derive_bytes(&self, purpose: &[u8], length: usize) -> Vec<u8> {
        let block = |index: u32| {
            let parts: [&[u8]; 4] = [
                &self.config.seed,
                purpose,
                &self.derived.to_be_bytes(),
                &index.to_be_bytes(),
            ];
            sha256(&parts.concat())
        };
        (0..).flat_map(block).take(length).collect()
    }
}

impl std::fmt::Debug for SoftAuthenticator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SoftAuthenticator")
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}
