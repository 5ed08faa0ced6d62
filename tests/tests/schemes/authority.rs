//! An authorization server: it says of each token what it was told to say.

use std::{
    collections::HashMap,
    net::{SocketAddr, TcpListener as StdListener},
    sync::{Arc, Mutex},
    thread,
};

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use reqwest::{
    StatusCode,
    header::{CONTENT_TYPE, HeaderMap, LOCATION},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Semaphore};

/// What is said of a token.
#[derive(Clone, Debug)]
pub(crate) enum Saying {
    Json(Value),
    Text(String),
    Status(u16),
    /// Another address of its own, where every token is active.
    Redirect,
    /// Nothing before it is released; then that the token is active.
    Hold,
}

/// An authorization server on loopback. Of a token that it was told nothing about it says that it
/// is not active.
pub(crate) struct Authority {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    sayings: Mutex<HashMap<String, Saying>>,
    asked: Mutex<Vec<Asked>>,
    released: Semaphore,
}

/// One question.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) form: String,
}

impl Authority {
    /// Starts it on a thread of its own, so that it answers while its test waits for something
    /// else.
    pub(crate) fn start() -> Self {
        let listener = StdListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            sayings: Mutex::default(),
            asked: Mutex::default(),
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
        Self { address, shared }
    }

    /// The settings of an agent that asks here, with these besides.
    pub(crate) fn settings(&self, more: &str) -> String {
        format!(
            "oauth2: {{ introspection_endpoint: \"http://{}/introspect\", client_id: agent, \
             client_secret: the-secret-of-the-agent, audience: agent{more} }}",
            self.address
        )
    }

    /// Tells it what to say of a token.
    pub(crate) fn says(&self, token: &str, saying: Saying) {
        let mut sayings = self.shared.sayings.lock().unwrap();
        sayings.insert(token.to_owned(), saying);
    }

    /// Lets a question go that is or will be held.
    pub(crate) fn release(&self) {
        self.shared.released.add_permits(1);
    }

    /// All questions, in the order in which they came.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }
}

/// What is said of a good token of this user, for this agent.
pub(crate) fn active(subject: &str, scope: &str) -> Value {
    json!({"active": true, "sub": subject, "aud": "agent", "scope": scope, "client_id": "app"})
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let form = String::from_utf8(body.to_vec()).unwrap();
    let token = form
        .strip_prefix("token=")
        .and_then(|rest| rest.split('&').next())
        .unwrap_or_default()
        .to_owned();
    let path = head.uri.path().to_owned();
    let detour = path == "/detour";
    let headers = head.headers;
    shared.asked.lock().unwrap().push(Asked {
        path,
        headers,
        form,
    });
    if detour {
        return json_of(&active("somebody", "admin"));
    }
    let saying = shared.sayings.lock().unwrap().get(&token).cloned();
    match saying.unwrap_or(Saying::Json(json!({"active": false}))) {
        Saying::Json(value) => json_of(&value),
        Saying::Text(text) => ([(CONTENT_TYPE, "application/json")], text).into_response(),
        Saying::Status(code) => StatusCode::from_u16(code).unwrap().into_response(),
        Saying::Redirect => {
            (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, "/detour")]).into_response()
        }
        Saying::Hold => {
            shared.released.acquire().await.unwrap().forget();
            json_of(&active("patient", "basic"))
        }
    }
}

fn json_of(value: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}
