//! The generator from the outside: real binary, folder of its own, empty environment.
#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod commands;
mod keys;
mod pem_keys;
mod sandbox;
