//! Explains and verifies a JSON Web Token.
fn main() {}
