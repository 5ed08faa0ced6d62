//! Mints JSON Web Tokens.
fn main() {}
