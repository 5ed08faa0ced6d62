//! `security.bearer`: which tokens are accepted.

use std::{path::PathBuf, time::Duration};

use agentup_auth::{
    Algorithm, Leeway, Policy, TokenTypes, TrustedIssuer,
    remote::{RemoteIssuer, guard::Guard},
};

use super::{
    DpopConfig, Stage,
    keys::{self, Key, List},
    proofs,
    reader::Section,
    report::Found,
    trust,
    values::Kind,
};

/// What is accepted.
#[derive(Default)]
pub(super) struct Tokens {
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) issuers: Vec<TrustedIssuer>,
    pub(super) policy: Policy,
    pub(super) remote_keys: Vec<RemoteIssuer>,
    pub(super) key_guard: Guard,
    pub(super) dpop: Option<DpopConfig>,
    pub(super) revocations: Option<PathBuf>,
}

/// Reads all of it before it gives up, so that all faults are found.
pub(super) fn read(section: &Section<'_>, stage: Stage) -> Option<Tokens> {
    let trust = trust::read(section, stage);
    let mut policy = policy(section);
    let dpop = proofs::read(&section.section(&keys::DPOP));
    let revocations = proofs::read_revocations(section, &policy.required_claims);
    let trust = trust?;
    policy.unnamed_keys = trust.unnamed;
    Some(Tokens {
        algorithms: trust.algorithms,
        issuers: trust.issuers,
        policy,
        remote_keys: trust.remote_keys,
        key_guard: trust.guard,
        dpop,
        revocations,
    })
}

fn policy(section: &Section<'_>) -> Policy {
    let mut policy = Policy::default();
    let leeway = section.value(&keys::LEEWAY);
    match Leeway::try_from(leeway.value.as_secs()) {
        Ok(leeway) => policy.leeway = leeway,
        Err(error) => section.report.fault(&leeway.spot, error.to_string(), ""),
    }
    policy.cached_tokens = section.value(&keys::BEARER_CACHED_TOKENS).value;
    let lifetime = section.value(&keys::MAX_TOKEN_LIFETIME).value;
    policy.max_token_lifetime = lifetime.as_ref().map(Duration::as_secs);
    if let Some(claims) = section.list(&keys::REQUIRED_CLAIMS) {
        policy.required_claims = values(claims);
    }
    if let Some(types) = at_least_one(section, &keys::TOKEN_TYPES) {
        policy.token_types = TokenTypes::only(types);
    }
    match at_least_one(section, &keys::SCOPE_CLAIMS) {
        Some(claims) => policy.scope_claims = claims,
        None => section.show(&keys::SCOPE_CLAIMS, policy.scope_claims.clone().into()),
    }
    policy
}

/// A list that is absent or has members. An empty one would refuse every token.
fn at_least_one<K: Kind>(section: &Section<'_>, key: &Key<List<K>>) -> Option<Vec<K::Value>> {
    section.node(key)?;
    section
        .required_list(key, "leave the key out for the usual ones")
        .map(values)
}

fn values<T>(found: Vec<Found<T>>) -> Vec<T> {
    found.into_iter().map(|found| found.value).collect()
}
