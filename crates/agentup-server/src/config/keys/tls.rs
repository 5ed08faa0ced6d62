//! The keys of `server.tls`.

use std::time::Duration;

use super::{
    super::{
        tls::{ClientAuth, TlsVersion},
        values::{Choice, FilePath, Limit, Span},
    },
    Defaulted, Key, Mapping, Row, YEAR,
};

/// The path of every key of this table.
pub(super) fn paths() -> std::slice::Iter<'static, &'static str> {
    PATHS.iter()
}

/// What is said of each of them.
pub(super) fn rows() -> std::slice::Iter<'static, fn() -> Row> {
    ROWS.iter()
}

keys! {
    /// the certificate that the agent shows; without it the agent speaks plain HTTP
    TLS: Mapping = "server.tls", Mapping;
    /// a file with the certificate of the agent and those of whoever vouches for it, as PEM
    CERT_FILE: FilePath = "server.tls.cert_file", FilePath;
    /// a file with the private key of the certificate, as PEM
    KEY_FILE: FilePath = "server.tls.key_file", FilePath;
    /// a file with the certificates of the authorities that vouch for clients, as PEM
    CLIENT_CA_FILE: FilePath = "server.tls.client_ca_file", FilePath;
    /// whether a client must show a certificate, or may
    TLS_CLIENT_AUTH: Choice<ClientAuth> = "server.tls.client_auth", Choice(&[
        ("required", ClientAuth::Required),
        ("optional", ClientAuth::Optional),
    ]), or ClientAuth::Required;
    /// the oldest version of TLS that is spoken
    MIN_VERSION: Choice<TlsVersion> = "server.tls.min_version", Choice(&[
        ("1.2", TlsVersion::Tls12),
        ("1.3", TlsVersion::Tls13),
    ]), or TlsVersion::Tls12;
    /// how long a client may take to agree on keys
    HANDSHAKE_TIMEOUT: Span = "server.tls.handshake_timeout", Span(1..=300), or Duration::from_secs(10);
    /// for how long browsers are to speak nothing but TLS with this host
    HSTS: Limit<Span> = "server.tls.hsts", Limit(Span(0..=2 * YEAR)), or Some(Duration::from_secs(YEAR));
}
