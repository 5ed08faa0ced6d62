//! The scenarios, as data: who asks what, with which tokens, on how many connections, and what it
//! may cost.

use agentup_auth::Algorithm;

use crate::{agent::Issuer, ask::Ask, tokens::Kind};

/// Something that is measured, round by round, beside the floor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// What it is, for people.
    pub(crate) what: &'static str,
    pub(crate) issuer: Issuer,
    pub(crate) tokens: Tokens,
    pub(crate) ask: Ask,
    pub(crate) connections: usize,
    pub(crate) budget: Option<Budget>,
    /// Whether others are measured too.
    pub(crate) others: bool,
}

/// The tokens of a scenario.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tokens {
    /// None: the route is public.
    Absent,
    /// So many that take turns.
    Turns(Kind, usize),
    /// So many in each round, each used once.
    Fresh(Kind, usize),
}

/// What a request may cost.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Budget {
    /// So many times the floor.
    Floor(f64),
    /// So many times the floor, and so many times the bare check of a signature.
    FloorAndCheck(f64, f64),
}

use Budget::{Floor, FloorAndCheck};
use Issuer::{Keys, Secret};
use Kind::{BadSignature, Expired, Good, Malformed, OtherAudience, Sized as OfSize, Unsigned};
use Tokens::{Absent, Fresh, Turns};

const RS256: Issuer = Keys(Algorithm::RS256, 1);
const ES256: Issuer = Keys(Algorithm::ES256, 1);
const ES256_OF_MANY: Issuer = Keys(Algorithm::ES256, 64);

/// As most scenarios are: a message to the echo skill with HS256 tokens in rotation, on 64
/// connections.
const USUAL: Scenario = Scenario {
    name: "",
    what: "",
    issuer: Secret,
    tokens: Turns(Good, 2000),
    ask: Ask::Send,
    connections: 64,
    budget: None,
    others: false,
};

/// All of them, in the order of the report.
pub(crate) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "hs256",
        what: "HS256, 2,000 tokens in rotation",
        budget: Some(Floor(1.5)),
        others: true,
        ..USUAL
    },
    Scenario {
        name: "hs256-one",
        what: "HS256, one token",
        tokens: Turns(Good, 1),
        budget: Some(Floor(1.5)),
        others: true,
        ..USUAL
    },
    Scenario {
        name: "hs256-fresh",
        what: "HS256, every token new",
        tokens: Fresh(Good, 10_000),
        ..USUAL
    },
    Scenario {
        name: "connections-1",
        what: "HS256 in rotation, 1 connection",
        connections: 1,
        ..USUAL
    },
    Scenario {
        name: "connections-512",
        what: "HS256 in rotation, 512 connections",
        connections: 512,
        others: true,
        ..USUAL
    },
    Scenario {
        name: "jsonrpc-1.0",
        what: "JSON-RPC of 1.0, HS256 in rotation",
        ask: Ask::SendV10,
        budget: Some(Floor(1.5)),
        ..USUAL
    },
    Scenario {
        name: "rest",
        what: "HTTP+JSON of 1.0, HS256 in rotation",
        ask: Ask::SendRest,
        budget: Some(Floor(1.5)),
        ..USUAL
    },
    Scenario {
        name: "rs256-seen",
        what: "RS256 via JWKS, 2,000 tokens in rotation",
        issuer: RS256,
        budget: Some(Floor(1.5)),
        ..USUAL
    },
    Scenario {
        name: "rs256-fresh",
        what: "RS256 via JWKS, every token new",
        issuer: RS256,
        tokens: Fresh(Good, 2000),
        budget: Some(FloorAndCheck(1.5, 1.15)),
        ..USUAL
    },
    Scenario {
        name: "es256-seen",
        what: "ES256 via JWKS, 2,000 tokens in rotation",
        issuer: ES256,
        budget: Some(Floor(1.5)),
        ..USUAL
    },
    Scenario {
        name: "es256-fresh",
        what: "ES256 via JWKS, every token new",
        issuer: ES256,
        tokens: Fresh(Good, 5000),
        budget: Some(FloorAndCheck(1.5, 1.15)),
        ..USUAL
    },
    Scenario {
        name: "keys-64-seen",
        what: "ES256, 64 keys in the set, tokens in rotation",
        issuer: ES256_OF_MANY,
        budget: Some(Floor(1.5)),
        ..USUAL
    },
    Scenario {
        name: "keys-64-fresh",
        what: "ES256, 64 keys in the set, every token new",
        issuer: ES256_OF_MANY,
        tokens: Fresh(Good, 5000),
        budget: Some(FloorAndCheck(1.5, 1.15)),
        ..USUAL
    },
    Scenario {
        name: "refused-malformed",
        what: "refused: no JSON in the token",
        tokens: Turns(Malformed, 1),
        ask: Ask::Refused,
        budget: Some(Floor(1.3)),
        ..USUAL
    },
    Scenario {
        name: "refused-none",
        what: "refused: alg none",
        tokens: Turns(Unsigned, 2000),
        ask: Ask::Refused,
        budget: Some(Floor(1.3)),
        ..USUAL
    },
    Scenario {
        name: "refused-signature",
        what: "refused: bad signature, HS256",
        tokens: Turns(BadSignature, 2000),
        ask: Ask::Refused,
        budget: Some(FloorAndCheck(1.3, 1.0)),
        ..USUAL
    },
    Scenario {
        name: "refused-signature-es256",
        what: "refused: bad signature, ES256",
        issuer: ES256,
        tokens: Turns(BadSignature, 2000),
        ask: Ask::Refused,
        budget: Some(FloorAndCheck(1.3, 1.0)),
        ..USUAL
    },
    Scenario {
        name: "refused-expired",
        what: "refused: expired, HS256",
        tokens: Turns(Expired, 2000),
        ask: Ask::Refused,
        budget: Some(FloorAndCheck(1.3, 1.0)),
        ..USUAL
    },
    Scenario {
        name: "refused-audience",
        what: "refused: another audience, HS256",
        tokens: Turns(OtherAudience, 2000),
        ask: Ask::Refused,
        budget: Some(FloorAndCheck(1.3, 1.0)),
        ..USUAL
    },
    Scenario {
        name: "token-0.3k",
        what: "tokens of 0.3 kB in rotation",
        tokens: Turns(Good, 500),
        others: true,
        ..USUAL
    },
    Scenario {
        name: "token-2k",
        what: "tokens of 2 kB in rotation",
        tokens: Turns(OfSize(2000), 500),
        ..USUAL
    },
    Scenario {
        name: "token-8k",
        what: "tokens of 8 kB in rotation",
        tokens: Turns(OfSize(8000), 500),
        others: true,
        ..USUAL
    },
    Scenario {
        name: "stream",
        what: "message/stream, 100 chunks from an HTTP service",
        ask: Ask::Stream,
        connections: 16,
        ..USUAL
    },
    Scenario {
        name: "task-get",
        what: "tasks/get",
        tokens: Turns(Good, 1),
        ask: Ask::GetTask,
        ..USUAL
    },
    Scenario {
        name: "task-list",
        what: "ListTasks, 50 of 1,000 tasks",
        tokens: Turns(Good, 1),
        ask: Ask::ListTasks,
        ..USUAL
    },
    Scenario {
        name: "card",
        what: "the agent card",
        tokens: Absent,
        ask: Ask::Card,
        ..USUAL
    },
];
