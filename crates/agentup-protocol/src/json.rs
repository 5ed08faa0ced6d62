//! JSON in a hurry: what every request passes, read and written in a fraction of the time that
//! `serde_json` takes for it, with the same outcome to the byte.
//!
//! What is out of the ordinary is left to `serde_json`, so that the code here has only the usual.

mod read;
mod text;
mod write;

pub(crate) use read::{Reader, once};
pub(crate) use write::RAW_VALUE;
pub use write::{to_string, to_vec};

#[cfg(test)]
pub(crate) mod tests;
