//! A web server for tests, on a port of its own, that answers as it is told and counts.

use std::{
    collections::HashMap,
    fmt::{self, Write as _},
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// How long a test waits for a request before it fails.
const DEADLINE: Duration = Duration::from_secs(20);

/// A server of key sets and of whatever else a path is told to answer.
pub struct KeyServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    answers: Mutex<HashMap<String, Answer>>,
    seen: watch::Sender<Vec<Request>>,
    held: watch::Sender<bool>,
}

type Answer = Arc<dyn Fn(&Request) -> Reply + Send + Sync>;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    /// The path with its query.
    pub path: String,
    headers: Vec<(String, String)>,
}

/// What a request is answered with.
#[derive(Clone, Debug)]
pub struct Reply(Option<Vec<u8>>);

impl KeyServer {
    /// Starts a server that knows no path.
    ///
    /// # Errors
    /// When the system has no port for it.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let shared = Arc::new(Shared {
            answers: Mutex::default(),
            seen: watch::Sender::new(Vec::new()),
            held: watch::Sender::new(false),
        });
        Ok(Self {
            address: listener.local_addr()?,
            shared: Arc::clone(&shared),
            task: tokio::spawn(accept(listener, shared)),
        })
    }

    /// The URL of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests for this path like this from now on.
    pub fn on(&self, path: &str, answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) {
        self.shared
            .answers
            .lock()
            .insert(path.to_owned(), Arc::new(answer));
    }

    /// Always answers requests for this path with the same.
    pub fn serve(&self, path: &str, reply: Reply) {
        self.on(path, move |_| reply.clone());
    }

    /// Lets requests wait for their answers until [`KeyServer::release`].
    pub fn hold(&self) {
        self.shared.held.send_replace(true);
    }

    /// Answers what waits, and what comes.
    pub fn release(&self) {
        self.shared.held.send_replace(false);
    }

    /// The requests for this path that have come so far.
    #[must_use]
    pub fn requests(&self, path: &str) -> Vec<Request> {
        let seen = self.shared.seen.borrow();
        seen.iter()
            .filter(|request| request.path == path)
            .cloned()
            .collect()
    }

    /// Waits until this many requests for this path have come.
    ///
    /// # Panics
    /// When they do not come.
    pub async fn wait_for(&self, path: &str, count: usize) {
        let mut seen = self.shared.seen.subscribe();
        let enough = seen
            .wait_for(|seen| seen.iter().filter(|request| request.path == path).count() >= count);
        let result = tokio::time::timeout(DEADLINE, enough).await;
        assert!(result.is_ok(), "{count} requests for {path} did not come");
    }
}

impl Request {
    /// A header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

impl Reply {
    /// A status without a body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::new(status, &[], b"")
    }

    /// A JSON document.
    #[must_use]
    pub fn json(document: &Value) -> Self {
        Self::new(200, &[], document.to_string().as_bytes())
    }

    /// A whole response.
    #[must_use]
    pub fn new(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Self {
        let mut head = format!("HTTP/1.1 {status} Reply\r\nConnection: close\r\n");
        let length = body.len().to_string();
        for (name, value) in headers.iter().chain([&("Content-Length", length.as_str())]) {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        head.push_str("\r\n");
        Self::raw([head.as_bytes(), body].concat())
    }

    /// These bytes, and the end of the connection.
    #[must_use]
    pub const fn raw(bytes: Vec<u8>) -> Self {
        Self(Some(bytes))
    }

    /// The end of the connection without a byte.
    #[must_use]
    pub const fn hang_up() -> Self {
        Self(Some(Vec::new()))
    }

    /// Nothing, ever.
    #[must_use]
    pub const fn silence() -> Self {
        Self(None)
    }
}

impl Drop for KeyServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for KeyServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyServer").field(&self.address).finish()
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        // A client that breaks off is its own affair.
        tokio::spawn(async move { answer(stream, &shared).await.ok() });
    }
}

async fn answer(mut stream: TcpStream, shared: &Shared) -> io::Result<()> {
    let request = read(&mut stream).await?;
    let answer = shared.answers.lock().get(&request.path).cloned();
    shared.seen.send_modify(|seen| seen.push(request.clone()));
    let mut held = shared.held.subscribe();
    let _ = held.wait_for(|held| !held).await;
    let reply = answer.map_or_else(|| Reply::status(404), |answer| answer(&request));
    let Some(bytes) = reply.0 else {
        return std::future::pending().await;
    };
    stream.write_all(&bytes).await?;
    stream.shutdown().await
}

async fn read(stream: &mut TcpStream) -> io::Result<Request> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.lines();
    let path = lines.next().and_then(|line| line.split(' ').nth(1));
    let pairs = lines.filter_map(|line| line.split_once(": "));
    Ok(Request {
        path: path.unwrap_or_default().to_owned(),
        headers: pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    })
}
