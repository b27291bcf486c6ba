//! Sweeping what has expired. Any number of instances may sweep at once.

use std::future::Future;
use std::time::Duration;

use gatefold_store::ceremony;

use crate::Identity;
use crate::refusal::Fault;

/// How often expired ceremonies are removed and live anonymous ones are capped.
const CEREMONIES_EVERY: Duration = Duration::from_secs(1);

/// Everything else that expires is removed once in so many ceremony sweeps.
const REST_EVERY: u32 = 60;

impl Identity {
    /// Sweeps until `stop` resolves. A failed sweep is logged and tried again: it never stops the
    /// instance, and nothing that is expired is accepted meanwhile.
    pub async fn run_maintenance(&self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let mut ticks = tokio::time::interval(CEREMONIES_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut round = 0_u32;
        loop {
            tokio::select! {
                () = &mut stop => return,
                _ = ticks.tick() => {}
            }
            if let Err(fault) = self.sweep(round.is_multiple_of(REST_EVERY)).await {
                tracing::warn!(
                    error = &fault as &dyn std::error::Error,
                    "sweeping failed; it will be tried again"
                );
            }
            round = round.wrapping_add(1);
        }
    }

    /// One sweep: ceremonies always, everything else when asked.
    ///
    /// # Errors
    /// [`Fault`] when the database fails.
    pub async fn sweep(&self, everything: bool) -> Result<(), Fault> {
        let report = ceremony::sweep(self.db()).await?;
        let capped = report.over_network_cap + report.over_total_cap;
        metrics::counter!("gatefold_ceremonies_swept_total", "reason" => "expired")
            .increment(report.expired);
        metrics::counter!("gatefold_ceremonies_swept_total", "reason" => "capped")
            .increment(capped);
        if capped > 0 {
            tracing::warn!(
                capped,
                "more sign-ins were begun than the cap allows; the oldest were dropped"
            );
        }
        if everything {
            gatefold_store::sweep(self.db()).await?;
        }
        Ok(())
    }
}
