//! The public keys of the other algorithms: from the configuration, from files, from a URL.

use agentup_auth::{Algorithm, KeyError, KeySet, LoadedKeys, UnnamedKeys, VerificationKey};
use agentup_env::cli::terminal::safe_text;
use zeroize::Zeroizing;

use super::{
    super::{
        KeySource, keys,
        reader::{Got, Section},
        report::Spot,
    },
    Keys, material,
};

/// Where public keys are given.
pub(super) fn sources(section: &Section<'_>) -> Vec<Spot> {
    [
        section.given(&keys::PUBLIC_KEY),
        section.given(&keys::PUBLIC_KEY_FILE),
        section.given(&keys::JWKS_FILE),
        section.given(&keys::JWKS_URL),
    ]
    .into_iter()
    .flatten()
    .collect()
}

pub(super) fn read(
    section: &Section<'_>,
    algorithms: &[Algorithm],
    first: Algorithm,
) -> Option<Keys> {
    if sources(section).is_empty() {
        missing(section, first);
        return None;
    }
    let ttl = section.value(&keys::JWKS_CACHE_TTL).value;
    let url = section.optional(&keys::JWKS_URL);
    let mut known: Vec<VerificationKey> = Vec::new();
    if let Got::Value(text) = material(section, &keys::PUBLIC_KEY, &keys::PUBLIC_KEY_FILE) {
        let loaded = KeySet::from_public_text(&with_line_breaks(&text.value), algorithms);
        known.extend(usable(section, &text.spot, loaded).unwrap_or_default());
    }
    if let Some(path) = section.optional(&keys::JWKS_FILE)
        && let Some(text) = section.report.read(&path)
    {
        let loaded = KeySet::from_jwks(&text, algorithms);
        known.extend(usable(section, &path.spot, loaded).unwrap_or_default());
    }
    // A key that was given by hand has no name, though the issuer may name its keys in tokens.
    let is_unnamed = known.iter().any(|key| key.kid().is_none());
    let unnamed = if is_unnamed {
        UnnamedKeys::ForAnyToken
    } else {
        UnnamedKeys::default()
    };
    let known = if known.is_empty() {
        Ok(KeySet::unavailable())
    } else {
        KeySet::new(known)
    };
    let remote = url
        .into_iter()
        .map(|url| KeySource::JwksUrl {
            url: url.value,
            ttl,
        })
        .collect();
    match known {
        Ok(known) => Some(Keys {
            known,
            remote,
            unnamed,
        }),
        Err(error) => {
            section.fault(&section.spot(), error.to_string(), "");
            None
        }
    }
}

/// The keys of a text, if there is one to use. What was left out is warned of.
fn usable(
    section: &Section<'_>,
    spot: &Spot,
    loaded: Result<LoadedKeys, KeyError>,
) -> Option<Vec<VerificationKey>> {
    let LoadedKeys {
        keys,
        skipped,
        exposed,
    } = match loaded {
        Ok(loaded) => loaded,
        Err(error) => {
            section.fault(spot, error.to_string(), remedy(error));
            return None;
        }
    };
    for key in &skipped {
        let kid = key
            .kid
            .as_deref()
            .map(|kid| format!(" (`{}`)", safe_text(kid)));
        let (number, kid) = (key.index.saturating_add(1), kid.unwrap_or_default());
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
        section.fault(
            spot,
            "has no key that can be used",
            remedy(KeyError::FitsNoAlgorithm),
        );
        return None;
    }
    Some(keys.keys().to_vec())
}

fn missing(section: &Section<'_>, algorithm: Algorithm) {
    let empty = [
        &section.why_empty(&keys::JWKS_URL),
        &section.why_empty(&keys::PUBLIC_KEY),
    ];
    let empty: Vec<&str> = empty.into_iter().flatten().map(String::as_str).collect();
    let problem = format!(
        "must have `jwks_url`, `jwks_file`, `public_key` or `public_key_file`: {algorithm} tokens are \
         verified with the public key of their issuer"
    );
    let remedy = if empty.is_empty() {
        "add `jwks_url` with the address of the issuer's keys, as in \
         `https://auth.example.com/.well-known/jwks.json`"
            .to_owned()
    } else {
        format!(
            "{}; set it in the environment or in .env",
            empty.join(" and ")
        )
    };
    section.fault(&section.spot(), problem, remedy);
}

const fn remedy(error: KeyError) -> &'static str {
    match error {
        KeyError::PrivateKey => {
            "`openssl pkey -in FILE -pubout` prints the public half of a private key"
        }
        KeyError::Certificate => {
            "`openssl x509 -in FILE -noout -pubkey` prints the key of a certificate"
        }
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
