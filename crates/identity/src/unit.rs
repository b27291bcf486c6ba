//! Ending a unit of work.

use gatefold_store::{StoreError, Unit};

use crate::refusal::{Failure, Halt, Outcome};

/// Commits what a verdict leaves behind. A refusal keeps the consumed ceremony and the audit, so
/// that a refused response cannot be tried again; a fault keeps nothing.
pub(crate) async fn settle<T>(unit: impl Unit, verdict: Result<T, Halt>) -> Outcome<T> {
    match verdict {
        Ok(value) => {
            store(unit).await?;
            Ok(value)
        }
        Err(Halt::Refuse(refusal)) => {
            store(unit).await?;
            Err(Failure::Refused(refusal))
        }
        Err(Halt::Undo(refusal)) => {
            drop(unit);
            Err(Failure::Refused(refusal))
        }
        Err(Halt::Fault(fault)) => {
            // INV-FAIL-CLOSED: nothing of a unit of work that failed is kept.
            drop(unit);
            Err(Failure::Fault(fault))
        }
    }
}

/// Commits, and counts what was audited, which only now has happened.
async fn store(mut unit: impl Unit) -> Result<(), StoreError> {
    let appended = unit.take_appended();
    unit.commit().await?;
    for (kind, outcome) in appended {
        metrics::counter!("gatefold_events_total", "kind" => kind, "outcome" => outcome)
            .increment(1);
    }
    Ok(())
}
