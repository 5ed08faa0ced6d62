//! Who may do what, as the requirement document tests it: the matrix as data, and how an answer
//! of an agent is read as allowed or denied.

use std::fmt;

use crate::http::Answer;

/// One cell: a token with these scopes asks for this skill.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    /// As `jwt-generator --scopes` takes them.
    pub(crate) scopes: &'static str,
    pub(crate) skill: &'static str,
    pub(crate) expected: Access,
}

/// What an agent decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Allowed,
    Denied,
}

use Access::{Allowed, Denied};

/// The document's seven cases, then two that its text promises: a scope includes those before it,
/// and scopes may be separated by spaces.
pub(crate) const MATRIX: &[Case] = &[
    case("", "public_echo", Allowed),
    case("basic", "basic_assistant", Allowed),
    case("", "basic_assistant", Denied),
    case("basic,premium", "premium_analyzer", Allowed),
    case("basic", "premium_analyzer", Denied),
    case("basic,premium,admin", "admin_status", Allowed),
    case("basic,premium", "admin_status", Denied),
    case("admin", "basic_assistant", Allowed),
    case("basic premium", "premium_analyzer", Allowed),
];

impl Access {
    /// Reads an answer to `message/send`: a denial is either the document's artifact that begins
    /// with ❌ or HTTP 403.
    ///
    /// # Errors
    /// What is neither, in words for a table.
    pub(crate) fn of(answer: &Answer) -> Result<Self, String> {
        const TEXT: &str = "/result/artifacts/0/parts/0/text";
        match (answer.status, answer.body.pointer(TEXT)) {
            (403, _) => Ok(Denied),
            (200, Some(text)) => {
                let denied = text.as_str().is_some_and(|text| text.starts_with('❌'));
                Ok(if denied { Denied } else { Allowed })
            }
            (200, None) => Err("HTTP 200 without an artifact".to_owned()),
            (status, _) => Err(format!("HTTP {status}")),
        }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
        })
    }
}

const fn case(scopes: &'static str, skill: &'static str, expected: Access) -> Case {
    Case {
        scopes,
        skill,
        expected,
    }
}

/// A table of expectations under way: each line as soon as it is known, and the count at the end.
#[derive(Debug, Default)]
pub(crate) struct Table {
    passed: usize,
    failed: usize,
}

impl Table {
    /// Prints the heading.
    pub(crate) fn begin() -> Self {
        println!(
            "   verdict  {:<22} {:<18} {:<9} actual",
            "scopes", "skill", "expected"
        );
        Self::default()
    }

    /// Prints one line.
    pub(crate) fn line(
        &mut self,
        scopes: &str,
        skill: &str,
        expected: Access,
        actual: &Result<Access, String>,
    ) {
        let passed = actual.as_ref() == Ok(&expected);
        let verdict = if passed { "✅ PASS   " } else { "❌ FAIL   " };
        let scopes = match scopes {
            "" => "none",
            scopes => scopes,
        };
        let actual = match actual {
            Ok(access) => access.to_string(),
            Err(what) => what.clone(),
        };
        println!("{verdict}  {scopes:<22} {skill:<18} {expected:<9} {actual}");
        if passed {
            self.passed = self.passed.saturating_add(1);
        } else {
            self.failed = self.failed.saturating_add(1);
        }
    }

    /// Prints the count; true if there was no mismatch.
    pub(crate) fn end(self) -> bool {
        println!();
        match self.failed {
            0 => println!("🎉 all {} as expected", self.passed),
            failed => println!("❌ {failed} not as expected, {} as expected", self.passed),
        }
        self.failed == 0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn access(status: u16, body: Value) -> Result<Access, String> {
        Access::of(&Answer { status, body })
    }

    fn artifact(text: &str) -> Value {
        json!({"result": {"artifacts": [{"parts": [{"kind": "text", "text": text}]}]}})
    }

    #[test]
    fn answers_are_read_as_the_document_reads_them() {
        assert_eq!(access(200, artifact("👋 Hello")), Ok(Allowed));
        assert_eq!(access(200, artifact("❌ Access denied.")), Ok(Denied));
        assert_eq!(access(403, Value::Null), Ok(Denied));
        assert_eq!(access(401, Value::Null), Err("HTTP 401".to_owned()));
        assert!(access(200, json!({"error": {"code": -32602}})).is_err());
    }
}
