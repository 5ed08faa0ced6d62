//! `skills[].claims`: which claims a caller's token must have, and with which values.

use agentup_auth::ClaimCondition;
use agentup_env::cli::terminal::safe_text;

use super::{
    keys,
    reader::Section,
    report::Spot,
    tree::{Entry, Node, Value},
    values::Text,
};

/// What a condition looks like.
const EXPECTED: &str = "a mapping from claims to the values of which one is asked for";

/// The conditions of a skill, in the order of the file.
pub(super) fn read(section: &Section<'_>) -> Vec<ClaimCondition> {
    let Some(node) = section.node(&keys::CLAIMS) else {
        return Vec::new();
    };
    let spot = section.spot_of(&keys::CLAIMS);
    let Value::Map(entries) = &node.value else {
        section.report.wrong_type(&spot, node, EXPECTED);
        return Vec::new();
    };
    let mut conditions = Vec::new();
    let shown = conditions_in(section, entries, &spot, &[], &mut conditions);
    section.show(&keys::CLAIMS, shown);
    conditions
}

/// Adds what a mapping asks for, and answers what to show of it. `names` lead to the claim that the
/// mapping belongs to.
fn conditions_in(
    section: &Section<'_>,
    entries: &[Entry],
    spot: &Spot,
    names: &[&str],
    conditions: &mut Vec<ClaimCondition>,
) -> serde_yaml::Value {
    if entries.is_empty() {
        section.fault(spot, "names no claim", "");
    }
    let mut shown = serde_yaml::Mapping::new();
    for entry in entries {
        let path = format!("{}.{}", spot.path, safe_text(&entry.key));
        let spot = section.report.spot(entry.at, path);
        let names: Vec<_> = names.iter().copied().chain([entry.key.as_str()]).collect();
        let value = if let Value::Map(entries) = &entry.node.value {
            conditions_in(section, entries, &spot, &names, conditions)
        } else {
            let values = values(section, &entry.node, &spot);
            let value = values.iter().map(String::as_str).collect();
            let names = names.into_iter().map(str::to_owned).collect();
            conditions.push(ClaimCondition::new(names, values));
            value
        };
        shown.insert(entry.key.as_str().into(), value);
    }
    serde_yaml::Value::Mapping(shown)
}

/// One value, or several of which one is asked for.
fn values(section: &Section<'_>, node: &Node, spot: &Spot) -> Vec<String> {
    let items = match &node.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    if items.is_empty() {
        let remedy = "a condition without values would be met by nobody";
        section.fault(spot, "must not be empty", remedy);
    }
    let found = section.report.members(&Text, items, &spot.path);
    let found = found.into_iter().flatten();
    found.map(|found| found.value).collect()
}
