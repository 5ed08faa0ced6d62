//! Running the validator and reading its answer.

use serde_json::Value;

use crate::{
    sandbox::{Outcome, Sandbox},
    tokens::{self, NOW},
};

/// Exit status, and code of a refusal.
pub(crate) type Answer = (i32, Option<String>);

pub(crate) const VALID: Answer = (0, None);
pub(crate) const NOT_VERIFIED: Answer = (3, None);

pub(crate) fn refused(code: &str) -> Answer {
    (1, Some(code.to_owned()))
}

pub(crate) fn sandbox() -> Sandbox {
    Sandbox::new(env!("CARGO_BIN_EXE_jwt-validator"))
}

pub(crate) fn usual() -> String {
    tokens::with_claims(&tokens::usual_claims())
}

/// The answer at the usual time.
pub(crate) fn answer(sandbox: &Sandbox, arguments: &[&str]) -> Answer {
    answer_at(NOW, sandbox, arguments)
}

pub(crate) fn answer_at(now: &str, sandbox: &Sandbox, arguments: &[&str]) -> Answer {
    let outcome = sandbox.run(["--format", "json", "--now", now].iter().chain(arguments));
    (outcome.status, code(&outcome))
}

pub(crate) fn code(outcome: &Outcome) -> Option<String> {
    let object: Value =
        serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("{outcome:?}"));
    object["code"].as_str().map(str::to_owned)
}
