//! Opaque tokens: what an authorization server says of them when it is asked (RFC 7662).
//!
//! The protocol without its transport. [`Introspection::ask`] says what is known of a token, or
//! that the server has to be asked; the caller sends [`Client::form`] and brings the answer to
//! [`Introspection::settle`]. Time is an argument here as well.

use std::{fmt, sync::Arc};

use aws_lc_rs::digest;
use quick_cache::sync::Cache;
use serde_json::{Map, Value};

use crate::{
    certificate::CertificateThumbprint,
    scope::ScopeSet,
    time::{Leeway, UnixSeconds},
    token::BearerToken,
    verify::{Binding, Unproven},
};

mod answer;
mod client;
mod error;

pub use client::{Client, ClientAuthentication, Form};
pub use error::IntrospectionError;

/// What is asked of a token beyond being active.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IntrospectionRules {
    /// The issuer of the principals: a name that this server alone speaks for, such as its
    /// address. An `iss` that is configured takes its place.
    pub authority: String,
    /// The exact `iss` that answers must have, if one is asked for.
    pub issuer: Option<String>,
    /// The names of this agent, one of which `aud` must have; none asks for no `aud`.
    pub audiences: Vec<String>,
    /// The clients whose tokens are accepted, by `client_id`; none accepts all.
    pub client_ids: Vec<String>,
    /// Which member names the subject.
    pub subject: SubjectMember,
    /// How far the clocks of server and agent may be apart.
    pub leeway: Leeway,
    /// How long an answer is believed, in seconds: the longest time for which a token that was
    /// taken back is still accepted.
    pub ttl: u64,
    /// How long a refusal is believed, in seconds.
    pub negative_ttl: u64,
    /// How many answers are remembered, of either kind; zero remembers none.
    pub cached_tokens: usize,
    /// The longest token, in bytes.
    pub max_token_bytes: usize,
}

/// Which member of an answer names the subject. One of them, not the first that is there: what
/// is a user's name in one may be another user's id in the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SubjectMember {
    /// `sub`: what the server itself tells users apart by.
    #[default]
    Sub,
    /// `username`: what people know the user by.
    Username,
    /// `client_id`: the client, for tokens without a user.
    ClientId,
}

/// Asks about tokens, and remembers what it was told.
pub struct Introspection {
    rules: IntrospectionRules,
    issuer: Arc<str>,
    /// Apart from each other, so that a flood of bad tokens displaces no good one.
    good: Option<Cache<TokenName, Remembered<ActiveToken>>>,
    bad: Option<Cache<TokenName, Remembered<IntrospectionError>>>,
}

/// A token's name: its SHA-256. It tells nothing about its token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenName([u8; digest::SHA256_OUTPUT_LEN]);

/// What is known of a token.
#[derive(Clone, Debug)]
pub enum Known {
    /// The server said so not long ago.
    Answer(Result<ActiveToken, IntrospectionError>),
    /// It has to be asked.
    No(TokenName),
}

#[derive(Clone)]
struct Remembered<T> {
    what: T,
    until: UnixSeconds,
}

/// A token that its server calls active and that meets the rules, whoever brings it. Only
/// [`Introspection`] makes one. It says nothing before it is confirmed: it may be bound to a
/// certificate. Cloning is cheap, and `Debug` shows no member.
#[derive(Clone)]
pub struct ActiveToken(Arc<Active>);

/// A token that its server calls active, that meets the rules, and that its bearer may use. Only
/// [`ActiveToken::confirm`] makes one. `Debug` shows no member.
pub struct IntrospectedToken(Arc<Active>);

struct Active {
    issuer: Arc<str>,
    subject: Box<str>,
    scopes: ScopeSet,
    expires_at: Option<UnixSeconds>,
    not_before: Option<UnixSeconds>,
    members: Map<String, Value>,
    binding: Binding,
}

impl Default for IntrospectionRules {
    fn default() -> Self {
        Self {
            authority: String::new(),
            issuer: None,
            audiences: Vec::new(),
            client_ids: Vec::new(),
            subject: SubjectMember::Sub,
            leeway: Leeway::default(),
            ttl: 60,
            negative_ttl: 10,
            cached_tokens: 10_000,
            max_token_bytes: 8 * 1024,
        }
    }
}

impl Introspection {
    /// The longest answer that is read, in bytes.
    pub const MAX_ANSWER_BYTES: usize = 64 * 1024;

    /// Asks by these rules, with an empty memory.
    #[must_use]
    pub fn new(rules: IntrospectionRules) -> Self {
        let issuer = rules.issuer.as_deref().unwrap_or(&rules.authority).into();
        let capacity = rules.cached_tokens;
        Self {
            rules,
            issuer,
            good: (capacity > 0).then(|| Cache::new(capacity)),
            bad: (capacity > 0).then(|| Cache::new(capacity)),
        }
    }

    /// What is known of a token without asking the server.
    ///
    /// # Errors
    /// When the token is too long to ask about.
    pub fn ask(
        &self,
        token: BearerToken<'_>,
        now: UnixSeconds,
    ) -> Result<Known, IntrospectionError> {
        if token.expose().len() > self.rules.max_token_bytes {
            return Err(IntrospectionError::TooLarge);
        }
        let name = TokenName::of(token);
        Ok(self.known(name, now))
    }

