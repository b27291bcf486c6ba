//! The message that carries a link.

use crate::account::{EmailAddress, printable};
use crate::ports::{MailError, MailMessage};

/// The product that mails name if the configuration names none: pipelines rely on it.
pub const DEFAULT_PRODUCT: &str = "BuyMyWishlist";

/// The sender if the configuration names none.
pub const DEFAULT_SENDER: &str = "noreply@buymywishlist.com";

/// Schemes whose addresses carry a program or a document of the sender's. Apps have schemes of
/// their own for links that open them, so these are refused and others are not.
const SCRIPTS: [&str; 6] = ["javascript", "vbscript", "data", "blob", "file", "about"];

/// Longest link, in bytes.
pub const MAX_LINK_BYTES: usize = 8_192;

/// What a message is made of.
#[derive(Debug)]
pub struct Letter<'a> {
    /// The sender: an address, or `Name <address>`.
    pub from: &'a str,
    /// The recipient, likewise.
    pub to: &'a str,
    /// The link.
    pub link: &'a str,
    /// What people sign in to; empty for [`DEFAULT_PRODUCT`].
    pub product: &'a str,
    /// The subject; empty for "Sign in to" and the product.
    pub subject: &'a str,
}

/// Why there is no message.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// The link is not one that people may be sent to.
    #[error("magic_link_url must not be a script or a document")]
    Link,
    /// A text of the configuration is not one line of printable characters.
    #[error("{0} must be one line of at most 120 characters")]
    Text(&'static str),
    /// An address is none.
    #[error(transparent)]
    Address(#[from] MailError),
}

/// Checks a link: its scheme, if it has one, is no script's, and it holds no control characters and
/// no blanks other than spaces.
///
/// # Errors
/// When it is not one that people may be sent to.
pub fn check_link(link: &str) -> Result<(), ComposeError> {
    let is_odd = |c: char| c.is_control() || (c.is_whitespace() && c != ' ');
    let is_refused = link.len() > MAX_LINK_BYTES
        || link.contains(is_odd)
        || scheme(link.trim_start()).is_some_and(|scheme| {
            let is = |refused: &&str| scheme.eq_ignore_ascii_case(refused);
            scheme.is_empty() || SCRIPTS.iter().any(is)
        });
    if is_refused {
        return Err(ComposeError::Link);
    }
    Ok(())
}

/// Writes the message (B13: everything foreign is escaped).
///
/// # Errors
/// When a part of it cannot be sent.
pub fn compose(letter: &Letter<'_>) -> Result<MailMessage, ComposeError> {
    check_link(letter.link)?;
    let product = one_line("product_name", letter.product, DEFAULT_PRODUCT)?;
    let subject = one_line("subject", letter.subject, &format!("Sign in to {product}"))?;
    parse_address(letter.from)?;
    parse_address(letter.to)?;
    let (link, name) = (escaped(letter.link), escaped(&product));
    Ok(MailMessage {
        from: letter.from.to_owned(),
        to: letter.to.to_owned(),
        text: format!(
            "Click the link below to sign in:\n\n{}\n\nThis link expires in 15 minutes.\n",
            letter.link
        ),
        html: format!(
            "<p>Click the link below to sign in:</p>\n\
             <p><a href=\"{link}\">Sign in to {name}</a></p>\n\
             <p>This link expires in 15 minutes.</p>\n"
        ),
        subject,
    })
}

/// Checks the shape of an address, alone or as `Name <address>`.
///
/// # Errors
/// What is wrong with it.
pub fn parse_address(text: &str) -> Result<(), MailError> {
    let address = match text.trim().strip_suffix('>') {
        Some(rest) => rest.rsplit_once('<').map_or("", |(_, address)| address),
        None => text,
    };
    let has_blank = address.trim().contains(char::is_whitespace);
    EmailAddress::parse(address)
        .map(|_| ())
        .map_err(|error| MailError::Address {
            address: text.chars().take(SHOWN_CHARS).collect(),
            detail: if has_blank {
                "no angle-addr".to_owned()
            } else {
                error.to_string()
            },
        })
}

/// How much of something that is no address an error shows, in characters.
const SHOWN_CHARS: usize = 254;

/// Whether an environment is one in which links may be shown instead of sent (B12): none is named,
/// or one of those that only developers see.
pub fn is_development(environment: &str) -> bool {
    let environment = environment.trim().to_ascii_lowercase();
    ["", "development", "dev", "local", "test", "testing"].contains(&environment.as_str())
}

fn one_line(what: &'static str, text: &str, default: &str) -> Result<String, ComposeError> {
    let text = match text.trim() {
        "" => default,
        text => text,
    };
    printable(text, 120).map_err(|_| ComposeError::Text(what))
}

/// The scheme of an address (RFC 3986 section 3.1), if it has one. Blanks count as letters here.
fn scheme(link: &str) -> Option<&str> {
    let end = link.find([':', '/', '?', '#'])?;
    link[end..].starts_with(':').then(|| &link[..end])
}

/// The text as HTML, also inside of attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Letter, compose, is_development, parse_address};

    const PLAIN: Letter<'static> = Letter {
        from: "Shop <noreply@example.com>",
        to: "a@b.c",
        link: "https://example.com/verify?token=1&x=2",
        product: "",
        subject: "",
    };

    #[test]
    fn a_message_says_what_pipelines_are_used_to() {
        let message = compose(&PLAIN).unwrap();
        assert_eq!(message.subject, "Sign in to BuyMyWishlist");
        assert!(message.html.contains(
            "<a href=\"https://example.com/verify?token=1&amp;x=2\">Sign in to BuyMyWishlist</a>"
        ));
        assert!(
            message
                .text
                .contains("https://example.com/verify?token=1&x=2\n")
        );
        let own = Letter {
            product: " Tom & Co ",
            ..PLAIN
        };
        let message = compose(&own).unwrap();
        assert_eq!(message.subject, "Sign in to Tom & Co");
        assert!(message.html.contains(">Sign in to Tom &amp; Co</a>"));
        let own = Letter {
            subject: "Your link",
            ..PLAIN
        };
        assert_eq!(compose(&own).unwrap().subject, "Your link");
    }

    #[test]
    fn a_link_cannot_leave_its_attribute_or_be_a_script() {
        // B13
        let letter = Letter {
            link: "https://x/\"><script>'",
            ..PLAIN
        };
        let html = compose(&letter).unwrap().html;
        assert!(
            html.contains("href=\"https://x/&quot;&gt;&lt;script&gt;&#39;\""),
            "{html}"
        );
        let long = format!("https://x/{}", "a".repeat(9_000));
        for (link, is_accepted) in [
            ("u", true),
            ("/verify?to=a:b", true),
            ("HTTP://x", true),
            ("myapp://verify/x", true),
            ("JavaScript:alert(1)", false),
            ("data:text/html,x", false),
            ("java\tscript:alert(1)", false),
            (" https://x", true),
            ("  javascript:alert(1)", false),
            ("https://x/a b", true),
            ("https://x/\r\nBcc: y", false),
            (":x", false),
            (&long, false),
        ] {
            let letter = Letter { link, ..PLAIN };
            assert_eq!(compose(&letter).is_ok(), is_accepted, "{link}");
        }
    }

    #[test]
    fn what_cannot_be_sent_is_named() {
        let long = "x".repeat(121);
        for (letter, expected) in [
            (
                Letter {
                    from: "bad from",
                    ..PLAIN
                },
                "failed to parse mail address \"bad from\": no angle-addr",
            ),
            (
                Letter {
                    to: "b",
                    from: "a",
                    ..PLAIN
                },
                "failed to parse mail address \"a\": is not an e-mail address",
            ),
            (
                Letter {
                    to: "a@b\r\nBcc: c@d",
                    ..PLAIN
                },
                "failed to parse mail address \"a@b\\r\\nBcc: c@d\": no angle-addr",
            ),
            (
                Letter {
                    subject: "a\nBcc: c@d",
                    ..PLAIN
                },
                "subject must be one line of at most 120 characters",
            ),
            (
                Letter {
                    product: &long,
                    ..PLAIN
                },
                "product_name must be one line of at most 120 characters",
            ),
        ] {
            assert_eq!(compose(&letter).unwrap_err().to_string(), expected);
        }
        for (address, is_accepted) in [
            ("a@b", true),
            ("<a@b>", true),
            ("A B <a@b>", true),
            ("a@b, c@d", false),
            ("a@b <c>", false),
            ("a@b>", false),
            ("", false),
        ] {
            assert_eq!(parse_address(address).is_ok(), is_accepted, "{address}");
        }
    }

    #[test]
    fn links_are_shown_to_developers_only() {
        // B12
        for (environment, expected) in [
            ("", true),
            (" Development ", true),
            ("test", true),
            ("production", false),
            ("prod-eu", false),
            ("staging", false),
            ("{{ .env }}", false),
        ] {
            assert_eq!(is_development(environment), expected, "{environment}");
        }
    }
}
