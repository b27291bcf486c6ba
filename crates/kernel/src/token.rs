//! Random handles of 256 bits, typed by what they open.
//!
//! The holder keeps the token, we keep its hash. The hash covers the purpose, so a token of one
//! purpose never finds a row of another even if a caller mixes the columns up.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use crate::{Entropy, Secret};

/// What a token opens. One marker type for each purpose.
pub trait Purpose {
    /// The word mixed into the hash. Changing it invalidates every token of that purpose.
    const LABEL: &'static str;
}

/// Declares purpose markers.
macro_rules! purposes {
    ($($(#[$doc:meta])* $name:ident = $label:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}
        impl Purpose for $name {
            const LABEL: &'static str = $label;
        }
    )*};
}

purposes! {
    /// A signed-in session.
    Session = "session";
    /// A browser that has begun ceremonies; proves that begin and finish are the same browser.
    Browser = "browser";
    /// A login that waits for its second step.
    Pending = "pending";
    /// A one-time link: setup, invite or reset.
    Link = "link";
}

/// A random 256-bit handle of purpose `P`. Its text form is 43 characters of base64url.
///
/// ```compile_fail
/// use gatefold_kernel::token::{Browser, Session, Token, TokenHash};
/// fn opens(_: TokenHash<Session>) {}
/// fn try_it(browser: Token<Browser>) {
///     opens(browser.hash()); // a browser token is not a session token
/// }
/// ```
pub struct Token<P> {
    bytes: [u8; 32],
    purpose: PhantomData<fn() -> P>,
}

impl<P: Purpose> Token<P> {
    /// Draws a new token.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; 32];
        entropy.fill(&mut bytes);
        Self {
            bytes,
            purpose: PhantomData,
        }
    }

    /// Reads the text form; anything but 43 characters of unpadded base64url is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 43 {
            return None;
        }
        let mut decoded = URL_SAFE_NO_PAD.decode(text).ok()?;
        let bytes = <[u8; 32]>::try_from(decoded.as_slice()).ok();
        decoded.zeroize();
        bytes.map(|bytes| Self {
            bytes,
            purpose: PhantomData,
        })
    }

    /// The text form, for a cookie or a link that is shown once.
    pub fn to_text(&self) -> Secret<String> {
        Secret::new(URL_SAFE_NO_PAD.encode(self.bytes))
    }

    /// What is stored: SHA-256 over the purpose and the token. No salt is needed at 256 bits.
    pub fn hash(&self) -> TokenHash<P> {
        TokenHash {
            bytes: self.digest(P::LABEL),
            purpose: PhantomData,
        }
    }

    /// The synchroniser token of forms in the session or browser that holds this token. It cannot
    /// be computed without the cookie and does not reveal it.
    pub fn form_token(&self) -> FormToken {
        FormToken(URL_SAFE_NO_PAD.encode(self.digest("form")))
    }

    fn digest(&self, label: &str) -> [u8; 32] {
        let mut context = digest::Context::new(&digest::SHA256);
        // INV-TYPED-TOKEN: the purpose is hashed along, so a token finds rows of its own purpose only.
        context.update(b"gatefold token v1\0");
        context.update(label.as_bytes());
        context.update(b"\0");
        context.update(&self.bytes);
        let mut out = [0; 32];
        out.copy_from_slice(context.finish().as_ref());
        out
    }
}

impl<P> Clone for Token<P> {
    fn clone(&self) -> Self {
        Self {
            bytes: self.bytes,
            purpose: PhantomData,
        }
    }
}

impl<P> Drop for Token<P> {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

impl<P> fmt::Debug for Token<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// The stored hash of a [`Token`]: 32 bytes.
pub struct TokenHash<P> {
    bytes: [u8; 32],
    purpose: PhantomData<fn() -> P>,
}

impl<P: Purpose> TokenHash<P> {
    /// The bytes to store or to look up by.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Rebuilds a hash read from a row; `None` unless it has 32 bytes.
    #[must_use]
    pub fn from_stored(bytes: &[u8]) -> Option<Self> {
        let bytes = <[u8; 32]>::try_from(bytes).ok()?;
        Some(Self {
            bytes,
            purpose: PhantomData,
        })
    }

    /// A short public name for the row: not a secret and of no use as a token. 16 characters.
    #[must_use]
    pub fn public_ref(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, &self.bytes).as_ref())[..16]
            .to_owned()
    }
}

impl<P> Clone for TokenHash<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for TokenHash<P> {}

impl<P> PartialEq for TokenHash<P> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes.ct_eq(&other.bytes).into()
    }
}

impl<P> Eq for TokenHash<P> {}

impl<P> Hash for TokenHash<P> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
    }
}

impl<P> fmt::Debug for TokenHash<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(..)")
    }
}

/// A form's synchroniser token.
#[derive(Clone)]
pub struct FormToken(String);

impl FormToken {
    /// The text to put into a form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the text that came back is this token, in constant time.
    #[must_use]
    pub fn matches(&self, presented: &str) -> bool {
        self.0.as_bytes().ct_eq(presented.as_bytes()).into()
    }
}

impl fmt::Debug for FormToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FormToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;
    impl Entropy for Counting {
        fn fill(&self, out: &mut [u8]) {
            for (i, byte) in out.iter_mut().enumerate() {
                *byte = u8::try_from(i).unwrap_or(0);
            }
        }
    }

    #[test]
    fn text_round_trips_and_hash_depends_on_purpose() {
        // INV-TYPED-TOKEN
        let token = Token::<Session>::draw(&Counting);
        let text = token.to_text();
        let again = Token::<Session>::parse(text.expose()).unwrap();
        assert_eq!(token.hash(), again.hash());
        let other = Token::<Pending>::parse(text.expose()).unwrap();
        assert_ne!(token.hash().as_bytes(), other.hash().as_bytes());
    }

    #[test]
    fn malformed_text_is_refused() {
        let good = Token::<Session>::draw(&Counting).to_text();
        let padded = format!("{}=", good.expose());
        for text in [
            "",
            "x",
            &good.expose()[1..],
            &padded,
            &"+".repeat(43),
            &"é".repeat(22),
        ] {
            assert!(Token::<Session>::parse(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn form_token_matches_only_itself() {
        let form = Token::<Session>::draw(&Counting).form_token();
        assert!(form.matches(form.as_str()));
        assert!(!form.matches(""));
        assert!(!form.matches(&form.as_str().to_ascii_lowercase()));
    }
}
