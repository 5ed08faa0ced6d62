//! What the host gives a process.
