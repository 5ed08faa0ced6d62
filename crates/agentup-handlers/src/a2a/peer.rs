//! The other agent: its card, our credential for it, and the way to it.

use std::sync::Arc;

use reqwest::{
    StatusCode, Url,
    header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue},
};
use tokio::time::Instant;

use super::{
    Settings,
    card::{self, Read},
    credential::{Token, Wallet},
    endpoint::Endpoint,
    kept::Kept,
    wire::{Ask, Trouble},
};
use crate::{
    SkillContext,
    middleware::Observer,
    upstream::{Answer, Cause, Fault, Limits, Purpose, Upstream},
};

const VERSION: HeaderName = HeaderName::from_static("a2a-version");

/// The agent behind a skill.
#[derive(Debug)]
pub(super) struct Peer {
    settings: Settings,
    upstream: Upstream,
    wallet: Wallet,
    card: Kept<Read>,
}

impl Peer {
    pub(super) fn new(settings: Settings, observer: &Arc<dyn Observer>) -> Self {
        Self {
            upstream: Upstream::new(settings.limits, Arc::clone(observer)),
            wallet: Wallet::new(settings.credential.clone(), observer),
            card: Kept::new(),
            settings,
        }
    }

    pub(super) const fn url(&self) -> &Url {
        &self.settings.url
    }

    /// The skill of the agent that is asked, if not its usual one.
    pub(super) fn skill_id(&self) -> Option<String> {
        self.settings.skill_id.clone()
    }

    pub(super) const fn limits(&self) -> &Limits {
        self.upstream.limits()
    }

    /// Where and how it is asked: what its card says. It is fetched for this run, if need be.
    ///
    /// # Errors
    /// When its card cannot be had, or does not say.
    pub(super) async fn endpoint(&self, run: &SkillContext) -> Result<Arc<Endpoint>, Fault> {
        let is_fresh = |read: &Read| Instant::now() < read.fresh_until;
        let fetch = async |before: Option<Arc<Read>>| {
            // A card is public, but an agent may stand behind a gate that is not. What it is shown
            // is ours: of the caller there is nothing.
            let mut headers = self.settings.headers.clone();
            self.wallet.show(&mut headers, run).await?;
            let Settings {
                url, allow_hosts, ..
            } = &self.settings;
            let cause = Some(Cause {
                run,
                purpose: Purpose::Card,
            });
            let before = before.as_deref();
            card::read(&self.upstream, url, allow_hosts, headers, before, cause).await
        };
        Ok(Arc::clone(&self.card.get(is_fresh, fetch).await?.endpoint))
    }

    /// Asks, once; a token that is refused is replaced, for what is refused was not done.
    ///
    /// # Errors
    /// When there is no answer, or one that is not a success.
    pub(super) async fn ask(
        &self,
        endpoint: &Endpoint,
        ask: &Ask<'_>,
        context: &SkillContext,
    ) -> Result<Answer, Trouble> {
        let (answer, token) = self.attempt(endpoint, ask, context).await?;
        match token {
            Some(token) if answer.status() == StatusCode::UNAUTHORIZED => {
                // It says nothing more, and its time ends here.
                drop(answer);
                self.wallet.forget(&token);
                let (answer, _) = self.attempt(endpoint, ask, context).await?;
                ask.accepted(answer, endpoint).await
            }
            _ => ask.accepted(answer, endpoint).await,
        }
    }

    async fn attempt(
        &self,
        endpoint: &Endpoint,
        ask: &Ask<'_>,
        context: &SkillContext,
    ) -> Result<(Answer, Option<Arc<Token>>), Trouble> {
        let mut headers = self.settings.headers.clone();
        headers.extend(self.settings.identity.headers(context)?);
        let token = self.wallet.show(&mut headers, context).await;
        let token = token.map_err(Trouble::Before)?;
        headers.insert(ACCEPT, HeaderValue::from_static(ask.accepts()));
        let version = endpoint.generation.version();
        headers.insert(VERSION, HeaderValue::from_static(version));
        let url = ask.url(endpoint);
        let cause = Some(Cause {
            run: context,
            purpose: ask.purpose(endpoint),
        });
        let answer = match ask.body(endpoint)? {
            Some(body) => {
                let json = HeaderValue::from_static("application/json");
                headers.insert(CONTENT_TYPE, json);
                self.upstream.post(&url, headers, body, cause).await
            }
            None => self.upstream.get(&url, headers, cause).await,
        };
        Ok((answer?, token))
    }
}
