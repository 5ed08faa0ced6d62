//! The key to sign with, by whichever flag or variable it was named.

use std::path::Path;

use agentup_auth::{Algorithm, HmacSecret, issue::SigningKey};
use agentup_env::{
    Environment,
    cli::input::{self, FoundSecret, Place},
};
use secrecy::ExposeSecret as _;

use crate::{
    args::KeyArgs,
    error::MintError,
    keys::{PrivateKey, own_name},
};

/// The secret of the Quick Start. It is published, so it protects nothing, and servers say so.
const TEST_SECRET: &str = "super-secret-jwt-key-for-testing-only-change-in-production";

/// The `--kid` that stands for the thumbprint of the key.
const AUTO: &str = "auto";

/// A key that signs, and what is told about it.
pub(crate) struct Signer {
    pub(crate) key: SigningKey,
    /// Where it came from, in words.
    pub(crate) origin: String,
    /// The name that tokens give it.
    pub(crate) kid: Option<String>,
}

impl Signer {
    /// The key that the command line or the environment names, called `kid` if that is given.
    ///
    /// # Errors
    ///
    /// There is no such key, or it does not fit the algorithm.
    pub(crate) fn choose(
        args: &KeyArgs,
        kid: Option<&str>,
        environment: &Environment,
    ) -> Result<Self, MintError> {
        if let Some(path) = &args.private_key {
            return Self::from_file(path, args.algorithm, kid);
        }
        if kid == Some(AUTO) {
            return Err(MintError::NoThumbprint);
        }
        let (key, origin) = secret(args, environment)?;
        let kid = kid.map(str::to_owned);
        Ok(Self { key, origin, kid })
    }

    /// The private key of a file.
    ///
    /// # Errors
    ///
    /// There is none, or it does not fit the algorithm.
    pub(crate) fn from_file(
        path: &Path,
        algorithm: Option<Algorithm>,
        kid: Option<&str>,
    ) -> Result<Self, MintError> {
        let place = Place::of(path);
        let named = kid.filter(|kid| *kid != AUTO);
        let unusable = |fault| MintError::PrivateKey {
            place: place.clone(),
            fault,
        };
        let private = PrivateKey::read(&input::read_bytes(path)?, named).map_err(unusable)?;
        let algorithm = algorithm.unwrap_or_else(|| private.usual_algorithm());
        match (private.is_secret(), algorithm.is_symmetric()) {
            (true, false) => return Err(MintError::NeedsPrivateKey(algorithm)),
            (false, true) => return Err(MintError::NeedsSecret(algorithm)),
            _ => {}
        }
        let key = private.signing_key(algorithm).map_err(unusable)?;
        let kid = if kid == Some(AUTO) {
            Some(own_name(&key).ok_or(MintError::NoThumbprint)?)
        } else {
            named.map(str::to_owned).or(private.kid)
        };
        let origin = format!("the private key of {place}");
        Ok(Self { key, origin, kid })
    }
}

fn secret(args: &KeyArgs, environment: &Environment) -> Result<(SigningKey, String), MintError> {
    let algorithm = args.algorithm.unwrap_or(Algorithm::HS256);
    if !algorithm.is_symmetric() {
        return Err(MintError::NeedsPrivateKey(algorithm));
    }
    let given = args.secret.find(environment)?;
    let found = given.or_else(|| FoundSecret::usual("JWT_SECRET", environment));
    let (secret, from) = match &found {
        Some(found) => (
            found.secret.expose_secret(),
            format!("the secret of {}", found.place),
        ),
        None => (TEST_SECRET, "the test secret".to_owned()),
    };
    let caution = caution(secret, algorithm);
    let key = SigningKey::hmac(algorithm, secret.as_bytes()).map_err(MintError::Sign)?;
    Ok((key, format!("{from}{caution}")))
}

/// What a server will not like about the secret.
fn caution(secret: &str, algorithm: Algorithm) -> &'static str {
    match HmacSecret::new(secret.as_bytes()) {
        Ok(secret) if secret.is_published() => ", which is published: for testing only",
        Ok(secret) if secret.byte_count() >= algorithm.hash_bytes() => "",
        Ok(_) => ", which is too short for a server to accept",
        Err(_) => ", which no server accepts",
    }
}
