//! `cached`: an answer that was given to a caller serves the same caller again for a while.
//!
//! What is found was made for the same caller, who was allowed then as now: the permit is decided
//! before anybody looks here. The key is a digest of everything that an answer may depend on:
//! issuer, subject, scopes, claims and certificate of the caller, and the whole message but for its
//! ids.

use std::{fmt, sync::Arc, time::Duration};

use agentup_auth::{Permit, Scope};
use agentup_protocol::{Artifact, Message, Part, Role};
use aws_lc_rs::digest::{Context, SHA256, SHA256_OUTPUT_LEN};
use quick_cache::{Weighter, sync::Cache};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    ClientCertificate, Reply, TaskChannel, Update,
    size::{of_object, size_of_parts},
};

/// What is kept of answers, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheSettings {
    /// For how long an answer serves.
    pub ttl: Duration,
    /// The most answers.
    pub max_size: usize,
    /// The most bytes of all answers together. One that has more than an eighth of them is not
    /// kept.
    pub max_bytes: usize,
}

/// The claims that are about a token, not about its holder: they differ between two tokens that
/// say the same.
const OF_THE_TOKEN: [&str; 4] = ["exp", "iat", "jti", "nbf"];

/// What an answer is kept under. No two inputs share one (SHA-256), and it tells nothing of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CacheKey([u8; SHA256_OUTPUT_LEN]);

/// An answer: what was told on the way, and the parts at the end.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) updates: Vec<Update>,
    pub(crate) parts: Vec<Part>,
}

/// The answers of one skill.
pub(crate) struct AnswerCache {
    answers: Cache<CacheKey, Kept, BySize>,
    settings: CacheSettings,
}

#[derive(Clone)]
struct Kept {
    answer: Arc<Answer>,
    until: Duration,
    bytes: usize,
}

#[derive(Clone)]
struct BySize {
    /// What the least answer counts, so that there are never more than the most answers.
    least: u64,
}

impl Weighter<CacheKey, Kept> for BySize {
    fn weight(&self, _: &CacheKey, kept: &Kept) -> u64 {
        u64::try_from(kept.bytes)
            .unwrap_or(u64::MAX)
            .max(self.least)
    }
}

impl AnswerCache {
    pub(crate) fn new(settings: CacheSettings) -> Self {
        let capacity = u64::try_from(settings.max_bytes).unwrap_or(u64::MAX);
        let most = u64::try_from(settings.max_size).unwrap_or(u64::MAX);
        let least = capacity.checked_div(most).unwrap_or(capacity).max(1);
        Self {
            answers: Cache::with_weighter(settings.max_size, capacity, BySize { least }),
            settings,
        }
    }

    /// The answer that was given before, if it is still fresh.
    pub(crate) fn find(&self, key: &CacheKey, now: Duration) -> Option<Arc<Answer>> {
        let kept = self.answers.get(key)?;
        if now < kept.until {
            return Some(kept.answer);
        }
        self.answers.remove(key);
        None
    }

    /// Keeps an answer, unless it is too large for that.
    pub(crate) fn keep(&self, key: CacheKey, answer: Answer, now: Duration) {
        let bytes = answer.size();
        if bytes > self.most_of_one() {
            return;
        }
        let kept = Kept {
            answer: Arc::new(answer),
            until: now.saturating_add(self.settings.ttl),
            bytes,
        };
        self.answers.insert(key, kept);
    }

    /// The most bytes that one answer may have.
    pub(crate) const fn most_of_one(&self) -> usize {
        self.settings.max_bytes / 8
    }
}

impl Answer {
    /// Gives the answer to another task: what was told on the way is told again.
    pub(crate) fn give(&self, task: &dyn TaskChannel) -> Reply {
        for update in &self.updates {
            task.publish(update.clone());
        }
        Reply::Completed(self.parts.clone())
    }

    fn size(&self) -> usize {
        let updates = self.updates.iter().map(size_of_update);
        updates.fold(size_of_parts(&self.parts), usize::saturating_add)
    }
}

/// The size of an update in bytes.
pub(crate) fn size_of_update(update: &Update) -> usize {
    match update {
        Update::Artifact { artifact, .. } => size_of_artifact(artifact),
        Update::Text {
            artifact_id, text, ..
        } => artifact_id.len().saturating_add(text.len()),
        Update::Progress(parts) => size_of_parts(parts),
    }
}

fn size_of_artifact(artifact: &Artifact) -> usize {
    let metadata = artifact.metadata.as_deref().map_or(0, of_object);
    let texts = artifact
        .extensions
        .iter()
        .chain(&artifact.name)
        .chain(&artifact.description)
        .chain([&artifact.artifact_id])
        .map(String::len);
    [size_of_parts(&artifact.parts), metadata]
        .into_iter()
        .chain(texts)
        .fold(0, usize::saturating_add)
}

/// Everything that an answer may depend on, in an order of its own.
#[derive(Serialize)]
struct Input<'a> {
    issuer: &'a str,
    subject: &'a str,
    authenticated: bool,
    scopes: Vec<&'a str>,
    claims: Option<Vec<(&'a str, &'a Value)>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<String>,
    skill: &'a str,
    role: Role,
    parts: &'a [Part],
    metadata: Option<&'a Map<String, Value>>,
    extensions: &'a [String],
    references: &'a [String],
}

impl CacheKey {
    /// The key of a caller's message to a skill. None when the message cannot be written as JSON.
    pub(crate) fn of(
        permit: &Permit,
        certificate: Option<&ClientCertificate>,
        message: &Message,
    ) -> Option<Self> {
        let principal = permit.principal();
        let mut scopes: Vec<_> = principal.granted().iter().map(Scope::as_str).collect();
        scopes.sort_unstable();
        let about_caller = |(name, _): &(&String, &Value)| !OF_THE_TOKEN.contains(&name.as_str());
        let claims = principal.claims().map(|claims| {
            let about = claims.iter().filter(about_caller);
            let mut claims: Vec<_> = about.map(|(name, value)| (name.as_str(), value)).collect();
            claims.sort_unstable_by_key(|(name, _)| *name);
            claims
        });
        let input = Input {
            issuer: principal.id().issuer(),
            subject: principal.id().subject(),
            authenticated: principal.is_authenticated(),
            scopes,
            claims,
            certificate: certificate.map(|it| it.thumbprint().to_string()),
            skill: permit.skill(),
            role: message.role,
            parts: &message.parts,
            metadata: message.metadata.as_deref(),
            extensions: &message.extensions,
            references: &message.reference_task_ids,
        };
        let mut digest = Digest(Context::new(&SHA256));
        serde_json::to_writer(&mut digest, &input).ok()?;
        let mut key = [0; SHA256_OUTPUT_LEN];
        key.copy_from_slice(digest.0.finish().as_ref());
        Some(Self(key))
    }
}

/// Takes in what is written, and keeps none of it.
struct Digest(Context);

impl std::io::Write for Digest {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl fmt::Debug for AnswerCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerCache")
            .field("settings", &self.settings)
            .field("answers", &self.answers.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
