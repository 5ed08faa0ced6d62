//! Why no key was made, and the exit status that says so.

use std::{io, path::PathBuf};

use agentup_auth::Algorithm;
use thiserror::Error;

/// Why no key was made.
#[derive(Debug, Error)]
pub(crate) enum KeygenError {
    #[error("{flag} does not go with a key of type {kind}")]
    Flag {
        flag: &'static str,
        kind: &'static str,
    },
    #[error("{algorithm} does not go with a key of type {kind}")]
    Type {
        algorithm: Algorithm,
        kind: &'static str,
    },
    #[error("{0} does not go with this --curve")]
    Curve(Algorithm),
    #[error("{algorithm} requires a secret of at least {required} bytes (RFC 7518 §3.2)")]
    TooShort {
        algorithm: Algorithm,
        required: usize,
    },
    #[error("a secret is text, a jwk or a jwks, and a key pair is pem, jwk or jwks")]
    Format,
    #[error("a secret has no public half")]
    NoPublicHalf,
    #[error("--kid names a key in a jwk or a jwks, and neither is asked for")]
    Nameless,
    #[error("--kid must have 1 to 256 bytes")]
    Kid,
    #[error("the private half and the public half cannot go to one place")]
    OnePlace,
    #[error("file {} is there already: --force replaces it", .0.display())]
    Exists(PathBuf),
    #[error("{} is not a file that could be replaced", .0.display())]
    NotAFile(PathBuf),
    #[error("cannot write file {}", .0.display())]
    File(PathBuf, #[source] io::Error),
    #[error("standard output is a file that everybody can read: use --out FILE")]
    Exposed,
    #[error("cannot write to standard output")]
    Output(#[source] io::Error),
    #[error("the key cannot be made")]
    Failed,
}

impl KeygenError {
    /// 2 when another command line would help, 1 when the world has to change. Part of the interface.
    pub(crate) const fn exit_status(&self) -> u8 {
        match self {
            Self::Flag { .. }
            | Self::Type { .. }
            | Self::Curve(_)
            | Self::TooShort { .. }
            | Self::Format
            | Self::NoPublicHalf
            | Self::Nameless
            | Self::Kid
            | Self::OnePlace => 2,
            Self::Exists(_)
            | Self::NotAFile(_)
            | Self::File(..)
            | Self::Exposed
            | Self::Output(_)
            | Self::Failed => 1,
        }
    }
}
