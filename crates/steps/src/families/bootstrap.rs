//! The first administrator.

use crate::call::Call;
use crate::catalogue::{About, Body, Guard, Run};
use crate::reply::{Reply, StepResult};

pub(crate) static REDEEM: Body = Body {
    run: Run::Now(redeem),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn redeem(_call: &Call) -> StepResult {
    Ok(Reply::new())
}
