//! The interface of a skill.

use std::{future::Future, pin::Pin, sync::Arc};

use agentup_auth::{Denied, Principal, Requirement};
use agentup_protocol::Message;

use crate::{Reply, SkillContext, SkillError};

/// A skill: what the agent does with a message from a caller who may use it.
///
/// Authorization happens before: the requirement is checked for every registered handler, and one
/// that runs was permitted. Write `async fn run` in an implementation.
pub trait SkillHandler: Send + Sync + 'static {
    /// The scopes that the skill asks for where the configuration names none.
    fn requirement(&self) -> Requirement {
        Requirement::none()
    }

    /// What a caller hears who lacks a scope. Must begin with `❌`: clients of the 0.3 generation
    /// tell a denial by it.
    fn denial(&self, denied: &Denied, principal: &Principal) -> String {
        let _ = principal;
        standard_denial(denied)
    }

    /// Does the work.
    ///
    /// # Errors
    /// [`SkillError`] when it cannot be done; its public message is all that the caller hears.
    fn run(
        &self,
        message: Message,
        context: SkillContext,
    ) -> impl Future<Output = Result<Reply, SkillError>> + Send;

    /// Hears that a task was canceled while it waited for its caller, with nothing of the skill
    /// running. A run hears of its own end by [`SkillContext::cancellation`].
    fn canceled(&self, context: SkillContext) -> impl Future<Output = ()> + Send {
        drop(context);
        std::future::ready(())
    }
}

impl<F, Fut> SkillHandler for F
where
    F: Fn(Message, SkillContext) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Reply, SkillError>> + Send + 'static,
{
    fn run(
        &self,
        message: Message,
        context: SkillContext,
    ) -> impl Future<Output = Result<Reply, SkillError>> + Send {
        self(message, context)
    }
}

/// The words for a denial for the sake of claims. They do not tell which, nor what is asked of
/// them: that would be to tell who else may.
pub(crate) const CLAIMS_DENIAL: &str =
    "❌ Access denied. This feature is not available to this caller, whatever its scopes.";

/// The words for a denial that a handler does not put in its own.
pub(crate) fn standard_denial(denied: &Denied) -> String {
    format!(
        "❌ Access denied. This feature requires {} scope. You have: {}",
        quoted(denied),
        denied.granted.join_or(", ", "none")
    )
}

/// The missing scopes, each in quotes.
pub(crate) fn quoted(denied: &Denied) -> String {
    denied
        .missing
        .iter()
        .map(|scope| format!("'{scope}'"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A skill that hears of something.
pub(crate) type Hearing<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A running skill.
pub type Answering = Pin<Box<dyn Future<Output = Result<Reply, SkillError>> + Send>>;

/// [`SkillHandler`] in the form that a registry can keep: the future of any handler in a box, which
/// needs no other around it.
pub(crate) trait DynHandler: Send + Sync {
    fn denial(&self, denied: &Denied, principal: &Principal) -> String;
    fn run(self: Arc<Self>, message: Message, context: SkillContext) -> Answering;
    fn canceled(&self, context: SkillContext) -> Hearing<'_>;
}

impl<H: SkillHandler> DynHandler for H {
    fn denial(&self, denied: &Denied, principal: &Principal) -> String {
        SkillHandler::denial(self, denied, principal)
    }

    fn run(self: Arc<Self>, message: Message, context: SkillContext) -> Answering {
        Box::pin(async move { SkillHandler::run(&*self, message, context).await })
    }

    fn canceled(&self, context: SkillContext) -> Hearing<'_> {
        Box::pin(SkillHandler::canceled(self, context))
    }
}
