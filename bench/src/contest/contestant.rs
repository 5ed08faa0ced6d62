//! A server in a scenario, with its load.

use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::{
    figures::{Figures, Round},
    load::{Expected, Group, Load},
    process::Server,
    requests::Requests,
};

pub(super) struct Contestant {
    name: &'static str,
    server: Server,
    load: Load,
    requests: Requests,
    expected: Expected,
    rounds: Vec<Round>,
}

impl Contestant {
    /// Opens so many connections to it.
    pub(super) fn new(
        name: &'static str,
        server: Server,
        connections: usize,
        requests: Requests,
        expected: Expected,
    ) -> Result<Self> {
        Ok(Self {
            name,
            load: Load::connect(server.address(), &[connections]).context(name)?,
            server,
            requests,
            expected,
            rounds: Vec::new(),
        })
    }

    /// From now on it is asked for something else.
    pub(super) fn ask(&mut self, requests: Requests) {
        self.requests = requests;
    }

    /// A round that does not count.
    pub(super) fn warm_up(&mut self, time: Duration) -> Result<()> {
        self.round(time).map(drop)
    }

    /// A round that counts.
    pub(super) fn run(&mut self, time: Duration) -> Result<()> {
        let round = self.round(time)?;
        self.rounds.push(round);
        Ok(())
    }

    fn round(&mut self, time: Duration) -> Result<Round> {
        self.load.revive().context(self.name)?;
        let before = self.server.processor_time()?;
        let group = Group {
            requests: &mut self.requests,
            expected: self.expected,
        };
        let seen = self.load.run(&mut [group], time).context(self.name)?;
        let after = self.server.processor_time()?;
        let seen = seen.first().context("a load without a group")?;
        Ok(Round::new(seen, after.saturating_sub(before)))
    }

    pub(super) fn figures(&self) -> Result<Figures> {
        let memory = self.server.memory()?;
        Ok(Figures::new(self.name, &self.rounds, memory))
    }
}
