//! The generator from the outside: real binary, folder of its own, empty environment.
#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod claims;
mod keys;
mod output;
mod pem_keys;
mod run;
mod sandbox;
mod usage;
