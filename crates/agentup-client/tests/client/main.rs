//! The client's binary against agents of every kind, good and bad, on the loopback interface.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]

mod agent;
mod bad;
mod card;
mod fake;
mod once;
mod run;
mod session;
mod test;
mod token;
