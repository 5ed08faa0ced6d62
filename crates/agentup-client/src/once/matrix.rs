//! `test`: which skills the agent gives this token, beside those that card and token let expect.

use std::io;

use agentup_env::clock;
use serde_json::{Value, json};

use super::{card::table, notes, undiscovered};
use crate::{
    agent::{Agent, Outgoing},
    card::{Needs, Skill},
    cli::Format,
    console::{Console, one_line},
    exit::Exit,
    token::Token,
    trial::{self, Trial},
    verdict::{ScopeOrder, Verdict},
};

/// A trial, and what is shown beside it.
struct Row {
    trial: Trial,
    needs: Option<Needs>,
    /// What the agent said if it gave no answer.
    fault: Option<String>,
}

/// Tries every skill of the card.
///
/// # Errors
///
/// The output cannot be written.
pub(super) async fn run(
    mut agent: Agent,
    mut console: Console,
    order: &ScopeOrder,
    format: Format,
) -> io::Result<Exit> {
    if agent.token().is_none() {
        console
            .error("a test needs a token: give one with --token-file, AGENTUP_TOKEN or --token")?;
        return Ok(Exit::Usage);
    }
    let card = match agent.discover().await {
        Ok(card) => card,
        Err(error) => return undiscovered(&error, &mut console),
    };
    if format == Format::Text {
        console.say(format_args!(
            "Agent:  {}",
            one_line(card.text("name").unwrap_or("-"))
        ))?;
        console.say(format_args!("Token:  {}\n", describe(agent.token())))?;
    }
    let mut rows = Vec::new();
    for skill in card.skills() {
        rows.push(attempt(&mut agent, skill, order).await);
    }
    notes(&mut agent, &mut console)?;
    match format {
        Format::Text => tell(&rows, &mut console)?,
        Format::Json => console.json(&to_json(&rows))?,
    }
    Ok(exit(&rows))
}

async fn attempt(agent: &mut Agent, skill: Skill, order: &ScopeOrder) -> Row {
    let text = trial::message_for(&skill.id);
    let outgoing = Outgoing {
        skill: &skill.id,
        text,
        context_id: None,
        task_id: None,
    };
    let answer = trial::read(agent.send(outgoing).await);
    let expected = trial::expected(agent.token(), &skill, order);
    Row {
        trial: Trial {
            skill: skill.id,
            expected,
            made: Verdict::of(&answer),
        },
        needs: skill.needs,
        fault: answer.err().map(|error| error.to_string()),
    }
}

fn tell(rows: &[Row], console: &mut Console) -> io::Result<()> {
    let mut table = table(&["Skill", "Scopes", "Expected", "Answer", ""]);
    for Row { trial, needs, .. } in rows {
        let needs = needs
            .as_ref()
            .map_or_else(|| "?".to_owned(), ToString::to_string);
        let expected = trial
            .expected
            .map_or_else(|| "?".to_owned(), |expected| expected.to_string());
        let sign = if is_as_it_should_be(trial) {
            "✅"
        } else {
            "❌"
        };
        let cells = [
            one_line(&trial.skill),
            one_line(&needs),
            expected,
            trial.made.to_string(),
            sign.to_owned(),
        ];
        table.add_row(cells);
    }
    console.say(table)?;
    for Row { trial, fault, .. } in rows.iter().filter(|row| !is_as_it_should_be(&row.trial)) {
        if let Some(fault) = fault {
            console.say(format_args!("{}: {fault}", one_line(&trial.skill)))?;
        }
    }
    let wrong = rows
        .iter()
        .filter(|row| !is_as_it_should_be(&row.trial))
        .count();
    match (rows.len(), wrong) {
        (0, _) => console.say("❌ The card lists no skills."),
        (all, 0) => console.say(format_args!(
            "✅ Skills that behave as expected: {all} of {all}"
        )),
        (all, wrong) => console.say(format_args!(
            "❌ Skills that do not behave as expected: {wrong} of {all}"
        )),
    }
}

fn to_json(rows: &[Row]) -> Value {
    let skills: Vec<Value> = rows
        .iter()
        .map(
            |Row {
                 trial,
                 needs,
                 fault,
             }| {
                json!({
                    "skill": trial.skill,
                    "scopes": needs.as_ref().map(Needs::to_json),
                    "expected": trial.expected.map(|expected| expected.to_string()),
                    "answer": trial.made.to_string(),
                    "fault": fault,
                })
            },
        )
        .collect();
    json!({"passed": exit(rows) == Exit::Done, "skills": skills})
}

fn exit(rows: &[Row]) -> Exit {
    rows.iter()
        .map(|row| Trial::exit(std::slice::from_ref(&row.trial)))
        .max()
        .unwrap_or(Exit::Denied)
}

fn is_as_it_should_be(trial: &Trial) -> bool {
    Trial::exit(std::slice::from_ref(trial)) == Exit::Done
}

/// What the token says of itself, for a person.
fn describe(token: Option<&Token>) -> String {
    let Some(claims) = token.and_then(Token::claims) else {
        return "not a JWT, so nothing can be expected of it".to_owned();
    };
    let subject = if claims.subject.is_empty() {
        "no subject"
    } else {
        &claims.subject
    };
    let scopes = if claims.scopes.is_empty() {
        "none".to_owned()
    } else {
        claims.scopes.join(", ")
    };
    let validity = match claims
        .expires_at
        .map(|expiry| expiry.checked_sub(clock::unix_now()))
    {
        Some(Some(left)) if left > 0 => "",
        Some(_) => ", expired",
        None => ", without expiry",
    };
    one_line(&format!(
        "{subject}, scopes: {scopes}{validity} (as it says itself, not verified)"
    ))
}
