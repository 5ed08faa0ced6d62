//! The keys to verify with: one secret, or the public keys of a file. The token has no say in it.

use std::path::Path;

use agentup_auth::{Algorithm, Family, HmacSecret, KeyError, KeySet, SkippedKey, VerificationKey};
use agentup_env::{
    Environment,
    cli::input::{self, FoundSecret, Place},
};
use secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use crate::{args::Cli, error::ValidateError};

/// The variable that is used when nothing is said.
const USUAL: &str = "JWT_SECRET";

/// Keys, and what is worth telling about them.
pub(crate) struct Keys {
    pub(crate) set: KeySet,
    pub(crate) place: Place,
    pub(crate) kind: Kind,
    /// What a person should know, each a sentence without a full stop.
    pub(crate) notes: Vec<String>,
}

/// What kind of key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Secret,
    Public,
}

impl Keys {
    /// The keys that the command line or the environment names; `None` when neither names any.
    ///
    /// # Errors
    ///
    /// A source that cannot be read, or a key that nothing could be verified with.
    pub(crate) fn choose(
        cli: &Cli,
        environment: &Environment,
    ) -> Result<Option<Self>, ValidateError> {
        if let Some(path) = &cli.key.key_file {
            return Self::from_file(path, cli.key.alg).map(Some);
        }
        if let Some(alg) = cli.key.alg.filter(|alg| !alg.is_symmetric()) {
            return Err(ValidateError::NeedsPublicKey(alg));
        }
        let given = match &cli.secret_argument {
            Some(secret) => Some(FoundSecret::new(secret, Place::Argument)?),
            None => cli.key.secret.find(environment)?,
        };
        if let Some(found) = given {
            return Self::from_secret(&found, cli.key.alg).map(Some);
        }
        let Some(found) = FoundSecret::usual(USUAL, environment) else {
            return if cli.rules.env {
                Err(ValidateError::NoSecretInEnvironment)
            } else {
                Ok(None)
            };
        };
        let mut keys = Self::from_secret(&found, cli.key.alg)?;
        keys.notes
            .insert(0, format!("checked with the secret of {}", keys.place));
        Ok(Some(keys))
    }

    fn from_secret(found: &FoundSecret, only: Option<Algorithm>) -> Result<Self, ValidateError> {
        let place = found.place.clone();
        let at_fault = |fault| ValidateError::Key {
            place: place.clone(),
            fault,
        };
        let secret = found.secret.expose_secret().as_bytes();
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
        let set = KeySet::new(keys).map_err(at_fault)?;
        Ok(Self {
            set,
            place,
            kind: Kind::Secret,
            notes,
        })
    }

    fn from_file(path: &Path, only: Option<Algorithm>) -> Result<Self, ValidateError> {
        let place = Place::of(path);
        let allowed: Vec<_> = match only {
            Some(alg) if alg.is_symmetric() => return Err(ValidateError::NeedsSecret(alg)),
            Some(alg) => vec![alg],
            None => Algorithm::ALL
                .into_iter()
                .filter(|alg| !alg.is_symmetric())
                .collect(),
        };
        let text = input::read_bytes(path)?;
        let loaded =
            KeySet::from_public_text(&text, &allowed).map_err(|fault| ValidateError::Key {
                place: place.clone(),
                fault,
            })?;
        if loaded.keys.is_empty() {
            let fault = loaded
                .skipped
                .first()
                .map_or(KeyError::NotAKey, |skipped| skipped.reason);
            return Err(ValidateError::Key { place, fault });
        }
        let mut notes: Vec<_> = loaded.skipped.iter().map(skipped).collect();
        if !loaded.exposed.is_empty() {
            notes.push(
                "the file holds private keys: whoever can read it can sign tokens".to_owned(),
            );
        }
        Ok(Self {
            set: loaded.keys,
            place,
            kind: Kind::Public,
            notes,
        })
    }
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

fn skipped(key: &SkippedKey) -> String {
    format!(
        "key {} of the file was left out: {}",
        key.index.saturating_add(1),
        key.reason
    )
}
