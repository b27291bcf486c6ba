//! The processes of a run: what they use, processor time and resident memory as Linux accounts for them in `/proc`,
//! and how they are stopped.

use std::path::Path;
use std::time::Duration;

use tokio::process::Child;
use tokio::time::timeout;

use crate::clock::Moment;

/// How long a process may take to stop after SIGTERM.
const STOP_PATIENCE: Duration = Duration::from_secs(10);

/// The processes to watch, beside this program itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Processes {
    /// The servers. Empty for a target that was running already.
    pub(crate) servers: Vec<u32>,
    /// PostgreSQL's first process, whose children serve the connections; `None` without PostgreSQL of our own.
    pub(crate) postmaster: Option<u32>,
}

/// What the processes had used up to a moment. Figures of processes that are not watched are absent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// When it was read.
    pub(crate) at: Moment,
    /// Processor time of the servers, user and system.
    pub(crate) servers: Option<Duration>,
    /// Processor time of the database server and of its children, those that ended among them.
    pub(crate) database: Option<Duration>,
    /// Processor time of this program.
    pub(crate) client: Option<Duration>,
    /// Resident memory of the servers at that moment, in KiB.
    pub(crate) servers_kib: Option<u64>,
}

/// One line of `/proc/<pid>/stat`, as far as it matters here. Times are in clock ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    own: u64,
    /// Of children that ended and were waited for.
    ended_children: u64,
}

impl Processes {
    /// Reads what they have used until now. A process that is gone counts as zero.
    pub(crate) fn usage(&self) -> Usage {
        let watched = (!self.servers.is_empty()).then_some(&self.servers);
        Usage {
            at: Moment::now(),
            servers: watched.map(|servers| ticks(servers.iter().map(|id| own_ticks(*id)).sum())),
            database: self.postmaster.map(|id| ticks(family_ticks(id))),
            client: stat("self").map(|stat| ticks(stat.own)),
            servers_kib: watched.map(|servers| {
                let resident = servers.iter().filter_map(|id| resident_kib(*id));
                resident.sum()
            }),
        }
    }
}

/// Stops a process as an operator would, with SIGTERM, and kills it if that takes longer than ten seconds.
pub(crate) async fn stop(child: &mut Child) {
    let id = child.id().and_then(|id| i32::try_from(id).ok());
    if let Some(id) = id.and_then(rustix::process::Pid::from_raw) {
        // Fails only for a process that is gone already; so does killing it.
        let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
    }
    if timeout(STOP_PATIENCE, child.wait()).await.is_err() {
        let _ = child.kill().await;
    }
}

fn own_ticks(process: u32) -> u64 {
    stat(&process.to_string()).map_or(0, |stat| stat.own)
}

/// Ticks of a process and its children. Processor time of a child that ends moves to `ended_children`.
fn family_ticks(process: u32) -> u64 {
    let first = stat(&process.to_string()).map_or(0, |stat| stat.own + stat.ended_children);
    let others = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let children = others.filter_map(|entry| {
        let name = entry.file_name();
        let name = name.to_str().filter(|name| is_number(name))?;
        stat(name).filter(|stat| stat.parent == process)
    });
    first + children.map(|child| child.own).sum::<u64>()
}

fn is_number(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_digit())
}

fn stat(process: &str) -> Option<Stat> {
    let path = Path::new("/proc").join(process).join("stat");
    parse_stat(&std::fs::read_to_string(path).ok()?)
}

/// The name in parentheses may hold anything, parentheses and spaces too, so fields are counted from the last one.
fn parse_stat(line: &str) -> Option<Stat> {
    let (_, fields) = line.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_ascii_whitespace().collect();
    let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        own: number(11)? + number(12)?,
        ended_children: number(13)? + number(14)?,
    })
}

fn ticks(count: u64) -> Duration {
    let per_second = rustix::param::clock_ticks_per_second().max(1);
    Duration::from_millis(count * 1_000 / per_second)
}

fn resident_kib(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    kib_of(&status, "VmRSS:")
}

/// The figure behind a name in the format that `/proc/<pid>/status` and `/proc/meminfo` share, in KiB.
pub(crate) fn kib_of(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_may_be_called_anything() {
        let line = "17 (a) R 9 (b)) S 4 17 17 0 -1 4194560 1 2 3 4 250 50 7 3 20 0 1 0 99 1 2";
        let expected = Stat {
            parent: 4,
            own: 300,
            ended_children: 10,
        };
        assert_eq!(parse_stat(line), Some(expected));
        assert_eq!(parse_stat("17 (cut) S 4 17"), None);
    }

    #[test]
    fn this_process_uses_memory_and_its_parent_is_found() {
        let me = std::process::id();
        assert!(resident_kib(me).is_some_and(|kib| kib > 100));
        let mine = stat("self").expect("Linux");
        let parent = family_ticks(mine.parent);
        assert!(parent >= mine.own, "{parent} {mine:?}");
    }

    #[test]
    fn what_is_not_watched_is_absent() {
        let usage = Processes::default().usage();
        assert_eq!((usage.servers, usage.database), (None, None));
        assert!(usage.client.is_some());
    }

    #[test]
    fn a_figure_is_found_by_its_whole_name() {
        let text = "VmRSSx: 1 kB\nVmRSS:\t  4711 kB\n";
        assert_eq!(kib_of(text, "VmRSS:"), Some(4711));
        assert_eq!(kib_of(text, "VmHWM:"), None);
    }
}
