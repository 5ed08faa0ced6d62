//! A webhook: it answers as it is told, and hands over what it gets.

use std::{
    collections::VecDeque,
    net::{SocketAddr, TcpListener as StdListener},
    sync::{Arc, Mutex},
    thread,
};

use agentup_tests::PATIENCE;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use reqwest::{
    StatusCode,
    header::{HeaderMap, LOCATION},
};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::{Semaphore, mpsc},
};

/// How the webhook answers one request.
pub(crate) enum Reaction {
    Status(u16),
    /// To this path of its own.
    Redirect(&'static str),
    /// Not before it is released; then with 204.
    Hold,
}

/// A webhook on loopback. It answers 204 unless it was told otherwise.
pub(crate) struct Webhook {
    address: SocketAddr,
    received: mpsc::UnboundedReceiver<Received>,
    shared: Arc<Shared>,
}

struct Shared {
    sender: mpsc::UnboundedSender<Received>,
    script: Mutex<VecDeque<Reaction>>,
    released: Semaphore,
}

/// One request.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Webhook {
    /// Starts it on a thread of its own, so that it answers while its test waits for something
    /// else.
    pub(crate) fn start() -> Self {
        let listener = StdListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, received) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            sender,
            script: Mutex::default(),
            released: Semaphore::new(0),
        });
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&shared));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        thread::spawn(move || {
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                axum::serve(listener, router).await.unwrap();
            });
        });
        Self {
            address,
            received,
            shared,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) const fn port(&self) -> u16 {
        self.address.port()
    }

    /// Sets the answers to the next requests.
    pub(crate) fn will(&self, reactions: impl IntoIterator<Item = Reaction>) {
        self.shared.script.lock().unwrap().extend(reactions);
    }

    /// Lets a request go that is or will be held.
    pub(crate) fn release(&self) {
        self.shared.released.add_permits(1);
    }

    /// The next request, in the order in which they came.
    pub(crate) async fn next(&mut self) -> Received {
        let next = tokio::time::timeout(PATIENCE, self.received.recv()).await;
        next.unwrap().unwrap()
    }

    /// The next requests, each in few words.
    pub(crate) async fn hears(&mut self, count: usize) -> Vec<String> {
        let mut heard = Vec::new();
        for _ in 0..count {
            heard.push(self.next().await.words());
        }
        heard
    }

    /// Whether nothing has come that was not looked at.
    pub(crate) fn is_quiet(&mut self) -> bool {
        self.received.try_recv().is_err()
    }
}

impl Received {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The state, or the text of the artifact.
    pub(crate) fn words(&self) -> String {
        let body = self.json();
        let places = [
            "/statusUpdate/status/state",
            "/artifactUpdate/artifact/parts/0/text",
            "/status/state",
        ];
        let found = places
            .iter()
            .find_map(|place| body.pointer(place)?.as_str());
        found.unwrap_or_else(|| panic!("{body}")).to_owned()
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    let received = Received {
        path: head.uri.path().to_owned(),
        headers: head.headers,
        body,
    };
    let reaction = shared.script.lock().unwrap().pop_front();
    // A test that has seen enough listens no more.
    let _ = shared.sender.send(received);
    let status = |code: u16| StatusCode::from_u16(code).unwrap().into_response();
    match reaction {
        None => status(204),
        Some(Reaction::Status(code)) => status(code),
        Some(Reaction::Redirect(path)) => (
            StatusCode::TEMPORARY_REDIRECT,
            [(LOCATION, path)],
            Body::empty(),
        )
            .into_response(),
        Some(Reaction::Hold) => {
            shared.released.acquire().await.unwrap().forget();
            status(204)
        }
    }
}
