//! A terminal client for A2A agents.
fn main() {}
