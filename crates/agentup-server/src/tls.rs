//! TLS: the certificate of the agent, those of its clients, and the handshake.
//!
//! The files are read again when they change. A connection keeps what it began with; the next one
//! gets what holds then.

use std::{io, path::Path, sync::Arc};

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use http::HeaderValue;
use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    server::NoServerSessionStorage,
    sign::SingleCertAndKey,
    version::{TLS12, TLS13},
};
use zeroize::Zeroizing;

use crate::{
    audit::Audit,
    clock::Clock,
    config::{TlsConfig, TlsVersion, read_bounded},
    followed::{FileState, follow_all},
};

mod certificate;
mod client;
mod handshake;
mod identity;
mod trust;

pub(crate) use certificate::CertificateFacts;
pub(crate) use handshake::{Handshake, HandshakeError};
pub(crate) use identity::{CertificateFault, Identity, IdentityFault, KeyFault};
pub(crate) use trust::{TrustFault, Trusted};

/// The largest file of certificates or of a key, in bytes.
pub(crate) const MAX_PEM_BYTES: usize = 1 << 20;

/// What is spoken in TLS (RFC 7301), the better one first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// TLS as it is configured, with the files as they are now.
#[derive(Debug)]
pub(crate) struct Tls {
    config: TlsConfig,
    clock: Clock,
    shown: ArcSwap<Shown>,
    hsts: Option<HeaderValue>,
}

/// What clients are shown.
#[derive(Debug)]
struct Shown {
    server: Arc<ServerConfig>,
    /// When the agent's own certificate expires.
    expires: DateTime<Utc>,
}

/// Why there is no TLS as it is configured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be read or followed.
    #[error("a file cannot be followed")]
    File(#[from] io::Error),
}

/// Why the files of TLS are not taken over.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("cannot read {0}: {1}")]
    File(String, io::Error),
    #[error("{0} {1}")]
    Certificate(String, CertificateFault),
    #[error("{0} {1}")]
    Key(String, KeyFault),
    #[error("{0} {1}")]
    Trust(String, TrustFault),
    #[error("TLS cannot be set up: {0}")]
    Rustls(#[from] rustls::Error),
}

impl Tls {
    /// Reads the files, and follows them as long as there is the result.
    ///
    /// # Errors
    /// When the files cannot be used, or the system refuses a thread.
    pub(crate) fn new(config: &TlsConfig, audit: &Audit) -> Result<Arc<Self>, TlsError> {
        let clock = Clock::system();
        let files = config.files();
        let files = files.iter().map(|file| FileState::of(file)).collect();
        let (shown, _news) = read(config, &clock).map_err(io::Error::other)?;
        let tls = Arc::new(Self {
            hsts: config.hsts.as_ref().map(hsts),
            config: config.clone(),
            clock,
            shown: ArcSwap::from_pointee(shown),
        });
        follow_all(files, &tls, audit, |tls: &Self| {
            let (shown, news) = read(&tls.config, &tls.clock).map_err(|fault| fault.to_string())?;
            tls.shown.store(Arc::new(shown));
            Ok(news)
        })?;
        Ok(tls)
    }

    /// What answers say of the time for which clients are to use nothing but TLS (RFC 6797 §6.1).
    pub(crate) const fn hsts(&self) -> Option<&HeaderValue> {
        self.hsts.as_ref()
    }

    /// What it takes to greet a client.
    pub(crate) fn handshake(&self) -> Handshake {
        let server = Arc::clone(&self.shown.load().server);
        Handshake::new(server, self.config.handshake_timeout)
    }

    /// When the certificate expires that clients are shown now.
    pub(crate) fn expires(&self) -> DateTime<Utc> {
        self.shown.load().expires
    }
}

fn hsts(max_age: &std::time::Duration) -> HeaderValue {
    // Digits and letters are always a header value.
    HeaderValue::try_from(format!("max-age={}", max_age.as_secs()))
        .unwrap_or_else(|_| HeaderValue::from_static("max-age=0"))
}

/// Reads the files, and says what is in them.
fn read(config: &TlsConfig, clock: &Clock) -> Result<(Shown, String), Unusable> {
    let [certificate, key] = [&config.cert_file, &config.key_file];
    let identity =
        Identity::read(&bytes(certificate)?, &bytes(key)?, clock).map_err(|fault| match fault {
            IdentityFault::Certificate(fault) => Unusable::Certificate(shown(certificate), fault),
            IdentityFault::Key(fault) => Unusable::Key(shown(key), fault),
        })?;
    let news = format!("the certificate is {}", identity.facts());
    let expires = identity.facts().not_after;
    let trusted = match &config.client {
        None => None,
        Some(client) => {
            let trusted = Trusted::read(&bytes(&client.ca_file)?);
            Some(trusted.map_err(|fault| Unusable::Trust(shown(&client.ca_file), fault))?)
        }
    };
    let server = Arc::new(server(config, identity, trusted)?);
    Ok((Shown { server, expires }, news))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn bytes(path: &Path) -> Result<Zeroizing<Vec<u8>>, Unusable> {
    let read = || {
        let bytes = Zeroizing::new(read_bounded(path, MAX_PEM_BYTES)?);
        if bytes.len() > MAX_PEM_BYTES {
            let problem = format!("it has more than {MAX_PEM_BYTES} bytes");
            return Err(io::Error::other(problem));
        }
        Ok(bytes)
    };
    read().map_err(|error| Unusable::File(shown(path), error))
}

/// The one provider of cryptography, named so that no other is looked for.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

fn server(
    config: &TlsConfig,
    identity: Identity,
    trusted: Option<Trusted>,
) -> Result<ServerConfig, rustls::Error> {
    let versions: &[_] = match config.min_version {
        TlsVersion::Tls12 => &[&TLS13, &TLS12],
        TlsVersion::Tls13 => &[&TLS13],
    };
    let builder = ServerConfig::builder_with_provider(provider());
    let builder = builder.with_protocol_versions(versions)?;
    let is_mutual = trusted.is_some();
    let builder = match trusted.zip(config.client.as_ref()) {
        Some((trusted, client)) => {
            builder.with_client_cert_verifier(trusted.verifier(client.auth)?)
        }
        None => builder.with_no_client_auth(),
    };
    let resolver = SingleCertAndKey::from(identity.into_key());
    let mut server = builder.with_cert_resolver(Arc::new(resolver));
    server.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    if is_mutual {
        // A session that is resumed shows no certificate: it would go on after the certificate
        // has expired. Clients with certificates keep their connections anyway.
        server.session_storage = Arc::new(NoServerSessionStorage {});
        server.send_tls13_tickets = 0;
    } else {
        // Sealed and given to the client, so that sessions take no memory and no lock. The key is
        // this one's own: what was begun with an older certificate is not resumed.
        server.ticketer = aws_lc_rs::Ticketer::new()?;
    }
    Ok(server)
}
