//! The validator from the outside: real binary, folder of its own, empty environment, fixed time.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper that fails fails its test"
)]

mod answer;
mod faults;
mod keys;
mod output;
#[path = "../../../jwt-generator/tests/it/pem_keys.rs"]
mod pem_keys;
mod remote;
#[path = "../../../jwt-generator/tests/it/sandbox.rs"]
mod sandbox;
mod signatures;
mod sources;
mod tokens;
mod usage;
