//! Fetching the key set of one issuer: from its URL, from where its metadata says, from a file.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use aws_lc_rs::digest::{self, Digest};
use reqwest::{
    StatusCode, Url,
    header::{
        ACCEPT, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH,
        LAST_MODIFIED,
    },
};

use super::{guard::Refused, policy::Moment, web::Web};
use crate::{Algorithm, KeyError, KeySet, LoadedKeys};

mod discovery;
mod freshness;

pub use discovery::{DiscoveryError, Metadata};

/// What a key set says it is: RFC 7517 §8.5.2, and what most servers say instead.
const KEY_SET_TYPES: HeaderValue =
    HeaderValue::from_static("application/jwk-set+json, application/json");

/// How long it is remembered where an issuer has its keys.
const METADATA_TTL: Duration = Duration::from_hours(1);

/// Where the keys of an issuer are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// At this URL.
    KeySet(Url),
    /// Where the metadata of the issuer says (OpenID Connect Discovery 1.0 §4, RFC 8414 §3).
    Discovery(Metadata),
    /// In this file, which is read as if it were fetched.
    File(PathBuf),
}

/// Fetches one key set again and again, and remembers what makes it cheap.
#[derive(Debug)]
pub struct Fetcher {
    web: Arc<Web>,
    location: Location,
    algorithms: Vec<Algorithm>,
    discovered: Option<(Url, Moment)>,
    last: Option<Seen>,
}

/// What was fetched last.
#[derive(Debug)]
struct Seen {
    /// None for a file.
    url: Option<Url>,
    etag: Option<HeaderValue>,
    modified: Option<HeaderValue>,
    digest: Digest,
}

/// What a fetch brought.
#[derive(Debug)]
pub enum Fetched {
    /// A key set that is not the last one.
    Keys {
        /// The keys, and what was found on the way.
        loaded: LoadedKeys,
        /// How long the issuer says that it is good.
        max_age: Option<Duration>,
    },
    /// The last key set still holds.
    Unchanged {
        /// How long the issuer says that it is good.
        max_age: Option<Duration>,
    },
}

/// Why a fetch brought no keys. Says nothing of the URL, whose query may hold a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The URL or the address of its host is not allowed.
    #[error(transparent)]
    Refused(Refused),
    /// There can be no client: the system has no certificates, for instance.
    #[error("no connection can be made: {0}")]
    Client(String),
    /// No connection.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// The answer did not arrive in time.
    #[error("the answer did not arrive in time")]
    Timeout,
    /// The answer did not arrive whole.
    #[error("the answer did not arrive whole: {0}")]
    Broken(String),
    /// The server points elsewhere, and nobody follows.
    #[error("the answer is a redirect ({0}), which is not followed")]
    Redirect(u16),
    /// The server answers with a fault.
    #[error("the answer has the status {0}")]
    Status(u16),
    /// The body is longer than a key set may be.
    #[error("the answer has more than {} bytes", KeySet::MAX_BYTES)]
    TooLarge,
    /// The body is no key set.
    #[error(transparent)]
    Keys(KeyError),
    /// The metadata of the issuer cannot be used.
    #[error(transparent)]
    Discovery(DiscoveryError),
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    File(io::ErrorKind),
}

impl Fetcher {
    /// A fetcher of the keys that these algorithms can use.
    #[must_use]
    pub const fn new(web: Arc<Web>, location: Location, algorithms: Vec<Algorithm>) -> Self {
        Self {
            web,
            location,
            algorithms,
            discovered: None,
            last: None,
        }
    }

    /// Fetches the key set. `whole` asks for it even if it is the last one.
    ///
    /// # Errors
    /// When the keys cannot be had. What was fetched before is not forgotten.
    pub async fn fetch(&mut self, now: Moment, whole: bool) -> Result<Fetched, FetchError> {
        let url = match &self.location {
            Location::File(path) => {
                let path = path.clone();
                return self.read(path, whole).await;
            }
            Location::KeySet(url) => url.clone(),
            Location::Discovery(metadata) => match &self.discovered {
                Some((url, at)) if now.since(*at) < METADATA_TTL => url.clone(),
                _ => {
                    let url = metadata.fetch(&self.web).await?;
                    self.discovered = Some((url.clone(), now));
                    url
                }
            },
        };
        let result = self.fetch_from(url, whole).await;
        if result.is_err() {
            // The keys may have moved.
            self.discovered = None;
        }
        result
    }

