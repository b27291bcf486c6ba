//! Which ways of signing in are offered.

use crate::call::Call;
use crate::catalogue::{About, Body, Guard, Run};
use crate::reply::{Reply, StepResult};

pub(crate) static METHODS: Body = Body {
    run: Run::Now(methods),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn methods(_call: &Call) -> StepResult {
    Ok(Reply::new())
}

pub(crate) static GATE: Body = Body {
    run: Run::Now(gate),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn gate(_call: &Call) -> StepResult {
    Ok(Reply::new())
}

pub(crate) static RESPONSE: Body = Body {
    run: Run::Now(response),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn response(_call: &Call) -> StepResult {
    Ok(Reply::new())
}

pub(crate) static AUDIT: Body = Body {
    run: Run::Now(audit),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn audit(_call: &Call) -> StepResult {
    Ok(Reply::new())
}
