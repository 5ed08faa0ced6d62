//! `security.bearer`: which tokens are accepted.

use std::time::Duration;

use agentup_auth::{Algorithm, Leeway, Policy, TokenTypes, TrustedIssuer};

use super::{
    KeySource, Stage, key_sources, keys,
    keys::{Key, List},
    reader::Section,
    report::Found,
    values::{Kind, Text},
};

/// The longest issuer or audience that a token may have, in bytes.
const MAX_NAME_BYTES: usize = 255;

/// What is accepted.
pub(super) struct Tokens {
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) issuers: Vec<TrustedIssuer>,
    pub(super) policy: Policy,
    pub(super) remote_keys: Vec<KeySource>,
}

/// Reads all of it before it gives up, so that all faults are found.
pub(super) fn read(section: &Section<'_>, stage: Stage) -> Option<Tokens> {
    let algorithms = algorithms(section);
    let keys = algorithms
        .as_ref()
        .and_then(|algorithms| key_sources::read(section, algorithms, stage));
    let issuers = names(
        section,
        &keys::ISSUER,
        "set it to the `iss` of your tokens, as in `issuer: \"${JWT_ISSUER:test-issuer}\"`; without it \
         tokens of any issuer would do",
    );
    let audiences = names(
        section,
        &keys::AUDIENCE,
        "set it to the `aud` of your tokens, as in `audience: \"${JWT_AUDIENCE:agentup-jwt-test}\"`; \
         without it tokens for other services would do",
    );
    let mut policy = policy(section);
    let (keys, issuers, audiences) = (keys?, issuers?, audiences?);
    policy.unnamed_keys = keys.unnamed;
    let trust = |issuer| TrustedIssuer {
        issuer: Some(issuer),
        audiences: audiences.clone(),
        keys: keys.known.clone(),
    };
    Some(Tokens {
        algorithms: algorithms?,
        issuers: issuers.into_iter().map(trust).collect(),
        policy,
        remote_keys: keys.remote,
    })
}

/// The algorithms, of one family: with a secret, or with a key pair.
fn algorithms(section: &Section<'_>) -> Option<Vec<Algorithm>> {
    if !section.is_written(&keys::ALGORITHMS) {
        return Some(vec![section.value(&keys::ALGORITHM).value]);
    }
    if section.is_written(&keys::ALGORITHM.key) {
        let spot = section.spot_of(&keys::ALGORITHMS);
        section
            .report
            .fault(&spot, "stands beside `algorithm`", "keep one of them");
    }
    let found = section.required_list(&keys::ALGORITHMS, "name at least one, such as HS256")?;
    let mut algorithms: Vec<Algorithm> = Vec::new();
    for Found { value, spot } in found {
        if let Some(first) = algorithms.first()
            && first.is_symmetric() != value.is_symmetric()
        {
            let problem = format!("{value} and {first} cannot be mixed");
            let remedy = "tokens are signed either with a secret (HS…) or with a key pair: with both, \
                          a public key could pass for a secret";
            section.report.fault(&spot, problem, remedy);
            return None;
        }
        if !algorithms.contains(&value) {
            algorithms.push(value);
        }
    }
    Some(algorithms)
}

fn names(section: &Section<'_>, key: &Key<List<Text>>, remedy: &str) -> Option<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for Found { value, spot } in section.required_list(key, remedy)? {
        if value.len() > MAX_NAME_BYTES {
            let problem = format!("is longer than {MAX_NAME_BYTES} bytes; no token may have it");
            section.report.fault(&spot, problem, "");
        } else if names.contains(&value) {
            section.report.fault(&spot, "stands in the list twice", "");
        }
        names.push(value);
    }
    Some(names)
}

fn policy(section: &Section<'_>) -> Policy {
    let mut policy = Policy::default();
    let leeway = section.value(&keys::LEEWAY);
    match Leeway::try_from(leeway.value.as_secs()) {
        Ok(leeway) => policy.leeway = leeway,
        Err(error) => section.report.fault(&leeway.spot, error.to_string(), ""),
    }
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
