//! When the first administrator may be created.

/// The proof that setting up is open: no credential exists.
///
/// Only [`BootstrapWindow::open`] makes one, and only at exactly zero (V-B1). It counts credentials,
/// not accounts (V-B6), so an invited account that nobody can sign in to does not close it, and the
/// first credential closes it for good (V-B4).
///
/// ```compile_fail
/// let window = gatefold_kernel::BootstrapWindow { _private: () };
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct BootstrapWindow {
    _private: (),
}

impl BootstrapWindow {
    /// Opens the window if the system holds exactly zero credentials of any kind.
    #[must_use]
    pub fn open(credential_count: i64) -> Option<Self> {
        // V-B1, V-B4, V-B6
        (credential_count == 0).then_some(Self { _private: () })
    }
}

#[cfg(test)]
mod tests {
    use super::BootstrapWindow;

    #[test]
    fn only_zero_opens() {
        // V-B1, V-B4, V-B6
        assert!(BootstrapWindow::open(0).is_some());
        for count in [-1, 1, 2, i64::MAX, i64::MIN] {
            assert_eq!(BootstrapWindow::open(count), None, "{count}");
        }
    }
}
