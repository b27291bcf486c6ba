//! Secrets in environment variables.

use gatefold_kernel::Secret;
use gatefold_kernel::ports::Secrets;

/// The variables of this process. A value that is no UTF-8 counts as absent.
#[derive(Clone, Copy, Debug, Default)]
pub struct EnvironmentSecrets;

impl Secrets for EnvironmentSecrets {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the secrets port: the one place that reads the environment for steps"
    )]
    fn get(&self, name: &str) -> Option<Secret<String>> {
        // The standard library panics on names that no variable can have.
        if name.is_empty() || name.contains(['=', '\0']) {
            return None;
        }
        std::env::var(name).ok().map(Secret::new)
    }
}

#[cfg(test)]
mod tests {
    use gatefold_kernel::ports::Secrets as _;

    use super::EnvironmentSecrets;

    #[test]
    fn variables_are_found_by_name() {
        let folder = EnvironmentSecrets.get("CARGO_MANIFEST_DIR").unwrap();
        assert!(folder.expose().ends_with("ports"));
        for name in ["", "A=B", "A\0B", "GATEFOLD_TEST_NO_SUCH_VARIABLE"] {
            assert!(EnvironmentSecrets.get(name).is_none(), "{name:?}");
        }
    }
}
