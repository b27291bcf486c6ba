//! Reading options, inner object or wrapped in `publicKey`.

use serde_json::Value;

use crate::SoftError;
use crate::message::from_base64url;

fn inner(options: &Value) -> &Value {
    options.get("publicKey").unwrap_or(options)
}

fn missing(member: &'static str) -> SoftError {
    SoftError::Options { member }
}

fn binary(value: &Value, member: &'static str) -> Result<Vec<u8>, SoftError> {
    value
        .as_str()
        .and_then(from_base64url)
        .ok_or(missing(member))
}

fn descriptors(value: &Value, member: &'static str) -> Result<Vec<Vec<u8>>, SoftError> {
    let list = value.as_array().map_or(&[][..], Vec::as_slice);
    list.iter()
        .map(|descriptor| binary(&descriptor["id"], member))
        .collect()
}

/// The host of an origin: the default relying party id.
fn host(origin: &str) -> String {
    let authority = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    authority.split(':').next().unwrap_or(authority).to_owned()
}

/// What registration needs of the creation options.
pub(crate) struct Creation {
    pub(crate) rp_id: String,
    pub(crate) user_handle: Vec<u8>,
    pub(crate) challenge: Vec<u8>,
    pub(crate) algorithms: Vec<i64>,
    pub(crate) excluded: Vec<Vec<u8>>,
    pub(crate) discoverable: bool,
    pub(crate) cred_props: bool,
}

impl Creation {
    pub(crate) fn parse(options: &Value, origin: &str) -> Result<Self, SoftError> {
        let options = inner(options);
        let parameters = options["pubKeyCredParams"].as_array();
        let parameters = parameters.ok_or(missing("pubKeyCredParams"))?;
        let selection = &options["authenticatorSelection"];
        let discoverable = match selection["residentKey"].as_str() {
            Some(word) => word != "discouraged",
            None => selection["requireResidentKey"] == true,
        };
        Ok(Self {
            rp_id: options["rp"]["id"]
                .as_str()
                .map_or_else(|| host(origin), str::to_owned),
            user_handle: binary(&options["user"]["id"], "user.id")?,
            challenge: binary(&options["challenge"], "challenge")?,
            algorithms: parameters
                .iter()
                .filter_map(|p| p["alg"].as_i64())
                .collect(),
            excluded: descriptors(&options["excludeCredentials"], "excludeCredentials")?,
            discoverable,
            cred_props: options["extensions"]["credProps"] == true,
        })
    }
}

/// What authentication needs of the request options.
pub(crate) struct Request {
    pub(crate) rp_id: String,
    pub(crate) challenge: Vec<u8>,
    pub(crate) allowed: Vec<Vec<u8>>,
}

impl Request {
    pub(crate) fn parse(options: &Value, origin: &str) -> Result<Self, SoftError> {
        let options = inner(options);
        Ok(Self {
            rp_id: options["rpId"]
                .as_str()
                .map_or_else(|| host(origin), str::to_owned),
            challenge: binary(&options["challenge"], "challenge")?,
            allowed: descriptors(&options["allowCredentials"], "allowCredentials")?,
        })
    }
}
