//! The paths of signing in. Each ends in `admission::admit` and `session::issue`.

mod passkey;
mod password;
mod second_step;

use gatefold_kernel::Token;
use gatefold_kernel::token::Pending;

use crate::session::SignedIn;

pub use password::Typed;
pub(crate) use password::unchanged;
pub use second_step::WaitingLogin;

/// What a correct password leads to.
#[derive(Debug)]
pub enum PasswordAnswer {
    /// Signed in.
    SignedIn(SignedIn),
    /// The login waits for a passkey; the token goes into the pending cookie of the portal.
    SecondStep(Token<Pending>),
}
