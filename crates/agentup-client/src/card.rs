//! The agent card, read as far as it goes: of A2A 0.2, 0.3 and 1.0, and of servers that bend them.

mod needs;

use reqwest::Url;
use serde_json::{Map, Value};

pub(crate) use needs::Needs;

/// More skills than any card lists in earnest; a test asks each of them.
const MAX_SKILLS: usize = 500;

/// An agent's description of itself.
pub(crate) struct Card(Map<String, Value>);

/// What the card says of a skill.
pub(crate) struct Skill {
    pub(crate) id: String,
    pub(crate) name: String,
    /// `None` if nothing is known of it.
    pub(crate) needs: Option<Needs>,
}

impl Card {
    /// `None` if the document is not an object.
    pub(crate) fn new(document: Value) -> Option<Self> {
        match document {
            Value::Object(members) => Some(Self(members)),
            _ => None,
        }
    }

    /// The card as it came.
    pub(crate) fn value(&self) -> Value {
        Value::Object(self.0.clone())
    }

    /// A member that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// Any member, unless it is null.
    pub(crate) fn member(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// What the card asks of every caller, as it came: `security` of 0.3, or `securityRequirements`.
    pub(crate) fn security(&self) -> Option<&Value> {
        self.member("security")
            .or_else(|| self.member("securityRequirements"))
    }

    /// The skills, in the card's order; those without an id cannot be called and are left out.
    pub(crate) fn skills(&self) -> Vec<Skill> {
        let general = Needs::of(&self.0);
        let skills = self
            .0
            .get("skills")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let skill = |skill: &Value| {
            let skill = skill.as_object()?;
            let id = skill.get("id").and_then(Value::as_str)?.to_owned();
            let name = skill
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            let needs = Needs::of(skill)
                .or_else(|| general.clone())
                .unwrap_or_default();
            Some(Skill {
                id,
                name,
                needs: Some(needs),
            })
        };
        skills.iter().filter_map(skill).take(MAX_SKILLS).collect()
    }

    /// Where the agent takes JSON-RPC, if the card says so: `url` of 0.3, unless another transport is
    /// preferred there; else an interface of either generation that is JSON-RPC.
    pub(crate) fn endpoint(&self) -> Option<Url> {
        let main = self.text("url").filter(|_| {
            self.text("preferredTransport")
                .is_none_or(|transport| transport.eq_ignore_ascii_case("JSONRPC"))
        });
        let interfaces = ["additionalInterfaces", "supportedInterfaces"]
            .into_iter()
            .filter_map(|list| self.0.get(list).and_then(Value::as_array))
            .flatten();
        let is_json_rpc = |interface: &&Value| {
            ["transport", "protocolBinding"].iter().any(|name| {
                let transport = interface.get(*name).and_then(Value::as_str);
                transport.is_some_and(|transport| transport.eq_ignore_ascii_case("JSONRPC"))
            })
        };
        // This client speaks 0.3, so an interface of that generation is the better one.
        let is_0_3 = |interface: &&Value| {
            let version = interface.get("protocolVersion").and_then(Value::as_str);
            version.is_none_or(|version| version.starts_with("0."))
        };
        let interfaces: Vec<&Value> = interfaces.filter(is_json_rpc).collect();
        let other = interfaces
            .iter()
            .copied()
            .find(is_0_3)
            .or_else(|| interfaces.first().copied());
        let text = main.or_else(|| other?.get("url")?.as_str())?;
        Url::parse(text).ok().filter(is_plain_http)
    }
}

/// Whether a URL is one that this client calls: over HTTP, and without credentials of its own, which
/// would take the place of the token.
pub(crate) fn is_plain_http(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
}

#[cfg(test)]
mod tests;
