//! Running the generator and reading what it made.

use agentup_auth::unverified;
use serde_json::Value;

use crate::sandbox::{Outcome, Sandbox};

pub(crate) fn sandbox() -> Sandbox {
    Sandbox::new(env!("CARGO_BIN_EXE_jwt-generator"))
}

/// The arguments of one command line without quotes.
pub(crate) fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

/// The token of a run that must have succeeded.
pub(crate) fn token(outcome: &Outcome) -> &str {
    assert_eq!(outcome.status, 0, "{outcome:?}");
    outcome.stdout.strip_suffix('\n').unwrap()
}

/// Header and claims.
pub(crate) fn decoded(token: &str) -> (Value, Value) {
    let decoded = unverified::decode(token).unwrap();
    (decoded.header.into(), decoded.claims.into())
}