    /// What is known of the token of this name.
    #[must_use]
    pub fn known(&self, name: TokenName, now: UnixSeconds) -> Known {
        if let Some(token) = recall(self.good.as_ref(), &name, now) {
            // It may expire while it is remembered.
            return Known::Answer(token.check_moment(&self.rules, now).map(|()| token));
        }
        match recall(self.bad.as_ref(), &name, now) {
            Some(error) => Known::Answer(Err(error)),
            None => Known::No(name),
        }
    }

    /// Judges the body of the server's answer (status 200), and remembers the judgment.
    ///
    /// # Errors
    /// When the token is not active, does not meet the rules, or the answer is none that RFC 7662
    /// §2.2 knows. The last is no fault of the caller's, and is not remembered.
    pub fn settle(
        &self,
        name: TokenName,
        answer: &[u8],
        now: UnixSeconds,
    ) -> Result<ActiveToken, IntrospectionError> {
        let judged = self.judge(answer, now);
        match &judged {
            Ok(token) => {
                let rules = &self.rules;
                let mut until = later(now, rules.ttl);
                if let Some(moment) = token.0.expires_at {
                    until = until.min(moment.later_by(rules.leeway));
                }
                let what = token.clone();
                remember(self.good.as_ref(), name, Remembered { what, until });
            }
            Err(error) if error.is_callers_fault() => {
                let (what, until) = (*error, later(now, self.rules.negative_ttl));
                remember(self.bad.as_ref(), name, Remembered { what, until });
            }
            Err(_) => {}
        }
        judged
    }

    fn judge(&self, answer: &[u8], now: UnixSeconds) -> Result<ActiveToken, IntrospectionError> {
        let token = answer::read(answer, &self.rules, &self.issuer)?;
        token.check_moment(&self.rules, now)?;
        Ok(token)
    }
}

impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection")
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

impl ActiveToken {
    /// Confirms that the token is for a client that has shown this certificate, if any, and
    /// proved to have its key (RFC 8705 §3.2). What was remembered is confirmed each time anew:
    /// the next one to bring the token may be another client.
    ///
    /// # Errors
    /// When the token is bound to what this client did not prove to have.
    pub fn confirm(
        self,
        certificate: Option<&CertificateThumbprint>,
    ) -> Result<IntrospectedToken, IntrospectionError> {
        match self.0.binding.key_to_prove(certificate) {
            Ok(None) => Ok(IntrospectedToken(self.0)),
            // No proof of a key is taken for a token that is not verified here.
            Ok(Some(_)) | Err(Unproven::NoProof) => Err(IntrospectionError::ProofRequired),
            Err(Unproven::OtherCertificate) => Err(IntrospectionError::OtherCertificate),
        }
    }

    /// What may be another answer each time that the token comes.
    fn check_moment(
        &self,
        rules: &IntrospectionRules,
        now: UnixSeconds,
    ) -> Result<(), IntrospectionError> {
        let has_expired = |moment: UnixSeconds| moment.later_by(rules.leeway) <= now;
        if self.0.expires_at.is_some_and(has_expired) {
            return Err(IntrospectionError::Expired);
        }
        let is_early = |moment: UnixSeconds| moment > now.later_by(rules.leeway);
        if self.0.not_before.is_some_and(is_early) {
            return Err(IntrospectionError::NotYetValid);
        }
        Ok(())
    }
}

impl fmt::Debug for ActiveToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActiveToken").finish_non_exhaustive()
    }
}

impl IntrospectedToken {
    /// Who vouches for the subject.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// Whom the token is about.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// The scopes of the token, in the order of the answer.
    #[must_use]
    pub fn scopes(&self) -> &ScopeSet {
        &self.0.scopes
    }

    /// When the token expires, if the server says so.
    #[must_use]
    pub fn expires_at(&self) -> Option<UnixSeconds> {
        self.0.expires_at
    }

    /// All members of the answer, in its order.
    #[must_use]
    pub fn members(&self) -> &Map<String, Value> {
        &self.0.members
    }
}

impl fmt::Debug for IntrospectedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntrospectedToken").finish_non_exhaustive()
    }
}

impl TokenName {
    fn of(token: BearerToken<'_>) -> Self {
        let mut name = [0; digest::SHA256_OUTPUT_LEN];
        let hash = digest::digest(&digest::SHA256, token.expose());
        name.copy_from_slice(hash.as_ref());
        Self(name)
    }
}

impl fmt::Debug for TokenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenName")
    }
}

fn recall<T: Clone>(
    cache: Option<&Cache<TokenName, Remembered<T>>>,
    name: &TokenName,
    now: UnixSeconds,
) -> Option<T> {
    let found = cache?.get(name)?;
    (now < found.until).then_some(found.what)
}

fn remember<T: Clone>(
    cache: Option<&Cache<TokenName, Remembered<T>>>,
    name: TokenName,
    what: Remembered<T>,
) {
    if let Some(cache) = cache {
        cache.insert(name, what);
    }
}

const fn later(now: UnixSeconds, seconds: u64) -> UnixSeconds {
    UnixSeconds::new(now.get().saturating_add(seconds))
}

#[cfg(test)]
mod tests;
