//! The secret of the HMAC algorithms.

use agentup_auth::{Algorithm, HmacSecret, KeyError, KeySet, UnnamedKeys, VerificationKey};

use super::{
    super::{
        Stage, keys,
        reader::{Got, Section},
        report::Spot,
    },
    Keys, Material, material, public,
    strength::weakness,
};

/// How to come by a good secret.
const NEW_SECRET: &str = "generate one with `openssl rand -base64 48`";

/// Where a secret is given.
pub(super) fn sources(section: &Section<'_>) -> Vec<Spot> {
    [
        section.given(&keys::JWT_SECRET),
        section.given(&keys::JWT_SECRET_FILE),
        section.given(&keys::OTHER_JWT_SECRET),
        section.given(&keys::OTHER_JWT_SECRET_FILE),
    ]
    .into_iter()
    .flatten()
    .collect()
}

pub(super) fn read(
    section: &Section<'_>,
    algorithms: &[Algorithm],
    first: Algorithm,
    stage: Stage,
) -> Option<Keys> {
    let current = match material(section, &keys::JWT_SECRET, &keys::JWT_SECRET_FILE) {
        Got::Value(text) => text,
        Got::Faulty => return None,
        Got::Absent => {
            missing(section, first);
            return None;
        }
    };
    let other = material(
        section,
        &keys::OTHER_JWT_SECRET,
        &keys::OTHER_JWT_SECRET_FILE,
    );
    let other = match other {
        Got::Value(text) if text.value == current.value => {
            let problem = "is the secret that stands in `jwt_secret`";
            section.fault(
                &text.spot,
                problem,
                "remove it: the rotation is over, or has not begun",
            );
            return None;
        }
        Got::Value(text) => Some(text),
        Got::Absent => None,
        Got::Faulty => return None,
    };
    // Of both, so that the faults of both are found.
    let secrets: Vec<_> = std::iter::once(&current)
        .chain(&other)
        .map(|text| usable(section, text, algorithms, stage))
        .collect();
    let secrets: Vec<HmacSecret> = secrets.into_iter().collect::<Option<_>>()?;
    let known = key_set(&secrets, algorithms).map_err(|error| {
        section.fault(&current.spot, error.to_string(), remedy(error));
    });
    // A shared secret has no name, but some libraries put a `kid` into every header.
    Some(Keys {
        known: known.ok()?,
        given: Vec::new(),
        read: None,
        remote: None,
        unnamed: UnnamedKeys::ForAnyToken,
    })
}

/// The secret, if it is good for every algorithm and nobody can guess it.
fn usable(
    section: &Section<'_>,
    text: &Material,
    algorithms: &[Algorithm],
    stage: Stage,
) -> Option<HmacSecret> {
    let secret = HmacSecret::new(&text.value).and_then(|secret| {
        key_set(std::slice::from_ref(&secret), algorithms)?;
        Ok(secret)
    });
    let secret = secret.map_err(|error| {
        section.fault(&text.spot, error.to_string(), remedy(error));
    });
    let secret = secret.ok()?;
    if secret.is_published() {
        refuse_published(section, text, stage);
    } else if let Some(why) = weakness(&text.value).filter(|_| stage == Stage::Production) {
        section.fault(
            &text.spot,
            format!("the secret {why}: it can be guessed"),
            NEW_SECRET,
        );
    }
    Some(secret)
}

fn key_set(secrets: &[HmacSecret], algorithms: &[Algorithm]) -> Result<KeySet, KeyError> {
    let keys = secrets.iter().flat_map(|secret| {
        algorithms
            .iter()
            .map(move |algorithm| VerificationKey::hmac(*algorithm, secret, None))
    });
    KeySet::new(keys.collect::<Result<_, _>>()?)
}

fn refuse_published(section: &Section<'_>, text: &Material, stage: Stage) {
    let problem = "the secret is printed in documentation: whoever reads it can sign tokens";
    match stage {
        Stage::Production => section.fault(&text.spot, problem, NEW_SECRET),
        Stage::Development => {
            section.report.warn(
                &text.spot,
                problem,
                format!("before production, {NEW_SECRET}"),
            );
        }
    }
}

fn missing(section: &Section<'_>, algorithm: Algorithm) {
    let reason = format!("{algorithm} tokens are verified with the secret that signs them");
    if let Some(why) = section.why_empty(&keys::JWT_SECRET) {
        let remedy = format!("set it in the environment or in .env; {NEW_SECRET}");
        let spot = section.spot_of(&keys::JWT_SECRET);
        return section.fault(&spot, format!("{why}; {reason}"), remedy);
    }
    let remedy = if public::sources(section).is_empty() {
        format!(
            "add `jwt_secret: \"${{JWT_SECRET}}\"` and set that variable, or name a file with \
             `jwt_secret_file`; {NEW_SECRET}"
        )
    } else {
        "to use the public key that is given, set `algorithm` to that of the tokens, such as RS256"
            .to_owned()
    };
    section.fault(
        &section.spot(),
        format!("must have `jwt_secret`: {reason}"),
        remedy,
    );
}

const fn remedy(error: KeyError) -> &'static str {
    match error {
        KeyError::SecretIsKeyText => "set `algorithm` to that of the key pair, such as RS256",
        _ => NEW_SECRET,
    }
}
