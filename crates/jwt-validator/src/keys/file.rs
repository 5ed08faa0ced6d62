//! Keys from a file. Their type decides how it is read: a secret as such, anything else as public keys.

use std::path::Path;

use agentup_auth::{Algorithm, KeyError, KeySet, UnnamedKeys};
use agentup_env::cli::input::{self, Place};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{Keys, Kind, notes, public_only, secret};
use crate::error::ValidateError;

/// The keys of a file in PEM, a JWK or a JWK set.
///
/// # Errors
///
/// The file cannot be read, or there is no key in it to verify with.
pub(super) fn read(path: &Path, only: Option<Algorithm>) -> Result<Keys, ValidateError> {
    let place = Place::of(path);
    let text = input::read_bytes(path)?;
    if let Some(jwk) = secret_jwk(&text) {
        return read_secret(&jwk, place, only);
    }
    let allowed = public_only(only)?;
    let at_fault = |fault| ValidateError::Key {
        place: place.clone(),
        fault,
    };
    let loaded = KeySet::from_public_text(&text, &allowed).map_err(at_fault)?;
    if loaded.keys.is_empty() {
        let skipped = loaded.skipped.first();
        return Err(at_fault(
            skipped.map_or(KeyError::NotAKey, |skipped| skipped.reason),
        ));
    }
    Ok(Keys {
        set: loaded.keys,
        place: place.to_string(),
        kind: Kind::Public,
        unnamed: UnnamedKeys::ForAnyToken,
        notes: notes(&loaded.skipped, &loaded.exposed, "the file"),
        unavailable: None,
    })
}

/// The JWK of a secret, alone or as the only one of a set. In a set with others it is left out, so
/// that a secret and a public key are never tried on one token.
fn secret_jwk(text: &[u8]) -> Option<Map<String, Value>> {
    let mut object: Map<String, Value> = serde_json::from_slice(text).ok()?;
    if let Some(Value::Array(keys)) = object.get_mut("keys") {
        let [Value::Object(only)] = keys.as_mut_slice() else {
            return None;
        };
        object = std::mem::take(only);
    }
    (object.get("kty").and_then(Value::as_str) == Some("oct")).then_some(object)
}

fn read_secret(
    jwk: &Map<String, Value>,
    place: Place,
    only: Option<Algorithm>,
) -> Result<Keys, ValidateError> {
    if let Some(alg) = only.filter(|alg| !alg.is_symmetric()) {
        return Err(ValidateError::NeedsPublicKey(alg));
    }
    let text = |name| jwk.get(name).and_then(Value::as_str);
    let decoded = text("k").and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    let stated = match jwk.get("alg") {
        None => Ok(None),
        Some(_) => match text("alg").map(str::parse::<Algorithm>) {
            Some(Ok(alg)) if alg.is_symmetric() => Ok(Some(alg)),
            Some(Ok(_)) => Err(KeyError::AlgorithmDisagrees),
            _ => Err(KeyError::AlgorithmNotAllowed),
        },
    };
    match (decoded.map(Zeroizing::new), stated) {
        (Some(secret), Ok(stated)) => secret::read(&secret, &place, only.or(stated)),
        (None, _) => Err(ValidateError::Key {
            place,
            fault: KeyError::Member("k"),
        }),
        (_, Err(fault)) => Err(ValidateError::Key { place, fault }),
    }
}
