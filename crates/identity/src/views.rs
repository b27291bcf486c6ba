//! Stored facts that pages and commands show. Read-only: what can be done to them are the services.

pub use gatefold_store::account::{Account, AccountQuery, AccountSummary};
pub use gatefold_store::event::Event;
pub use gatefold_store::invite::LinkPurpose;
pub use gatefold_store::passkey::StoredPasskey;
pub use gatefold_store::session::SessionSummary;
