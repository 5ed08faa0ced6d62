//! The smallest agent with a skill of its own: an async function that greets its caller.
//!
//! ```text
//! cargo run -p agentup-server --example hello_skill
//! ```

use agentup_server::{Agent, Message, Reply, SkillContext, SkillError, first_text};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = std::env::args_os().nth(1);
    let config = config.unwrap_or_else(|| "config/agent_config.yaml".into());
    Agent::from_config(config)?
        .skill("hello", hello)
        .serve()
        .await?;
    Ok(())
}

/// Greets the caller by the name in the token, which has been verified.
async fn hello(message: Message, context: SkillContext) -> Result<Reply, SkillError> {
    let name = context.display_name();
    Ok(Reply::text(match first_text(&message) {
        "" => format!("Hello {name}!"),
        text => format!("Hello {name}! You said: {text}"),
    }))
}
