//! Answers: as much of HTTP/1.1 (RFC 9112) as it takes to know where one ends.

use std::{
    fmt,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};

/// The head of an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    status: u16,
    /// Where the body begins.
    size: usize,
    body: Framing,
}

#[derive(Clone, Copy, Debug)]
enum Framing {
    Length(usize),
    Chunked,
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    /// As it came: of a chunked one, with the sizes of its chunks.
    pub(crate) body: &'a [u8],
}

impl Head {
    /// None while there is not all of it.
    pub(super) fn parse(bytes: &[u8]) -> Result<Option<Self>> {
        let mut headers = [httparse::EMPTY_HEADER; 48];
        let mut response = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(size) = response.parse(bytes)? else {
            return Ok(None);
        };
        let mut body = Framing::Length(0);
        for header in response.headers.iter() {
            if header.name.eq_ignore_ascii_case("content-length") {
                body = Framing::Length(std::str::from_utf8(header.value)?.trim().parse()?);
            } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
                body = Framing::Chunked;
            }
        }
        let status = response.code.unwrap_or_default();
        Ok(Some(Self { status, size, body }))
    }

    pub(super) fn is_whole(self, bytes: &[u8]) -> bool {
        match self.body {
            Framing::Length(length) => bytes.len() >= self.size.saturating_add(length),
            // One answer at a time: what ends like the last chunk is the last chunk, for no JSON
            // that is sent here has a bare zero between two line ends.
            Framing::Chunked => bytes.ends_with(b"\r\n0\r\n\r\n"),
        }
    }

    pub(super) fn answer(self, bytes: &[u8]) -> Answer<'_> {
        Answer {
            status: self.status,
            body: bytes.get(self.size..).unwrap_or_default(),
        }
    }
}

impl fmt::Display for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, String::from_utf8_lossy(self.body))
    }
}

/// Sends one request on a connection of its own and hands over its answer.
pub(crate) fn ask<T>(
    address: SocketAddr,
    request: &[u8],
    reader: impl FnOnce(&Answer<'_>) -> Result<T>,
) -> Result<T> {
    let mut stream = TcpStream::connect(address).context("cannot connect")?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.write_all(request)?;
    let mut input = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let count = stream.read(&mut chunk)?;
        if count == 0 {
            bail!("the server closed the connection");
        }
        input.extend_from_slice(chunk.get(..count).unwrap_or_default());
        if let Some(head) = Head::parse(&input)?
            && head.is_whole(&input)
        {
            return reader(&head.answer(&input));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_where_its_head_says() {
        let text = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
        let head = Head::parse(text).unwrap().unwrap();
        assert!(head.is_whole(text));
        assert!(!head.is_whole(&text[..text.len() - 1]));
        assert_eq!(head.answer(text).body, b"{}");
        assert!(Head::parse(b"HTTP/1.1 200 OK\r\n").unwrap().is_none());
    }

    #[test]
    fn a_chunked_answer_ends_with_an_empty_chunk() {
        let text = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
        let head = Head::parse(text).unwrap().unwrap();
        assert!(head.is_whole(text));
        assert!(!head.is_whole(&text[..text.len() - 5]));
    }
}
