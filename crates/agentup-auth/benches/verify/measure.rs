//! How it is measured: short turns, one contestant after the other, and the middle of many rounds.

use std::{collections::BTreeMap, hint::black_box, time::Instant};

use serde::Serialize;

use crate::{contestants::Judge, tokens::Tokens};

/// Rounds; in each, everybody has one turn.
const ROUNDS: usize = 151;

/// How long a turn is about, in nanoseconds: short, so that most turns are not interrupted.
const TURN: u128 = 300_000;

/// Contestants who judge the same tokens.
pub(crate) struct Contest<'a> {
    name: &'static str,
    tokens: &'a Tokens,
    contestants: Vec<Contestant<'a>>,
}

struct Contestant<'a> {
    name: &'static str,
    judge: Judge<'a>,
    /// Tokens in a turn.
    turn: usize,
    /// The token that is next.
    next: usize,
    /// Nanoseconds for one token, by round.
    times: Vec<f64>,
}

/// The outcome of a contest.
#[derive(Serialize)]
pub(crate) struct Row {
    name: &'static str,
    token_bytes: usize,
    /// Nanoseconds for one token.
    nanoseconds: BTreeMap<&'static str, f64>,
    /// How many times that of the one takes longer than that of the other, `one/other`: the
    /// middle of the rounds, in each of which both had the same machine.
    ratios: BTreeMap<String, f64>,
}

impl<'a> Contest<'a> {
    pub(crate) fn new(name: &'static str, tokens: &'a Tokens) -> Self {
        Self {
            name,
            tokens,
            contestants: Vec::new(),
        }
    }

    pub(crate) fn enter(&mut self, name: &'static str, judge: Judge<'a>) {
        self.contestants.push(Contestant {
            name,
            judge,
            turn: 0,
            next: 0,
            times: Vec::with_capacity(ROUNDS),
        });
    }

    pub(crate) fn run(mut self) -> Row {
        for contestant in &mut self.contestants {
            contestant.warm_up(self.tokens);
        }
        for round in 0..ROUNDS {
            // Nobody is always behind the same other.
            let count = self.contestants.len();
            for n in 0..count {
                self.contestants[(round + n) % count].take_turn(self.tokens);
            }
        }
        let all = &self.contestants;
        let pairs = all.iter().flat_map(|one| {
            let others = all.iter().filter(|other| one.name != other.name);
            others.map(move |other| {
                let rounds = one.times.iter().zip(&other.times);
                let ratio = middle(rounds.map(|(one, other)| one / other).collect());
                (format!("{}/{}", one.name, other.name), ratio)
            })
        });
        Row {
            name: self.name,
            token_bytes: self.tokens.bytes(),
            nanoseconds: all
                .iter()
                .map(|one| (one.name, middle(one.times.clone())))
                .collect(),
            ratios: pairs.collect(),
        }
    }
}

impl Contestant<'_> {
    /// Judges every token, also to see that the judgment is right, and finds how long a turn is.
    fn warm_up(&mut self, tokens: &Tokens) {
        for n in 0..tokens.texts.len() {
            let is_good = (self.judge)(n);
            assert_eq!(is_good, tokens.are_good, "{}: token {n}", self.name);
        }
        let begun = Instant::now();
        for n in 0..tokens.texts.len() {
            black_box((self.judge)(n));
        }
        let one = begun.elapsed().as_nanos() / tokens.texts.len() as u128;
        self.turn = usize::try_from(TURN / one.max(1)).unwrap_or(1).max(1);
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "nanoseconds of less than a second, and few tokens"
    )]
    fn take_turn(&mut self, tokens: &Tokens) {
        let begun = Instant::now();
        for _ in 0..self.turn {
            black_box((self.judge)(self.next));
            self.next += 1;
            if self.next == tokens.texts.len() {
                self.next = 0;
            }
        }
        let took = begun.elapsed().as_nanos();
        self.times.push(took as f64 / self.turn as f64);
    }
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
