//! Invites of administrators.

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

pub(crate) static REVOKE: Body = Body {
    run: Run::Now(revoke),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn revoke(_call: &Call) -> StepResult {
    Ok(Reply::new())
}
