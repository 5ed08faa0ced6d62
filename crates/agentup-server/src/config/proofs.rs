//! `security.bearer.dpop` and `revocations_file`: tokens that need a proof, and tokens that were
//! taken back.

use std::path::PathBuf;

use agentup_auth::{DpopRules, RevocationList};

use super::{keys, reader::Section, report::Found};

/// The largest file of revocations, in bytes.
pub(crate) const MAX_REVOCATIONS_BYTES: usize = 64 << 20;

/// `security.bearer.dpop`: proofs of possession (RFC 9449).
#[derive(Clone, Debug)]
pub struct DpopConfig {
    /// Whether every token must be bound to a key. If not, tokens that are not bound are accepted
    /// by themselves.
    pub required: bool,
    /// What is asked of proofs.
    pub rules: DpopRules,
}

/// `security.bearer.dpop.mode`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DpopMode {
    Off,
    Optional,
    Required,
}

/// None when no proofs are looked at: tokens that need one are refused.
pub(super) fn read(section: &Section<'_>) -> Option<DpopConfig> {
    let mode = section.value(&keys::DPOP_MODE).value;
    if mode == DpopMode::Off {
        let others = [
            section.given(&keys::DPOP_NONCE.key),
            section.given(&keys::DPOP_ALGORITHMS),
            section.given(&keys::PROOF_LIFETIME.key),
            section.given(&keys::REMEMBERED_PROOFS.key),
        ];
        for spot in others.into_iter().flatten() {
            let remedy = "set `mode` to `optional` or `required`, or remove it";
            section.fault(&spot, "has no effect without `mode`", remedy);
        }
        return None;
    }
    let mut rules = DpopRules::default();
    if section.node(&keys::DPOP_ALGORITHMS).is_some() {
        let remedy = "leave the key out for the usual ones";
        let found = section
            .required_list(&keys::DPOP_ALGORITHMS, remedy)
            .unwrap_or_default();
        for Found { value, spot } in &found {
            if value.is_symmetric() {
                let problem = format!("{value} signs with a secret, and a proof brings its key");
                section.fault(
                    spot,
                    problem,
                    "use an algorithm with a key pair, such as ES256",
                );
            }
        }
        rules.algorithms = found.into_iter().map(|found| found.value).collect();
    } else {
        let names = rules.algorithms.iter().map(|algorithm| algorithm.name());
        section.show(&keys::DPOP_ALGORITHMS, names.collect());
    }
    rules.nonce = section.value(&keys::DPOP_NONCE).value;
    rules.proof_lifetime = section.value(&keys::PROOF_LIFETIME).value.as_secs();
    rules.remembered_proofs = section.value(&keys::REMEMBERED_PROOFS).value;
    Some(DpopConfig {
        required: mode == DpopMode::Required,
        rules,
    })
}

/// The file of revocations, if there is one and it can be used.
pub(super) fn read_revocations(section: &Section<'_>, required: &[String]) -> Option<PathBuf> {
    let file = section.optional(&keys::REVOCATIONS_FILE)?;
    let bytes = section.report.read_followed(&file, MAX_REVOCATIONS_BYTES)?;
    if let Err(problem) = revocations(&bytes).and_then(|entries| {
        RevocationList::new()
            .replace(entries)
            .map_err(|error| error.to_string())
    }) {
        let remedy = "write an issuer, a space and a `jti` on each line";
        section.fault(&file.spot, problem, remedy);
        return None;
    }
    if !required.iter().any(|claim| claim == "jti") {
        let problem = "a token without `jti` cannot be taken back";
        section
            .report
            .warn(&file.spot, problem, "add `required_claims: [jti]`");
    }
    Some(section.report.resolve(&file.value))
}

/// The entries of a file of revocations.
///
/// # Errors
/// When it cannot be read whole.
pub(crate) fn revocations(bytes: &[u8]) -> Result<Vec<(String, String)>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "is not text".to_owned())?;
    RevocationList::parse(text).map_err(|error| error.to_string())
}
