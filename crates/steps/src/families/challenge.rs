//! Short codes by mail or text message.

use crate::call::Call;
use crate::catalogue::{About, Body, Guard, Run};
use crate::reply::{Reply, StepResult};

pub(crate) static GENERATE: Body = Body {
    run: Run::Now(generate),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn generate(_call: &Call) -> StepResult {
    Ok(Reply::new())
}

pub(crate) static VERIFY: Body = Body {
    run: Run::Now(verify),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn verify(_call: &Call) -> StepResult {
    Ok(Reply::new())
}
