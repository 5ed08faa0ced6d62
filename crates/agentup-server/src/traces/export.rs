//! Sending: spans in batches, at times, to one collector. What cannot be sent is counted and told
//! once; nobody waits for it.

use std::{
    mem,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use http::{HeaderValue, header::CONTENT_TYPE};
use prost::Message as _;
use reqwest::{Client, StatusCode};
use tokio::sync::{mpsc::Receiver, oneshot};

use super::{
    Order,
    message::{Export, Resource, ResourceSpans, Scope, ScopeSpans, Span},
    spans::text,
};
use crate::config::OtlpConfig;

/// How long spans are collected before they are sent.
const DELAY: Duration = Duration::from_secs(1);

/// The most spans of one message.
const BATCH: usize = 512;

/// How long the collector may take for one message.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait before a message is sent again that the collector could not take just then.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(3)];

pub(super) struct Exporter {
    config: OtlpConfig,
    /// Made when it is first needed: reading the certificates of the system takes a while.
    client: Option<Client>,
    lost: Arc<AtomicU64>,
    in_trouble: bool,
}

/// Why a message did not arrive.
struct Failure {
    words: String,
    is_passing: bool,
}

impl Exporter {
    pub(super) const fn new(config: OtlpConfig, lost: Arc<AtomicU64>) -> Self {
        Self {
            config,
            client: None,
            lost,
            in_trouble: false,
        }
    }

    /// Sends what comes, until nobody is left who could give more.
    pub(super) async fn run(mut self, mut inbox: Receiver<Order>) {
        let mut spans = Vec::new();
        while let Some(order) = inbox.recv().await {
            let mut waiting = take(order, &mut spans);
            if waiting.is_none() {
                // Nobody wakes the thread for each span that comes meanwhile.
                tokio::time::sleep(DELAY).await;
            }
            while let Ok(order) = inbox.try_recv() {
                let flush = take(order, &mut spans);
                if flush.is_some() || spans.len() >= BATCH {
                    self.send(mem::take(&mut spans)).await;
                }
                waiting = flush.or(waiting);
            }
            self.send(mem::take(&mut spans)).await;
            // Who asked for this may have gone.
            let _ = waiting.map(|waiting| waiting.send(()));
        }
    }

    async fn send(&mut self, spans: Vec<Span>) {
        if spans.is_empty() {
            return;
        }
        let count = u64::try_from(spans.len()).unwrap_or(u64::MAX);
        let body = self.message(spans).encode_to_vec();
        let mut result = self.post(body.clone()).await;
        for pause in PAUSES {
            match &result {
                // Once is enough to find out that the collector is still not there.
                Err(failure) if failure.is_passing && !self.in_trouble => {
                    tokio::time::sleep(pause).await;
                    result = self.post(body.clone()).await;
                }
                _ => break,
            }
        }
        match result {
            Ok(()) => {
                let lost = self.lost.swap(0, Ordering::Relaxed);
                let is_over = mem::take(&mut self.in_trouble);
                if is_over || lost > 0 {
                    tracing::warn!(lost, "traces are sent; some were not");
                }
            }
            Err(failure) => {
                self.lost.fetch_add(count, Ordering::Relaxed);
                if !mem::replace(&mut self.in_trouble, true) {
                    tracing::warn!("traces cannot be sent: {}", failure.words);
                }
            }
        }
    }

    async fn post(&mut self, body: Vec<u8>) -> Result<(), Failure> {
        let client = self.client()?;
        let request = client
            .post(self.config.endpoint.clone())
            .headers(self.config.headers.clone())
            .header(
                CONTENT_TYPE,
                HeaderValue::from_static("application/x-protobuf"),
            )
            .body(body);
        let answer = request.send().await.map_err(|error| Failure {
            words: error.without_url().to_string(),
            is_passing: true,
        })?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        Err(Failure {
            words: format!("the collector answers {}", status.as_u16()),
            is_passing: matches!(
                status,
                StatusCode::TOO_MANY_REQUESTS
                    | StatusCode::BAD_GATEWAY
                    | StatusCode::SERVICE_UNAVAILABLE
                    | StatusCode::GATEWAY_TIMEOUT
            ),
        })
    }

    fn client(&mut self) -> Result<Client, Failure> {
        if let Some(client) = &self.client {
            return Ok(client.clone());
        }
        let builder = Client::builder()
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        let builder = if self.config.endpoint.scheme() == "https" {
            builder
        } else {
            builder.tls_certs_only([])
        };
        let client = builder.build().map_err(|error| Failure {
            words: error.to_string(),
            is_passing: false,
        })?;
        Ok(self.client.insert(client).clone())
    }

    fn message(&self, spans: Vec<Span>) -> Export {
        let scope = Scope {
            name: "agentup".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let resource = &self.config.resource;
        let resource = Resource {
            attributes: resource
                .iter()
                .map(|(name, value)| text(name, value))
                .collect(),
        };
        Export {
            resource_spans: vec![ResourceSpans {
                resource: Some(resource),
                scope_spans: vec![ScopeSpans {
                    scope: Some(scope),
                    spans,
                }],
            }],
        }
    }
}

/// Keeps a span; gives back who waits for it to be sent.
fn take(order: Order, spans: &mut Vec<Span>) -> Option<oneshot::Sender<()>> {
    match order {
        Order::Send(span) => {
            spans.push(*span);
            None
        }
        Order::Flush(waiting) => Some(waiting),
    }
}
