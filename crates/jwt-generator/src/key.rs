//! The key to sign with, and the signature.

use std::path::Path;

use agentup_auth::{
    Algorithm, HmacSecret,
    issue::{self, SigningKey},
};
use agentup_env::{
    Environment,
    cli::input::{self, FoundSecret, Place},
};
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value};

use crate::{args::KeyArgs, error::MintError, output::Minted};

/// The secret of the Quick Start. It is published, so it protects nothing, and servers say so.
const TEST_SECRET: &str = "super-secret-jwt-key-for-testing-only-change-in-production";

/// What a private key may sign with, when nobody says: the first that fits it.
const BY_KEY: [Algorithm; 5] = [
    Algorithm::RS256,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::ES512,
    Algorithm::EdDSA,
];

/// Signs, with the key that the command line or the environment names.
///
/// # Errors
///
/// There is no such key, or it does not fit the algorithm.
pub(crate) fn sign(
    args: &KeyArgs,
    environment: &Environment,
    header: &Map<String, Value>,
    claims: Map<String, Value>,
) -> Result<Minted, MintError> {
    let (key, signer) = match &args.private_key {
        Some(path) => private_key(path, args.algorithm)?,
        None => secret(args, environment)?,
    };
    let mut token = issue::sign(header, &claims, &key).map_err(MintError::Sign)?;
    if args.invalid_signature {
        token = issue::with_broken_signature(&token);
    }
    Ok(Minted {
        token,
        claims,
        algorithm: key.algorithm(),
        signer,
        spoiled: args.invalid_signature,
    })
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

fn private_key(
    path: &Path,
    algorithm: Option<Algorithm>,
) -> Result<(SigningKey, String), MintError> {
    let place = Place::of(path);
    if let Some(algorithm) = algorithm.filter(|algorithm| algorithm.is_symmetric()) {
        return Err(MintError::NeedsSecret(algorithm));
    }
    let pem = input::read_bytes(path)?;
    let signer = format!("the private key of {place}");
    let key = match algorithm {
        Some(algorithm) => SigningKey::from_pem(algorithm, &pem)
            .map_err(|fault| MintError::PrivateKeyFor { place, fault })?,
        None => BY_KEY
            .into_iter()
            .find_map(|algorithm| SigningKey::from_pem(algorithm, &pem).ok())
            .ok_or(MintError::PrivateKey(place))?,
    };
    Ok((key, signer))
}
