//! Whose tokens are accepted: issuers, each with its algorithms, its audiences and its keys.

use agentup_auth::{
    Algorithm, TrustedIssuer, UnnamedKeys,
    api_key::API_KEY_ISSUER,
    remote::{
        RemoteIssuer,
        fetch::{Location, Metadata},
        guard::Guard,
    },
};

use super::{
    Stage,
    key_sources::{self, Keys, Origin},
    keys::{self, Key, List},
    reader::Section,
    report::Found,
    values::Text,
};

/// The longest issuer or audience that a token may have, in bytes.
const MAX_NAME_BYTES: usize = 255;

/// Issuers and what they may do.
#[derive(Default)]
pub(super) struct Trust {
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) issuers: Vec<TrustedIssuer>,
    pub(super) remote_keys: Vec<RemoteIssuer>,
    pub(super) unnamed: UnnamedKeys,
    /// What keys may be fetched from.
    pub(super) guard: Guard,
}

/// Reads the issuers of `security.bearer`: those that it names itself, which share their keys, or
/// those of its list, each with keys of its own.
pub(super) fn read(section: &Section<'_>, stage: Stage) -> Option<Trust> {
    let mut trust = Trust {
        guard: guard(section, stage),
        ..Trust::default()
    };
    if !section.is_written(&keys::ISSUERS) {
        if section.is_written(&keys::JWKS_ALLOW_HOSTS) && !key_sources::may_be_fetched(section) {
            let spot = section.spot_of(&keys::JWKS_ALLOW_HOSTS);
            section.fault(&spot, "has no effect: no keys are fetched", "remove it");
        }
        trust.add(section, stage)?;
        return Some(trust);
    }
    for name in keys::OF_AN_ISSUER {
        if let Some(spot) = section.spot_of_name(name) {
            let remedy = "put it into an entry of `issuers`";
            section.fault(&spot, "has no effect beside `issuers`", remedy);
        }
    }
    let entries = section.sections(&keys::ISSUERS, keys::ISSUERS_ENTRY);
    if entries.is_empty() {
        let remedy = "name at least one, as in `- { issuer: …, audience: …, algorithm: RS256, jwks_url: … }`";
        section.fault(
            &section.spot_of(&keys::ISSUERS),
            "must not be empty",
            remedy,
        );
    }
    // All of them, so that all faults are found.
    let added: Vec<_> = entries
        .iter()
        .map(|entry| trust.add(entry, stage))
        .collect();
    let all = added.into_iter().collect::<Option<()>>();
    all.filter(|()| !entries.is_empty()).map(|()| trust)
}

impl Trust {
    fn add(&mut self, section: &Section<'_>, stage: Stage) -> Option<()> {
        let algorithms = algorithms(section);
        if let (Some(first), Some(other)) =
            (self.algorithms.first(), algorithms.iter().flatten().next())
            && first.is_symmetric() != other.is_symmetric()
        {
            section.fault(&section.spot(), mixed(*other, *first), MIXED_REMEDY);
        }
        let keys = algorithms
            .as_ref()
            .and_then(|algorithms| key_sources::read(section, algorithms, stage, &self.guard));
        let issuers = names(
            section,
            &keys::ISSUER,
            "set it to the `iss` of your tokens, as in `issuer: \"${JWT_ISSUER:test-issuer}\"`; \
             without it tokens of any issuer would do",
        );
        let audiences = names(
            section,
            &keys::AUDIENCE,
            "set it to the `aud` of your tokens, as in `audience: \"${JWT_AUDIENCE:agentup-jwt-test}\"`; \
             without it tokens for other services would do",
        );
        for issuer in issuers.iter().flatten() {
            let known = |known: &TrustedIssuer| known.issuer.as_deref() == Some(&issuer.value);
            if self.issuers.iter().any(known) {
                let problem = "stands in another entry too: it would have two sets of keys";
                section.fault(&issuer.spot, problem, "");
            }
        }
        let (algorithms, keys, issuers) = (algorithms?, keys?, issuers?);
        let audiences: Vec<_> = audiences?.into_iter().map(|name| name.value).collect();
        if keys.unnamed == UnnamedKeys::ForAnyToken {
            self.unnamed = keys.unnamed;
        }
        self.add_remote(section, &algorithms, &issuers, &keys);
        self.issuers
            .extend(issuers.into_iter().map(|issuer| TrustedIssuer {
                issuer: Some(issuer.value),
                audiences: audiences.clone(),
                keys: keys.known.clone(),
            }));
        for algorithm in algorithms {
            if !self.algorithms.contains(&algorithm) {
                self.algorithms.push(algorithm);
            }
        }
        Some(())
    }

