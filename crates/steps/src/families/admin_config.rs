//! The configuration page: what there is, and whether a change is allowed.

use crate::call::Call;
use crate::catalogue::{About, Body, Guard, Run};
use crate::reply::{Reply, StepResult};

pub(crate) static DESCRIBE: Body = Body {
    run: Run::Now(describe),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn describe(_call: &Call) -> StepResult {
    Ok(Reply::new())
}

pub(crate) static VALIDATE: Body = Body {
    run: Run::Now(validate),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn validate(_call: &Call) -> StepResult {
    Ok(Reply::new())
}
