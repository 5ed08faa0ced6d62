//! The skills that come with the server: the demonstration of the gate, ready to call.

use std::sync::Arc;

use agentup_auth::{Requirement, Scope};

mod admin_status;
mod basic_assistant;
mod premium_analyzer;
mod public_echo;

pub use admin_status::AgentFacts;
pub use basic_assistant::AssistantModel;

use crate::Skill;

/// The built-in skill of this id, if there is one. `facts` is what `admin_status` reports, and
/// `model` is asked by `basic_assistant`, which answers a few keywords without one.
#[must_use]
pub fn builtin(
    id: &str,
    facts: &Arc<AgentFacts>,
    model: Option<&Arc<AssistantModel>>,
) -> Option<Skill> {
    match id {
        "public_echo" => Some(Skill::new(id, public_echo::run)),
        "basic_assistant" => Some(Skill::new(
            id,
            basic_assistant::BasicAssistant(model.cloned()),
        )),
        "premium_analyzer" => Some(Skill::new(id, premium_analyzer::PremiumAnalyzer)),
        "admin_status" => Some(Skill::new(
            id,
            admin_status::AdminStatus::new(Arc::clone(facts)),
        )),
        _ => None,
    }
}

/// A requirement of one scope, whose name is fixed in the source.
fn requires(scope: &str) -> Requirement {
    // A name outside the grammar would leave a choice of nothing, which nobody can meet.
    Requirement::any_of(Scope::parse(scope).into_iter().collect())
}

#[cfg(test)]
mod tests;
