//! `server.tls`: the certificate of the agent, and those of its clients.

use std::{path::PathBuf, time::Duration};

use chrono::TimeDelta;
use zeroize::Zeroizing;

use super::{ServerConfig, keys, reader::Section, report::Found};
use crate::{
    clock::Clock,
    tls::{CertificateFault, Identity, IdentityFault, KeyFault, MAX_PEM_BYTES, Trusted},
};

/// How long before its end a certificate is warned of.
const SOON: TimeDelta = TimeDelta::days(7);

/// `server.tls`: how the agent speaks TLS. Its files could be used when this was made.
#[derive(Clone, Debug)]
pub struct TlsConfig {
    /// The certificate of the agent, and those of whoever vouches for it.
    pub cert_file: PathBuf,
    /// Its private key.
    pub key_file: PathBuf,
    /// What is asked of clients. Default: nothing.
    pub client: Option<ClientCertificatesConfig>,
    /// The oldest version that is spoken. Default: 1.2.
    pub min_version: TlsVersion,
    /// How long a client may take to agree on keys. Default: 10 seconds.
    pub handshake_timeout: Duration,
    /// For how long browsers are to speak nothing but TLS with this host (RFC 6797); none says
    /// nothing of it. Default: a year.
    pub hsts: Option<Duration>,
}

/// `server.tls.client_ca_file` and `client_auth`: the certificates of clients.
#[derive(Clone, Debug)]
pub struct ClientCertificatesConfig {
    /// The authorities that vouch for them.
    pub ca_file: PathBuf,
    /// Whether there must be one. Default: yes.
    pub auth: ClientAuth,
}

/// Whether a client must show a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// Without one there is no connection.
    Required,
    /// One that is shown must be good.
    Optional,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsVersion {
    /// RFC 5246.
    Tls12,
    /// RFC 8446.
    Tls13,
}

impl ServerConfig {
    /// The scheme of the agent's own addresses.
    pub(crate) const fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }
}

impl TlsConfig {
    /// All files that it names.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let of_clients = self.client.as_ref().map(|client| &client.ca_file);
        [&self.cert_file, &self.key_file]
            .into_iter()
            .chain(of_clients)
            .cloned()
            .collect()
    }

    /// Whether every client has a certificate.
    pub(crate) fn requires_certificates(&self) -> bool {
        let client = self.client.as_ref();
        client.is_some_and(|client| client.auth == ClientAuth::Required)
    }
}

/// None when nothing is written: then the agent speaks plain HTTP.
pub(super) fn read(section: &Section<'_>) -> Option<TlsConfig> {
    if section.is_empty() {
        return None;
    }
    let remedy = "name both, or remove `tls` to speak plain HTTP";
    let certificate = section.required(&keys::CERT_FILE, remedy);
    let key = section.required(&keys::KEY_FILE, remedy);
    let files = certificate.zip(key);
    if let Some((certificate, key)) = &files {
        check(section, certificate, key);
    }
    let client = read_client(section);
    let min_version = section.value(&keys::MIN_VERSION).value;
    let handshake_timeout = section.value(&keys::HANDSHAKE_TIMEOUT).value;
    let hsts = section.value(&keys::HSTS).value;
    let (certificate, key) = files?;
    Some(TlsConfig {
        cert_file: section.report.resolve(&certificate.value),
        key_file: section.report.resolve(&key.value),
        client,
        min_version,
        handshake_timeout,
        hsts,
    })
}

/// Whether the agent can show this certificate, and clients can believe it.
fn check(section: &Section<'_>, certificate: &Found<PathBuf>, key: &Found<PathBuf>) {
    let bytes = |file| {
        let bytes = section.report.read_followed(file, MAX_PEM_BYTES);
        bytes.map(Zeroizing::new)
    };
    // Both, so that two faults are told at once.
    let Some((certificate_text, key_text)) = bytes(certificate).zip(bytes(key)) else {
        return;
    };
    section.report.mind_readers(key);
    let clock = Clock::system();
    let identity = match Identity::read(&certificate_text, &key_text, &clock) {
        Ok(identity) => identity,
        Err(IdentityFault::Certificate(fault)) => {
            let remedy = certificate_remedy(&fault);
            return section.fault(&certificate.spot, fault.to_string(), remedy);
        }
        Err(IdentityFault::Key(fault)) => {
            let remedy = key_remedy(&fault);
            return section.fault(&key.spot, fault.to_string(), remedy);
        }
    };
    let warn = |problem: String, remedy: &str| {
        section.report.warn(&certificate.spot, problem, remedy);
    };
    let (facts, now) = (identity.facts(), clock.now());
    if facts.not_before > now {
        let problem = format!("is not valid before {}", facts.not_before);
        warn(problem, "until then clients refuse it");
    }
    if facts.not_after.signed_duration_since(now) < SOON {
        let remedy = "renew it: a new file in its place is taken over without a restart";
        warn(format!("expires on {}", facts.not_after), remedy);
    }
    if identity.has_gap() {
        let remedy = "put the certificate that signed the first one behind it, and so on";
        let problem = "has certificates that do not follow from each other";
        warn(problem.to_owned(), remedy);
    }
}

fn certificate_remedy(fault: &CertificateFault) -> &'static str {
    match fault {
        CertificateFault::Expired(_) => "renew it: no client accepts it any more",
        CertificateFault::NoCertificate
        | CertificateFault::BrokenPem
        | CertificateFault::NotX509(_)
        | CertificateFault::Unusable(_) => {
            "put the agent's own certificate there, and behind it those that vouch for it"
        }
    }
}

fn key_remedy(fault: &KeyFault) -> &'static str {
    match fault {
        KeyFault::Encrypted => {
            "decrypt it with `openssl pkey -in FILE -out key.pem`, and let nobody else read it"
        }
        KeyFault::Mismatch(true) => "put the agent's own certificate first in `cert_file`",
        KeyFault::Mismatch(false) => "name the key that `cert_file` was made for",
        KeyFault::Several => "leave one of them in it",
        KeyFault::NoKey | KeyFault::BrokenPem | KeyFault::Unusable => {
            "put the private key of the certificate there"
        }
    }
}

fn read_client(section: &Section<'_>) -> Option<ClientCertificatesConfig> {
    let Some(file) = section.optional(&keys::CLIENT_CA_FILE) else {
        if let Some(spot) = section.given(&keys::TLS_CLIENT_AUTH.key) {
            let remedy = "name the authorities that vouch for clients, or remove it";
            section.fault(&spot, "has no effect without `client_ca_file`", remedy);
        }
        // Whoever wrote it wanted clients to be asked: that a variable is empty must not let
        // everybody in.
        if let Some(why) = section.why_empty(&keys::CLIENT_CA_FILE) {
            let spot = section.spot_of(&keys::CLIENT_CA_FILE);
            section.fault(&spot, why, "set it, or remove `client_ca_file`");
        }
        return None;
    };
    let auth = section.value(&keys::TLS_CLIENT_AUTH).value;
    let bytes = section.report.read_followed(&file, MAX_PEM_BYTES)?;
    if let Err(fault) = Trusted::read(&bytes) {
        let remedy = "put the certificates of the authorities there, not those of clients";
        section.fault(&file.spot, fault.to_string(), remedy);
        return None;
    }
    Some(ClientCertificatesConfig {
        ca_file: section.report.resolve(&file.value),
        auth,
    })
}
