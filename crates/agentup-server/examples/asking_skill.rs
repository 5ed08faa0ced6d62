//! An agent with a skill that asks back: one task, several messages.
//!
//! ```text
//! cargo run -p agentup-server --example asking_skill
//! ```

use agentup_server::{Agent, Message, Reply, Role, SkillContext, SkillError, first_text};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = std::env::args_os().nth(1);
    let config = config.unwrap_or_else(|| "config/agent_config.yaml".into());
    Agent::from_config(config)?
        .skill("order_pizza", order_pizza)
        .serve()
        .await?;
    Ok(())
}

/// Takes an order: asks for the size, then for the address, then confirms.
///
/// A skill keeps nothing between its turns. What was said before stands in the history of its task,
/// which ends with the message that is being answered.
async fn order_pizza(_message: Message, context: SkillContext) -> Result<Reply, SkillError> {
    let history = context.history();
    let said: Vec<&str> = history
        .iter()
        .filter(|message| message.role == Role::User)
        .map(first_text)
        .collect();
    Ok(match said.as_slice() {
        [] | [_] => Reply::input_required("Small or large?"),
        [_, size] if !["small", "large"].contains(size) => {
            Reply::rejected("There is only small and large.")
        }
        [_, _] => Reply::input_required("Where to?"),
        [_, size, address, ..] => Reply::text(format!("A {size} pizza for {address}.")),
    })
}
