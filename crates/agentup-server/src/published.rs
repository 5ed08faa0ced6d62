//! Documents that anybody may read, made once for each configuration.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use bytes::Bytes;
use http::HeaderValue;
use serde::Serialize;

/// A document as it goes over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    /// The JSON text.
    pub(crate) body: Bytes,
    /// Changes when the text does (RFC 9110 §8.8.3).
    pub(crate) etag: HeaderValue,
}

impl Published {
    /// Writes a document down.
    ///
    /// # Errors
    /// When it has no form in JSON.
    pub(crate) fn new(document: &impl Serialize) -> Result<Self, serde_json::Error> {
        let body = Bytes::from(serde_json::to_vec_pretty(document)?);
        // A fingerprint, not a proof: it only has to differ when the text does, and to be the same
        // in all processes of a deployment.
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        let etag = format!("\"{:016x}\"", hasher.finish());
        let etag = HeaderValue::try_from(etag).map_err(serde::ser::Error::custom)?;
        Ok(Self { body, etag })
    }
}
