//! Descriptors that a host leaves open in its children by accident.
//!
//! A lock or the end of a pipe would otherwise live on in a plugin after its host's death, and keep
//! somebody else waiting.

use std::os::fd::RawFd;

/// Closes every descriptor above standard error. To be called first thing in `main`, before anything
/// of this process has opened one; where the system does not list them, nothing is closed.
pub fn close_inherited_descriptors() {
    for descriptor in open_descriptors() {
        // The one that listed the others is closed already: that it is gone is what we want.
        let _ = nix::unistd::close(descriptor);
    }
}

fn open_descriptors() -> Vec<RawFd> {
    let listing = std::fs::read_dir("/proc/self/fd").or_else(|_| std::fs::read_dir("/dev/fd"));
    let names = listing
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok());
    names
        .filter_map(|name| name.parse().ok())
        .filter(|descriptor| *descriptor > 2)
        .collect()
}
