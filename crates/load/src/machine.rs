//! The machine that a run took place on, as it says of itself.

use std::process::Command;

use sqlx::Connection as _;

use crate::processes::kib_of;
use crate::report::figures::{count, several};
use crate::summary::Machine;

/// Describes the machine. What cannot be read is empty or absent. `database_url` is the database's address, if known.
pub(crate) async fn describe(database_url: Option<&str>) -> Machine {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let memory = kib_of(&read("/proc/meminfo"), "MemTotal:").unwrap_or_default();
    Machine {
        processor: after(&read("/proc/cpuinfo"), "model name", ':').unwrap_or_default(),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        memory_mib: memory / 1024,
        system: after(&read("/etc/os-release"), "PRETTY_NAME", '=').unwrap_or_default(),
        rustc: said("rustc", &["--version"]),
        commit: said("git", &["rev-parse", "--short", "HEAD"]),
        database: match database_url {
            Some(url) => version(url).await,
            None => None,
        },
    }
}

/// The machine in one line; what is not known is left out.
pub(crate) fn line(machine: &Machine) -> String {
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let parts = [
        filled(&machine.processor),
        (machine.cores > 0).then(|| several(machine.cores as u64, "core", "cores")),
        (machine.memory_mib > 0).then(|| format!("{} MiB", count(machine.memory_mib))),
        filled(&machine.system),
        machine.database.clone(),
        machine.rustc.clone(),
        machine
            .commit
            .as_ref()
            .map(|commit| format!("commit {commit}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The value of the first line that has this key.
fn after(text: &str, key: &str, sign: char) -> Option<String> {
    let mut lines = text.lines().filter_map(|line| line.split_once(sign));
    let (_, value) = lines.find(|(name, _)| name.trim() == key)?;
    Some(value.trim().trim_matches('"').to_owned())
}

/// What a tool prints, if it is there.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned()).filter(|text| output.status.success() && !text.is_empty())
}

async fn version(url: &str) -> Option<String> {
    if url.starts_with("sqlite:") {
        let mut memory = sqlx::SqliteConnection::connect("sqlite::memory:")
            .await
            .ok()?;
        let version = sqlx::query_scalar::<_, String>("SELECT sqlite_version()");
        let version = version.fetch_one(&mut memory).await.ok()?;
        return Some(format!("SQLite {version}"));
    }
    let mut connection = sqlx::PgConnection::connect(url).await.ok()?;
    let version = sqlx::query_scalar::<_, String>("SELECT version()");
    let version = version.fetch_one(&mut connection).await.ok()?;
    Some(shortened(&version))
}

/// `PostgreSQL 15.14`, without the compiler that built it.
fn shortened(version: &str) -> String {
    let words: Vec<&str> = version.split_ascii_whitespace().take(2).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_their_keys() {
        let text = "model\t\t: 49\nmodel name\t: AMD EPYC 7\nmodel name\t: other\n";
        assert_eq!(
            after(text, "model name", ':').as_deref(),
            Some("AMD EPYC 7")
        );
        let release = "NAME=\"x\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n";
        let found = after(release, "PRETTY_NAME", '=');
        assert_eq!(found.as_deref(), Some("Debian GNU/Linux 12 (bookworm)"));
        assert_eq!(after(text, "flags", ':'), None);
    }

    #[test]
    fn what_is_not_known_of_a_machine_is_left_out() {
        assert_eq!(line(&Machine::default()), "");
        let known = Machine {
            cores: 2,
            memory_mib: 7_976,
            commit: Some("abc".to_owned()),
            ..Machine::default()
        };
        assert_eq!(line(&known), "2 cores, 7,976 MiB, commit abc");
    }

    #[test]
    fn a_version_ends_where_the_packager_begins() {
        let said = "PostgreSQL 15.14 (Debian 15.14-0+deb12u1) on x86_64-pc-linux-gnu, compiled by";
        assert_eq!(shortened(said), "PostgreSQL 15.14");
    }
}
