//! Authenticator apps and their recovery codes.

use crate::call::Call;
use crate::catalogue::{About, Body, Guard, Run};
use crate::reply::{Reply, StepResult};

pub(crate) static GENERATE_SECRET: Body = Body {
    run: Run::Now(generate_secret),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn generate_secret(_call: &Call) -> StepResult {
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

pub(crate) static RECOVERY_CODES: Body = Body {
    run: Run::Now(recovery_codes),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn recovery_codes(_call: &Call) -> StepResult {
    Ok(Reply::new())
}

pub(crate) static RECOVERY_VERIFY: Body = Body {
    run: Run::Now(recovery_verify),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn recovery_verify(_call: &Call) -> StepResult {
    Ok(Reply::new())
}
