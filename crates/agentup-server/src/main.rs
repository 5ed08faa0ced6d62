//! The `agentup-server` binary.

use std::process::ExitCode;

// A request makes and drops some dozens of values. This allocator does that in half the time of the
// C library's, and asks the kernel for memory less often. It stands in for `malloc` and `free`, which
// is what Rust allocates with by itself.
use mimalloc as _;

fn main() -> ExitCode {
    agentup_server::cli::run()
}
