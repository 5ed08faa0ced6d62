//! From a header value to a permit.
