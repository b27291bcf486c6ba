//! One plugin, measured.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use futures_util::future::try_join_all;
use gatefold_engine::ExecuteStepRequest;
use gatefold_engine::plugin_service_client::PluginServiceClient;
use gatefold_engine_host::{Host, Launch, Plugin};
use hdrhistogram::Histogram;
use tonic::transport::Channel;

use super::calls::{self, Call, JWT_SECRET};
use crate::clock::Moment;
use crate::processes::Processes;

/// Calls in flight at once.
const IN_FLIGHT: [usize; 2] = [1, 32];
/// Each call is made this long before it counts.
const WARM_UP: Duration = Duration::from_millis(500);

/// What one plugin did in one round.
pub(super) struct Run {
    /// Median time from launch to handshake.
    pub(super) handshake: Duration,
    /// Resident memory after the start calls, in KiB.
    pub(super) memory_at_start: u64,
    /// Resident memory after everything, in KiB.
    pub(super) memory_after: u64,
    /// Each call at each number in flight.
    pub(super) figures: Vec<Figure>,
}

/// One call at one number in flight.
pub(super) struct Figure {
    /// The call.
    pub(super) name: &'static str,
    /// How many at once.
    pub(super) in_flight: usize,
    /// Calls each second.
    pub(super) rate: f64,
    /// Median latency.
    pub(super) p50: Duration,
    /// 99th percentile.
    pub(super) p99: Duration,
    /// The plugin's processor time for each call, user and system.
    pub(super) cpu: Duration,
}

/// Measures a plugin.
pub(super) async fn plugin(binary: &Path, seconds: u64, starts: u32) -> Result<Run> {
    let launch = Launch::of(binary).with(JWT_SECRET.0, JWT_SECRET.1);
    let handshake = handshake(&launch, starts).await?;
    let plugin = Plugin::launch(&launch).await?;
    let host = Host::start(&plugin).await?;
    let process = plugin.id().context("the plugin ended")?;
    let watched = Processes {
        servers: vec![process],
        postmaster: None,
    };
    let memory_at_start = watched.usage().servers_kib.unwrap_or_default();
    let calls = calls::prepare(&host).await?;
    let mut figures = Vec::new();
    for call in &calls {
        for in_flight in IN_FLIGHT {
            flood(&host.client, call, in_flight, WARM_UP).await?;
            let before = watched.usage();
            let histogram =
                flood(&host.client, call, in_flight, Duration::from_secs(seconds)).await?;
            let after = watched.usage();
            figures.push(figure(call.name, in_flight, &histogram, (before, after)));
        }
    }
    let memory_after = watched.usage().servers_kib.unwrap_or_default();
    let ended = plugin.stop().await?;
    ensure!(!ended.killed, "the plugin did not end in two seconds");
    Ok(Run {
        handshake,
        memory_at_start,
        memory_after,
        figures,
    })
}

/// Median time from launch to the handshake line.
async fn handshake(launch: &Launch, starts: u32) -> Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..starts {
        let begun = Moment::now();
        let plugin = Plugin::launch(launch).await?;
        times.push(
            plugin
                .handshake_at()
                .saturating_duration_since(begun.into()),
        );
        plugin.stop().await?;
    }
    times.sort_unstable();
    Ok(times[times.len() / 2])
}

/// Keeps this many calls in flight for this long, in a closed loop.
async fn flood(
    client: &PluginServiceClient<Channel>,
    call: &Call,
    in_flight: usize,
    time: Duration,
) -> Result<Histogram<u64>> {
    let end = Moment::now().plus(time);
    let loops = (0..in_flight).map(|_| one_loop(client.clone(), call, end));
    let mut all = histogram()?;
    for one in try_join_all(loops).await? {
        all.add(one)?;
    }
    Ok(all)
}

async fn one_loop(
    mut client: PluginServiceClient<Channel>,
    call: &Call,
    end: Moment,
) -> Result<Histogram<u64>> {
    let mut histogram = histogram()?;
    loop {
        let begun = Moment::now();
        if begun >= end {
            return Ok(histogram);
        }
        let request: ExecuteStepRequest = call.request.clone();
        let response = client.execute_step(request).await?.into_inner();
        ensure!(
            response.error.is_empty() != call.fails,
            "{} answers {:?}",
            call.name,
            response.error
        );
        histogram.saturating_record(u64::try_from(begun.elapsed().as_nanos())?);
    }
}

fn histogram() -> Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(100, 60_000_000_000, 3)?)
}

fn figure(
    name: &'static str,
    in_flight: usize,
    histogram: &Histogram<u64>,
    (before, after): (crate::processes::Usage, crate::processes::Usage),
) -> Figure {
    let calls = u32::try_from(histogram.len()).unwrap_or(u32::MAX).max(1);
    let cpu = after
        .servers
        .unwrap_or_default()
        .saturating_sub(before.servers.unwrap_or_default());
    Figure {
        name,
        in_flight,
        rate: f64::from(calls) / after.at.since(before.at).as_secs_f64(),
        p50: Duration::from_nanos(histogram.value_at_quantile(0.5)),
        p99: Duration::from_nanos(histogram.value_at_quantile(0.99)),
        cpu: cpu / calls,
    }
}
