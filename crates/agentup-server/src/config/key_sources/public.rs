//! The public keys of the other algorithms: from the configuration, from files, from a URL.

use agentup_auth::{Algorithm, KeyError, KeySet, LoadedKeys, UnnamedKeys, remote::guard::Guard};
use agentup_env::cli::terminal::safe_text;
use zeroize::Zeroizing;

use super::{
    super::{
        keys,
        reader::{Got, Section},
        report::Spot,
    },
    Keys, material, origin,
};

/// Where public keys are given.
pub(super) fn sources(section: &Section<'_>) -> Vec<Spot> {
    [
        section.given(&keys::PUBLIC_KEY),
        section.given(&keys::PUBLIC_KEY_FILE),
        section.given(&keys::JWKS_FILE),
        section.given(&keys::JWKS_URL),
        section
            .optional(&keys::OIDC_DISCOVERY.key)
            .filter(|found| found.value)
            .map(|found| found.spot),
    ]
    .into_iter()
    .flatten()
    .collect()
}

pub(super) fn read(
    section: &Section<'_>,
    algorithms: &[Algorithm],
    first: Algorithm,
    guard: &Guard,
) -> Option<Keys> {
    let remote = origin::read(section, guard);
    let given = match material(section, &keys::PUBLIC_KEY, &keys::PUBLIC_KEY_FILE) {
        Got::Absent => Some(Vec::new()),
        Got::Faulty => None,
        Got::Value(text) => {
            let loaded = KeySet::from_public_text(&with_line_breaks(&text.value), algorithms);
            usable(section, &text.spot, loaded).map(|keys| keys.keys().to_vec())
        }
    };
    let read = section.optional(&keys::JWKS_FILE).map(|path| {
        let text = section.report.read_followed(&path, KeySet::MAX_BYTES)?;
        usable(section, &path.spot, KeySet::from_jwks(&text, algorithms))
    });
    // Only now, so that the faults of all of them are found.
    let given = given?;
    let remote = match remote {
        Got::Value(remote) => Some(remote),
        Got::Absent => None,
        Got::Faulty => return None,
    };
    let read = match read {
        Some(read) => Some(read?),
        None => None,
    };
    let all: Vec<_> = given
        .iter()
        .chain(read.iter().flat_map(KeySet::keys))
        .cloned()
        .collect();
    // A key that was given by hand has no name, though the issuer may name its keys in tokens.
    let unnamed = if all.iter().any(|key| key.kid().is_none()) {
        UnnamedKeys::ForAnyToken
    } else {
        UnnamedKeys::default()
    };
    if all.is_empty() && remote.is_none() {
        missing(section, first);
        return None;
    }
    let known = if all.is_empty() {
        Ok(KeySet::unavailable())
    } else {
        KeySet::new(all)
    };
    match known {
        Ok(known) => Some(Keys {
            known,
            given,
            read,
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
) -> Option<KeySet> {
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
    Some(keys)
}

fn missing(section: &Section<'_>, algorithm: Algorithm) {
    let empty = [
        &section.why_empty(&keys::JWKS_URL),
        &section.why_empty(&keys::PUBLIC_KEY),
    ];
    let empty: Vec<&str> = empty.into_iter().flatten().map(String::as_str).collect();
    let problem = format!(
        "must have `jwks_url`, `oidc_discovery`, `jwks_file`, `public_key` or `public_key_file`: {algorithm} tokens are \
         verified with the public key of their issuer"
    );
    let remedy = if empty.is_empty() {
        "add `jwks_url` with the address of the issuer's keys, as in \
         `https://auth.example.com/.well-known/jwks.json`"
            .to_owned()
    } else {
        let which = if empty.len() > 1 { "one of them" } else { "it" };
        format!(
            "{}; set {which} in the environment or in .env",
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
