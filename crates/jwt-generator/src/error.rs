//! Why no token could be made, and the exit status that says so.

use std::io;

use agentup_auth::{Algorithm, ScopeError, issue::SignError};
use agentup_env::{
    EnvError,
    cli::input::{InputError, Place},
};
use thiserror::Error;

use crate::keys::PrivateKeyError;

/// Why no token was made. No variant holds a secret, a claim or a token.
#[derive(Debug, Error)]
pub(crate) enum MintError {
    #[error("--scopes: {0}; other forms of the claim can be given with --claims")]
    Scope(ScopeError),
    #[error("{flag} is not a JSON object (line {line}, column {column})")]
    NotAnObject {
        flag: &'static str,
        line: usize,
        column: usize,
    },
    #[error("{0} signs with a private key: give --private-key FILE")]
    NeedsPrivateKey(Algorithm),
    #[error("{0} signs with a secret, not with a private key")]
    NeedsSecret(Algorithm),
    #[error(transparent)]
    Environment(#[from] EnvError),
    #[error(transparent)]
    Input(#[from] InputError),
    #[error("{place} cannot be used to sign")]
    PrivateKey {
        place: Place,
        #[source]
        fault: PrivateKeyError,
    },
    #[error("--kid auto is for private keys: the thumbprint of a secret would give hints at it")]
    NoThumbprint,
    #[error("the token cannot be signed")]
    Sign(#[source] SignError),
    #[error("cannot write to standard output")]
    Output(#[source] io::Error),
}

impl MintError {
    /// 2 when another command line would help, 1 when the world has to change. Part of the interface.
    pub(crate) const fn exit_status(&self) -> u8 {
        match self {
            Self::Scope(_)
            | Self::NotAnObject { .. }
            | Self::NeedsPrivateKey(_)
            | Self::NeedsSecret(_)
            | Self::NoThumbprint => 2,
            Self::Environment(_)
            | Self::Input(_)
            | Self::PrivateKey { .. }
            | Self::Sign(_)
            | Self::Output(_) => 1,
        }
    }
}
