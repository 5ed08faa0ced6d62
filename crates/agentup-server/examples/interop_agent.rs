//! An agent with skills of its own: one that asks back, one that streams, and one that works until
//! it is canceled. They show what a skill can do beyond answering at once.
//!
//! `cargo xtask interop` runs it as the agent that the official SDKs talk to. To run it by hand, in
//! a folder with an `agent_config.yaml` and a `.env`:
//!
//! ```text
//! cargo run -p agentup-server --example interop_agent -- agent_config.yaml
//! ```

use std::time::Duration;

use agentup_handlers::{Reply, SkillContext, SkillError, first_text};
use agentup_protocol::{Artifact, Message, Part, Role};
use agentup_server::Agent;

/// How long `slow_stream` takes for a word.
const WORD: Duration = Duration::from_millis(20);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = std::env::args_os()
        .nth(1)
        .unwrap_or_else(|| "agent_config.yaml".into());
    // Names, descriptions and required scopes stand in the configuration, under the same ids. The
    // gate, the scopes and the context apply to these skills as to the built-in ones.
    Agent::from_config(config)?
        .skill("ask", ask)
        .skill("slow_stream", slow_stream)
        .skill("wait", wait)
        .serve()
        .await?;
    Ok(())
}

/// Asks for a name and greets with it: one task, two messages.
///
/// A skill keeps nothing between its turns. What was said before stands in the task's history,
/// which ends with the message that is being answered.
async fn ask(message: Message, context: SkillContext) -> Result<Reply, SkillError> {
    let mut history = context.history().into_iter();
    let has_asked = history.any(|message| message.role == Role::Agent);
    if !has_asked {
        return Ok(Reply::input_required("What is your name?"));
    }
    Ok(Reply::text(format!("Hello {}!", first_text(&message))))
}

/// Gives the words of the message back one by one, as the chunks of one artifact.
///
/// Whoever streams sees them come; whoever does not gets the whole artifact with the task.
async fn slow_stream(message: Message, context: SkillContext) -> Result<Reply, SkillError> {
    let text = first_text(&message);
    let words: Vec<&str> = text.split_whitespace().collect();
    context.progress(format!("{} words to say", words.len()));
    for (index, word) in words.iter().enumerate() {
        tokio::select! {
            () = context.cancellation().cancelled() => return Ok(Reply::done()),
            () = tokio::time::sleep(WORD) => {}
        }
        let chunk = Artifact::new("words", vec![Part::text(*word)]);
        let (is_first, is_last) = (index == 0, index.saturating_add(1) == words.len());
        context.chunk(chunk, !is_first, is_last);
    }
    Ok(Reply::done())
}

/// Works until it is canceled, as a skill does that watches something.
///
/// What is returned after a cancellation is dropped: the task is canceled already.
async fn wait(_message: Message, context: SkillContext) -> Result<Reply, SkillError> {
    context.progress("waiting");
    context.cancellation().cancelled().await;
    Ok(Reply::done())
}
