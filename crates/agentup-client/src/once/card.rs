//! The agent card for a person, on one screen.

use std::io;

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::Value;

use crate::{
    card::Card,
    cli::Format,
    console::{Console, one_line},
};

/// Prints the card: as it came, or what a person wants to know of it.
pub(super) fn show(card: &Card, format: Format, console: &mut Console) -> io::Result<()> {
    if format == Format::Json {
        return console.json(&card.value());
    }
    let text = |name| one_line(card.text(name).unwrap_or("-"));
    console.say(format_args!("{} {}", text("name"), text("version")))?;
    if let Some(description) = card.text("description") {
        console.say(one_line(description))?;
    }
    console.say("")?;
    let endpoint = card.endpoint().map_or_else(|| "-".to_owned(), String::from);
    console.say(format_args!("Endpoint:      {}", one_line(&endpoint)))?;
    console.say(format_args!("Protocol:      {}", protocols(card)))?;
    console.say(format_args!("Capabilities:  {}", capabilities(card)))?;
    console.say(format_args!("Security:      {}", security(card)))?;
    if let Some(organization) = card
        .member("provider")
        .and_then(|provider| provider.get("organization"))
    {
        console.say(format_args!(
            "Provider:      {}",
            one_line(organization.as_str().unwrap_or("-"))
        ))?;
    }
    console.say("")?;
    console.say(skills(card))
}

/// A table that fits the terminal and has no lines but under its header.
pub(super) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(header.to_vec());
    table
}

fn skills(card: &Card) -> Table {
    let mut table = table(&["Skill", "Name", "Scopes"]);
    for skill in card.skills() {
        let needs = skill
            .needs
            .map_or_else(|| "?".to_owned(), |needs| needs.to_string());
        table.add_row([one_line(&skill.id), one_line(&skill.name), one_line(&needs)]);
    }
    table
}

/// The versions of the protocol, of both generations of card.
fn protocols(card: &Card) -> String {
    let interfaces = card.member("supportedInterfaces").and_then(Value::as_array);
    let version = |value: &Value| {
        value
            .get("protocolVersion")
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let mut versions: Vec<String> = interfaces
        .into_iter()
        .flatten()
        .filter_map(version)
        .collect();
    versions.extend(
        card.text("protocolVersion")
            .filter(|_| versions.is_empty())
            .map(str::to_owned),
    );
    versions.sort();
    versions.dedup();
    listed(&versions)
}

fn capabilities(card: &Card) -> String {
    let members = card.member("capabilities").and_then(Value::as_object);
    let on = members
        .into_iter()
        .flatten()
        .filter(|(_, value)| value.as_bool() == Some(true));
    listed(&on.map(|(name, _)| name.clone()).collect::<Vec<_>>())
}

/// The names of the schemes, and whether a caller must use any.
fn security(card: &Card) -> String {
    let schemes = card.member("securitySchemes").and_then(Value::as_object);
    let names: Vec<String> = schemes
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .collect();
    let is_required = card
        .security()
        .and_then(Value::as_array)
        .is_some_and(|list| !list.is_empty());
    match (names.is_empty(), is_required) {
        (true, _) => "-".to_owned(),
        (false, true) => listed(&names),
        (false, false) => format!("{} (optional)", listed(&names)),
    }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "-".to_owned()
    } else {
        one_line(&names.join(", "))
    }
}