    async fn fetch_from(&mut self, url: Url, whole: bool) -> Result<Fetched, FetchError> {
        let last = self
            .last
            .as_ref()
            .filter(|last| !whole && last.url.as_ref() == Some(&url));
        let headers = last.map_or_else(HeaderMap::new, Seen::conditions);
        let headers = with_accept(headers, KEY_SET_TYPES);
        let answer = self.web.get(&url, headers, KeySet::MAX_BYTES).await?;
        let max_age = freshness::max_age(&answer.headers);
        match answer.status {
            StatusCode::OK => {}
            StatusCode::NOT_MODIFIED if last.is_some() => {
                return Ok(Fetched::Unchanged { max_age });
            }
            status => return Err(FetchError::Status(status.as_u16())),
        }
        let header = |name: HeaderName| answer.headers.get(name).cloned();
        let seen = Seen {
            url: Some(url),
            etag: header(ETAG),
            modified: header(LAST_MODIFIED),
            digest: digest::digest(&digest::SHA256, &answer.body),
        };
        self.take(seen, &answer.body, max_age, whole)
    }

    async fn read(&mut self, path: PathBuf, whole: bool) -> Result<Fetched, FetchError> {
        let reading = tokio::task::spawn_blocking(move || read_bounded(&path)).await;
        let body = reading.map_err(|_| FetchError::File(io::ErrorKind::Interrupted))?;
        let body = body.map_err(|error| FetchError::File(error.kind()))?;
        if body.len() > KeySet::MAX_BYTES {
            return Err(FetchError::TooLarge);
        }
        let seen = Seen {
            url: None,
            etag: None,
            modified: None,
            digest: digest::digest(&digest::SHA256, &body),
        };
        self.take(seen, &body, None, whole)
    }

    /// A server without tags sends the same set again and again. To take it for new would make
    /// every token that is remembered be verified again.
    fn take(
        &mut self,
        seen: Seen,
        body: &[u8],
        max_age: Option<Duration>,
        whole: bool,
    ) -> Result<Fetched, FetchError> {
        let is_same =
            |last: &Seen| last.url == seen.url && last.digest.as_ref() == seen.digest.as_ref();
        let fetched = if !whole && self.last.as_ref().is_some_and(is_same) {
            Fetched::Unchanged { max_age }
        } else {
            let loaded = KeySet::from_jwks(body, &self.algorithms).map_err(FetchError::Keys)?;
            Fetched::Keys { loaded, max_age }
        };
        self.last = Some(seen);
        Ok(fetched)
    }
}

/// Reads one byte more than may be there, so that the caller can tell.
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let most = u64::try_from(KeySet::MAX_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let file = File::open(path)?;
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Seen {
    /// RFC 9110 §13.1: the tag, or the time for servers that have no tag.
    fn conditions(&self) -> HeaderMap {
        let tag = self.etag.clone().map(|tag| (IF_NONE_MATCH, tag));
        let time = self.modified.clone().map(|time| (IF_MODIFIED_SINCE, time));
        tag.or(time).into_iter().collect()
    }
}

impl FetchError {
    /// A name for logs and metrics. Part of our interface: renaming one breaks dashboards.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(_) => "address_refused",
            Self::Client(_) => "no_client",
            Self::Connect(_) => "connect",
            Self::Timeout => "timeout",
            Self::Broken(_) => "broken",
            Self::Redirect(_) => "redirect",
            Self::Status(_) => "status",
            Self::TooLarge => "too_large",
            Self::Keys(_) => "not_a_key_set",
            Self::Discovery(_) => "discovery",
            Self::File(_) => "file",
        }
    }
}

fn with_accept(mut headers: HeaderMap, types: HeaderValue) -> HeaderMap {
    headers.insert(ACCEPT, types);
    headers
}

#[cfg(test)]
#[cfg(feature = "test-support")]
mod tests;
