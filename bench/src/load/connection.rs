//! One connection of a load: a request out, its answer in.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    time::Instant,
};

use anyhow::{Result, bail};
use mio::net::TcpStream;

use super::answer::{Answer, Head};
use crate::requests::Requests;

pub(super) struct Connection {
    stream: TcpStream,
    group: usize,
    out: Vec<u8>,
    sent: usize,
    input: Vec<u8>,
    head: Option<Head>,
    /// Whether an answer is awaited.
    waits: bool,
    begun: Instant,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, group: usize) -> Self {
        Self {
            stream,
            group,
            out: Vec::new(),
            sent: 0,
            input: Vec::new(),
            head: None,
            waits: false,
            begun: Instant::now(),
        }
    }

    pub(super) const fn group(&self) -> usize {
        self.group
    }

    /// When its request was sent.
    pub(super) const fn begun(&self) -> Instant {
        self.begun
    }

    /// Whether the server has closed it.
    pub(super) fn is_closed(&self) -> bool {
        match self.stream.peek(&mut [0]) {
            Ok(count) => count == 0,
            Err(error) => error.kind() != ErrorKind::WouldBlock,
        }
    }

    /// Sends the next request, if there is one.
    pub(super) fn send(&mut self, requests: &mut Requests, now: Instant) -> Result<bool> {
        self.out.clear();
        self.sent = 0;
        if !requests.next(&mut self.out) {
            return Ok(false);
        }
        self.begun = now;
        self.waits = true;
        self.flush()?;
        Ok(true)
    }

    /// Sends what is left of the request.
    pub(super) fn flush(&mut self) -> Result<()> {
        while let Some(rest) = self.out.get(self.sent..)
            && !rest.is_empty()
        {
            match self.stream.write(rest) {
                Ok(count) => self.sent = self.sent.saturating_add(count),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// The answer, once it is there as a whole. Reads into `chunk`.
    pub(super) fn receive(&mut self, chunk: &mut [u8]) -> Result<Option<Answer<'_>>> {
        if !self.waits {
            return Ok(None);
        }
        // Edge-triggered: what is not read now is not announced again. A whole answer has nothing
        // behind it, since there is one request at a time, so the last read is saved.
        loop {
            match self.stream.read(chunk) {
                Ok(0) => bail!("the server closed a connection"),
                Ok(count) => {
                    let read = chunk.get(..count).unwrap_or_default();
                    self.input.extend_from_slice(read);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(error.into()),
            }
            if self.head.is_none() {
                self.head = Head::parse(&self.input)?;
            }
            if self.head.is_some_and(|head| head.is_whole(&self.input)) {
                break;
            }
        }
        Ok(self.head.map(|head| head.answer(&self.input)))
    }

    /// Forgets the answer.
    pub(super) fn done(&mut self) {
        self.input.clear();
        self.head = None;
        self.waits = false;
    }
}
