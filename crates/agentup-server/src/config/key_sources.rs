//! The keys that tokens are verified with: made and checked while the configuration is loaded.

use agentup_auth::{
    Algorithm, HmacSecret, KeyError, KeySet, LoadedKeys, UnnamedKeys, VerificationKey,
};
use secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use super::{
    KeySource, Stage, keys,
    keys::Key,
    reader::{Section, printable},
    report::{Found, Spot},
    values::{FilePath, Secret},
};

/// How to come by a good secret.
const NEW_SECRET: &str = "generate one with `openssl rand -base64 48`";

/// The keys of the issuers.
pub(super) struct Keys {
    /// Those that are known now.
    pub(super) known: KeySet,
    /// Where to fetch others.
    pub(super) remote: Vec<KeySource>,
    pub(super) unnamed: UnnamedKeys,
}

/// Bytes that stand in the configuration or in a file that it names.
type Material = Found<Zeroizing<Vec<u8>>>;

pub(super) fn read(section: &Section<'_>, algorithms: &[Algorithm], stage: Stage) -> Option<Keys> {
    if section.is_written(&keys::JWKS_CACHE_TTL.key) && !section.is_written(&keys::JWKS_URL) {
        let spot = section.spot_of(&keys::JWKS_CACHE_TTL.key);
        section.report.fault(
            &spot,
            "has no effect without `jwks_url`",
            "remove it, or set `jwks_url`",
        );
    }
    let first = algorithms.first()?;
    if first.is_symmetric() {
        symmetric(section, algorithms, *first, stage)
    } else {
        asymmetric(section, algorithms, *first)
    }
}

fn symmetric(
    section: &Section<'_>,
    algorithms: &[Algorithm],
    first: Algorithm,
    stage: Stage,
) -> Option<Keys> {
    let unused = [
        (
            section.has_value(&keys::PUBLIC_KEY),
            section.spot_of(&keys::PUBLIC_KEY),
        ),
        (
            section.has_value(&keys::PUBLIC_KEY_FILE),
            section.spot_of(&keys::PUBLIC_KEY_FILE),
        ),
        (
            section.has_value(&keys::JWKS_FILE),
            section.spot_of(&keys::JWKS_FILE),
        ),
        (
            section.has_value(&keys::JWKS_URL),
            section.spot_of(&keys::JWKS_URL),
        ),
    ];
    let is_meant_otherwise = unused.iter().any(|(is_set, _)| *is_set);
    for (_, spot) in unused.into_iter().filter(|(is_set, _)| *is_set) {
        let remedy =
            "for tokens that are signed with a key pair, set `algorithm` to theirs, such as RS256";
        section.report.warn(
            &spot,
            format!("not used: {first} tokens are verified with a secret"),
            remedy,
        );
    }
    let secret =
        material(section, &keys::JWT_SECRET, &keys::JWT_SECRET_FILE).unwrap_or_else(|| {
            no_secret(section, first, is_meant_otherwise);
            None
        })?;
    let known = hmac_keys(&secret, algorithms)
        .inspect_err(|error| {
            section
                .report
                .fault(&secret.spot, error.to_string(), remedy(*error))
        })
        .ok()?;
    check_published(section, &secret, stage);
    // Nobody names a shared secret in a token, but some libraries put a `kid` in every header.
    Some(Keys {
        known,
        remote: Vec::new(),
        unnamed: UnnamedKeys::ForAnyToken,
    })
}

