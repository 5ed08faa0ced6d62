//! The command line of `certificate`.

use std::{net::IpAddr, path::PathBuf};

use clap::Args;

const EXAMPLES: &str = "\
Examples:
  jwt-generator certificate --out certs
  jwt-generator certificate --out certs --host agent.internal --client alice

  agentup-server          # with server.tls of certs/server.pem and certs/server.key
  agentup-client --ca-file certs/ca.pem --cert certs/alice.pem --key certs/alice.key \\
      --url https://localhost:8000 discovery

Exit status:
  0  the certificates were made
  1  they could not be made or written
  2  the command line is wrong";

/// Make certificates to try TLS with: an authority, a server, and clients if wished.
///
/// Writes ca.pem, server.pem and server.key into a folder, and NAME.pem and NAME.key for each client.
/// The key of the authority is kept nowhere, so it vouches for nothing else. For development: a
/// server that others reach has certificates of an authority that they trust anyway.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CertificateArgs {
    /// The folder for the files; made if need be
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,

    /// A name or address of the server; may be given several times
    #[arg(long = "host", value_name = "HOST", default_values = ["localhost", "127.0.0.1", "::1"], value_parser = host)]
    pub(crate) hosts: Vec<String>,

    /// A client to make a certificate for; may be given several times
    #[arg(long = "client", value_name = "NAME", value_parser = client)]
    pub(crate) clients: Vec<String>,

    /// How long the certificates are good
    #[arg(long, value_name = "DAYS", default_value = "30", value_parser = clap::value_parser!(u16).range(1..=825))]
    pub(crate) days: u16,

    /// Replace files that are there already
    #[arg(long)]
    pub(crate) force: bool,
}

/// A name (RFC 1123 §2.1) or an address. A name may begin with `*.`.
fn host(text: &str) -> Result<String, &'static str> {
    let is_label = |label: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len()) && label.bytes().all(fits)
    };
    let name = text.strip_prefix("*.").unwrap_or(text);
    if text.parse::<IpAddr>().is_ok() || name.len() < 254 && name.split('.').all(is_label) {
        Ok(text.to_owned())
    } else {
        Err("expected the name or address of a host")
    }
}

/// The name becomes that of a file.
fn client(text: &str) -> Result<String, &'static str> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if text.is_empty() || text.len() > 64 || !text.bytes().all(fits) {
        return Err("expected 1 to 64 letters, digits, hyphens and underscores");
    }
    if ["ca", "server"]
        .iter()
        .any(|it| text.eq_ignore_ascii_case(it))
    {
        return Err("ca and server are other files");
    }
    Ok(text.to_owned())
}
