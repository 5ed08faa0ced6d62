//! The generator from the outside: real binary, folder of its own, empty environment.
#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod claims;
#[cfg(feature = "issuer")]
mod issuer;
#[cfg(feature = "issuer")]
mod issuer_process;
mod keygen;
mod keys;
mod output;
mod pem_keys;
mod private_keys;
mod run;
mod sandbox;
mod usage;
