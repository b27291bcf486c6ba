//! The operating system's randomness.

use gatefold_kernel::Entropy;

/// The operating system's random generator, through AWS-LC.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the entropy port: the one place that draws from the system"
    )]
    fn fill(&self, out: &mut [u8]) {
        aws_lc_rs::rand::fill(out)
            .expect("the operating system's random generator works, or nothing here is safe");
    }
}
