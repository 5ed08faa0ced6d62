//! What `https` is spoken with: whom this client trusts, and what it shows of itself.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use clap::Args;
use reqwest::{Certificate, Identity};
use zeroize::Zeroizing;

/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// The options about certificates.
#[derive(Args)]
#[command(next_help_heading = "Certificates")]
pub(crate) struct TlsArgs {
    /// Trust the authorities of this PEM file, and no others
    #[arg(long, value_name = "FILE", global = true)]
    ca_file: Option<PathBuf>,

    /// Show this certificate to agents that ask for one (mutual TLS); PEM
    #[arg(long, value_name = "FILE", global = true)]
    cert: Option<PathBuf>,

    /// The private key of --cert, as PEM; not needed where --cert has it as well
    #[arg(long, value_name = "FILE", global = true)]
    key: Option<PathBuf>,
}

/// The certificates of the options.
#[derive(Default)]
pub(crate) struct Tls {
    /// Whom to trust, where it is not whom the system trusts.
    pub(crate) authorities: Option<Vec<Certificate>>,
    /// Who to be.
    pub(crate) identity: Option<Identity>,
}

impl TlsArgs {
    /// Reads the files.
    ///
    /// # Errors
    /// With the option and what is wrong with its file.
    pub(crate) fn read(&self) -> Result<Tls, String> {
        let authorities = self.ca_file.as_deref().map(authorities).transpose()?;
        let identity = match (&self.cert, &self.key) {
            (None, None) => None,
            (None, Some(_)) => return Err("--key needs --cert".to_owned()),
            (Some(certificate), key) => Some(identity(certificate, key.as_deref())?),
        };
        Ok(Tls {
            authorities,
            identity,
        })
    }
}

fn authorities(path: &Path) -> Result<Vec<Certificate>, String> {
    let fault = |problem: &str| format!("--ca-file {}: {problem}", path.display());
    let text = read(path).map_err(|error| fault(&error.to_string()))?;
    match Certificate::from_pem_bundle(&text) {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(fault(
            "no certificate: expected PEM that begins -----BEGIN CERTIFICATE-----",
        )),
    }
}

fn identity(certificate: &Path, key: Option<&Path>) -> Result<Identity, String> {
    let one = |option: &str, path: &Path| {
        read(path).map_err(|error| format!("{option} {}: {error}", path.display()))
    };
    let mut text = one("--cert", certificate)?;
    if let Some(key) = key {
        text.push(b'\n');
        text.extend_from_slice(&one("--key", key)?);
    }
    Identity::from_pem(&text).map_err(|_| {
        let file = key.unwrap_or(certificate).display();
        format!("--cert: expected a PEM certificate, and an unencrypted private key in {file}")
    })
}

fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut text = Zeroizing::new(Vec::new());
    let file = File::open(path)?;
    file.take(MAX_FILE).read_to_end(&mut text)?;
    Ok(text)
}
