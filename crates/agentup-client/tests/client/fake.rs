//! A server that answers as a test says, and remembers what it was asked.

use std::{
    sync::{Arc, Mutex, mpsc},
    thread,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header},
    response::Response,
};
use serde_json::Value;

/// A request, as a server sees it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    /// Null for a request without JSON.
    pub(crate) body: Value,
}

impl Asked {
    /// The `Authorization` header.
    pub(crate) fn credential(&self) -> Option<&str> {
        self.headers
            .get(header::AUTHORIZATION)
            .map(|value| value.to_str().unwrap())
    }

    /// A text in the body.
    pub(crate) fn text(&self, pointer: &str) -> &str {
        self.body
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

/// An answer: status, headers, body.
#[derive(Clone, Debug)]
pub(crate) struct Answer(
    pub(crate) u16,
    pub(crate) Vec<(&'static str, String)>,
    pub(crate) Vec<u8>,
);

impl Answer {
    pub(crate) fn json(body: &Value) -> Self {
        Self::status(200, body)
    }

    pub(crate) fn status(status: u16, body: &Value) -> Self {
        Self(
            status,
            vec![("content-type", "application/json".to_owned())],
            body.to_string().into_bytes(),
        )
    }

    pub(crate) fn bytes(body: impl Into<Vec<u8>>) -> Self {
        Self(200, Vec::new(), body.into())
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.1.push((name, value.into()));
        self
    }
}

/// A running server. It stops with the process of the test.
pub(crate) struct Fake {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Fake {
    /// Starts a server on a free port. `answer` gets its address as well, for cards; without an answer
    /// the client waits in vain.
    pub(crate) fn start(
        answer: impl Fn(&str, &Asked) -> Option<Answer> + Clone + Send + Sync + 'static,
    ) -> Self {
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (sender, receiver) = mpsc::channel();
        let remembered = Arc::clone(&asked);
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                let url = format!("http://{}", listener.local_addr().unwrap());
                sender.send(url.clone()).unwrap();
                let handler = move |request: Request| {
                    let (answer, asked, url) =
                        (answer.clone(), Arc::clone(&remembered), url.clone());
                    async move {
                        let request = take(request).await;
                        asked.lock().unwrap().push(request.clone());
                        match answer(&url, &request) {
                            Some(answer) => respond(answer),
                            None => std::future::pending().await,
                        }
                    }
                };
                axum::serve(listener, Router::new().fallback(handler))
                    .await
                    .unwrap();
            });
        });
        Self {
            url: receiver.recv().unwrap(),
            asked,
        }
    }

    /// The requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The JSON-RPC requests so far.
    pub(crate) fn calls(&self) -> Vec<Asked> {
        self.asked()
            .into_iter()
            .filter(|asked| asked.method == Method::POST)
            .collect()
    }
}

async fn take(request: Request) -> Asked {
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let body = serde_json::from_slice(&body).unwrap_or_default();
    Asked {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        headers: parts.headers,
        body,
    }
}

fn respond(Answer(status, headers, body): Answer) -> Response {
    let response = Response::builder().status(StatusCode::from_u16(status).unwrap());
    let response = headers
        .into_iter()
        .fold(response, |response, (name, value)| {
            response.header(name, value)
        });
    response.body(Body::from(body)).unwrap()
}