fn asymmetric(section: &Section<'_>, algorithms: &[Algorithm], first: Algorithm) -> Option<Keys> {
    for (is_set, spot) in [
        (
            section.has_value(&keys::JWT_SECRET),
            section.spot_of(&keys::JWT_SECRET),
        ),
        (
            section.has_value(&keys::JWT_SECRET_FILE),
            section.spot_of(&keys::JWT_SECRET_FILE),
        ),
    ] {
        if is_set {
            let problem = format!("not used: {first} tokens are verified with a public key");
            section.report.warn(&spot, problem, "");
        }
    }
    let ttl = section.value(&keys::JWKS_CACHE_TTL).value;
    let url = section.optional(&keys::JWKS_URL);
    let public_key = material(section, &keys::PUBLIC_KEY, &keys::PUBLIC_KEY_FILE);
    let jwks_file = section.optional(&keys::JWKS_FILE);
    let is_any_set = public_key.is_some()
        || section.has_value(&keys::JWKS_URL)
        || section.has_value(&keys::JWKS_FILE);
    if !is_any_set {
        no_public_key(section, first);
        return None;
    }
    let mut known: Vec<VerificationKey> = Vec::new();
    if let Some(text) = public_key.flatten() {
        let loaded = KeySet::from_public_text(&with_line_breaks(&text.value), algorithms);
        known.extend(accept(section, &text.spot, loaded)?);
    }
    if let Some(path) = &jwks_file {
        let loaded = KeySet::from_jwks(&section.report.read(path)?, algorithms);
        known.extend(accept(section, &path.spot, loaded)?);
    }
    let is_unnamed = known.iter().any(|key| key.kid().is_none());
    let known = if known.is_empty() {
        Ok(KeySet::unavailable())
    } else {
        KeySet::new(known)
    };
    let known = known
        .inspect_err(|error| section.report.fault(&section.spot(), error.to_string(), ""))
        .ok()?;
    let remote = url
        .into_iter()
        .map(|url| KeySource::JwksUrl {
            url: url.value,
            ttl,
        })
        .collect();
    let unnamed = if is_unnamed {
        UnnamedKeys::ForAnyToken
    } else {
        UnnamedKeys::default()
    };
    Some(Keys {
        known,
        remote,
        unnamed,
    })
}

/// A key that stands in the configuration, or in a file. The outer layer says whether it was given,
/// the inner one whether it could be had.
fn material(
    section: &Section<'_>,
    inline: &Key<Secret>,
    file: &Key<FilePath>,
) -> Option<Option<Material>> {
    if section.has_value(inline) && section.has_value(file) {
        let problem = format!("stands beside `{}`", inline.name());
        section
            .report
            .fault(&section.spot_of(file), problem, "keep one of them");
        return Some(None);
    }
    if section.has_value(file) {
        let read = || {
            let path = section.optional(file)?;
            let mut bytes = Zeroizing::new(section.report.read(&path)?);
            // The line break that editors and `echo` leave is no part of a secret.
            let kept = bytes.iter().rposition(|byte| !b"\r\n".contains(byte));
            bytes.truncate(kept.map_or(0, |last| last.saturating_add(1)));
            Some(Found {
                value: bytes,
                spot: path.spot,
            })
        };
        return Some(read());
    }
    if !section.is_written(inline) {
        return None;
    }
    let Found { value, spot } = section.optional(inline)?;
    Some(Some(Found {
        value: Zeroizing::new(value.expose_secret().as_bytes().to_vec()),
        spot,
    }))
}

fn hmac_keys(secret: &Material, algorithms: &[Algorithm]) -> Result<KeySet, KeyError> {
    let secret = HmacSecret::new(&secret.value)?;
    let keys = algorithms
        .iter()
        .map(|algorithm| VerificationKey::hmac(*algorithm, &secret, None));
    KeySet::new(keys.collect::<Result<_, _>>()?)
}

fn check_published(section: &Section<'_>, secret: &Material, stage: Stage) {
    if !HmacSecret::new(&secret.value).is_ok_and(|secret| secret.is_published()) {
        return;
    }
    let problem = "the secret is printed in documentation: whoever reads it can sign tokens";
    match stage {
        Stage::Production => section.report.fault(&secret.spot, problem, NEW_SECRET),
        Stage::Development => {
            section.report.warn(
                &secret.spot,
                problem,
                format!("before production, {NEW_SECRET}"),
            );
        }
    }
}

