//! What is logged of a panic.

use std::panic::{PanicHookInfo, set_hook};

use crate::stderr::{Level, stderr_line};

/// From now on a panic anywhere in the process is one log line that names its place. Its text stays out: it may
/// hold what the call was given, and the host's log is read by many.
pub fn install_panic_hook() {
    set_hook(Box::new(|info| {
        // Without a reader of stderr there is nobody to tell.
        let _ = stderr_line(Level::Error, &describe(info));
    }));
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("without a name").to_owned();
    match info.location() {
        Some(place) => format!("panic at {place} (thread {thread})"),
        None => format!("panic at an unknown place (thread {thread})"),
    }
}
