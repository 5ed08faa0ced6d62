//! What verifying costs, beside the bare primitive and beside `jsonwebtoken` used plainly.
//!
//! Prints one JSON object; `cargo xtask bench auth` runs it and makes a table of it.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measurement that cannot be made is to stop loudly"
)]

mod contestants;
mod keys;
mod measure;
mod tokens;

use agentup_auth::Algorithm;
use contestants::{Remembers, decode, primitive, verify};
use keys::Keys;
use measure::{Contest, Row};
use serde_json::json;
use tokens::Tokens;

/// Different tokens of each kind: too many for the nearest cache, and for branches to be learnt by
/// heart.
const TOKENS: usize = 256;

/// As [`TOKENS`], where signing takes long and what is around it does not count.
const SLOW_TOKENS: usize = 32;

fn main() {
    let now = tokens::now();
    let algorithms = Algorithm::ALL.map(|algorithm| of_algorithm(algorithm, now));
    let sizes = [0, 1_600, 7_600].map(|fill| of_size(fill, now));
    let refusals = tokens::refused(now).map(|(name, tokens)| of_refusal(name, &tokens));
    let report = json!({ "algorithms": algorithms, "sizes": sizes, "refusals": refusals });
    println!("{report}");
}

/// Everything that there is, for a good token of one algorithm.
fn of_algorithm(algorithm: Algorithm, now: u64) -> Row {
    let keys = Keys::of(algorithm);
    let count = if algorithm.is_symmetric() {
        TOKENS
    } else {
        SLOW_TOKENS
    };
    let tokens = Tokens::good(&keys, now, 0, count);
    let mut contest = Contest::new(algorithm.name(), &tokens);
    contest.enter("primitive", primitive(&keys, &tokens));
    contest.enter("cold", verify(&keys, &tokens, Remembers::Nothing));
    contest.enter("new", verify(&keys, &tokens, Remembers::OtherTokens));
    contest.enter("cached", verify(&keys, &tokens, Remembers::TheToken));
    if let Some(decode) = decode(&keys, &tokens) {
        contest.enter("decode", decode);
    }
    contest.run()
}

/// Tokens that have so many bytes more than the usual one.
fn of_size(fill: usize, now: u64) -> Row {
    let keys = Keys::of(Algorithm::HS256);
    let tokens = Tokens::good(&keys, now, fill, TOKENS);
    let mut contest = Contest::new("HS256", &tokens);
    contest.enter("primitive", primitive(&keys, &tokens));
    contest.enter("cold", verify(&keys, &tokens, Remembers::Nothing));
    contest.enter("cached", verify(&keys, &tokens, Remembers::TheToken));
    contest.enter("decode", decode(&keys, &tokens).expect("it knows HS256"));
    contest.run()
}

fn of_refusal(name: &'static str, tokens: &Tokens) -> Row {
    let keys = Keys::named_hs256();
    let mut contest = Contest::new(name, tokens);
    contest.enter("cold", verify(&keys, tokens, Remembers::Nothing));
    contest.enter("new", verify(&keys, tokens, Remembers::OtherTokens));
    // Looking for the key by its name is not part of it.
    if name != "unknown kid" {
        contest.enter("decode", decode(&keys, tokens).expect("it knows HS256"));
    }
    contest.run()
}
