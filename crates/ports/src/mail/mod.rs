//! Mail over SMTP (RFC 5321), always encrypted.

#[cfg(test)]
mod tests;

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use gatefold_kernel::Entropy as _;
use gatefold_kernel::ports::{Mail, MailError, MailMessage, MailServer, PortFuture};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use crate::SystemEntropy;

/// How long handing over a message may take.
const DEADLINE: Duration = Duration::from_secs(15);

/// The port whose connections are TLS from the start (RFC 8314 section 3.3).
const IMPLICIT_TLS_PORT: u16 = 465;

/// Hands messages to SMTP servers. Their certificate must be valid for their host name; on every
/// port but 465 they must offer STARTTLS (RFC 3207), and nothing is said before it. We sign in only
/// with credentials.
#[derive(Debug, Default)]
pub struct SmtpMail {
    /// Trusted besides the system's certificates.
    trusted: Vec<Certificate>,
}

impl Mail for SmtpMail {
    fn send<'a>(
        &'a self,
        server: &'a MailServer,
        message: &'a MailMessage,
    ) -> PortFuture<'a, Result<(), MailError>> {
        Box::pin(self.hand_over(server, message, encryption(server.port)))
    }
}

impl SmtpMail {
    async fn hand_over(
        &self,
        server: &MailServer,
        message: &MailMessage,
        encryption: Encryption,
    ) -> Result<(), MailError> {
        let message = formatted(message)?;
        let transport = self
            .transport(server, encryption)
            .map_err(|error| explained(server, &error))?;
        match tokio::time::timeout(DEADLINE, transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(explained(server, &error)),
            Err(_) => Err(failure(server, "timed out")),
        }
    }

    fn transport(
        &self,
        server: &MailServer,
        encryption: Encryption,
    ) -> Result<AsyncSmtpTransport<Tokio1Executor>, smtp::Error> {
        let mut tls = TlsParameters::builder(server.host.clone());
        for certificate in &self.trusted {
            tls = tls.add_root_certificate(certificate.clone());
        }
        let tls = tls.build()?;
        let tls = match encryption {
            Encryption::FromTheStart => Tls::Wrapper(tls),
            Encryption::StartTls => Tls::Required(tls),
        };
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
            .port(server.port)
            .timeout(Some(DEADLINE))
            .tls(tls);
        let builder = match &server.credentials {
            Some((user, password)) => builder
                .credentials(Credentials::new(user.clone(), password.expose().clone()))
                .authentication(vec![Mechanism::Plain, Mechanism::Login]),
            None => builder,
        };
        Ok(builder.build())
    }
}

/// How a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encryption {
    /// It begins with TLS.
    FromTheStart,
    /// It turns to TLS, or ends.
    StartTls,
}

fn encryption(port: u16) -> Encryption {
    if port == IMPLICIT_TLS_PORT {
        Encryption::FromTheStart
    } else {
        Encryption::StartTls
    }
}

fn formatted(message: &MailMessage) -> Result<Message, MailError> {
    let from = mailbox(&message.from)?;
    let mut identifier = [0; 16];
    SystemEntropy.fill(&mut identifier);
    let mut name = String::from("<");
    for byte in identifier {
        write!(name, "{byte:02x}").expect("a String takes every text");
    }
    write!(name, "@{}>", from.email.domain()).expect("a String takes every text");
    Message::builder()
        .from(from)
        .to(mailbox(&message.to)?)
        .subject(message.subject.as_str())
        .message_id(Some(name))
        .multipart(MultiPart::alternative_plain_html(
            message.text.clone(),
            message.html.clone(),
        ))
        .map_err(|error| MailError::Transport(format!("the message cannot be written: {error}")))
}

fn mailbox(address: &str) -> Result<Mailbox, MailError> {
    address
        .parse()
        .map_err(|error: lettre::address::AddressError| MailError::Address {
            address: address.to_owned(),
            detail: error.to_string(),
        })
}

/// What went wrong. What the server said is left out but for its code: it may repeat addresses, or
/// tell whether somebody exists.
fn explained(server: &MailServer, error: &smtp::Error) -> MailError {
    if let Some(code) = error.status() {
        return failure(server, &format!("the server refused with code {code}"));
    }
    if error.is_timeout() {
        return failure(server, "timed out");
    }
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(inner) = inner.downcast_ref::<io::Error>()
            && inner.raw_os_error().is_some()
        {
            return failure(server, &inner.kind().to_string());
        }
        source = inner.source();
    }
    failure(server, &error.to_string())
}

fn failure(server: &MailServer, detail: &str) -> MailError {
    MailError::Transport(format!(
        "mail server {}:{}: {detail}",
        server.host, server.port
    ))
}
