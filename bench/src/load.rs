//! The load: requests on connections that are kept, one at a time on each.
//!
//! One thread that never sleeps. A load that sleeps leaves the server idle in between and has it
//! pay for waking up, so that it looks the worse the faster it is.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use hdrhistogram::Histogram;
use mio::{Events, Interest, Poll, Token, net::TcpStream};

mod answer;
mod connection;

use answer::Answer;
pub(crate) use answer::ask;
use connection::Connection;

use crate::requests::Requests;

/// What every answer must be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected {
    pub(crate) status: u16,
    /// A piece of the body, which may be empty.
    pub(crate) text: &'static str,
}

/// How long to wait for an answer before the server is taken to be stuck.
const PATIENCE: Duration = Duration::from_secs(30);

/// The longest latency that is told from longer ones, in nanoseconds.
const MOST: u64 = 60_000_000_000;

/// More than any answer but a long stream.
const CHUNK: usize = 64 * 1024;

/// Connections to one server, in groups that ask for different things.
pub(crate) struct Load {
    address: SocketAddr,
    poll: Poll,
    events: Events,
    connections: Vec<Connection>,
    /// Where answers are read to.
    chunk: Box<[u8]>,
}

/// What a group of connections asks for.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    pub(crate) requests: &'a mut Requests,
    pub(crate) expected: Expected,
}

/// What a group has seen.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) requests: u64,
    pub(crate) elapsed: Duration,
    /// In nanoseconds.
    pub(crate) latencies: Histogram<u64>,
}

impl Load {
    /// Opens so many connections for each group.
    pub(crate) fn connect(address: SocketAddr, groups: &[usize]) -> Result<Self> {
        let poll = Poll::new()?;
        let mut connections = Vec::new();
        for (group, count) in groups.iter().enumerate() {
            for _ in 0..*count {
                let mut stream = open(address)?;
                let interest = Interest::READABLE | Interest::WRITABLE;
                let token = Token(connections.len());
                poll.registry().register(&mut stream, token, interest)?;
                connections.push(Connection::new(stream, group));
            }
        }
        Ok(Self {
            address,
            poll,
            events: Events::with_capacity(1024),
            connections,
            chunk: vec![0; CHUNK].into_boxed_slice(),
        })
    }

    /// Opens those connections anew that a server has closed while nothing was asked.
    pub(crate) fn revive(&mut self) -> Result<()> {
        for (number, connection) in self.connections.iter_mut().enumerate() {
            if connection.is_closed() {
                let mut stream = open(self.address)?;
                let interest = Interest::READABLE | Interest::WRITABLE;
                let registry = self.poll.registry();
                registry.register(&mut stream, Token(number), interest)?;
                *connection = Connection::new(stream, connection.group());
            }
        }
        Ok(())
    }

    /// Sends requests for so long, each group until it has no more of them, and waits for the last
    /// answers.
    pub(crate) fn run(&mut self, groups: &mut [Group<'_>], time: Duration) -> Result<Vec<Seen>> {
        let nothing = || {
            anyhow::Ok(Seen {
                requests: 0,
                elapsed: Duration::ZERO,
                latencies: Histogram::new_with_bounds(1, MOST, 3)?,
            })
        };
        let mut seen: Vec<_> = groups.iter().map(|_| nothing()).collect::<Result<_>>()?;
        let begun = Instant::now();
        let mut last = begun;
        let mut open = 0_usize;
        for connection in &mut self.connections {
            if let Some(group) = groups.get_mut(connection.group())
                && connection.send(group.requests, Instant::now())?
            {
                open = open.saturating_add(1);
            }
        }
        while open > 0 {
            self.poll.poll(&mut self.events, Some(Duration::ZERO))?;
            if self.events.is_empty() {
                if last.elapsed() > PATIENCE {
                    bail!("no answer for {} s", PATIENCE.as_secs());
                }
                // Whoever else is on this processor, such as a service behind the agent, comes first.
                std::thread::yield_now();
                continue;
            }
            for event in &self.events {
                let Some(connection) = self.connections.get_mut(event.token().0) else {
                    continue;
                };
                if event.is_writable() {
                    connection.flush()?;
                }
                let number = connection.group();
                let (Some(group), Some(seen)) = (groups.get_mut(number), seen.get_mut(number))
                else {
                    continue;
                };
                let Some(answer) = connection.receive(&mut self.chunk)? else {
                    continue;
                };
                group.expected.check(&answer)?;
                last = Instant::now();
                seen.add(last.duration_since(connection.begun()));
                seen.elapsed = last.duration_since(begun);
                connection.done();
                if seen.elapsed >= time || !connection.send(group.requests, last)? {
                    open = open.saturating_sub(1);
                }
            }
        }
        Ok(seen)
    }
}

fn open(address: SocketAddr) -> Result<TcpStream> {
    let stream = std::net::TcpStream::connect(address).context("cannot connect")?;
    stream.set_nodelay(true)?;
    stream.set_nonblocking(true)?;
    Ok(TcpStream::from_std(stream))
}

impl Expected {
    fn check(&self, answer: &Answer<'_>) -> Result<()> {
        let text = self.text.as_bytes();
        if answer.status != self.status || memchr::memmem::find(answer.body, text).is_none() {
            bail!("an answer other than expected:\n{answer}");
        }
        Ok(())
    }
}

impl Seen {
    fn add(&mut self, latency: Duration) {
        let nanoseconds = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX);
        self.latencies.saturating_record(nanoseconds);
        self.requests = self.requests.saturating_add(1);
    }
}
