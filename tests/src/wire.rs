//! HTTP byte by byte, for what a well-behaved client never sends.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
};

use crate::{Answer, PATIENCE, Server, hide};

/// One connection.
#[derive(Debug)]
pub struct Wire(BufReader<TcpStream>);

impl Wire {
    /// Connects to host and port.
    ///
    /// # Panics
    /// When nobody listens there.
    #[must_use]
    pub fn connect(authority: &str) -> Self {
        let stream = TcpStream::connect(authority).expect("somebody listens");
        stream
            .set_read_timeout(Some(PATIENCE))
            .expect("a socket has a time limit");
        Self(BufReader::new(stream))
    }

    /// Sends these bytes. A server that has hung up already has answered before.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.0.get_mut().write_all(bytes.as_ref());
    }

    /// Sends the head of a `POST` to the JSON-RPC route, with these header lines and the blank line
    /// at its end.
    pub fn send_head(&mut self, headers: &[&str]) {
        let mut head = "POST / HTTP/1.1\r\nHost: agent\r\n".to_owned();
        for line in headers {
            if let Some(credential) = line.strip_prefix("Authorization: ") {
                hide(credential);
            }
            head.push_str(line);
            head.push_str("\r\n");
        }
        head.push_str("\r\n");
        self.send(head);
    }

    /// A request of the bearer of this token whose body does not come. It has all its places: the
    /// server asks for the body after it gave them.
    ///
    /// # Panics
    /// When the server does not ask for the body.
    #[must_use]
    pub fn waiting(server: &Server, token: &str) -> Self {
        let mut wire = Self::connect(server.authority());
        wire.send_head(&[
            &format!("Authorization: Bearer {token}"),
            "Content-Type: application/json",
            "Content-Length: 10",
            "Expect: 100-continue",
        ]);
        let asked = wire.answer();
        assert_eq!(asked.status, 100, "{asked:?}");
        wire
    }

    /// Reads the next answer, an interim one (`100 Continue`) by itself.
    ///
    /// # Panics
    /// When there is none, or one that is not as long as it says.
    #[must_use]
    pub fn answer(&mut self) -> Answer {
        let status_line = self.line();
        let status = status_line
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no status in {status_line:?}"));
        let mut headers = reqwest::header::HeaderMap::new();
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(": ") else {
                break;
            };
            let name = name
                .parse::<reqwest::header::HeaderName>()
                .expect("a header name");
            headers.append(name, value.parse().expect("a header value"));
        }
        let length = headers
            .get("content-length")
            .and_then(|length| length.to_str().ok());
        let length = length.and_then(|length| length.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).expect("a whole body");
        Answer {
            status,
            headers,
            body: String::from_utf8(body).expect("a body of text"),
        }
    }

    /// Reads so many bytes.
    ///
    /// # Panics
    /// When there are fewer.
    #[must_use]
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.0.read_exact(&mut bytes).expect("as many bytes");
        bytes
    }

    /// Whether the server has closed the connection, and said nothing more before.
    #[must_use]
    pub fn is_closed(&mut self) -> bool {
        // A connection that is reset is closed as well.
        self.0.fill_buf().map_or(true, <[u8]>::is_empty)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }
}
