//! Every case of the step contract, run in this process through every edge that can say it.

use std::collections::BTreeSet;

use gatefold_conformance::{Case, Edges, Report, Verdict, case, conform, judge};

/// How many cases ours may answer otherwise on purpose, beside those where the reference is wrong.
const MOST_DEVIATIONS: usize = 12;

fn cases() -> Vec<Case> {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/vectors/auth-steps.json"
    );
    case::parse(&std::fs::read_to_string(file).expect("the cases are in the repository"))
        .expect("cases")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_is_answered_as_it_says_or_better() {
    let ports = gatefold_ports::system();
    let mut reports: Vec<Report> = Vec::new();
    for case in cases() {
        reports.push(conform(&case, &ports, Edges::Both).await);
    }
    let count = |verdict| {
        reports
            .iter()
            .filter(|report| report.verdict == verdict)
            .count()
    };
    let failed: Vec<String> = reports
        .iter()
        .filter(|report| report.verdict == Verdict::Fail)
        .map(|report| format!("{}: {}", report.id, report.reason))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(count(Verdict::Pass) > 400, "most cases concern us");
}

/// A listed answer that the reference gives too fails in the test above; here, that each is about a
/// case that exists, and that there are few where the reference is not wrong.
#[test]
fn the_list_of_better_answers_is_honest() {
    let cases = cases();
    let ids: BTreeSet<&str> = cases.iter().map(|case| case.id.as_str()).collect();
    let stray: Vec<&String> = judge::better()
        .keys()
        .filter(|id| !ids.contains(id.as_str()))
        .collect();
    assert!(stray.is_empty(), "{stray:?}");
    let unlisted = cases
        .iter()
        .filter(|case| case.reference_defect && !judge::better().contains_key(&case.id));
    let unlisted: Vec<&str> = unlisted.map(|case| case.id.as_str()).collect();
    assert!(
        unlisted.is_empty(),
        "these have no answer of ours: {unlisted:?}"
    );
    let deviations = cases
        .iter()
        .filter(|case| !case.reference_defect && judge::better().contains_key(&case.id));
    assert!(deviations.count() <= MOST_DEVIATIONS);
    for (id, better) in judge::better() {
        let numbered = better.number.starts_with(['V', 'B', 'T']) || better.number == "unreachable";
        assert!(numbered && !better.why.is_empty(), "{id}");
    }
}
