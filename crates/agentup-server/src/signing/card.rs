//! Signatures of the agent card (A2A §8.4).
//!
//! What is signed is the 1.0 form of the card in canonical JSON (RFC 8785). Verifiers make it again
//! from the card they read, and disagree about empty values: the specification keeps those of
//! required members (A2A §8.4.1), the official clients drop every one. A card is verified when one
//! of its signatures is, so it gets one for each reading.

use agentup_protocol::{AgentCard, AgentCardSignature, JsonObject};
use serde_json::Value;

use super::{CannotSign, Signer};

/// The lists that a card must have (`A2A §4.4.1`).
const LISTS_OF_CARD: [&str; 4] = [
    "supportedInterfaces",
    "defaultInputModes",
    "defaultOutputModes",
    "skills",
];

/// The lists that a skill must have (`A2A §4.4.5`).
const LISTS_OF_SKILL: [&str; 1] = ["tags"];

/// What a list of names is called.
const LIST: &str = "list";

impl Signer {
    /// The signatures of a card, whatever signatures it has already.
    pub(crate) fn card_signatures(
        &self,
        card: &AgentCard,
    ) -> Result<Vec<AgentCardSignature>, CannotSign> {
        let mut unsigned = card.to_v10_json();
        unsigned.remove("signatures");
        let unsigned = Value::Object(unsigned);
        let cleaned = cleaned(&unsigned).unwrap_or_default();
        let mut payloads = vec![canonical(&specified(unsigned))?, canonical(&cleaned)?];
        payloads.dedup();
        let signature = |payload: &Vec<u8>| {
            let super::Signature {
                protected,
                signature,
            } = self.sign(payload)?;
            Ok(AgentCardSignature {
                protected,
                signature,
                header: None,
            })
        };
        payloads.iter().map(signature).collect()
    }
}

fn canonical(card: &Value) -> Result<Vec<u8>, CannotSign> {
    serde_json_canonicalizer::to_vec(card).map_err(|_| CannotSign)
}

/// The card as the specification has it: what is required is there even when it is empty, and what
/// is not is not, such as the scopes of a requirement that names none.
fn specified(mut card: Value) -> Value {
    add_lists(&mut card, &LISTS_OF_CARD);
    drop_empty_scopes(&mut card);
    let skills = card.get_mut("skills").and_then(Value::as_array_mut);
    for skill in skills.into_iter().flatten() {
        add_lists(skill, &LISTS_OF_SKILL);
        drop_empty_scopes(skill);
    }
    card
}

fn add_lists(object: &mut Value, names: &[&str]) {
    let Some(members) = object.as_object_mut() else {
        return;
    };
    for name in names {
        members
            .entry(*name)
            .or_insert_with(|| Value::Array(Vec::new()));
    }
}

/// The requirements stand in a card and in each of its skills: `[{"schemes": {name: {"list": […]}}}]`.
fn drop_empty_scopes(object: &mut Value) {
    let requirements = object
        .get_mut("securityRequirements")
        .and_then(Value::as_array_mut);
    let schemes = requirements
        .into_iter()
        .flatten()
        .filter_map(|requirement| requirement.get_mut("schemes")?.as_object_mut())
        .flat_map(JsonObject::values_mut)
        .filter_map(Value::as_object_mut);
    for scheme in schemes {
        if scheme
            .get(LIST)
            .and_then(Value::as_array)
            .is_some_and(Vec::is_empty)
        {
            scheme.remove(LIST);
        }
    }
}

/// The value without anything empty in it; none if nothing is left.
fn cleaned(value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        Value::Array(items) => {
            let items: Vec<_> = items.iter().filter_map(cleaned).collect();
            (!items.is_empty()).then_some(Value::Array(items))
        }
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| Some((name.clone(), cleaned(value)?));
            let members: JsonObject = members.iter().filter_map(member).collect();
            (!members.is_empty()).then_some(Value::Object(members))
        }
        other => Some(other.clone()),
    }
}
