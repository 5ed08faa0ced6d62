//! The service behind two skills of the agent: one that streams, and one that waits for its caller.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
};

use anyhow::{Result, bail};

/// The skill that streams [`CHUNKS`] pieces of text.
pub(crate) const STREAMING: &str = "streaming";
/// The skill that asks its caller back, so that its tasks do not end.
pub(crate) const WAITING: &str = "waiting";

/// The pieces of a stream.
pub(crate) const CHUNKS: usize = 100;

/// The service; it lives as long as the process.
#[derive(Debug)]
pub(crate) struct Service {
    address: SocketAddr,
}

impl Service {
    pub(crate) fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let streamed = streamed();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let streamed = streamed.clone();
                thread::spawn(move || {
                    // Whoever breaks off has what it wanted.
                    let _ = serve(stream, &streamed);
                });
            }
        });
        Ok(Self { address })
    }

    /// Entries for the agent's list of skills.
    pub(crate) fn skills(&self) -> String {
        let skill = |id| {
            let url = format!("http://{}/{id}", self.address);
            format!(
                "  - skill_id: {id}\n    name: {id}\n    description: For the bench\n    \
                 tags: [bench]\n    handler: {{ type: http, url: \"{url}\" }}\n"
            )
        };
        [STREAMING, WAITING].map(skill).concat()
    }
}

/// Answers the requests of a connection, one after the other.
fn serve(mut stream: TcpStream, streamed: &str) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut input = Vec::new();
    let mut chunk = [0; 8192];
    loop {
        let count = stream.read(&mut chunk)?;
        if count == 0 {
            return Ok(());
        }
        input.extend_from_slice(chunk.get(..count).unwrap_or_default());
        let Some((path, size)) = whole(&input)? else {
            continue;
        };
        let (media_type, body) = if path.contains(STREAMING) {
            ("text/event-stream", streamed)
        } else {
            ("application/json", ASKS_BACK)
        };
        let length = body.len();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\n\r\n"
        );
        stream.write_all(format!("{head}{body}").as_bytes())?;
        input.drain(..size);
    }
}

const ASKS_BACK: &str =
    r#"{"status":{"state":"TASK_STATE_INPUT_REQUIRED","message":{"parts":[{"text":"And?"}]}}}"#;

fn streamed() -> String {
    let chunk = |number| {
        let append = number > 0;
        format!(
            r#"data: {{"artifactUpdate":{{"artifact":{{"artifactId":"text","parts":[{{"text":"piece {number:03} of an answer "}}]}},"append":{append}}}}}"#
        )
    };
    let end = r#"data: {"statusUpdate":{"status":{"state":"TASK_STATE_COMPLETED"}}}"#.to_owned();
    let mut events: Vec<_> = (0..CHUNKS).map(chunk).chain([end]).collect();
    events.push(String::new());
    events.join("\n\n")
}

/// The path and the size of the request that the bytes begin with, once it is whole.
fn whole(bytes: &[u8]) -> Result<Option<(String, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(head) = request.parse(bytes)? else {
        return Ok(None);
    };
    let path = request.path.unwrap_or_default().to_owned();
    let mut headers = request.headers.iter();
    let length = headers.find(|it| it.name.eq_ignore_ascii_case("content-length"));
    let Some(length) = length else {
        bail!("a request without a length");
    };
    let length: usize = std::str::from_utf8(length.value)?.parse()?;
    let size = head.saturating_add(length);
    Ok((bytes.len() >= size).then_some((path, size)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_whole_with_its_body() {
        let text = b"POST /streaming HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}";
        let (path, size) = whole(text).unwrap().unwrap();
        assert_eq!((path.as_str(), size), ("/streaming", text.len()));
        assert!(whole(&text[..text.len() - 1]).unwrap().is_none());
    }

    #[test]
    fn a_stream_has_its_pieces_and_an_end() {
        assert_eq!(streamed().matches("data: ").count(), CHUNKS + 1);
    }
}
