//! Shows that a server lets in whom it should and nobody else: one that checks less would be fast.

use anyhow::{Result, bail};

use crate::{
    agent::Issuer,
    ask::{Ask, message_send},
    load::ask,
    process::Server,
    requests::Question,
    tokens::{Kind, Mint},
};

/// A token, or none, a skill, and the statuses that are right.
type Case = (Option<Kind>, &'static str, &'static [u16]);

const OPEN: &str = "public_echo";
/// The skill that asks for the scope `basic`.
const SCOPED: &str = "basic_assistant";

const CASES: &[Case] = &[
    (Some(Kind::Good), OPEN, &[200]),
    (Some(Kind::Good), SCOPED, &[200]),
    (None, OPEN, &[401]),
    (Some(Kind::Malformed), OPEN, &[401]),
    (Some(Kind::BadSignature), OPEN, &[401]),
    (Some(Kind::Expired), OPEN, &[401]),
    (Some(Kind::Timeless), OPEN, &[401]),
    (Some(Kind::OtherIssuer), OPEN, &[401]),
    // Envoy says 403, which keeps the caller out as well.
    (Some(Kind::OtherAudience), OPEN, &[401, 403]),
    (Some(Kind::Unscoped), SCOPED, &[403]),
];

const OF_A_SECRET: &[Case] = &[(Some(Kind::Unsigned), OPEN, &[401])];

/// Asks a server with tokens of all kinds.
///
/// # Errors
/// When one of its answers is wrong.
pub(crate) fn prove(server: &Server, issuer: Issuer, mint: &mut Mint) -> Result<()> {
    let more = match issuer {
        Issuer::Secret => OF_A_SECRET,
        Issuer::Keys(..) => &[],
    };
    for (kind, skill, right) in CASES.iter().chain(more) {
        let question = Question {
            body: message_send(skill),
            ..Ask::Send.question(server, None)?
        };
        let token = kind.map(|kind| mint.token(kind)).transpose()?;
        let request = question.with_token(token.as_deref());
        let status = ask(server.address(), &request, |answer| {
            let text = String::from_utf8_lossy(answer.body);
            // The agent tells callers of 0.x of a missing scope in a task that is rejected.
            let denied = answer.status == 403 || text.contains(r#""rejected""#);
            Ok(if denied { 403 } else { answer.status })
        })?;
        if !right.contains(&status) {
            let token = kind.map_or_else(|| "no token".to_owned(), |kind| format!("{kind:?}"));
            bail!("it answers {status} instead of {right:?} to {token} for {skill}");
        }
    }
    Ok(())
}
