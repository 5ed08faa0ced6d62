//! What every command-line tool needs besides variables: input, times, safe output, and usage errors
//! that keep secrets.

pub mod input;
pub mod terminal;
pub mod usage;
pub mod when;
