//! What the host gives a process: variables, the `.env` file, the time.
//!
//! The environment and the system clock are read here and nowhere else; everybody else is handed
//! an [`Environment`] and a number.

#[cfg(feature = "cli")]
pub mod cli;
pub mod clock;
mod environment;

pub use environment::{EnvError, Environment};
