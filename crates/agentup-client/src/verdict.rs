//! What the agent decided about a caller and a skill, and what the card and the token let one expect.

use std::{convert::Infallible, fmt, str::FromStr};

use crate::{card::Needs, exit::Exit, reply::Reply, rpc::CallError, token::UnverifiedClaims};

/// Being authenticated is all that this scope asks.
const PUBLIC: &str = "public";
/// The most leeway that an agent gives an expired token, in seconds.
const MAX_LEEWAY: u64 = 300;

/// A decision, made or expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allowed,
    Denied,
    /// The token itself is not accepted.
    Unauthenticated,
    /// No decision: the agent is out of reach or its answer makes no sense.
    Failed,
}

impl Verdict {
    /// The decision in an answer.
    pub(crate) fn of(answer: &Result<Reply, CallError>) -> Self {
        match answer {
            Ok(reply) if reply.is_denied() => Self::Denied,
            Ok(_) => Self::Allowed,
            Err(error) => match error.exit() {
                Exit::Denied => Self::Denied,
                Exit::Unauthenticated => Self::Unauthenticated,
                Exit::Done | Exit::Usage | Exit::Broken => Self::Failed,
            },
        }
    }

    /// The decision to expect of an agent that does as its card says; `None` if that cannot be known.
    pub(crate) fn expected(
        claims: Option<&UnverifiedClaims>,
        needs: &Needs,
        order: &ScopeOrder,
        now: u64,
    ) -> Option<Self> {
        let claims = claims?;
        match claims.expires_at {
            Some(expiry) if expiry.saturating_add(MAX_LEEWAY) < now => {
                return Some(Self::Unauthenticated);
            }
            // Within the leeway, which the card does not tell.
            Some(expiry) if expiry <= now => return None,
            _ => {}
        }
        let allowed = needs.are_met_by(&order.effective(&claims.scopes));
        Some(if allowed { Self::Allowed } else { Self::Denied })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Unauthenticated => "not authenticated",
            Self::Failed => "failed",
        })
    }
}

/// The scopes of the agent, of which each includes those before it. A card does not tell them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScopeOrder(Vec<String>);

impl ScopeOrder {
    /// The order that agents have unless they are configured otherwise.
    pub(crate) const STANDARD: &'static str = "public,basic,premium,admin";

    /// The granted scopes with all that they include.
    fn effective(&self, granted: &[String]) -> Vec<String> {
        let highest = self.0.iter().rposition(|scope| granted.contains(scope));
        let included = highest.map_or(0, |highest| highest.saturating_add(1));
        let included = self.0.iter().take(included);
        included
            .chain(granted)
            .cloned()
            .chain([PUBLIC.to_owned()])
            .collect()
    }
}

impl Default for ScopeOrder {
    fn default() -> Self {
        let Ok(order) = Self::STANDARD.parse();
        order
    }
}

/// Names separated by commas; an empty text is an order without scopes.
impl FromStr for ScopeOrder {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let names = text
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        Ok(Self(names.map(str::to_owned).collect()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::card::Card;

    const NOW: u64 = 1_800_000_000;

    fn expected(
        scopes: &[&str],
        expires_at: Option<u64>,
        needs: &str,
        order: &str,
    ) -> Option<Verdict> {
        let claims = UnverifiedClaims {
            subject: String::new(),
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            expires_at,
        };
        let card = json!({"skills": [{"id": "x", "security": [{"bearer": [needs]}]}]});
        let skill = Card::new(card).unwrap().skills().remove(0);
        Verdict::expected(
            Some(&claims),
            &skill.needs.unwrap(),
            &order.parse().unwrap(),
            NOW,
        )
    }

    #[test]
    fn a_scope_includes_those_before_it() {
        let standard = ScopeOrder::STANDARD;
        for (scopes, needs, order, verdict) in [
            (&["basic"][..], "basic", standard, Verdict::Allowed),
            (&["admin"], "basic", standard, Verdict::Allowed),
            (&["basic"], "premium", standard, Verdict::Denied),
            (&[], "basic", standard, Verdict::Denied),
            (&[], "public", standard, Verdict::Allowed),
            (&["admin"], "basic", "", Verdict::Denied),
            (&["admin", "basic"], "basic", "", Verdict::Allowed),
            (&[], "public", "", Verdict::Allowed),
            (&["reports"], "basic", standard, Verdict::Denied),
            (&["write"], "read", "read, write", Verdict::Allowed),
        ] {
            assert_eq!(
                expected(scopes, None, needs, order),
                Some(verdict),
                "{scopes:?} {needs} {order}"
            );
        }
    }

    #[test]
    fn an_expired_token_is_expected_to_be_refused() {
        for (expiry, verdict) in [
            (NOW + 1, Some(Verdict::Allowed)),
            (NOW, None),
            (NOW - MAX_LEEWAY, None),
            (NOW - MAX_LEEWAY - 1, Some(Verdict::Unauthenticated)),
        ] {
            assert_eq!(
                expected(&["basic"], Some(expiry), "basic", "basic"),
                verdict,
                "{expiry}"
            );
        }
    }

    #[test]
    fn nothing_is_expected_of_an_opaque_token() {
        assert_eq!(
            Verdict::expected(None, &Needs::default(), &ScopeOrder::default(), NOW),
            None
        );
    }
}
