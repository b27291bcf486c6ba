//! Every component in every state, at `/_components`, in development only.

use serde::Serialize;

use crate::engine::Page;
use crate::moment::Moment;
use crate::samples::moment;

/// The component page: what the accessibility check and the screenshots run on.
#[derive(Clone, Debug, Serialize)]
pub struct Components {
    /// A time to show.
    pub sample_time: Moment,
}

impl Components {
    /// The page.
    pub fn new() -> Self {
        Self {
            sample_time: moment(0),
        }
    }
}

impl Default for Components {
    fn default() -> Self {
        Self::new()
    }
}

impl Page for Components {
    const TEMPLATE: &'static str = "pages/components.html";

    fn samples() -> Vec<(&'static str, Self)> {
        vec![("all", Self::new())]
    }
}