    /// One source for all names of an issuer; but what an issuer says of itself is for one name.
    fn add_remote(
        &mut self,
        section: &Section<'_>,
        algorithms: &[Algorithm],
        issuers: &[Found<String>],
        keys: &Keys,
    ) {
        let Some((origin, timing)) = &keys.remote else {
            return;
        };
        let first = self.issuers.len();
        let positions = first..first.saturating_add(issuers.len());
        let remote = |positions: Vec<usize>, location| RemoteIssuer {
            positions,
            location,
            algorithms: algorithms.to_vec(),
            known: keys.given.clone(),
            fetched: keys.read.clone(),
            timing: timing.clone(),
        };
        match origin {
            Origin::Url(url) => {
                let location = Location::KeySet(url.clone());
                self.remote_keys.push(remote(positions.collect(), location));
            }
            Origin::File(path) => {
                let location = Location::File(path.clone());
                self.remote_keys.push(remote(positions.collect(), location));
            }
            Origin::Discovery => {
                for (position, issuer) in positions.zip(issuers) {
                    match Metadata::of(&issuer.value, &self.guard) {
                        Ok(metadata) => {
                            let location = Location::Discovery(metadata);
                            self.remote_keys.push(remote(vec![position], location));
                        }
                        Err(error) => section.fault(
                            &issuer.spot,
                            format!("cannot be discovered: {error}"),
                            "give its `jwks_url` in place of `oidc_discovery`",
                        ),
                    }
                }
            }
        }
    }
}

/// In development keys may come from this machine, in production only if it is named.
fn guard(section: &Section<'_>, stage: Stage) -> Guard {
    let mut guard = match stage {
        Stage::Development => Guard::new().allow_loopback(),
        Stage::Production => Guard::new(),
    };
    for host in section.list(&keys::JWKS_ALLOW_HOSTS).unwrap_or_default() {
        guard = guard.allow_host(&host.value);
    }
    guard
}

const MIXED_REMEDY: &str = "tokens are signed either with a secret (HS…) or with a key pair: with both, \
                            a public key could pass for a secret";

fn mixed(one: Algorithm, other: Algorithm) -> String {
    format!("{one} and {other} cannot be mixed")
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
            section.fault(&spot, mixed(value, *first), MIXED_REMEDY);
            return None;
        }
        if !algorithms.contains(&value) {
            algorithms.push(value);
        }
    }
    Some(algorithms)
}

fn names(section: &Section<'_>, key: &Key<List<Text>>, remedy: &str) -> Option<Vec<Found<String>>> {
    let mut names: Vec<Found<String>> = Vec::new();
    for name in section.required_list(key, remedy)? {
        if name.value.len() > MAX_NAME_BYTES {
            let problem = format!("is longer than {MAX_NAME_BYTES} bytes; no token may have it");
            section.fault(&name.spot, problem, "");
        } else if name.value == API_KEY_ISSUER {
            let problem = "is the issuer of API keys; no token has it";
            section.fault(&name.spot, problem, "");
        } else if names.iter().any(|other| other.value == name.value) {
            section.fault(&name.spot, "stands in the list twice", "");
        }
        names.push(name);
    }
    Some(names)
}
