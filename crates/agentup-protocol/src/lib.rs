//! A2A wire types.
