//! Where an issuer has its keys, by its own word: OpenID Connect Discovery 1.0 §4 and RFC 8414 §3.

use reqwest::{
    StatusCode, Url,
    header::{HeaderMap, HeaderValue},
};
use serde::Deserialize;

use super::{FetchError, with_accept};
use crate::{
    KeySet,
    remote::{
        guard::{Guard, Refused},
        web::Web,
    },
};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The places of an issuer's metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    issuer: String,
    /// The form of OpenID Connect first, then that of RFC 8414.
    places: [Url; 2],
}

/// Why the metadata of an issuer cannot be used, or it can have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DiscoveryError {
    /// The name of the issuer is no URL that could be followed.
    #[error("the issuer is not a URL without query and fragment")]
    NotAUrl,
    /// The URL of the issuer is not allowed.
    #[error("the URL of the issuer cannot be used: {0}")]
    Refused(Refused),
    /// There is no metadata.
    #[error("the issuer has no metadata (status {0})")]
    Status(u16),
    /// The document is not JSON with the members `issuer` and `jwks_uri`.
    #[error("the metadata is not a JSON object with `issuer` and `jwks_uri`")]
    Malformed,
    /// The document is of another issuer (OpenID Connect Discovery 1.0 §4.3, RFC 8414 §3.3).
    #[error("the metadata is of another issuer; the names must be equal to the letter")]
    OtherIssuer,
    /// The place of the keys is no URL, or one that is not allowed.
    #[error("the `jwks_uri` of the metadata cannot be used")]
    KeysUrl,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    jwks_uri: String,
}

impl Metadata {
    /// The metadata of the issuer of this exact name.
    ///
    /// # Errors
    /// When the name is not a URL that the guard allows.
    pub fn of(issuer: &str, guard: &Guard) -> Result<Self, DiscoveryError> {
        let url = Url::parse(issuer).map_err(|_| DiscoveryError::NotAUrl)?;
        if url.cannot_be_a_base() || url.query().is_some() || url.fragment().is_some() {
            return Err(DiscoveryError::NotAUrl);
        }
        guard.check_url(&url).map_err(DiscoveryError::Refused)?;
        let path = url.path().trim_end_matches('/');
        let place = |path: String| {
            let mut place = url.clone();
            place.set_path(&path);
            place
        };
        Ok(Self {
            places: [
                place(format!("{path}/.well-known/openid-configuration")),
                place(format!("/.well-known/oauth-authorization-server{path}")),
            ],
            issuer: issuer.to_owned(),
        })
    }

    /// The URL of the issuer's keys. Whether it is allowed, the web client decides.
    pub(super) async fn fetch(&self, web: &Web) -> Result<Url, FetchError> {
        let mut status = StatusCode::NOT_FOUND;
        for place in &self.places {
            let headers = with_accept(HeaderMap::new(), JSON);
            let answer = web.get(place, headers, KeySet::MAX_BYTES).await?;
            if answer.status == StatusCode::OK {
                return self.read(&answer.body).map_err(FetchError::Discovery);
            }
            status = answer.status;
            if !status.is_client_error() {
                break;
            }
        }
        Err(FetchError::Discovery(DiscoveryError::Status(
            status.as_u16(),
        )))
    }

    fn read(&self, body: &[u8]) -> Result<Url, DiscoveryError> {
        let document: Document =
            serde_json::from_slice(body).map_err(|_| DiscoveryError::Malformed)?;
        if document.issuer != self.issuer {
            return Err(DiscoveryError::OtherIssuer);
        }
        Url::parse(&document.jwks_uri).map_err(|_| DiscoveryError::KeysUrl)
    }
}
