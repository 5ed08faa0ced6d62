//! The one runner.
fn main() {}
