//! Tokens for the session that follows.

use crate::call::Call;
use crate::catalogue::{About, Body, Guard, Run};
use crate::reply::{Reply, StepResult};

pub(crate) static ISSUE: Body = Body {
    run: Run::Now(issue),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn issue(_call: &Call) -> StepResult {
    Ok(Reply::new())
}
