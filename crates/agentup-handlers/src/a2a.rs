//! `handler: {type: a2a}`: a skill whose work is done by another A2A agent, of either generation.
//!
//! The other agent's card says where and how it is asked. Each task of ours has one of its tasks,
//! which is followed until it ends or waits, and canceled when nobody is left to hear of it. What
//! is known of the other agent's task stands in the note of ours, so it belongs to the same owner
//! and goes when it goes. `docs/a2a-skills.md` tells users.

use std::{sync::Arc, time::Duration};

use agentup_protocol::Message;
use reqwest::{Url, header::HeaderMap};
use tokio_util::sync::CancellationToken;

use crate::{
    Reply, SkillContext, SkillError, SkillHandler,
    identity::Identity,
    middleware::Observer,
    upstream::{Fault, Limits},
};

mod card;
mod credential;
mod endpoint;
mod errand;
mod kept;
mod note;
mod peer;
mod remote;
mod wire;

pub use credential::{Credential, Grant};

use errand::Errand;
use peer::Peer;
use remote::Remote;

/// How long an agent that was asked just before a cancellation may take to name its task, which
/// cannot be canceled before. Less than what a skill has to end by itself.
const NAMING: Duration = Duration::from_secs(4);

/// Which agent it is, what it is told, and what it may take.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it is: its card is at the well-known place below, or here if this ends in `.json`.
    pub url: Url,
    /// The skill of the other agent, if not its usual one.
    pub skill_id: Option<String>,
    /// What else is sent with each request. Values that are secrets are marked as sensitive.
    pub headers: HeaderMap,
    /// What proves to the other agent who asks.
    pub credential: Option<Credential>,
    /// What it hears of the caller.
    pub identity: Identity,
    /// Hosts beside that of `url` that its card may send us to.
    pub allow_hosts: Vec<String>,
    /// What an errand may take.
    pub limits: Limits,
}

/// A skill that asks another agent.
#[derive(Debug)]
pub struct A2aSkill {
    peer: Arc<Peer>,
}

impl A2aSkill {
    /// A skill behind which this agent stands. It is not asked before the skill runs. The observer
    /// hears of each request.
    #[must_use]
    pub fn new(settings: Settings, observer: &Arc<dyn Observer>) -> Self {
        Self {
            peer: Arc::new(Peer::new(settings, observer)),
        }
    }

    async fn ask(
        &self,
        message: &Message,
        context: &SkillContext,
        named: &CancellationToken,
    ) -> Result<Reply, SkillError> {
        let endpoint = self.peer.endpoint(context).await?;
        // Nothing is begun for somebody who has left.
        if context.cancellation().is_cancelled() {
            return Ok(Reply::done());
        }
        let errand = Errand::new(Arc::clone(&self.peer), endpoint, context, named);
        errand.run(message).await
    }
}

impl SkillHandler for A2aSkill {
    async fn run(&self, message: Message, context: SkillContext) -> Result<Reply, SkillError> {
        let named = CancellationToken::new();
        let limit = self.peer.limits().whole;
        let asked = tokio::time::timeout(limit, self.ask(&message, &context, &named));
        let mut asked = Box::pin(asked);
        tokio::select! {
            biased;
            () = context.cancellation().cancelled() => {}
            reply = &mut asked => return reply.unwrap_or_else(|_elapsed| Err(Fault::Timeout.into())),
        }
        tokio::select! {
            biased;
            () = named.cancelled() => {}
            _ = asked => {}
            () = tokio::time::sleep(NAMING) => {}
        }
        // To drop the errand is to cancel it.
        Ok(Reply::done())
    }

    async fn canceled(&self, context: SkillContext) {
        let known = note::of_task(&context, self.peer.url());
        if let Some(id) = known.and_then(|note| note.task)
            && let Ok(endpoint) = self.peer.endpoint(&context).await
        {
            drop(Remote::new(Arc::clone(&self.peer), endpoint, context, id));
        }
    }
}
