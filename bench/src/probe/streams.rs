//! Many who watch tasks in which nothing happens.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    time::Duration,
};

use anyhow::{Result, bail, ensure};

use super::Finding;
use crate::{
    agent::{Agent, Issuer},
    ask::{Ask, begin_task, call, message_send},
    contest::Pace,
    figures::number,
    process::Server,
    requests::Question,
    service::{Service, WAITING},
    tokens::Kind,
};

/// Callers, and the streams of each. No caller has more than the agent lets one have.
const CALLERS: usize = 250;
const STREAMS_EACH: usize = 20;

pub(super) fn find(program: &Path, _pace: Pace) -> Result<Vec<Finding>> {
    let folder = tempfile::tempdir()?;
    let skills = Service::start()?.skills();
    let mut agent = Agent::start_with(program, folder.path(), Issuer::Secret, &skills)?;
    let question = Ask::Send.question(&agent.server, None)?;
    let waiting = Question {
        body: message_send(WAITING),
        ..question.clone()
    };
    let mut watchers = Vec::new();
    for token in agent.mint.tokens(Kind::Good, CALLERS)? {
        let task = begin_task(&agent.server, &waiting.with_token(Some(&token)))?;
        let watching = Question {
            body: call("tasks/resubscribe", &format!(r#"{{"id":"{task}"}}"#)),
            ..question.clone()
        };
        watchers.push(watching.with_token(Some(&token)));
    }
    // What the first of them makes grow does not count.
    drop(watch(&agent.server, watchers.iter().take(1))?);
    let before = agent.server.memory()?;
    let mut streams = Vec::new();
    for _ in 0..STREAMS_EACH {
        streams.extend(watch(&agent.server, watchers.iter())?);
    }
    let after = agent.server.memory()?;
    ensure!(streams.iter_mut().all(is_open), "an idle stream has ended");
    let count = u64::try_from(streams.len())?;
    let each = number(after.saturating_sub(before)) / 1024.0 / number(count);
    let what = format!("memory of each of {count} idle streams");
    Ok(vec![Finding::new(&what, each, "KiB", Some(25.0))])
}

/// Whether a stream goes on. A comment may have come: it says so too.
fn is_open(stream: &mut TcpStream) -> bool {
    let read = stream
        .set_nonblocking(true)
        .and_then(|()| stream.read(&mut [0; 4096]));
    match read {
        Ok(count) => count > 0,
        Err(error) => error.kind() == ErrorKind::WouldBlock,
    }
}

/// Opens a stream with each request and reads what it begins with.
fn watch<'a>(
    server: &Server,
    requests: impl Iterator<Item = &'a Vec<u8>>,
) -> Result<Vec<TcpStream>> {
    let open = |request: &Vec<u8>| {
        let mut stream = TcpStream::connect(server.address())?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        stream.write_all(request)?;
        let mut seen = Vec::new();
        let mut chunk = [0; 4096];
        while memchr::memmem::find(&seen, b"input-required").is_none()
            || !seen.ends_with(b"\n\n\r\n")
        {
            let count = stream.read(&mut chunk)?;
            if count == 0 {
                bail!("no stream begins: {}", String::from_utf8_lossy(&seen));
            }
            seen.extend_from_slice(chunk.get(..count).unwrap_or_default());
        }
        Ok(stream)
    };
    requests.map(open).collect()
}
