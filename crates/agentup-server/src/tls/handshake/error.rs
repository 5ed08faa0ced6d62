//! Why a client gets no TLS connection.

use std::io;

use rustls::{AlertDescription, Error};

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HandshakeError {
    #[error("the client spoke plain HTTP")]
    Plain,
    #[error("the client spoke no TLS")]
    NotTls,
    #[error("the client was not done in time")]
    Late,
    #[error("the client hung up")]
    Closed,
    #[error("the client and the agent have no version or cipher in common: {0}")]
    Incompatible(Error),
    #[error("the client does not trust the agent's certificate: {0}")]
    Distrusted(Error),
    #[error("the client has shown no certificate")]
    NoCertificate,
    #[error("the client's certificate is not accepted: {0}")]
    BadCertificate(Error),
    #[error("the client broke the rules of TLS: {0}")]
    Broken(Error),
    #[error("{0}")]
    Failed(io::Error),
}

impl HandshakeError {
    /// A name for logs, metrics and the audit. Part of the interface: renaming one breaks dashboards.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Plain => "tls_plain_http",
            Self::NotTls => "tls_not_tls",
            Self::Late => "tls_late",
            Self::Closed => "tls_closed",
            Self::Incompatible(_) => "tls_incompatible",
            Self::Distrusted(_) => "tls_distrusted",
            Self::NoCertificate => "tls_no_certificate",
            Self::BadCertificate(_) => "tls_bad_certificate",
            Self::Broken(_) => "tls_broken",
            Self::Failed(_) => "tls_failed",
        }
    }

    /// Whether it is the agent that refuses the client, and not a client that went away by itself,
    /// as probes of a port do.
    pub(crate) const fn is_refusal(&self) -> bool {
        match self {
            Self::Plain
            | Self::NotTls
            | Self::Incompatible(_)
            | Self::NoCertificate
            | Self::BadCertificate(_)
            | Self::Broken(_) => true,
            Self::Late | Self::Closed | Self::Distrusted(_) | Self::Failed(_) => false,
        }
    }
}

impl From<io::Error> for HandshakeError {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};

        match (error.kind(), error.downcast::<Error>()) {
            (_, Ok(error)) => error.into(),
            (BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof, Err(_)) => {
                Self::Closed
            }
            (_, Err(error)) => Self::Failed(error),
        }
    }
}

impl From<Error> for HandshakeError {
    fn from(error: Error) -> Self {
        match &error {
            Error::NoCertificatesPresented => Self::NoCertificate,
            Error::InvalidCertificate(_) => Self::BadCertificate(error),
            Error::PeerIncompatible(_) | Error::NoApplicationProtocol => Self::Incompatible(error),
            Error::AlertReceived(alert) => match alert {
                AlertDescription::CloseNotify | AlertDescription::UserCanceled => Self::Closed,
                AlertDescription::HandshakeFailure
                | AlertDescription::ProtocolVersion
                | AlertDescription::InsufficientSecurity
                | AlertDescription::NoApplicationProtocol => Self::Incompatible(error),
                // What is said of a certificate (RFC 8446 §6.2).
                AlertDescription::BadCertificate
                | AlertDescription::UnsupportedCertificate
                | AlertDescription::CertificateRevoked
                | AlertDescription::CertificateExpired
                | AlertDescription::CertificateUnknown
                | AlertDescription::UnknownCA
                | AlertDescription::AccessDenied => Self::Distrusted(error),
                _ => Self::Broken(error),
            },
            Error::InappropriateMessage { .. }
            | Error::InappropriateHandshakeMessage { .. }
            | Error::InvalidMessage(_)
            | Error::PeerMisbehaved(_)
            | Error::PeerSentOversizedRecord
            | Error::DecryptError => Self::Broken(error),
            _ => Self::Failed(io::Error::other(error)),
        }
    }
}
