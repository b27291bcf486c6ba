//! Who is killed when.

use std::time::Duration;

use super::flow::Flow;
use super::ledger::Source;
use super::world::World;
use crate::clock::Moment;
use crate::local::Local;
use crate::progress::Progress;

/// How often a restart is tried.
const RESTARTS: usize = 3;

/// Some instances are killed, one after the other, stay down for a while and are started again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Blow {
    /// From the last restart to the first kill.
    pub(crate) after: Duration,
    /// Who; never everybody, unless the plan wants them all down.
    pub(crate) victims: Vec<usize>,
    /// From one kill to the next.
    pub(crate) gap: Duration,
    /// From the last kill to the first restart.
    pub(crate) down: Duration,
}

/// The plan: it follows from the seed alone. Every twelfth blow takes all instances down for a moment, some take
/// two at once if a third one stays up, the others one.
pub(crate) fn plan(seed: u64, instances: usize, kills: usize) -> Vec<Blow> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut blows = Vec::new();
    let mut left = kills;
    while left > 0 {
        let mut victims: Vec<usize> = (0..instances).collect();
        rng.shuffle(&mut victims);
        let together = match blows.len() % 12 {
            11 => instances,
            _ if instances > 2 && rng.u8(..4) == 0 => 2,
            _ => 1,
        };
        victims.truncate(together.min(left));
        left -= victims.len();
        blows.push(Blow {
            after: Duration::from_millis(rng.u64(5..150)),
            victims,
            gap: Duration::from_millis(rng.u64(0..40)),
            down: Duration::from_millis(rng.u64(0..120)),
        });
    }
    blows
}

/// Carries the plan out. Instances that run when it is done all run.
///
/// # Errors
/// When an instance does not start again in several attempts.
pub(crate) async fn strike(
    local: &mut Local,
    world: &World,
    blows: &[Blow],
    progress: &Progress,
) -> anyhow::Result<()> {
    for blow in blows {
        Moment::now().plus(blow.after).reached().await;
        for (order, victim) in blow.victims.iter().enumerate() {
            if order > 0 {
                Moment::now().plus(blow.gap).reached().await;
            }
            world.fleet.falls(*victim);
            local.kill_instance(*victim).await;
            progress.add(1);
        }
        Moment::now().plus(blow.down).reached().await;
        for victim in &blow.victims {
            restart(local, world, *victim).await?;
        }
        progress.say(world.progress());
    }
    Ok(())
}

/// An instance that was killed must start again at once; a second attempt is made so that the run can go on.
async fn restart(local: &mut Local, world: &World, number: usize) -> anyhow::Result<()> {
    let mut attempt = 1;
    loop {
        let began = Moment::now();
        match local.start_instance(number).await {
            Ok(()) => {
                world.tally.borrow_mut().restarts.push(began.elapsed());
                world.fleet.rises(number);
                return Ok(());
            }
            Err(error) => {
                let source = Source {
                    flow: Flow::Restart,
                    instance: Some(number),
                };
                world.unexplained(source, format!("{error:#}"));
                if attempt == RESTARTS {
                    return Err(error);
                }
                attempt += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_decides_the_plan() {
        assert_eq!(plan(1, 3, 50), plan(1, 3, 50));
        assert_ne!(plan(1, 3, 50), plan(2, 3, 50));
    }

    #[test]
    fn the_plan_has_as_many_kills_as_were_asked_for() {
        for (instances, kills) in [(1, 7), (2, 30), (3, 200), (5, 1)] {
            let planned: usize = plan(9, instances, kills)
                .iter()
                .map(|blow| blow.victims.len())
                .sum();
            assert_eq!(planned, kills);
        }
    }

    #[test]
    fn somebody_stays_up_except_in_every_twelfth_blow() {
        let blows = plan(3, 3, 500);
        for (number, blow) in blows.iter().enumerate() {
            let mut victims = blow.victims.clone();
            victims.sort_unstable();
            victims.dedup();
            assert_eq!(victims.len(), blow.victims.len(), "nobody twice");
            assert!(number % 12 == 11 || victims.len() < 3, "blow {number}");
        }
        assert!(blows.iter().any(|blow| blow.victims.len() == 2));
        assert!(blows.iter().any(|blow| blow.victims.len() == 3));
    }
}
