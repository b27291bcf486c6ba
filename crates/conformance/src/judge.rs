//! Verdicts: what an answer is worth.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::case::Case;
use crate::matching::{self, Context, Mismatch};

/// What became of a case when it was run.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// An output.
    Output(Map<String, Value>),
    /// An error: `host-config`, `host-input` or `step-error`, and its text.
    Error(&'static str, String),
    /// The case does not concern us; why.
    NotApplicable(&'static str),
}

/// The verdict on a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// As the case says.
    Pass,
    /// The reference is wrong here; ours answers as it should.
    Better,
    /// Does not concern us.
    NotApplicable,
    /// Neither.
    Fail,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pass => "PASS",
            Self::Better => "BETTER",
            Self::NotApplicable => "N/A",
            Self::Fail => "FAIL",
        })
    }
}

/// A verdict and its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The case.
    pub id: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in a line.
    pub reason: String,
}

/// Our own answer to a case that the reference gets wrong, or that we answer otherwise on purpose.
#[derive(Debug, Clone, Deserialize)]
pub struct Better {
    /// The invariant or bug it is about (V7, B10), or `unreachable`.
    pub number: String,
    /// What ours does, in a sentence.
    pub why: String,
    /// Members of our answer.
    #[serde(default)]
    expect: Option<Value>,
    /// Members our answer must not have.
    #[serde(default)]
    expect_absent: Vec<String>,
    /// The error instead of an answer.
    #[serde(default)]
    expect_error: Option<Value>,
}

/// All of them, by case.
pub fn better() -> &'static BTreeMap<String, Better> {
    static BETTER: OnceLock<BTreeMap<String, Better>> = OnceLock::new();
    BETTER.get_or_init(|| {
        serde_json::from_str(include_str!("../better.json"))
            .expect("better.json is a map of cases to answers")
    })
}

/// What a case, or our own table, says of an answer.
struct Expected<'a> {
    members: Option<&'a Value>,
    absent: &'a [String],
    error: Option<&'a Value>,
}

/// Judges the answer to a case. `asked` is what is wrong with what the other servers were asked.
pub fn judge(case: &Case, context: Context, answer: &Answer, asked: Mismatch) -> (Verdict, String) {
    if let Answer::NotApplicable(reason) = answer {
        return (Verdict::NotApplicable, (*reason).to_owned());
    }
    let reference = Expected {
        members: case.expect.as_ref(),
        absent: &case.expect_absent,
        error: case.expect_error.as_ref(),
    };
    let differs = differs(&reference, context, answer).or(asked);
    match (better().get(&case.id), case.reference_defect, differs) {
        (Some(ours), _, Some(_)) => {
            let expected = Expected {
                members: ours.expect.as_ref(),
                absent: &ours.expect_absent,
                error: ours.expect_error.as_ref(),
            };
            match self::differs(&expected, context, answer) {
                None => (Verdict::Better, format!("{}: {}", ours.number, ours.why)),
                Some(mismatch) => (
                    Verdict::Fail,
                    format!("not the better answer either: {mismatch}"),
                ),
            }
        }
        (Some(ours), _, None) => (
            Verdict::Fail,
            format!(
                "answers as the reference does, although {} says: {}",
                ours.number, ours.why
            ),
        ),
        (None, true, None) => (
            Verdict::Fail,
            "answers as the reference does, which is wrong here".to_owned(),
        ),
        (None, true, Some(mismatch)) => {
            let wanted = case
                .wanted()
                .map_or(String::new(), |wanted| format!("wanted: {wanted}; "));
            (
                Verdict::Better,
                format!("{wanted}unlike the reference: {mismatch}"),
            )
        }
        (None, false, None) => (Verdict::Pass, case.name.clone()),
        (None, false, Some(mismatch)) => (Verdict::Fail, mismatch),
    }
}

fn differs(expected: &Expected<'_>, context: Context, answer: &Answer) -> Mismatch {
    match (answer, expected.error) {
        (Answer::Output(members), None) => {
            let found = Value::Object(members.clone());
            let wrong = expected
                .members
                .and_then(|expected| context.compare("output", expected, Some(&found)));
            wrong.or_else(|| {
                let present = |key: &&String| {
                    members
                        .get(*key)
                        .is_some_and(|value| !matching::is_default(value))
                };
                let key = expected.absent.iter().find(present)?;
                Some(format!("output.{key}: expected absent, found a value"))
            })
        }
        (Answer::Error(_, text), Some(error)) => {
            context.compare("error", error, Some(&Value::String(text.clone())))
        }
        (Answer::Error(place, text), None) => Some(format!("{place}: {text}")),
        (Answer::Output(_), Some(_)) => Some("expected an error, found an output".to_owned()),
        (Answer::NotApplicable(_), _) => None,
    }
}
