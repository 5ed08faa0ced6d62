//! Trying one skill with one token: what is sent, what is expected, what came of it.

use agentup_env::clock;
use serde_json::Value;

use crate::{
    card::{Needs, Skill},
    exit::Exit,
    reply::Reply,
    rpc::CallError,
    token::Token,
    verdict::{ScopeOrder, Verdict},
};

/// The skills of the Quick Start's agent, and what is said to each.
const USUAL: [(&str, &str); 4] = [
    ("public_echo", "hello world"),
    ("basic_assistant", "hello"),
    ("premium_analyzer", "analyze my data"),
    ("admin_status", "show config"),
];

/// One skill, tried.
pub(crate) struct Trial {
    pub(crate) skill: String,
    /// `None` if nothing can be expected.
    pub(crate) expected: Option<Verdict>,
    pub(crate) made: Verdict,
}

impl Trial {
    /// Whether the agent did what it did not say.
    pub(crate) fn is_surprise(&self) -> bool {
        self.expected.is_some_and(|expected| expected != self.made)
    }

    /// What a run of trials amounts to. A refused token and a broken agent go before a surprise: where
    /// they are, nothing was tried.
    pub(crate) fn exit(trials: &[Self]) -> Exit {
        let exit = |trial: &Self| match trial.made {
            Verdict::Failed => Exit::Broken,
            Verdict::Unauthenticated => Exit::Unauthenticated,
            _ if trial.is_surprise() => Exit::Denied,
            Verdict::Allowed | Verdict::Denied => Exit::Done,
        };
        trials.iter().map(exit).max().unwrap_or(Exit::Denied)
    }
}

/// What to say to a skill.
pub(crate) fn message_for(skill: &str) -> &'static str {
    USUAL
        .iter()
        .find(|(id, _)| *id == skill)
        .map_or("test", |(_, message)| message)
}

/// The Quick Start's skills, for an agent without a card. What they need is not known.
pub(crate) fn usual_skills() -> Vec<Skill> {
    let skill = |(id, _): (&str, _)| Skill {
        id: id.to_owned(),
        name: String::new(),
        needs: None,
    };
    USUAL.into_iter().map(skill).collect()
}

/// The verdict to expect for this token and skill now.
pub(crate) fn expected(
    token: Option<&Token>,
    skill: &Skill,
    order: &ScopeOrder,
) -> Option<Verdict> {
    let needs: &Needs = skill.needs.as_ref()?;
    Verdict::expected(token?.claims(), needs, order, clock::unix_now())
}

/// Reads the result of a message.
pub(crate) fn read(result: Result<Value, CallError>) -> Result<Reply, CallError> {
    Reply::read(&result?).ok_or(CallError::Senseless("a task or a message"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exit(trials: &[(Option<Verdict>, Verdict)]) -> Exit {
        let trial = |&(expected, made): &(Option<Verdict>, Verdict)| Trial {
            skill: String::new(),
            expected,
            made,
        };
        Trial::exit(&trials.iter().map(trial).collect::<Vec<_>>())
    }

    #[test]
    fn the_worst_trial_decides() {
        use Verdict::{Allowed, Denied, Failed, Unauthenticated};
        let fine = [
            (Some(Allowed), Allowed),
            (Some(Denied), Denied),
            (None, Denied),
            (None, Allowed),
        ];
        assert_eq!(exit(&fine), Exit::Done);
        for (worse, expected) in [
            ((Some(Denied), Allowed), Exit::Denied),
            ((Some(Allowed), Denied), Exit::Denied),
            ((Some(Unauthenticated), Allowed), Exit::Denied),
            (
                (Some(Unauthenticated), Unauthenticated),
                Exit::Unauthenticated,
            ),
            ((None, Failed), Exit::Broken),
        ] {
            let [a, b, c, d] = fine;
            assert_eq!(exit(&[a, b, worse, c, d]), expected, "{worse:?}");
        }
        assert_eq!(exit(&[]), Exit::Denied, "nothing tried is nothing shown");
    }
}
