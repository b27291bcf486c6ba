//! Passwords.

use crate::call::Call;
use crate::catalogue::{About, Body, Guard, Run};
use crate::reply::{Reply, StepResult};

pub(crate) static HASH: Body = Body {
    run: Run::Now(hash),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn hash(_call: &Call) -> StepResult {
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
