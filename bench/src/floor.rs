//! The floor: what a bare server costs that takes a request and returns a body of a given size.

use axum::{Router, routing::any};
use bytes::Bytes;
use clap::Args;
use http::header::CONTENT_TYPE;

/// Answer every request with a body of a fixed size.
#[derive(Args, Debug)]
pub(crate) struct Floor {
    /// The size of the body, in bytes.
    #[arg(long)]
    bytes: usize,
}

impl Floor {
    pub(crate) fn router(&self) -> Router {
        let body = Bytes::from(vec![b' '; self.bytes]);
        Router::new().fallback(any(async move |_request: Bytes| {
            ([(CONTENT_TYPE, "application/json")], body.clone())
        }))
    }
}
