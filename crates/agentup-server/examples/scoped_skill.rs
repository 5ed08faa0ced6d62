//! An agent with a skill that decides by scope, for each thing asked for, whether the caller may.
//!
//! ```text
//! cargo run -p agentup-server --example scoped_skill
//! ```

use std::sync::Mutex;

use agentup_server::{
    Agent, Message, Reply, Requirement, Scope, SkillContext, SkillError, SkillHandler, first_text,
};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = std::env::args_os().nth(1);
    let config = config.unwrap_or_else(|| "config/agent_config.yaml".into());
    let board = Board {
        basic: Scope::parse("basic")?,
        notices: Mutex::default(),
    };
    Agent::from_config(config)?
        .skill("board", board)
        .serve()
        .await?;
    Ok(())
}

/// A board of notices: a skill with state, shared by all its callers.
struct Board {
    basic: Scope,
    notices: Mutex<Vec<String>>,
}

impl SkillHandler for Board {
    /// What every caller of the skill needs. `required_scopes` in the configuration goes before it.
    fn requirement(&self) -> Requirement {
        Requirement::all_of(vec![self.basic.clone()])
    }

    async fn run(&self, message: Message, context: SkillContext) -> Result<Reply, SkillError> {
        let mut notices = self
            .notices
            .lock()
            .map_err(|_| SkillError::new("The board is broken."))?;
        let text = first_text(&message);
        if text == "clear" {
            // More than the skill itself asks for: without it the task is rejected.
            context.require(&["admin"])?;
            notices.clear();
            return Ok(Reply::text("The board is empty."));
        }
        if let Some(notice) = text.strip_prefix("post ") {
            context.require(&["board:write"])?;
            notices.push(format!("{}: {notice}", context.display_name()));
        }
        Ok(Reply::text(notices.join("\n")))
    }
}
