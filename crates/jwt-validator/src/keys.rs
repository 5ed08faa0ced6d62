//! The keys to verify with: a secret, the keys of a file, or those that an issuer publishes. The token
//! has no say in it.

mod file;
mod remote;
mod secret;

use agentup_auth::{Algorithm, KeySet, SkippedKey, UnnamedKeys};
use agentup_env::{
    Environment,
    cli::input::{FoundSecret, Place},
};
use secrecy::ExposeSecret as _;

use crate::{args::Cli, error::ValidateError};

/// The variable that is used when nothing is said.
const USUAL: &str = "JWT_SECRET";

/// Keys, and what is worth telling about them.
pub(crate) struct Keys {
    pub(crate) set: KeySet,
    /// Where they came from, as a phrase: "file key.pem".
    pub(crate) place: String,
    pub(crate) kind: Kind,
    /// Which tokens keys without a name are for.
    pub(crate) unnamed: UnnamedKeys,
    /// What a person should know, each a sentence without a full stop.
    pub(crate) notes: Vec<String>,
    /// Why there are none, where they could not be had.
    pub(crate) unavailable: Option<String>,
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
    /// Keys that an issuer should have and that cannot be had are no error but an answer.
    ///
    /// # Errors
    ///
    /// A source that cannot be read, or a key that nothing could be verified with.
    pub(crate) fn choose(
        cli: &Cli,
        environment: &Environment,
        issuer: Option<&str>,
    ) -> Result<Option<Self>, ValidateError> {
        let only = cli.key.alg;
        if let Some(path) = &cli.key.key_file {
            return file::read(path, only).map(Some);
        }
        if let Some(source) = remote::Source::choose(&cli.key, issuer)? {
            return source.fetch(public_only(only)?).map(Some);
        }
        if let Some(alg) = only.filter(|alg| !alg.is_symmetric()) {
            return Err(ValidateError::NeedsPublicKey(alg));
        }
        let given = match &cli.secret_argument {
            Some(secret) => Some(FoundSecret::new(secret, Place::Argument)?),
            None => cli.key.secret.find(environment)?,
        };
        let (found, is_usual) = match given {
            Some(found) => (found, false),
            None => match FoundSecret::usual(USUAL, environment) {
                Some(found) => (found, true),
                None if cli.rules.env => return Err(ValidateError::NoSecretInEnvironment),
                None => return Ok(None),
            },
        };
        let secret = found.secret.expose_secret().as_bytes();
        let mut keys = secret::read(secret, &found.place, only)?;
        if is_usual {
            let note = format!("checked with the secret of {}", keys.place);
            keys.notes.insert(0, note);
        }
        Ok(Some(keys))
    }
}

/// The algorithms that public keys may serve.
fn public_only(only: Option<Algorithm>) -> Result<Vec<Algorithm>, ValidateError> {
    match only {
        Some(alg) if alg.is_symmetric() => Err(ValidateError::NeedsSecret(alg)),
        Some(alg) => Ok(vec![alg]),
        None => Ok(Algorithm::ALL
            .into_iter()
            .filter(|alg| !alg.is_symmetric())
            .collect()),
    }
}

/// What is said about keys of a set that are not used, or were given away.
fn notes(skipped: &[SkippedKey], exposed: &[usize], place: &str) -> Vec<String> {
    let mut notes: Vec<_> = skipped
        .iter()
        .map(|key| {
            let number = key.index.saturating_add(1);
            format!("key {number} of {place} was left out: {}", key.reason)
        })
        .collect();
    if !exposed.is_empty() {
        notes.push(format!(
            "{place} holds private keys: whoever can read it can sign tokens"
        ));
    }
    notes
}
