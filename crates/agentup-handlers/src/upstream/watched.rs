//! Tells how the calls of what stands behind a skill end, and how long they take.

use std::{fmt, sync::Arc};

use agentup_auth::{Denied, Principal, Requirement};
use agentup_protocol::Message;
use tokio::time::Instant;

use crate::{
    Reply, SkillContext, SkillError, SkillHandler,
    middleware::{Observer, SkillEvent},
};

/// A handler whose work is done elsewhere, and somebody who hears of each of its calls.
pub struct Watched<H> {
    handler: H,
    observer: Arc<dyn Observer>,
}

impl<H: SkillHandler> Watched<H> {
    /// Tells the observer of the calls of this handler.
    #[must_use]
    pub const fn new(handler: H, observer: Arc<dyn Observer>) -> Self {
        Self { handler, observer }
    }
}

impl<H: SkillHandler> SkillHandler for Watched<H> {
    async fn run(&self, message: Message, context: SkillContext) -> Result<Reply, SkillError> {
        let mut call = Call {
            observer: &*self.observer,
            context: context.clone(),
            begun: Instant::now(),
            outcome: "canceled",
        };
        let result = self.handler.run(message, context).await;
        if !call.context.cancellation().is_cancelled() {
            call.outcome = if result.is_ok() { "answered" } else { "failed" };
        }
        result
    }

    async fn canceled(&self, context: SkillContext) {
        self.handler.canceled(context).await;
    }

    fn requirement(&self) -> Requirement {
        self.handler.requirement()
    }

    fn denial(&self, denied: &Denied, principal: &Principal) -> String {
        self.handler.denial(denied, principal)
    }
}

impl<H: fmt::Debug> fmt::Debug for Watched<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watched").field(&self.handler).finish()
    }
}

/// A call under way. It is told of when this is dropped, however that comes about.
struct Call<'a> {
    observer: &'a dyn Observer,
    context: SkillContext,
    begun: Instant,
    outcome: &'static str,
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.observer.observe(&SkillEvent::ServiceAsked {
            skill: self.context.skill_id(),
            outcome: self.outcome,
            took: self.begun.elapsed(),
        });
    }
}
