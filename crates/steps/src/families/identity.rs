//! Whose account an identity from outside is.

use crate::call::Call;
use crate::catalogue::{About, Body, Guard, Run};
use crate::reply::{Reply, StepResult};

pub(crate) static RESOLVE: Body = Body {
    run: Run::Now(resolve),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn resolve(_call: &Call) -> StepResult {
    Ok(Reply::new())
}
