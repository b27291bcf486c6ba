//! Every component in every state, in development.

use serde::Serialize;

use crate::error_page::SAMPLE_TIME;
use crate::{Millis, Page};

/// `/_components`.
#[derive(Clone, Debug, Serialize)]
pub struct Components {
    /// A moment to show.
    pub moment: Millis,
}

impl Default for Components {
    fn default() -> Self {
        Self {
            moment: SAMPLE_TIME,
        }
    }
}

impl Page for Components {
    const TEMPLATE: &'static str = "pages/components.html";

    fn samples() -> Vec<(&'static str, Self)> {
        vec![("all", Self::default())]
    }
}
