//! The `agentup-server` binary.
fn main() {}
