//! Telephone numbers.

use gatefold_kernel::phone::Phone;

use crate::call::Call;
use crate::catalogue::{About, Body, Example, Guard, Run};
use crate::reply::{Reply, StepResult};

pub(crate) static NORMALIZE: Body = Body {
    run: Run::Now(normalize),
    verdict: Some("valid"),
    guard: Guard::NONE,
    about: About {
        summary: "Brings a telephone number into E.164 form; ten digits without a plus are a North American number.",
        duties: &[
            "Compare and store `phone_e164`, never what was typed.",
            "`country` is `US` for every number of the North American plan and empty for others: do not judge by it.",
        ],
        examples: &[
            Example {
                title: "A number as people write it",
                config: "{}",
                input: r#"{"phone": "(555) 123-4567"}"#,
                output: r#"{"valid": true, "phone_e164": "+15551234567", "country": "US", "phone": "+15551234567", "phone_valid": true}"#,
            },
            Example {
                title: "No number",
                config: "{}",
                input: r#"{"phone": "555"}"#,
                output: r#"{"valid": false, "phone_valid": false, "error": "invalid phone length"}"#,
            },
        ],
    },
};

fn normalize(call: &Call) -> StepResult {
    let parsed = Phone::parse(call.input.text("phone"));
    let (number, country) = match &parsed {
        Ok(phone) => (phone.e164(), phone.country()),
        Err(_) => ("", ""),
    };
    let reply = Reply::new()
        .with("valid", parsed.is_ok())
        .with("phone_e164", number)
        .with("country", country)
        .with("phone", number)
        .with("phone_valid", parsed.is_ok());
    Ok(match parsed {
        Ok(_) => reply,
        Err(refusal) => reply.error(refusal.to_string()),
    })
}
