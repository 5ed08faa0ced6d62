//! A service that a skill asks: it keeps what it was sent and answers as the test wants, byte by
//! byte if need be.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use serde_json::Value;

use crate::nobody;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The method and the path.
    pub line: String,
    /// Headers in their order, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, if it is JSON.
    pub body: Value,
    /// The body as it arrived, if it is something else.
    pub text: String,
}

impl Seen {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// A service on a port of its own. It ends with the process.
#[derive(Debug)]
pub struct Counterpart {
    authority: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<AtomicUsize>,
}

/// The connection that a request came by.
#[derive(Debug)]
pub struct Caller {
    wire: TcpStream,
}

impl Counterpart {
    /// A service that answers each request so. Connections are kept until one is closed.
    pub fn start(answer: impl Fn(&Seen, &mut Caller) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let (kept, answer) = (Arc::clone(&seen), Arc::new(answer));
        let opened = Arc::clone(&connections);
        thread::spawn(move || {
            for wire in listener.incoming().flatten() {
                opened.fetch_add(1, Ordering::Relaxed);
                let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
                thread::spawn(move || {
                    let mut reader = BufReader::new(wire.try_clone().expect("a connection"));
                    let mut caller = Caller { wire };
                    while let Some(request) = read(&mut reader) {
                        kept.lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .push(request.clone());
                        answer(&request, &mut caller);
                    }
                });
            }
        });
        Self {
            authority: address.to_string(),
            seen,
            connections,
        }
    }

    /// An address at which nobody listens.
    #[must_use]
    pub fn nobody() -> String {
        format!("http://{}/", nobody())
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/", self.authority)
    }

    /// Its host and port.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// How many connections were made.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// All requests so far.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        let seen = self.seen.lock();
        seen.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Caller {
    /// Sends bytes. Whether the caller still listens is of no interest.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.wire.write_all(bytes.as_ref());
    }

    /// Answers with a status and a JSON body.
    pub fn json(&mut self, status: u16, body: &Value) {
        let body = body.to_string();
        self.send(format!(
            "HTTP/1.1 {status} Status\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ));
    }

    /// Begins a stream of events.
    pub fn stream(&mut self) {
        self.send(
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n",
        );
    }

    /// Sends an event of a stream.
    pub fn event(&mut self, data: &Value) {
        self.send(format!("data: {data}\n\n"));
    }

    /// Hangs up.
    pub fn close(&mut self) {
        let _ = self.wire.shutdown(Shutdown::Both);
    }

    /// Waits until the caller hangs up.
    pub fn wait_for_end(&mut self) {
        let mut rest = [0; 1024];
        while matches!(self.wire.read(&mut rest), Ok(count) if count > 0) {}
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Seen> {
    let line = read_line(reader)?;
    let mut headers = Vec::new();
    loop {
        let header = read_line(reader)?;
        let Some((name, value)) = header.split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(Some(0), |(_, value)| value.parse().ok())?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (body, text) = match serde_json::from_slice(&body) {
        Ok(body) => (body, String::new()),
        Err(_) => (Value::Null, String::from_utf8_lossy(&body).into_owned()),
    };
    let line = line.trim_end_matches(" HTTP/1.1").to_owned();
    Some(Seen {
        line,
        headers,
        body,
        text,
    })
}

fn read_line(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    let count = reader.read_line(&mut line).ok()?;
    (count > 0).then(|| line.trim_end().to_owned())
}
