//! Documents that anybody may read, made once for each configuration.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use bytes::Bytes;
use chrono::{DateTime, SubsecRound as _, Utc};
use http::HeaderValue;
use serde::Serialize;

/// A moment in HTTP, which counts in seconds (RFC 9110 §5.6.7).
const HTTP_DATE: &str = "%a, %d %b %Y %H:%M:%S GMT";

/// A document as it goes over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    /// The JSON text.
    pub(crate) body: Bytes,
    /// Changes when the text does (RFC 9110 §8.8.3).
    pub(crate) etag: HeaderValue,
    /// When it was made, to the second (RFC 9110 §8.8.2).
    pub(crate) modified: DateTime<Utc>,
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
        let modified = agentup_env::clock::utc_now().trunc_subsecs(0);
        Ok(Self {
            body,
            etag,
            modified,
        })
    }

    /// The moment it was made, as HTTP writes it.
    pub(crate) fn last_modified(&self) -> Option<HeaderValue> {
        HeaderValue::try_from(self.modified.format(HTTP_DATE).to_string()).ok()
    }
}
