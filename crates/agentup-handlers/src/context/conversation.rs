//! What was said before a message: the memory of an agent, as its skills see it.

use agentup_auth::PrincipalId;
use agentup_protocol::Message;
use serde_json::Value;

/// Knows what was said in the contexts of a caller. The server's task engine implements it.
pub trait Conversations: Send + Sync {
    /// What the owner and the agent have said in this context before the message, which belongs to
    /// the task: the oldest first, as much of the latest as there is room for.
    ///
    /// Two owners who name their contexts alike have two contexts.
    fn before(
        &self,
        owner: &PrincipalId,
        context_id: &str,
        task_id: &str,
        message: &Message,
    ) -> Vec<Message>;

    /// The latest note of the task's skill about another task of the owner in this context.
    fn note_before(
        &self,
        owner: &PrincipalId,
        context_id: &str,
        task_id: &str,
        message: &Message,
    ) -> Option<Value>;
}

/// An agent that remembers nothing.
impl Conversations for () {
    fn before(&self, _: &PrincipalId, _: &str, _: &str, _: &Message) -> Vec<Message> {
        Vec::new()
    }

    fn note_before(&self, _: &PrincipalId, _: &str, _: &str, _: &Message) -> Option<Value> {
        None
    }
}
