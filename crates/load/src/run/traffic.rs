//! What a unit asks of the database, counted on the wire: one client on an instance of its own, behind a proxy that
//! reads along.
//!
//! The instance has chores as well, which hit a few of the units. The median is not moved by them.

use gatefold_testkit::cut_proxy::{self, CutProxy};

use super::drive::count;
use super::people::Crowd;
use super::profile::Kind;
use super::visitor::Visitor;
use crate::browser::Browser;
use crate::local::Local;
use crate::report::figures::median;
use crate::summary::Traffic;

/// Units before counting, so that every statement is prepared.
const WARM_UP: usize = 10;
/// Units of each kind that are counted: an odd number, so that the median is one of them.
const COUNTED: usize = 51;

/// Counts what the crowd's units ask of the database on average, by their weights. The crowd must be of one client.
///
/// # Errors
/// When the instance does not start or a unit fails.
pub(crate) async fn count_on_the_wire(
    local: &Local,
    crowd: &Crowd<'_>,
    admin: &mut Browser<'_>,
) -> anyhow::Result<Traffic> {
    let proxy = CutProxy::start(&local.database_url).await?;
    let (instance, site) = local.start_aside(proxy.url()).await?;
    let mut visitors = crowd.enrol(admin, &site).await?;
    let visitor = visitors.first_mut();
    let visitor = visitor.ok_or_else(|| anyhow::anyhow!("there is nobody to count"))?;
    crowd.progress.say("counting what passes to the database");
    let mut all = Vec::new();
    for (kind, weight) in crowd.profile.mix() {
        all.push((*weight, of_kind(*kind, visitor, &proxy).await?));
    }
    drop(visitors);
    instance.stop().await;
    Ok(average(&all))
}

async fn of_kind(
    kind: Kind,
    visitor: &mut Visitor<'_>,
    proxy: &CutProxy,
) -> anyhow::Result<cut_proxy::Traffic> {
    for _ in 0..WARM_UP {
        visitor.act(kind).await?;
    }
    proxy.reset();
    let mut before = proxy.traffic();
    let mut counted = Vec::new();
    for _ in 0..COUNTED {
        visitor.act(kind).await?;
        // A ping that follows an answer may fall to the next unit; none falls between two.
        let now = proxy.traffic();
        counted.push(cut_proxy::Traffic {
            statements: now.statements - before.statements,
            round_trips: now.round_trips - before.round_trips,
            commits: now.commits - before.commits,
        });
        before = now;
    }
    let usual = |figure: fn(&cut_proxy::Traffic) -> u64| {
        median(counted.iter().map(figure)).unwrap_or_default()
    };
    Ok(cut_proxy::Traffic {
        statements: usual(|each| each.statements),
        round_trips: usual(|each| each.round_trips),
        commits: usual(|each| each.commits),
    })
}

fn average(all: &[(u32, cut_proxy::Traffic)]) -> Traffic {
    let total: u32 = all.iter().map(|(weight, _)| weight).sum();
    let mean = |figure: fn(&cut_proxy::Traffic) -> u64| {
        let weighed = all
            .iter()
            .map(|(weight, each)| f64::from(*weight) * count(figure(each)));
        weighed.sum::<f64>() / f64::from(total.max(1))
    };
    Traffic {
        statements: mean(|each| each.statements),
        round_trips: mean(|each| each.round_trips),
        commits: mean(|each| each.commits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_count_by_their_weights() {
        let each = |statements| cut_proxy::Traffic {
            statements,
            round_trips: 2 * statements,
            commits: 1,
        };
        let traffic = average(&[(3, each(10)), (1, each(2))]);
        assert_eq!((traffic.statements, traffic.round_trips), (8.0, 16.0));
        assert_eq!(traffic.commits, 1.0);
    }
}
