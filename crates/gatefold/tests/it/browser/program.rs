//! The program itself, serving.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use gatefold_store::{ConnectOptions, Database};

use crate::program::folder;

/// How long it may take to start, and to stop.
const PATIENCE: Duration = Duration::from_secs(20);

/// One `gatefold serve`, which ends with the value or with the test process.
pub(super) struct Program {
    /// Where it says that it answers.
    pub(super) url: String,
    folder: PathBuf,
    said: Receiver<String>,
    guard: Child,
    lifeline: Option<ChildStdin>,
}

impl Program {
    /// Serves on an SQLite database of its own.
    pub(super) fn start(test: &str) -> Self {
        let port = free_port();
        Self::start_with(&folder(test, None), port, &[])
    }

    /// Serves at this port with these settings.
    pub(super) fn start_with(folder: &Path, port: u16, settings: &[(&str, &str)]) -> Self {
        let log = std::fs::File::create(folder.join(format!("{port}.log"))).unwrap();
        let mut guard = Command::new("/bin/sh")
            .args(["-c", include_str!("guard.sh"), "gatefold-program-guard"])
            .args([env!("CARGO_BIN_EXE_gatefold"), "serve"])
            .env_clear()
            .env("GATEFOLD_LISTEN", format!("127.0.0.1:{port}"))
            .env("GATEFOLD_DATA_DIR", folder)
            .envs(settings.iter().copied())
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            // A group of its own: Ctrl-C reaches it through the closing pipe only.
            .process_group(0)
            .spawn()
            .unwrap();
        let lifeline = guard.stdin.take();
        let output = BufReader::new(guard.stdout.take().unwrap());
        let (sender, said) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let mut program = Self {
            url: String::new(),
            folder: folder.to_owned(),
            said,
            guard,
            lifeline,
        };
        program.url = program.says("Gatefold answers at ");
        program
    }

    /// The one-time link it prints while nobody can sign in.
    pub(super) fn setup_link(&self) -> String {
        self.says("  ")
    }

    /// The rest of the next line that begins so.
    fn says(&self, beginning: &str) -> String {
        loop {
            let line = self.said.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("it says why in {}", self.folder.display()));
            if let Some(rest) = line.strip_prefix(beginning) {
                return rest.to_owned();
            }
        }
    }

    /// Its SQLite database, to look and reach behind the pages.
    pub(super) async fn database(&self) -> Database {
        let file = format!("sqlite://{}", self.folder.join("gatefold.db").display());
        let options = ConnectOptions { max_connections: 2 };
        Database::connect(&file, &options).await.unwrap()
    }

    /// Stops it as an operator would.
    pub(super) fn stop(mut self) {
        drop(self.lifeline.take());
        let ended = self.guard.wait().unwrap();
        assert!(
            ended.success(),
            "{ended}; it says why in {}",
            self.folder.display()
        );
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        let _ = self.guard.wait();
    }
}

/// A port nobody listens at. Somebody may take it before the program does, which then says so.
pub(super) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}
