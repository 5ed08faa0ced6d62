//! The keys that tokens are verified with: made and checked while the configuration is loaded.

use std::path::PathBuf;

use agentup_auth::{
    Algorithm, KeySet, UnnamedKeys, VerificationKey,
    remote::{guard::Guard, policy::Timing},
};
use reqwest::Url;
use secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use super::{
    Stage,
    keys::{self, Key},
    reader::{Got, Section},
    report::{Found, Spot},
    values::{FilePath, Secret},
};

mod origin;
mod public;
mod secret;
mod strength;

/// The keys of an issuer.
pub(super) struct Keys {
    /// Those that are known now.
    pub(super) known: KeySet,
    /// Those of them that stand in the configuration, or in a file that is read once.
    pub(super) given: Vec<VerificationKey>,
    /// Those of them that come from the origin.
    pub(super) read: Option<KeySet>,
    /// Where to fetch others, and how often.
    pub(super) remote: Option<(Origin, Timing)>,
    pub(super) unnamed: UnnamedKeys,
}

/// Where keys come from while the agent runs.
pub(super) enum Origin {
    Url(Url),
    /// The issuer says where.
    Discovery,
    File(PathBuf),
}

/// Bytes that stand in the configuration or in a file that it names.
pub(super) type Material = Found<Zeroizing<Vec<u8>>>;

pub(super) fn read(
    section: &Section<'_>,
    algorithms: &[Algorithm],
    stage: Stage,
    guard: &Guard,
) -> Option<Keys> {
    if !may_be_fetched(section) {
        for key in [
            &keys::JWKS_CACHE_TTL.key,
            &keys::JWKS_MAX_STALE.key,
            &keys::JWKS_COOL_DOWN.key,
        ] {
            if section.is_written(key) {
                let problem = "has no effect without `jwks_url` or `oidc_discovery`";
                let remedy = "remove it, or set `jwks_url`";
                section.fault(&section.spot_of(key), problem, remedy);
            }
        }
    }
    let first = algorithms.first()?;
    if first.is_symmetric() {
        warn_of_unused(section, &public::sources(section), *first);
        secret::read(section, algorithms, *first, stage)
    } else {
        warn_of_unused(section, &secret::sources(section), *first);
        public::read(section, algorithms, *first, guard)
    }
}

/// Whether it is written, with or without a value, where keys are to be fetched.
pub(super) fn may_be_fetched(section: &Section<'_>) -> bool {
    section.is_written(&keys::JWKS_URL) || section.is_written(&keys::OIDC_DISCOVERY.key)
}

/// One file may serve several deployments, each with sources of its own: a source that is not used
/// is no fault.
fn warn_of_unused(section: &Section<'_>, sources: &[Spot], algorithm: Algorithm) {
    let key = if algorithm.is_symmetric() {
        "secret"
    } else {
        "public key"
    };
    for spot in sources {
        let problem = format!("not used: {algorithm} tokens are verified with a {key}");
        section.report.warn(spot, problem, "");
    }
}

/// A key that stands in the configuration, or in a file.
pub(super) fn material(
    section: &Section<'_>,
    inline: &Key<Secret>,
    file: &Key<FilePath>,
) -> Got<Material> {
    match (section.given(inline), section.given(file)) {
        (None, None) => Got::Absent,
        (Some(_), Some(spot)) => {
            let problem = format!("stands beside `{}`", inline.name());
            section.fault(&spot, problem, "keep one of them");
            Got::Faulty
        }
        (Some(_), None) => section
            .optional(inline)
            .map_or(Got::Faulty, |Found { value, spot }| {
                let value = Zeroizing::new(value.expose_secret().as_bytes().to_vec());
                Got::Value(Found { value, spot })
            }),
        (None, Some(_)) => from_file(section, file).map_or(Got::Faulty, Got::Value),
    }
}

/// The line break that editors and `echo` leave at the end is no part of a key.
fn from_file(section: &Section<'_>, file: &Key<FilePath>) -> Option<Material> {
    let path = section.optional(file)?;
    let is_public = file.name() == keys::PUBLIC_KEY_FILE.name();
    let bytes = if is_public {
        section.report.read(&path)
    } else {
        section.report.read_secret(&path)
    };
    let mut bytes = Zeroizing::new(bytes?);
    let last = bytes.iter().rposition(|byte| !b"\r\n".contains(byte));
    bytes.truncate(last.map_or(0, |last| last.saturating_add(1)));
    Some(Found {
        value: bytes,
        spot: path.spot,
    })
}
