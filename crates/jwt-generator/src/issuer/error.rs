//! Why the issuer did not start, and the exit status that says so.

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use agentup_auth::Algorithm;
use agentup_env::EnvError;
use thiserror::Error;

use crate::error::MintError;

/// Why the issuer did not start, or ended early.
#[derive(Debug, Error)]
pub(crate) enum IssuerError {
    #[error(
        "others reach {0}, and this issuer gives any token to anybody: listen on 127.0.0.1, or say \
         --insecure-public"
    )]
    Public(IpAddr),
    #[error("an issuer signs with a private key, and {0} signs with a secret")]
    Symmetric(Algorithm),
    #[error(transparent)]
    Environment(#[from] EnvError),
    #[error(transparent)]
    PrivateKey(#[from] MintError),
    #[error("no key can be made")]
    NoKey,
    #[error("cannot listen on {0}")]
    Bind(SocketAddr, #[source] io::Error),
    #[error("cannot serve")]
    Serve(#[source] io::Error),
    #[error("cannot write to standard output")]
    Output(#[source] io::Error),
}

impl IssuerError {
    /// 2 when another command line would help, 1 when the world has to change. Part of the interface.
    pub(crate) const fn exit_status(&self) -> u8 {
        match self {
            Self::Public(_) | Self::Symmetric(_) => 2,
            Self::PrivateKey(error) => error.exit_status(),
            Self::Environment(_)
            | Self::NoKey
            | Self::Bind(..)
            | Self::Serve(_)
            | Self::Output(_) => 1,
        }
    }
}
