//! Identity providers over OAuth 2.0.

use crate::call::Call;
use crate::catalogue::{About, Body, Guard, Run};
use crate::reply::{Reply, StepResult};

pub(crate) static PROVIDER_CONFIG: Body = Body {
    run: Run::Now(provider_config),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn provider_config(_call: &Call) -> StepResult {
    Ok(Reply::new())
}

pub(crate) static START: Body = Body {
    run: Run::Now(start),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn start(_call: &Call) -> StepResult {
    Ok(Reply::new())
}

pub(crate) static EXCHANGE: Body = Body {
    run: Run::Now(exchange),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn exchange(_call: &Call) -> StepResult {
    Ok(Reply::new())
}

pub(crate) static USERINFO: Body = Body {
    run: Run::Now(userinfo),
    verdict: None,
    guard: Guard::NONE,
    about: About {
        summary: "",
        duties: &[],
        examples: &[],
    },
};

fn userinfo(_call: &Call) -> StepResult {
    Ok(Reply::new())
}
