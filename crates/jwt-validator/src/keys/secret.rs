//! Keys from a secret that verifier and issuer share.

use agentup_auth::{Algorithm, Family, HmacSecret, KeySet, UnnamedKeys, VerificationKey};
use agentup_env::cli::input::Place;
use zeroize::Zeroizing;

use super::{Keys, Kind};
use crate::error::ValidateError;

/// A key for each HMAC algorithm, or for the one that is named.
///
/// # Errors
///
/// The secret is none.
pub(super) fn read(
    secret: &[u8],
    place: &Place,
    only: Option<Algorithm>,
) -> Result<Keys, ValidateError> {
    let at_fault = |fault| ValidateError::Key {
        place: place.clone(),
        fault,
    };
    // Asked of the secret as it stands, before anything is done to it.
    HmacSecret::new(secret).map_err(at_fault)?;

    let mut notes = Vec::new();
    let mut keys = Vec::new();
    let algorithms = Algorithm::ALL
        .into_iter()
        .filter(|alg| alg.family() == Family::Hmac);
    for algorithm in algorithms.filter(|alg| only.is_none_or(|only| only == *alg)) {
        let long_enough = HmacSecret::new(&lengthened(secret, algorithm)).map_err(at_fault)?;
        keys.push(VerificationKey::hmac(algorithm, &long_enough, None).map_err(at_fault)?);
    }
    let required = only.unwrap_or(Algorithm::HS256);
    if secret.len() < required.hash_bytes() {
        notes.push(format!(
            "the secret has {} bytes; servers refuse fewer than {} with {required}",
            secret.len(),
            required.hash_bytes()
        ));
    }
    Ok(Keys {
        set: KeySet::new(keys).map_err(at_fault)?,
        place: place.to_string(),
        kind: Kind::Secret,
        unnamed: UnnamedKeys::ForAnyToken,
        notes,
        unavailable: None,
    })
}

/// The secret with zeros at its end, as long as the verifier asks for.
///
/// HMAC itself fills every key up with zeros to the length of a block (RFC 2104 §2), which is longer
/// than that, so the signatures are the same. The servers' rule against short secrets stays where it
/// is: here, somebody wants to know whether a token was signed with the one at hand.
fn lengthened(secret: &[u8], algorithm: Algorithm) -> Zeroizing<Vec<u8>> {
    let length = secret.len().max(algorithm.hash_bytes());
    let mut long_enough = Zeroizing::new(Vec::with_capacity(length));
    long_enough.extend_from_slice(secret);
    long_enough.resize(length, 0);
    long_enough
}
