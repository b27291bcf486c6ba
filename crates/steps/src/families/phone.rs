//! Phone numbers.

use crate::call::Call;
use crate::catalogue::{About, Body, Guard, Run};
use crate::reply::{Reply, StepResult};

pub(crate) static NORMALIZE: Body = Body {
    run: Run::Now(normalize),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn normalize(_call: &Call) -> StepResult {
    Ok(Reply::new())
}
