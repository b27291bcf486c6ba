//! Lists of credentials, and whether one may go.

use crate::call::Call;
use crate::catalogue::{About, Body, Guard, Run};
use crate::reply::{Reply, StepResult};

pub(crate) static LIST: Body = Body {
    run: Run::Now(list),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn list(_call: &Call) -> StepResult {
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

pub(crate) static GUARD: Body = Body {
    run: Run::Now(guard),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn guard(_call: &Call) -> StepResult {
    Ok(Reply::new())
}
