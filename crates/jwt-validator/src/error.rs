//! Why no verdict was reached. All of these are exit status 2: none says anything about the token.

use std::io;

use agentup_auth::{
    Algorithm, KeyError,
    remote::{fetch::DiscoveryError, guard::Refused},
};
use agentup_env::{
    EnvError,
    cli::input::{InputError, Place},
};
use thiserror::Error;

/// Why no verdict was reached. No variant holds a secret or anything of the token.
#[derive(Debug, Error)]
pub(crate) enum ValidateError {
    #[error(transparent)]
    Environment(#[from] EnvError),
    #[error(transparent)]
    Input(#[from] InputError),
    #[error("{place} cannot be used to verify")]
    Key {
        place: Place,
        #[source]
        fault: KeyError,
    },
    #[error("{0} verifies with a public key: give it with --key-file or --jwks-url")]
    NeedsPublicKey(Algorithm),
    #[error("{0} verifies with a secret, not with a public key")]
    NeedsSecret(Algorithm),
    #[error("--env was given and JWT_SECRET is not set, neither in the environment nor in .env")]
    NoSecretInEnvironment,
    #[error("--jwks-url is not a URL")]
    Url,
    #[error("--jwks-url cannot be used")]
    Refused(#[source] Refused),
    #[error("--discover asks the issuer: say which with --issuer")]
    NoIssuer,
    #[error("--discover cannot ask this issuer")]
    Discovery(#[source] DiscoveryError),
    #[error("cannot connect to anything")]
    Runtime(#[source] io::Error),
    #[error("cannot write to standard output")]
    Output(#[source] io::Error),
}
