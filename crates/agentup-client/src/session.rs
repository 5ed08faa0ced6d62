//! The steps of the interactive test client, in its words.

use std::io;

use crate::{
    agent::{Agent, Outgoing},
    card::{Card, Skill},
    console::{Console, one_line},
    reply::Reply,
    rpc::CallError,
    token::Token,
    trial::{self, Trial},
    verdict::{ScopeOrder, Verdict},
};

const RULE: &str = "========================================";

/// The banner of the interactive mode; its list of commands is the help as well.
pub(crate) fn banner(console: &mut Console) -> io::Result<()> {
    console.say("🚀 JWT Interactive Test Client")?;
    console.say(RULE)?;
    commands(console)
}

/// The list of commands.
pub(crate) fn commands(console: &mut Console) -> io::Result<()> {
    console.say(
        "Commands:\n  \
         token <jwt_token>     - Set JWT token\n  \
         discovery             - Test discovery endpoint\n  \
         skill <id> [message]  - Test specific skill\n  \
         test                  - Run authorization test\n  \
         quit                  - Exit\n",
    )
}

/// An agent, and the console on which its answers are told.
pub(crate) struct Session {
    pub(crate) agent: Agent,
    pub(crate) console: Console,
    /// The skills of the card last seen.
    skills: Vec<Skill>,
}

impl Session {
    pub(crate) const fn new(agent: Agent, console: Console) -> Self {
        Self {
            agent,
            console,
            skills: Vec::new(),
        }
    }

    /// Takes a token for all that follows.
    pub(crate) fn set_token(&mut self, token: Token) -> io::Result<()> {
        self.console
            .say(format_args!("✅ Token set: {}", token.preview()))?;
        self.agent.set_token(token);
        Ok(())
    }

    /// Fetches the card and tells what is in it.
    pub(crate) async fn test_discovery(&mut self) -> io::Result<Result<Card, CallError>> {
        self.console.say("🔍 Testing agent discovery...")?;
        let answer = self.agent.discover().await;
        match &answer {
            Ok(card) => {
                self.skills = card.skills();
                let security = card
                    .security()
                    .map_or_else(|| "None".to_owned(), ToString::to_string);
                self.console.say(format_args!(
                    "✅ Agent: {}\n   Skills: {}\n   Security: {security}",
                    one_line(card.text("name").unwrap_or("Unknown")),
                    self.skills.len(),
                ))?;
            }
            Err(CallError::Refused(refusal)) => {
                self.console
                    .say(format_args!("❌ Discovery failed: {refusal}"))?;
            }
            Err(error) => self
                .console
                .say(format_args!("❌ Discovery error: {error}"))?,
        }
        self.tell_notes()?;
        Ok(answer)
    }

    /// Sends one message to one skill and tells the answer.
    pub(crate) async fn test_skill(
        &mut self,
        id: &str,
        message: &str,
    ) -> io::Result<Option<Verdict>> {
        if self.lacks_token()? {
            return Ok(None);
        }
        self.console
            .say(format_args!("🎯 Testing skill: {}", one_line(id)))?;
        let outgoing = Outgoing {
            skill: id,
            text: message,
            context_id: None,
            task_id: None,
        };
        let answer = trial::read(self.agent.send(outgoing).await);
        let told = match &answer {
            Ok(reply) => outcome(reply),
            Err(CallError::Refused(refusal)) => format!("❌ HTTP error: {refusal}"),
            Err(CallError::Rpc(error)) => format!("❌ Error in response: {error}"),
            Err(error) => format!("❌ Request error: {error}"),
        };
        self.console.say(told)?;
        self.tell_notes()?;
        Ok(Some(Verdict::of(&answer)))
    }

    /// Sends a message to every skill of the card, or to those of the Quick Start if there is no card.
    pub(crate) async fn run_authorization_test(&mut self) -> io::Result<Vec<Trial>> {
        if self.lacks_token()? {
            return Ok(Vec::new());
        }
        self.console.say("🔐 Running authorization test...")?;
        self.console.say(RULE)?;
        if self.skills.is_empty() {
            // Not told: whoever wants to know asks for the discovery.
            self.skills = self
                .agent
                .discover()
                .await
                .map(|card| card.skills())
                .unwrap_or_default();
        }
        let skills = match std::mem::take(&mut self.skills) {
            skills if skills.is_empty() => trial::usual_skills(),
            skills => skills,
        };
        let mut trials = Vec::new();
        for skill in &skills {
            let message = trial::message_for(&skill.id);
            if let Some(made) = self.test_skill(&skill.id, message).await? {
                let expected = trial::expected(self.agent.token(), skill, &ScopeOrder::default());
                trials.push(Trial {
                    skill: skill.id.clone(),
                    expected,
                    made,
                });
            }
            self.console.say("")?;
        }
        self.skills = skills;
        Ok(trials)
    }

    /// Tells what is worth knowing about where requests went.
    pub(crate) fn tell_notes(&mut self) -> io::Result<()> {
        self.agent
            .take_notes()
            .into_iter()
            .try_for_each(|note| self.console.note(note))
    }

    fn lacks_token(&mut self) -> io::Result<bool> {
        if self.agent.token().is_none() {
            self.console
                .say("❌ No token set. Use set_token() first.")?;
        }
        Ok(self.agent.token().is_none())
    }
}

/// The one line, or more if the agent says more, that tells what became of a message.
fn outcome(reply: &Reply) -> String {
    let text = &reply.text;
    let state = one_line(reply.state.as_deref().unwrap_or_default());
    if reply.is_denied() {
        format!("❌ Access denied: {text}")
    } else if reply.has_failed() {
        format!("❌ Task {state}: {text}")
    } else if reply.is_interrupted() || reply.is_underway() {
        format!("⏳ Task {state}: {text}")
    } else {
        format!("✅ Success: {text}")
    }
}
