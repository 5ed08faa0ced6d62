//! The files that the process may have open. Every connection is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What is open beside connections: of threads, logs, services, keys.
const OTHERS: u64 = 256;

/// Lets the process open as many files as it may, and answers for how many connections that is
/// enough, of `wanted`.
pub(crate) fn make_room(wanted: usize) -> usize {
    let before = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: before.maximum,
        maximum: before.maximum,
    };
    let after = match setrlimit(Resource::Nofile, most) {
        Ok(()) => most.current,
        Err(error) => {
            tracing::warn!(%error, "the number of open files cannot be raised");
            before.current
        }
    };
    // None is no limit.
    let Some(files) = after else {
        return usize::MAX;
    };
    if before.current != after {
        tracing::info!(
            from = before.current,
            to = files,
            "raised the number of open files"
        );
    }
    // A small part of very few is still something.
    let connections = files.saturating_sub(OTHERS).max(files / 2);
    let connections = usize::try_from(connections).unwrap_or(usize::MAX);
    if connections < wanted {
        tracing::warn!(
            files,
            connections,
            wanted,
            "the system lets the process open too few files for server.limits.connections: raise \
             its limit (LimitNOFILE, ulimit -n), or lower the setting",
        );
    }
    connections
}
