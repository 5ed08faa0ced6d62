//! One-shot commands: one question, one answer, one exit code.

mod card;
mod matrix;

use std::io;

use serde_json::{Value, json};

use crate::{
    agent::{Agent, Outgoing},
    cli::{Command, Format},
    console::{Console, one_line},
    exit::Exit,
    http::HttpError,
    reply::Reply,
    rpc::CallError,
    session::Session,
    trial::{self, Trial},
    verdict::Verdict,
};

/// Carries out one command.
///
/// # Errors
///
/// The output cannot be written.
pub(crate) async fn run(
    command: Command,
    mut agent: Agent,
    mut console: Console,
) -> io::Result<Exit> {
    match command {
        Command::Test {
            scope_order,
            output,
        } => matrix::run(agent, console, &scope_order, output.format).await,
        Command::Discovery { output } => {
            let answer = agent.discover().await;
            match answer {
                Ok(card) => {
                    card::show(&card, output.format, &mut console)?;
                    Ok(Exit::Done)
                }
                Err(error) => undiscovered(&error, &mut console),
            }
        }
        Command::Send {
            skill,
            message,
            context,
            task,
            output,
        } => {
            let text = message.join(" ");
            let outgoing = Outgoing {
                skill: &skill,
                text: &text,
                context_id: context.as_deref(),
                task_id: task.as_deref(),
            };
            let result = agent.send(outgoing).await;
            notes(&mut agent, &mut console)?;
            answered(result, output.format, &mut console, |reply, console| {
                sent(&skill, reply, console)
            })
        }
        Command::Get { task, output } => {
            let result = agent.task(&task).await;
            notes(&mut agent, &mut console)?;
            answered(result, output.format, &mut console, shown)
        }
        Command::Cancel { task, output } => {
            let result = agent.cancel(&task).await;
            notes(&mut agent, &mut console)?;
            answered(result, output.format, &mut console, shown)
        }
    }
}

/// A token as the only argument: discovery and authorization test, told as in a session.
///
/// # Errors
///
/// The output cannot be written.
pub(crate) async fn token_tour(mut session: Session) -> io::Result<Exit> {
    if let Some(token) = session.agent.token() {
        session
            .console
            .say(format_args!("✅ Token set: {}", token.preview()))?;
    }
    let discovered = session.test_discovery().await?;
    let trials = session.run_authorization_test().await?;
    for trial in trials.iter().filter(|trial| trial.is_surprise()) {
        let expected = trial.expected.unwrap_or(Verdict::Failed);
        let skill = one_line(&trial.skill);
        session.console.error(format_args!(
            "{skill}: {}, though {expected} was to be expected",
            trial.made
        ))?;
    }
    let discovery = if discovered.is_ok() {
        Exit::Done
    } else {
        Exit::Broken
    };
    Ok(discovery.max(Trial::exit(&trials)))
}

/// Prints a result as JSON, or lets `text` print it, and gives the exit code it has as text.
fn answered(
    result: Result<Value, CallError>,
    format: Format,
    console: &mut Console,
    text: impl FnOnce(&Reply, &mut Console) -> io::Result<Exit>,
) -> io::Result<Exit> {
    let value = match result {
        Ok(value) => value,
        Err(error) => return failure(&error, format, console),
    };
    if format == Format::Json {
        console.json(&value)?;
    }
    match (trial::read(Ok(value)), format) {
        (Ok(reply), Format::Text) => text(&reply, console),
        (Ok(reply), Format::Json) => Ok(exit(&reply)),
        (Err(error), _) => failure(&error, format, console),
    }
}

/// Tells why there is no result; for programs, what the agent said about it as well.
fn failure(error: &CallError, format: Format, console: &mut Console) -> io::Result<Exit> {
    if let (CallError::Rpc(rpc), Format::Json) = (error, format) {
        console.json(&json!({"error": rpc.value()}))?;
    }
    console.error(error)?;
    if error.exit() == Exit::Unauthenticated {
        console.note(
            "Give a token with --token-file, AGENTUP_TOKEN or --token; `jwt-generator` makes one.",
        )?;
    }
    whereabouts(error, console)?;
    Ok(error.exit())
}

/// Tells why there is no card. It is public: whatever refuses it is not an agent.
fn undiscovered(error: &CallError, console: &mut Console) -> io::Result<Exit> {
    console.error(format_args!("no agent card: {error}"))?;
    whereabouts(error, console)?;
    Ok(Exit::Broken)
}

fn whereabouts(error: &CallError, console: &mut Console) -> io::Result<()> {
    match error {
        CallError::Http(HttpError::Connect { .. }) => console
            .note("Is the agent running? --url or AGENTUP_URL give its address; `agentup-server` starts one."),
        _ => Ok(()),
    }
}

fn exit(reply: &Reply) -> Exit {
    if reply.is_denied() || reply.has_failed() {
        Exit::Denied
    } else {
        Exit::Done
    }
}

/// Prints the answer to a message, alone, and tells the rest on standard error.
fn sent(skill: &str, reply: &Reply, console: &mut Console) -> io::Result<Exit> {
    if reply.is_denied() {
        console.error(format_args!("access denied: {}", reply.text))?;
    } else if reply.has_failed() {
        console.error(format_args!(
            "the task has ended without a result: {}",
            reply.text
        ))?;
    } else {
        console.say(&reply.text)?;
    }
    if let Some(task) = &reply.task_id {
        let task = one_line(task);
        let state = one_line(reply.state.as_deref().unwrap_or("of no state"));
        console.note(format_args!("task {task} is {state}"))?;
        if reply.is_interrupted() {
            let skill = one_line(skill);
            console.note(format_args!(
                "go on with: agentup-client send --task {task} {skill} MESSAGE"
            ))?;
        } else if reply.is_underway() {
            console.note(format_args!(
                "see what becomes of it: agentup-client get {task}"
            ))?;
        }
    }
    if let Some(context) = &reply.context_id {
        console.note(format_args!("context {}", one_line(context)))?;
    }
    Ok(exit(reply))
}

/// Prints a task that was asked for. That it could be had is what the exit code tells.
fn shown(reply: &Reply, console: &mut Console) -> io::Result<Exit> {
    let or_none = |text: &Option<String>| text.as_deref().map_or_else(|| "-".to_owned(), one_line);
    console.say(format_args!("Task:     {}", or_none(&reply.task_id)))?;
    console.say(format_args!("Context:  {}", or_none(&reply.context_id)))?;
    console.say(format_args!("State:    {}", or_none(&reply.state)))?;
    if !reply.text.is_empty() {
        console.say(format_args!("\n{}", reply.text))?;
    }
    Ok(Exit::Done)
}

fn notes(agent: &mut Agent, console: &mut Console) -> io::Result<()> {
    agent
        .take_notes()
        .into_iter()
        .try_for_each(|note| console.note(note))
}
