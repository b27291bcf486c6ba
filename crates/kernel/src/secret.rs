//! A value that must not be printed, logged or serialized.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A secret. It has no `Display` and no `Serialize`, its `Debug` shows nothing, and it is wiped
/// when dropped (V8, V-B5).
///
/// ```compile_fail
/// let secret = gatefold_kernel::Secret::new(String::from("hunter2"));
/// println!("{secret}"); // no Display: a secret never echoes
/// ```
///
/// ```compile_fail
/// let secret = gatefold_kernel::Secret::new(String::from("hunter2"));
/// serde_json::to_string(&secret).unwrap(); // no Serialize either
/// ```
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Wraps a secret value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Every call is a place to review: the result must not reach a log, an
    /// error, a URL or a page other than the one that shows it once on purpose.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_shows_nothing() {
        // V8, V-B5
        let shown = format!("{:?}", Secret::new(String::from("open sesame")));
        assert_eq!(shown, "Secret(..)");
    }
}