/// The keys of a text, if there is one to use. What was left out is warned of.
fn accept(
    section: &Section<'_>,
    spot: &Spot,
    loaded: Result<LoadedKeys, KeyError>,
) -> Option<Vec<VerificationKey>> {
    let LoadedKeys {
        keys,
        skipped,
        exposed,
    } = loaded
        .inspect_err(|error| {
            section
                .report
                .fault(spot, error.to_string(), remedy(*error))
        })
        .ok()?;
    for key in &skipped {
        let kid = key
            .kid
            .as_deref()
            .map(|kid| format!(" (`{}`)", printable(kid)))
            .unwrap_or_default();
        let number = key.index.saturating_add(1);
        section.report.warn(
            spot,
            format!("key {number}{kid} is left out: {}", key.reason),
            "",
        );
    }
    for index in exposed {
        let number = index.saturating_add(1);
        let problem =
            format!("key {number} comes with its private half: whoever reads it can sign");
        section.report.warn(
            spot,
            problem,
            "replace the key pair, and give its public half alone",
        );
    }
    if keys.is_empty() {
        section
            .report
            .fault(spot, "has no key that can be used", "");
        return None;
    }
    Some(keys.keys().to_vec())
}

fn no_secret(section: &Section<'_>, algorithm: Algorithm, is_meant_otherwise: bool) {
    let problem = format!(
        "must have `jwt_secret`: {algorithm} tokens are verified with the secret that signs them"
    );
    if let Some(variable) = section.unset_variable(&keys::JWT_SECRET) {
        let problem = format!("{problem}, and variable {variable} is not set");
        let remedy = format!("set {variable} in the environment or in .env; {NEW_SECRET}");
        return section
            .report
            .fault(&section.spot_of(&keys::JWT_SECRET), problem, remedy);
    }
    let remedy = if is_meant_otherwise {
        "for tokens that are signed with a key pair, set `algorithm` to theirs, such as RS256"
            .to_owned()
    } else {
        format!(
            "add `jwt_secret: \"${{JWT_SECRET}}\"` and set the variable, or name a file with `jwt_secret_file`; {NEW_SECRET}"
        )
    };
    section.report.fault(&section.spot(), problem, remedy);
}

fn no_public_key(section: &Section<'_>, algorithm: Algorithm) {
    let unset = [
        section.unset_variable(&keys::JWKS_URL),
        section.unset_variable(&keys::PUBLIC_KEY),
    ];
    let unset: Vec<String> = unset.into_iter().flatten().collect();
    let problem = format!(
        "must have `jwks_url`, `jwks_file`, `public_key` or `public_key_file`: {algorithm} tokens are \
         verified with the issuer's public key"
    );
    let remedy = if unset.is_empty() {
        "add `jwks_url` with the address of the issuer's keys, as in \
         `https://auth.example.com/.well-known/jwks.json`"
            .to_owned()
    } else {
        format!(
            "set variable {} in the environment or in .env",
            unset.join(" or ")
        )
    };
    section.report.fault(&section.spot(), problem, remedy);
}

const fn remedy(error: KeyError) -> &'static str {
    match error {
        KeyError::EmptySecret | KeyError::SecretTooShort { .. } => NEW_SECRET,
        KeyError::PrivateKey => "`openssl pkey -in private.pem -pubout` prints it",
        KeyError::Certificate => "`openssl x509 -in certificate.pem -noout -pubkey` prints it",
        KeyError::FitsNoAlgorithm => "set `algorithm` to one that the key is for",
        _ => "",
    }
}

/// A PEM text that came through a variable may have its line breaks written as `\n`.
fn with_line_breaks(text: &[u8]) -> Zeroizing<Vec<u8>> {
    match std::str::from_utf8(text) {
        Ok(pem) if pem.starts_with("-----BEGIN") && !pem.contains('\n') => {
            Zeroizing::new(pem.replace("\\n", "\n").into_bytes())
        }
        _ => Zeroizing::new(text.to_vec()),
    }
}
