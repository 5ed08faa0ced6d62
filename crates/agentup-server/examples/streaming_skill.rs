//! An agent with a skill that answers in pieces, each of which the caller sees as it comes.
//!
//! ```text
//! cargo run -p agentup-server --example streaming_skill
//! agentup-client --token "$TOKEN" stream countdown 10
//! ```

use std::time::Duration;

use agentup_server::{Agent, Message, Part, Reply, SkillContext, SkillError, first_text};

const TICK: Duration = Duration::from_millis(200);
const HIGHEST: u32 = 1000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = std::env::args_os().nth(1);
    let config = config.unwrap_or_else(|| "config/agent_config.yaml".into());
    Agent::from_config(config)?
        .skill("countdown", countdown)
        .serve()
        .await?;
    Ok(())
}

/// Counts down from the number in the message.
///
/// Whoever streams sees each number at its time; whoever does not gets the whole artifact with the
/// task at the end.
async fn countdown(message: Message, context: SkillContext) -> Result<Reply, SkillError> {
    let from = first_text(&message).trim().parse();
    let Some(from) = from.ok().filter(|from| (1..=HIGHEST).contains(from)) else {
        return Ok(Reply::rejected(format!(
            "Say a number from 1 to {HIGHEST}."
        )));
    };
    context.progress(format!("counting down from {from}"));
    let mut numbers = context.stream("countdown").named("Countdown");
    for number in (1..=from).rev() {
        numbers.text(format!("{number} "));
        // A canceled task needs no more work; what is returned then is dropped.
        tokio::select! {
            () = context.cancellation().cancelled() => return Ok(Reply::done()),
            () = tokio::time::sleep(TICK) => {}
        }
    }
    numbers.end(Part::text("liftoff"));
    Ok(Reply::done())
}
