//! Passkeys: registration and sign-in.

use crate::call::Call;
use crate::catalogue::{About, Body, Guard, Run};
use crate::reply::{Reply, StepResult};

pub(crate) static BEGIN_REGISTER: Body = Body {
    run: Run::Now(begin_register),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn begin_register(_call: &Call) -> StepResult {
    Ok(Reply::new())
}

pub(crate) static FINISH_REGISTER: Body = Body {
    run: Run::Now(finish_register),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn finish_register(_call: &Call) -> StepResult {
    Ok(Reply::new())
}

pub(crate) static BEGIN_LOGIN: Body = Body {
    run: Run::Now(begin_login),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn begin_login(_call: &Call) -> StepResult {
    Ok(Reply::new())
}

pub(crate) static FINISH_LOGIN: Body = Body {
    run: Run::Now(finish_login),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn finish_login(_call: &Call) -> StepResult {
    Ok(Reply::new())
}
