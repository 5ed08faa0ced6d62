//! Keys: what is loaded and what is refused.
