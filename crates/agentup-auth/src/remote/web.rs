//! A web client that connects only where the guard lets it, reads no more than it was told to and
//! follows nobody.

use std::{
    error::Error as StdError,
    io,
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use reqwest::{
    Client, Response, StatusCode, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::HeaderMap,
    redirect,
};

use super::{
    fetch::FetchError,
    guard::{Guard, Refused},
};

/// How long a request may take, from the name of the host to the last byte.
pub const TIMEOUT: Duration = Duration::from_secs(5);

/// What the client calls itself.
const USER_AGENT: &str = concat!("agentup/", env!("CARGO_PKG_VERSION"));

/// A client for key sets and discovery documents, to be shared by all that are fetched.
#[derive(Debug)]
pub struct Web {
    guard: Guard,
    timeout: Duration,
    /// Each made when it is first needed: reading the certificates of the system takes a while,
    /// and plain http must work where there are none.
    secure: OnceLock<Result<Client, String>>,
    plain: OnceLock<Result<Client, String>>,
}

/// A response that was read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Web {
    /// A client that the guard holds for every URL and every address.
    #[must_use]
    pub const fn new(guard: Guard, timeout: Duration) -> Self {
        Self {
            guard,
            timeout,
            secure: OnceLock::new(),
            plain: OnceLock::new(),
        }
    }

    /// Fetches a document of at most `limit` bytes. Any status but a redirect is an answer.
    pub(super) async fn get(
        &self,
        url: &Url,
        headers: HeaderMap,
        limit: usize,
    ) -> Result<Answer, FetchError> {
        self.guard.check_url(url).map_err(FetchError::Refused)?;
        let client = self.client(url)?;
        let request = client.get(url.clone()).headers(headers);
        let mut response = request.send().await.map_err(|error| explain(&error))?;
        let status = response.status();
        if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
            return Err(FetchError::Redirect(status.as_u16()));
        }
        let headers = std::mem::take(response.headers_mut());
        let body = read(response, limit).await?;
        Ok(Answer {
            status,
            headers,
            body,
        })
    }

    fn client(&self, url: &Url) -> Result<&Client, FetchError> {
        let is_secure = url.scheme() == "https";
        let place = if is_secure { &self.secure } else { &self.plain };
        place
            .get_or_init(|| self.build(is_secure).map_err(|error| root(&error)))
            .as_ref()
            .map_err(|reason| FetchError::Client(reason.clone()))
    }

    fn build(&self, is_secure: bool) -> reqwest::Result<Client> {
        let builder = Client::builder()
            .user_agent(USER_AGENT)
            .timeout(self.timeout)
            .redirect(redirect::Policy::none())
            .referer(false)
            // A proxy would connect where the guard does not see it.
            .no_proxy()
            // Every fetch connects anew, and so is checked anew.
            .pool_max_idle_per_host(0)
            .dns_resolver(GuardedResolver::new(self.guard.clone()));
        if is_secure {
            builder.https_only(true).build()
        } else {
            builder.tls_certs_only([]).build()
        }
    }
}

/// Resolves names to those of their addresses that the guard allows. What was checked is what is
/// connected to: there is no second resolution that could tell otherwise.
#[derive(Clone, Debug)]
pub struct GuardedResolver(Arc<Guard>);

impl GuardedResolver {
    /// A resolver for [`reqwest::ClientBuilder::dns_resolver`]. Literal addresses in URLs are not
    /// resolved; [`Guard::check_url`] is for them.
    #[must_use]
    pub fn new(guard: Guard) -> Self {
        Self(Arc::new(guard))
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = Arc::clone(&self.0);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            allowed(&guard, name.as_str(), found)
        })
    }
}

/// The addresses that are allowed; at least one.
fn allowed(
    guard: &Guard,
    host: &str,
    found: impl Iterator<Item = SocketAddr>,
) -> Result<Addrs, Box<dyn StdError + Send + Sync>> {
    let mut refused = None;
    let mut addresses = Vec::new();
    for address in found {
        match guard.check_address(host, address.ip()) {
            Ok(()) => addresses.push(address),
            Err(reason) => refused = Some(reason),
        }
    }
    match refused {
        Some(reason) if addresses.is_empty() => Err(reason.into()),
        None if addresses.is_empty() => Err(io::Error::from(io::ErrorKind::NotFound).into()),
        _ => Ok(Box::new(addresses.into_iter())),
    }
}

async fn read(mut response: Response, limit: usize) -> Result<Vec<u8>, FetchError> {
    let announced = response.content_length().unwrap_or_default();
    if usize::try_from(announced).map_or(true, |announced| announced > limit) {
        return Err(FetchError::TooLarge);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| explain(&error))? {
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(FetchError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// What went wrong, without the URL: its query may hold a secret.
fn explain(error: &reqwest::Error) -> FetchError {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(refused) = inner.downcast_ref::<Refused>() {
            return FetchError::Refused(*refused);
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        FetchError::Timeout
    } else if error.is_connect() {
        FetchError::Connect(root(error))
    } else {
        FetchError::Broken(root(error))
    }
}

/// The innermost cause, which says most and knows no URL.
fn root(error: &reqwest::Error) -> String {
    let mut innermost = None;
    let mut cause = error.source();
    while let Some(inner) = cause {
        innermost = Some(inner);
        cause = inner.source();
    }
    innermost.map_or_else(|| "the request failed".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests;
