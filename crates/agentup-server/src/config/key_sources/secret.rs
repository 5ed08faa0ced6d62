//! The secret of the HMAC algorithms.

use agentup_auth::{Algorithm, HmacSecret, KeyError, KeySet, UnnamedKeys, VerificationKey};

use super::{
    super::{
        Stage, keys,
        reader::{Got, Section},
        report::Spot,
    },
    Keys, Material, material, public,
};

/// How to come by a good secret.
const NEW_SECRET: &str = "generate one with `openssl rand -base64 48`";

/// Where a secret is given.
pub(super) fn sources(section: &Section<'_>) -> Vec<Spot> {
    [
        section.given(&keys::JWT_SECRET),
        section.given(&keys::JWT_SECRET_FILE),
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
    let text = match material(section, &keys::JWT_SECRET, &keys::JWT_SECRET_FILE) {
        Got::Value(text) => text,
        Got::Faulty => return None,
        Got::Absent => {
            missing(section, first);
            return None;
        }
    };
    let secret = HmacSecret::new(&text.value);
    let known = secret
        .as_ref()
        .map_err(|error| *error)
        .and_then(|secret| key_set(secret, algorithms));
    let known = match known {
        Ok(known) => known,
        Err(error) => {
            section.fault(&text.spot, error.to_string(), remedy(error));
            return None;
        }
    };
    if secret.is_ok_and(|secret| secret.is_published()) {
        refuse_published(section, &text, stage);
    }
    // A shared secret has no name, but some libraries put a `kid` into every header.
    Some(Keys {
        known,
        given: Vec::new(),
        read: None,
        remote: None,
        unnamed: UnnamedKeys::ForAnyToken,
    })
}

fn key_set(secret: &HmacSecret, algorithms: &[Algorithm]) -> Result<KeySet, KeyError> {
    let key = |algorithm: &Algorithm| VerificationKey::hmac(*algorithm, secret, None);
    KeySet::new(algorithms.iter().map(key).collect::<Result<_, _>>()?)
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
