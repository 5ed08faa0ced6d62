//! What proves to the other agent who asks: this agent, not its caller.

use std::{fmt, sync::Arc, time::Duration};

use agentup_auth::introspection::Client;
use reqwest::{
    Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use serde::Deserialize;
use tokio::time::Instant;

use super::kept::Kept;
use crate::{
    SkillContext,
    middleware::Observer,
    upstream::{Answer, Cause, Fault, Limits, Purpose, Upstream},
};

/// How long a token is used whose end is not told.
const UNTOLD: Duration = Duration::from_mins(5);

/// How long before its end a token is replaced.
const MARGIN: Duration = Duration::from_secs(30);

/// The most that an authorization server may take.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(5),
    read: Duration::from_secs(10),
    whole: Duration::from_secs(10),
    reply: 64 << 10,
    event: 64 << 10,
};

/// What the agent shows the other one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Credential {
    /// A header that is always the same, such as a bearer token or a key. The value is marked as
    /// sensitive.
    Header(HeaderName, HeaderValue),
    /// A token of an authorization server.
    Grant(Grant),
}

/// How a token is had: the client credentials grant (`RFC 6749 §4.4`).
#[derive(Clone, Debug)]
pub struct Grant {
    /// The token endpoint.
    pub url: Url,
    /// As whom it is asked.
    pub client: Arc<Client>,
    /// The scopes that are asked for, separated by spaces; empty for the usual ones.
    pub scopes: String,
}

/// What there is to show, and the tokens that are had at present.
#[derive(Debug)]
pub(super) struct Wallet {
    credential: Option<Credential>,
    upstream: Upstream,
    token: Kept<Token>,
}

/// A token of the authorization server.
pub(super) struct Token {
    header: HeaderValue,
    /// When to get another.
    until: Instant,
}

impl Wallet {
    pub(super) fn new(credential: Option<Credential>, observer: &Arc<dyn Observer>) -> Self {
        Self {
            credential,
            upstream: Upstream::new(LIMITS, Arc::clone(observer)),
            token: Kept::new(),
        }
    }

    /// Adds the credential to the headers of a request of this run. Answers the token that it was,
    /// if it was one that may have been taken back.
    ///
    /// # Errors
    /// When a token is needed and none is had.
    pub(super) async fn show(
        &self,
        headers: &mut HeaderMap,
        run: &SkillContext,
    ) -> Result<Option<Arc<Token>>, Fault> {
        match &self.credential {
            None => Ok(None),
            Some(Credential::Header(name, value)) => {
                headers.insert(name.clone(), value.clone());
                Ok(None)
            }
            Some(Credential::Grant(grant)) => {
                let is_good = |token: &Token| Instant::now() < token.until;
                let fetch = async |_| self.fetch(grant, run).await;
                let token = self.token.get(is_good, fetch).await?;
                headers.insert(AUTHORIZATION, token.header.clone());
                Ok(Some(token))
            }
        }
    }

    /// Forgets a token that was refused.
    pub(super) fn forget(&self, token: &Arc<Token>) {
        self.token.forget(token);
    }

    async fn fetch(&self, grant: &Grant, run: &SkillContext) -> Result<Token, Fault> {
        let form = grant.client.grant(&grant.scopes);
        let mut headers = HeaderMap::new();
        let urlencoded = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(CONTENT_TYPE, urlencoded);
        if let Some(authorization) = &form.authorization {
            headers.insert(AUTHORIZATION, secret(authorization)?);
        }
        let body = form.body.as_bytes().to_vec();
        let cause = Some(Cause {
            run,
            purpose: Purpose::Token,
        });
        let answer = self.upstream.post(&grant.url, headers, body, cause).await;
        let answer = answer.and_then(Answer::ok)?;
        let granted: Granted = answer.json("a token of an authorization server").await?;
        if !granted.token_type.eq_ignore_ascii_case("bearer") {
            return Err(Fault::Senseless("a bearer token"));
        }
        let life = granted.expires_in.map_or(UNTOLD, Duration::from_secs);
        let header = secret(&format!("Bearer {}", granted.access_token))?;
        // A token that lives for less than the margin serves at least the request at hand.
        let until = Instant::now().checked_add(life.saturating_sub(MARGIN));
        Ok(Token {
            header,
            until: until.unwrap_or_else(Instant::now),
        })
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The answer of a token endpoint (`RFC 6749 §5.1`).
#[derive(Deserialize)]
struct Granted {
    access_token: String,
    token_type: String,
    #[serde(default)]
    expires_in: Option<u64>,
}

fn secret(value: &str) -> Result<HeaderValue, Fault> {
    let value = HeaderValue::try_from(value);
    let mut value = value.map_err(|_| Fault::Senseless("a token that a header can have"))?;
    value.set_sensitive(true);
    Ok(value)
}
