//! What host and plugin agree on beforehand, and the line that says where the plugin listens.

use std::io::{self, Write};

use crate::environment::Environment;
use crate::error::ServeError;

/// go-plugin's own protocol, which has had one version so far.
const CORE_PROTOCOL_VERSION: u32 = 1;

/// What the application's host and its plugins agree on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Handshake {
    /// The environment variable by which a host says that it started this process.
    pub cookie_key: String,
    /// The value of that variable. No secret: it tells a launch by a host from one by hand.
    pub cookie_value: String,
    /// The version of the application's protocol. The host offers a list and takes what the plugin names.
    pub protocol_version: u32,
}

impl Handshake {
    /// Whether this process can serve the host that started it.
    ///
    /// # Errors
    ///
    /// The cookie is missing or another one, the host asks for TLS, or it does not know our protocol version.
    pub(crate) fn check(&self, environment: &Environment) -> Result<(), ServeError> {
        let cookie = environment.cookie.as_deref();
        if cookie.is_none_or(|cookie| cookie != self.cookie_value.as_str()) {
            return Err(ServeError::NotLaunchedByHost);
        }
        if environment.client_certificate.is_some() {
            return Err(ServeError::ClientCertificate);
        }
        match &environment.protocol_versions {
            Some(offered) if !offered.contains(&self.protocol_version) => {
                Err(ServeError::ProtocolVersion {
                    offered: offered.clone(),
                    ours: self.protocol_version,
                })
            }
            _ => Ok(()),
        }
    }

    /// Writes the line that the host waits for, and flushes it: core version, application version, network,
    /// address, protocol, no certificate, no multiplexing.
    pub(crate) fn announce(&self, address: &str, mut stdout: impl Write) -> io::Result<()> {
        let version = self.protocol_version;
        let line = format!("{CORE_PROTOCOL_VERSION}|{version}|unix|{address}|grpc||false\n");
        stdout.write_all(line.as_bytes())?;
        stdout.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    fn handshake() -> Handshake {
        Handshake {
            cookie_key: "COOKIE".to_owned(),
            cookie_value: "right".to_owned(),
            protocol_version: 1,
        }
    }

    fn check(variables: &[(&str, &str)]) -> Result<(), ServeError> {
        let environment = Environment::read(&handshake(), |name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| OsString::from(value))
        });
        handshake().check(&environment)
    }

    #[test]
    fn only_a_host_with_the_cookie_is_served() {
        assert!(check(&[("COOKIE", "right")]).is_ok());
        for wrong in [&[][..], &[("COOKIE", "")], &[("COOKIE", "right ")]] {
            let refused = check(wrong);
            assert!(
                matches!(refused, Err(ServeError::NotLaunchedByHost)),
                "{wrong:?}: {refused:?}"
            );
        }
    }

    #[test]
    fn tls_is_refused_and_an_empty_certificate_is_none() {
        let refused = check(&[("COOKIE", "right"), ("PLUGIN_CLIENT_CERT", "-----BEGIN")]);
        assert!(matches!(refused, Err(ServeError::ClientCertificate)));
        assert!(check(&[("COOKIE", "right"), ("PLUGIN_CLIENT_CERT", "")]).is_ok());
    }

    #[test]
    fn the_host_must_know_our_version() {
        let offers = [
            ("1", true),
            ("2,1", true),
            (" 1 , 2", true),
            ("x,1", true),
            ("", true),
            ("2", false),
            ("11", false),
            ("-1", false),
            ("x", false),
        ];
        for (offer, accepted) in offers {
            let answer = check(&[("COOKIE", "right"), ("PLUGIN_PROTOCOL_VERSIONS", offer)]);
            assert_eq!(answer.is_ok(), accepted, "{offer:?}: {answer:?}");
        }
    }

    #[test]
    fn the_line_has_seven_fields() {
        let mut line = Vec::new();
        let handshake = Handshake {
            protocol_version: 7,
            ..handshake()
        };
        handshake.announce("/tmp/plugin1/s", &mut line).unwrap();
        assert_eq!(line, b"1|7|unix|/tmp/plugin1/s|grpc||false\n");
    }
}
