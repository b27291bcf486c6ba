//! What the administration pages are told about us.

use crate::call::Call;
use crate::catalogue::{About, Body, Guard, Run};
use crate::reply::{Reply, StepResult};

pub(crate) static CONFIG: Body = Body {
    run: Run::Now(config),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn config(_call: &Call) -> StepResult {
    Ok(Reply::new())
}

pub(crate) static IDENTITY: Body = Body {
    run: Run::Now(identity),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn identity(_call: &Call) -> StepResult {
    Ok(Reply::new())
}
