//! The floor: what a bare server costs that takes a request and returns a body of a given size.

use std::{convert::Infallible, sync::Arc};

use agentup_auth::Algorithm;
use anyhow::Result;
use axum::{Router, body::Body, http::StatusCode, response::IntoResponse as _, routing::any};
use bytes::Bytes;
use clap::Args;
use futures_util::stream;
use http::header::CONTENT_TYPE;

use crate::signature;

/// Answer every request with a body of a fixed size.
#[derive(Args, Debug)]
pub(crate) struct Floor {
    /// The size of the body, in bytes.
    #[arg(long)]
    bytes: usize,
    /// In how many pieces it is sent; one is sent as a whole.
    #[arg(long, default_value_t = 1)]
    pieces: usize,
    /// Have every request wait for the bare check of a signature of this algorithm.
    #[arg(long, value_name = "ALGORITHM")]
    check: Option<Algorithm>,
}

impl Floor {
    pub(crate) fn router(&self) -> Result<Router> {
        let check = self.check.map(signature::check).transpose()?.map(Arc::new);
        let pieces = self.pieces.max(1);
        let piece = Bytes::from(vec![b' '; self.bytes.div_euclid(pieces)]);
        Ok(Router::new().fallback(any(async move |_request: Bytes| {
            if check.is_some_and(|check| !check()) {
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
            let body = if pieces == 1 {
                Body::from(piece)
            } else {
                let pieces = std::iter::repeat_n(piece, pieces).map(Ok::<_, Infallible>);
                Body::from_stream(stream::iter(pieces))
            };
            ([(CONTENT_TYPE, "application/json")], body).into_response()
        })))
    }
}
