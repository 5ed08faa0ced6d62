//! Secrets: what is taken and what is refused.
