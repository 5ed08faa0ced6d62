//! What the service is asked: the body of a call.

use agentup_auth::Scope;
use agentup_protocol::{JsonObject, Message};
use serde::Serialize;

use super::Identity;
use crate::{SkillContext, SkillError};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Call<'a> {
    skill_id: &'a str,
    task: TaskOf<'a>,
    message: &'a Message,
    history: &'a [Message],
    context: ContextOf<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TaskOf<'a> {
    id: &'a str,
    context_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ContextOf<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<&'a JsonObject>,
    request_id: &'a str,
}

/// The body of a call.
///
/// # Errors
/// When it cannot be written, which does not happen to values that came as JSON.
pub(super) fn body(
    message: &Message,
    context: &SkillContext,
    identity: Identity,
) -> Result<Vec<u8>, SkillError> {
    let mut history = context.conversation(message);
    // The last one is the message itself.
    history.pop();
    let is_told = identity != Identity::None;
    let call = Call {
        skill_id: context.skill_id(),
        task: TaskOf {
            id: context.task_id(),
            context_id: context.context_id(),
        },
        message,
        history: &history,
        context: ContextOf {
            user_id: context.user_id().filter(|_| is_told),
            issuer: context.issuer().filter(|_| is_told),
            scopes: is_told.then(|| context.user_scopes().iter().map(Scope::as_str).collect()),
            claims: context.claims().filter(|_| is_told),
            request_id: context.request_id(),
        },
    };
    serde_json::to_vec(&call).map_err(SkillError::internal)
}
