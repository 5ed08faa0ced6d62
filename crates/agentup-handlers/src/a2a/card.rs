//! The other agent's card: where it is found, and for how long it is believed (`A2A §8.6`).

use std::{path::Path, sync::Arc, time::Duration};

use agentup_protocol::AgentCard;
use reqwest::{
    StatusCode, Url,
    header::{ACCEPT, CACHE_CONTROL, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH},
};
use tokio::time::Instant;

use super::endpoint::Endpoint;
use crate::upstream::{Answer, Cause, Fault, Upstream};

/// Where a card is, the name of 0.3 and later first, then that of 0.2.
const NAMES: [&str; 2] = [".well-known/agent-card.json", ".well-known/agent.json"];

/// How long a card is believed that does not say so itself, and the least and the most of what it
/// may say.
const USUAL: Duration = Duration::from_mins(5);
const LEAST: Duration = Duration::from_secs(10);
const MOST: Duration = Duration::from_hours(1);

/// How long the card that was there before serves, when there is no new one to be had, and for how
/// long until the next attempt.
const STALE: Duration = Duration::from_hours(24);
const PATIENCE: Duration = Duration::from_secs(30);

/// The largest card, in bytes.
const LARGEST: usize = 1 << 20;

/// A card that was read.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) endpoint: Arc<Endpoint>,
    /// Where it was found.
    place: Url,
    etag: Option<HeaderValue>,
    fetched: Instant,
    pub(super) fresh_until: Instant,
}

/// Reads the card of the agent at `url`, or sees that it is as it was.
///
/// # Errors
/// When there is none that can be used, neither now nor from a short time ago.
pub(super) async fn read(
    upstream: &Upstream,
    url: &Url,
    allow_hosts: &[String],
    headers: HeaderMap,
    before: Option<&Read>,
    cause: Option<Cause<'_>>,
) -> Result<Read, Fault> {
    let found = match before {
        Some(before) => again(upstream, allow_hosts, &headers, before, cause).await,
        None => look(upstream, url, allow_hosts, &headers, cause).await,
    };
    let now = Instant::now();
    match (found, before) {
        (Err(fault), Some(before)) if now.saturating_duration_since(before.fetched) < STALE => {
            tracing::warn!(%fault, "the card of the agent behind a skill cannot be read again");
            Ok(Read {
                endpoint: before.endpoint.clone(),
                place: before.place.clone(),
                etag: before.etag.clone(),
                fetched: before.fetched,
                fresh_until: later(now, PATIENCE),
            })
        }
        (found, _) => found,
    }
}

/// Looks for a card that was not read yet.
async fn look(
    upstream: &Upstream,
    url: &Url,
    allow_hosts: &[String],
    headers: &HeaderMap,
    cause: Option<Cause<'_>>,
) -> Result<Read, Fault> {
    let mut first = None;
    for place in places(url) {
        let answer = upstream.get(&place, accepting(headers), cause).await;
        let read = match answer.and_then(Answer::ok) {
            Ok(answer) => parse(answer, place, allow_hosts).await,
            Err(fault) => Err(fault),
        };
        match read {
            Ok(read) => return Ok(read),
            // Nothing is to be had under another name either.
            Err(fault @ (Fault::Connect(_) | Fault::Timeout | Fault::NoClient(_))) => {
                return Err(fault);
            }
            Err(fault) => first.get_or_insert(fault),
        };
    }
    Err(first.unwrap_or(Fault::Senseless("an agent card")))
}

/// Looks whether a card is still the same.
async fn again(
    upstream: &Upstream,
    allow_hosts: &[String],
    headers: &HeaderMap,
    before: &Read,
    cause: Option<Cause<'_>>,
) -> Result<Read, Fault> {
    let mut headers = accepting(headers);
    headers.extend(before.etag.clone().map(|etag| (IF_NONE_MATCH, etag)));
    let answer = upstream.get(&before.place, headers, cause).await?;
    if answer.status() != StatusCode::NOT_MODIFIED {
        return parse(answer.ok()?, before.place.clone(), allow_hosts).await;
    }
    let now = Instant::now();
    Ok(Read {
        endpoint: before.endpoint.clone(),
        place: before.place.clone(),
        etag: before.etag.clone(),
        fetched: now,
        fresh_until: later(now, freshness(&answer)),
    })
}

async fn parse(answer: Answer, place: Url, allow_hosts: &[String]) -> Result<Read, Fault> {
    let etag = answer.header(&ETAG).map(HeaderValue::from_str);
    let etag = etag.and_then(Result::ok);
    let freshness = freshness(&answer);
    let body = answer.at_most(LARGEST).bytes().await?;
    let card = AgentCard::parse(&body).map_err(|_| Fault::Senseless("an agent card"))?;
    let endpoint = Endpoint::of(&card, &place, allow_hosts)?.into();
    let now = Instant::now();
    Ok(Read {
        endpoint,
        place,
        etag,
        fetched: now,
        fresh_until: later(now, freshness),
    })
}

/// Where the card may be.
fn places(url: &Url) -> Vec<Url> {
    let extension = Path::new(url.path()).extension();
    if extension.is_some_and(|it| it.eq_ignore_ascii_case("json")) {
        return vec![url.clone()];
    }
    let place = |name: &&str| {
        let mut place = url.clone();
        let home = url.path().trim_end_matches('/');
        place.set_path(&format!("{home}/{name}"));
        place
    };
    NAMES.iter().map(place).collect()
}

fn accepting(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers
}

/// How long an answer says it may be believed (`RFC 9111 §5.2.2`).
fn freshness(answer: &Answer) -> Duration {
    let directives = answer.header(&CACHE_CONTROL).unwrap_or_default();
    let mut directives = directives.split(',').map(str::trim);
    let age = directives.find_map(|directive| match directive {
        "no-store" | "no-cache" => Some(Duration::ZERO),
        _ => {
            let seconds = directive.strip_prefix("max-age=")?;
            seconds.parse().ok().map(Duration::from_secs)
        }
    });
    age.unwrap_or(USUAL).clamp(LEAST, MOST)
}

/// A moment, so much later.
fn later(now: Instant, by: Duration) -> Instant {
    now.checked_add(by).unwrap_or(now)
}

#[cfg(test)]
mod tests;
