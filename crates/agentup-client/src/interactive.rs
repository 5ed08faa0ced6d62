//! The interactive mode: commands from a terminal, or from a script on standard input.

mod editor;
mod input;
mod order;

use std::io;

use agentup_env::Environment;

use self::{input::Input, order::Order};
use crate::{
    console::one_line,
    exit::Exit,
    session::{self, Session},
    token::Token,
};

const PROMPT: &str = "jwt-test> ";

/// Reads commands and carries them out until someone leaves.
///
/// # Errors
///
/// The output cannot be written.
pub(crate) async fn run(mut session: Session, environment: &Environment) -> io::Result<Exit> {
    session::banner(&mut session.console)?;
    if let Some(token) = session.agent.token() {
        session
            .console
            .say(format_args!("✅ Token set: {}", token.preview()))?;
    }
    let mut input = Input::open(environment);
    while let Some(line) = input.next(&mut session.console).await? {
        // Ctrl-C ends a request under way as it ends the prompt.
        let goes_on = tokio::select! {
            goes_on = carry_out(&mut session, Order::parse(&line)) => goes_on?,
            _ = tokio::signal::ctrl_c() => false,
        };
        if !goes_on {
            break;
        }
    }
    session.console.say("👋 Goodbye!")?;
    Ok(Exit::Done)
}

/// Carries out one command; `false` ends the session.
async fn carry_out(session: &mut Session, order: Order<'_>) -> io::Result<bool> {
    match order {
        Order::Nothing => {}
        Order::Leave => return Ok(false),
        Order::Help => session::commands(&mut session.console)?,
        Order::Token(None) => session.console.say("Usage: token <jwt_token>")?,
        Order::Token(Some(text)) => match Token::parse(text) {
            Ok(token) => session.set_token(token)?,
            Err(error) => session.console.say(format_args!("Error: {error}"))?,
        },
        Order::Discovery => {
            // A failure has been told, and a session goes on.
            let _told = session.test_discovery().await?;
        }
        Order::Skill(None) => session.console.say("Usage: skill <skill_id> [message]")?,
        Order::Skill(Some((id, message))) => {
            session.test_skill(id, &message).await?;
        }
        Order::Test => {
            session.run_authorization_test().await?;
        }
        Order::Unknown(word) => session
            .console
            .say(format_args!("Unknown command: {}", shortened(word)))?,
    }
    Ok(true)
}

/// A word that is no command, recognizable but not whole: it may be a token pasted without its command.
fn shortened(word: &str) -> String {
    const SHOWN: usize = 20;
    let mut shown: String = word.to_lowercase().chars().take(SHOWN).collect();
    if word.chars().nth(SHOWN).is_some() {
        shown.push_str("...");
    }
    one_line(&shown)
}
